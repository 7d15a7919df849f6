"""A run of a notebook always ends, always has a status, and only an error costs points."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from waiting import wait_until

from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import ForkServer, best_level
from autograder.limits import Environment, Limits
from autograder.protocol.sandbox_spec import FILES, FULL, LEVELS, LIMITS
from autograder.reporting.results import read_checks

pytestmark = pytest.mark.slow(seconds=40)

LIMITS_HERE = Limits(cell_seconds=3, submission_seconds=30)


@pytest.fixture
def ran(fork_server):
    """Run cells; those that begin with "#T" are hidden tests, of a point each; "#L" are locked."""

    def run(
        *cells: str,
        limits: Limits = LIMITS_HERE,
        environment: Environment | None = None,
        level: str = "",
    ) -> NotebookNode:
        notebook = new_notebook(metadata={"course": {}})  # as `autograder build` makes it
        for number, source in enumerate(cells):
            test, locked = source.startswith("#T"), source.startswith("#L")
            about = {"grade": test, "solution": False, "grade_id": f"t{number}", "points": 1}
            about["locked"] = locked
            metadata = {"nbgrader": about} if test or locked else {}
            notebook.cells.append(new_code_cell(source, metadata=metadata, id=f"cell-{number}"))
        grader = Grader(fork_server, level or best_level(), limits)
        return grader.run(notebook, environment or Environment())

    return run


def scores(notebook: NotebookNode) -> list[float]:
    return [check.score for check in read_checks(notebook)]


def messages(notebook: NotebookNode) -> list[str]:
    return [check.message for check in read_checks(notebook)]


def printed(notebook: NotebookNode, number: int) -> str:
    return "".join(o.get("text", "") for o in notebook.cells[number].outputs)


def test_an_error_costs_points_and_noise_does_not(ran):
    notebook = ran(
        "import sys, warnings\ndef noisy():\n    print('x', file=sys.stderr); warnings.warn('w')\n"
        "def number():\n    get_ipython().displayhook(0.5)\n    get_ipython().displayhook(-1)",
        "#T\nnoisy()",
        "#T\nnumber()",
        "#T\n0",
        "#T\nprint('fine')",
        "#T\nassert False, 'wrong'",
    )
    assert notebook.metadata.autograder.status == "graded"
    assert scores(notebook) == [1, 1, 0, 1, 0]  # a number at the end is the score
    assert messages(notebook)[-1] == "wrong"


def test_messages_are_plain_and_show_no_hidden_code(ran):
    notebook = ran(
        "def wrong(x):\n    y = x\n    return y + 'text'",
        "#T\nsecret = wrong(1)",
        "#T\nsecret = absent(1)",
        "#T\nclass CheckFailed(AssertionError): pass\nsecret = 1\n"
        "raise CheckFailed('Headline\\ndetail\\nRead: there\\n[misconception: swapped]')",
        "import os\ndef place():\n    raise ValueError(os.getcwd(), object(), '\\x1b[31m')",
        "#T\nplace()",
        "def stub():\n    raise NotImplementedError()",
        "#T\nstub()",
        "def broken(:",
    )
    checks = read_checks(notebook)
    assert checks[0].message == (
        "TypeError: unsupported operand type(s) for +: 'int' and 'str'\n"
        "It happened in line 3 of your code:\n    return y + 'text'"
    )
    assert checks[1].message.startswith("absent is not defined.")
    assert (checks[2].message, checks[2].read, checks[2].misconception) == (
        *("Headline\ndetail", "there", "swapped"),
    )
    assert "<object object at 0x…>" in checks[3].message
    assert checks[4].message.startswith("Not written yet")
    assert notebook.cells[-1].outputs[0].evalue.startswith("SyntaxError: invalid syntax\nIt happ")
    shown = str([c.outputs for c in notebook.cells])
    assert "secret" not in shown
    assert "\x1b" not in shown


def test_a_group_of_exceptions_is_reported_as_one(ran):
    group = "raise ExceptionGroup('all of it', [ValueError('a'), KeyError('b')])"
    notebook = ran(f"def f():\n    {group}", "#T\nf()", group)
    assert notebook.metadata.autograder.status == "graded"
    first = "ExceptionGroup: all of it (2 sub-exceptions)\nIt happened in line"
    assert messages(notebook)[0].startswith(f"{first} 2")
    assert notebook.cells[2].outputs[0].evalue.startswith(f"{first} 1")


def test_cells_run_as_in_jupyter(ran):
    notebook = ran(
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.show()",
        "!echo from a shell",
        "%%time\ntotal = sum(range(10))",
        "await __import__('asyncio').sleep(0)\nprint(__name__, total)",
        "from IPython.display import display\ndisplay(total)\ntotal + 1",
        "exit()",
        "#T\nassert total == 45",
    )
    assert not [o for c in notebook.cells for o in c.outputs if o.output_type == "error"]
    assert printed(notebook, 1) == "from a shell\n"
    assert printed(notebook, 3) == "__main__ 45\n"
    assert notebook.cells[4].outputs[-1].data["text/plain"] == "45"
    assert scores(notebook) == [1]


def test_tests_use_what_the_locked_cells_give_whatever_became_of_it(ran):
    notebook = ran(
        "#L\nimport math\nSIZE = 3\ndef area(r):\n    return math.pi * r**SIZE",
        "SIZE = 0\ndef area(r):\n    return 7\nmine = area(1)",
        "#T\nassert area(1) == math.pi and SIZE == 3",
        "#T\nassert mine == 7",
    )
    assert scores(notebook) == [1, 1]


def test_a_test_leaves_nothing_behind(ran):
    notebook = ran(
        "state = []\ndef remember(x):\n    state.append(x); return len(state)",
        "#T\nassert remember(1) == 1",
        "#T\nassert remember(1) == 1",
        "print(len(state))",
    )
    assert scores(notebook) == [1, 1]
    assert printed(notebook, 3) == "0\n"


def test_an_endless_loop_is_stopped_and_the_rest_runs(ran):
    notebook = ran(
        "def f():\n    while True: pass",
        "#T\nf()",
        "#T\nassert 1",
        "while True: pass",
        "#T\nassert 1",
    )
    assert scores(notebook) == [0, 1, 1]
    assert notebook.metadata.autograder.status == "time limit"
    assert "t1" in notebook.metadata.autograder.reason
    assert "endless loop" in messages(notebook)[0]
    assert "endless loop" in notebook.cells[3].outputs[0].evalue


def test_a_loop_that_swallows_everything_costs_that_cell_alone(ran):
    deaf = "import signal\nx = 5\ndef f():\n    signal.signal(signal.SIGALRM, signal.SIG_IGN)\n"
    deaf += "    while True:\n        try: pass\n        except BaseException: pass"
    notebook = ran(deaf, "#T\nf()", "f()", "#T\nassert x == 5")
    assert scores(notebook) == [0, 1]
    assert notebook.metadata.autograder.status == "time limit"


def test_used_up_time_is_said(ran):
    limits = Limits(cell_seconds=2, submission_seconds=3)
    notebook = ran("def f():\n    while True: pass", *["#T\nf()"] * 3, limits=limits)
    assert scores(notebook) == [0, 0, 0]
    assert "time for this submission was used up" in messages(notebook)[-1]
    assert "used up" in notebook.metadata.autograder.reason


def test_a_lazy_layer_is_told_what_it_is(ran):
    layer = """
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.W = nn.LazyLinear(3)
"""
    done = ran(layer, "#T\nassert Net().W is not None", "#T\nassert Net is not None")
    assert done.metadata.autograder.status == "graded"
    assert scores(done) == [0, 1]
    assert "a lazy layer has parameters without a shape" in messages(done)[0]


SEARCHES = """#T
from autograder.execution.diagnosis_switch import diagnoses
while diagnoses(): pass
assert answer() == 42, "It is 42."
"""


def test_a_slow_search_for_mistakes_costs_the_student_nothing(ran, monkeypatch):
    monkeypatch.setattr("autograder.execution.hidden_test_runner.OWN_SECONDS", 0.2)
    limits = Limits(cell_seconds=1, submission_seconds=3)
    right = "def answer(): return 42"
    done = ran(right, *[SEARCHES] * 4, right.replace("42", "41"), SEARCHES, limits=limits)
    assert done.metadata.autograder.status == "graded"
    assert scores(done) == [1, 1, 1, 1, 0]
    assert messages(done)[-1] == "It is 42."


def test_a_test_that_is_slow_without_a_search_has_a_limit(ran, monkeypatch):
    monkeypatch.setattr("autograder.execution.hidden_test_runner.OWN_SECONDS", 0.2)
    limits = Limits(cell_seconds=1, submission_seconds=6)
    done = ran("x = 1", "#T\nassert x == 1\nwhile True: pass", "#T\nassert x == 1", limits=limits)
    assert done.metadata.autograder.status == "time limit"
    assert scores(done) == [0, 1]


def test_workers_that_cells_end_cost_the_submissions_time(ran, monkeypatch):
    forks = []

    def slow_fork(self, spec, files):
        forks.append(spec)
        time.sleep(0.3)
        return fork(self, spec, files)

    fork = ForkServer.fork
    monkeypatch.setattr(ForkServer, "fork", slow_fork)
    limits = Limits(cell_seconds=2, submission_seconds=2)
    notebook = ran(*["import os; os._exit(0)"] * 40, "#T\nassert True", limits=limits)
    assert len(forks) < 9
    assert "used up" in notebook.metadata.autograder.reason
    assert notebook.metadata.autograder.status == "crashed"
    assert scores(notebook) == [0]


ENDS = [
    "import os; os._exit(1)",
    "import os; os.kill(os.getpid(), 9)",
    "import ctypes; ctypes.string_at(0)",
    "import os, signal\nfor n in range(3, 256):\n    try: os.close(n)\n    except OSError: pass",
]


@pytest.mark.parametrize("end", ENDS)
def test_what_ends_the_process_costs_one_cell(ran, end):
    inside = "def f():\n" + "\n".join(f"    {line}" for line in end.split("\n"))
    notebook = ran("x = 1", "#T\nassert x", end, inside, "#T\nassert x", "#T\nf()", "#T\nassert x")
    assert scores(notebook) == [1, 1, 0, 1]
    assert notebook.metadata.autograder.status == "crashed"
    assert "ended the process" in notebook.metadata.autograder.reason


def test_a_flood_of_output_is_cut(ran):
    notebook = ran(
        "print('x' * 10**6)\nprint('y' * 10**6)",
        "import os\nfor _ in range(1000): os.write(1, b'z' * 10**5)",
        "def f():\n    print('z' * 10**7)",
        "#T\nf()",
    )
    for cell in notebook.cells:
        assert sum(len(o.text) for o in cell.outputs) < LIMITS_HERE.output_bytes + 100
    assert scores(notebook) == [1]


def test_memory_is_limited(ran):
    notebook = ran(
        "def f():\n    return len([bytes(10**8) for _ in range(40)])", "#T\nf()", "#T\nassert 1"
    )
    assert scores(notebook) == [0, 1]
    assert "MemoryError" in messages(notebook)[0]


def test_memory_of_all_processes_together_is_limited(ran):
    if best_level() != FULL:
        pytest.skip("needs the level full")
    greedy = "import os, time\nfor _ in range(4):\n    if not os.fork():\n"
    greedy += "        x = bytearray(100 * 2**20); time.sleep(60); os._exit(0)\ntime.sleep(5)"
    limits = Limits(cell_seconds=10, submission_seconds=40, all_memory_bytes=200 * 2**20)
    notebook = ran("x = 1", greedy, "#T\nassert x", limits=limits)
    assert scores(notebook) == [1]
    assert notebook.metadata.autograder.status == "crashed"
    forks = "import os, time\nfor _ in range(20):\n    if not os.fork():\n"
    forks += "        time.sleep(60); os._exit(0)\ntime.sleep(2)"
    notebook = ran("x = 1", forks, "#T\nassert x", limits=limits)
    assert (scores(notebook), notebook.metadata.autograder.status) == ([1], "graded")


def test_what_locks_files_and_shares_memory_honestly_works(ran):
    database = "import sqlite3\nwith sqlite3.connect('a.db') as db:\n"
    database += "    db.execute('create table t (x)'); db.execute('insert into t values (7)')\n"
    database += "print(sqlite3.connect('a.db').execute('select * from t').fetchall())"
    processes = "import multiprocessing as m\nv = m.get_context('fork').Value('i', 1)\n"
    processes += "def f():\n    with v.get_lock(): v.value += 1\n"
    processes += "p = m.get_context('fork').Process(target=f); p.start(); p.join(); print(v.value)"
    threads = "from concurrent.futures import ThreadPoolExecutor as E\n"
    threads += "with E(4) as e: print(sum(e.map(abs, range(9))))"
    notebook = ran(database, processes, threads)
    assert [printed(notebook, i) for i in range(3)] == ["[(7,)]\n", "2\n", "36\n"]


def test_the_checker_is_given_the_course_and_the_student_nothing(ran, tmp_path, monkeypatch):
    (tmp_path / "trusted_module.py").write_text("answer = 42")
    monkeypatch.setenv("A_TOKEN", "secret")
    scan = (
        "import os\ndef see():\n    try:\n        import trusted_module\n        return 'found'\n"
    )
    scan += "    except ImportError:\n        return sorted(os.environ), os.listdir(), os.getcwd()"
    notebook = ran(
        scan,
        "#T\nimport trusted_module; assert trusted_module.answer == 42",
        "#T\nnames, files, _ = see(); assert 'A_TOKEN' not in names and not files",
        "#T\nimport os; assert os.environ['AUTOGRADER_SEED'] == 'ada'",
        "#T\nassert 'AUTOGRADER_SEED' not in see()[0]",
        "#T\nassert get_ipython().history_manager.hist_file == ':memory:'",
        "input()",
        environment=Environment((tmp_path,), seed="ada"),
    )
    assert scores(notebook)[:4] == [1, 1, 1, 1]
    assert notebook.cells[-1].outputs[-1].ename in ("EOFError", "StdinNotImplementedError")
    assert notebook.metadata.autograder.seed == "ada"
    assert "AUTOGRADER_SEED" not in os.environ


def test_random_numbers_are_the_same_in_every_run(ran):
    cells = "import random, torch, numpy as np", "print(random.random(), np.random.rand())"
    draw = "print(torch.rand(1))"
    first, second = (ran(*cells, draw) for _ in range(2))
    assert first.cells[1].outputs == second.cells[1].outputs
    assert first.cells[2].outputs == second.cells[2].outputs


PROBE = """
import os, socket
def can(action):
    try:
        return bool(action())
    except OSError:
        return False
def powers(path, port):
    return {
        "read a file of the course": can(lambda: open(path).read()),
        "write beside it": can(lambda: open(path + ".new", "w")),
        "open a socket": can(lambda: socket.create_connection(("127.0.0.1", port), 1)),
        "see other processes": can(lambda: [p for p in os.listdir("/proc") if p == str(path_of)]),
    }
"""
ALLOWED = {
    FULL: set(),
    FILES: {"see other processes"},
    LIMITS: {
        "read a file of the course",
        "write beside it",
        "open a socket",
        "see other processes",
    },
}


@pytest.mark.parametrize("level", LEVELS)
def test_what_a_level_keeps_from_students(ran, level, tmp_path):
    if LEVELS.index(level) < LEVELS.index(best_level()):
        pytest.skip(f"this machine does not allow level {level}")
    (tmp_path / "hidden.txt").write_text("reference")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        place = str(tmp_path / "hidden.txt")
        call = f"#T\nfound = powers({place!r}, {port})\nassert False, repr(found)"
        (message,) = messages(ran(f"path_of = {os.getpid()}\n{PROBE}", call, level=level))
    assert {name for name, yes in eval(message).items() if yes} == ALLOWED[level]


ABOUT_THE_MACHINE = """
import os, platform, socket, sys
for text in (os.environ["HOME"], os.path.expanduser("~"), os.environ["PATH"], sys.prefix,
             sys.base_prefix, get_ipython().ipython_dir):
    print(text)
print(os.environ["HOME"][::-1])  # what is not recognized is not replaced
print("host", socket.gethostname(), platform.node(), open("/proc/sys/kernel/hostname").read())
def f():
    open(os.path.expanduser("~/absent"))
"""


@pytest.mark.parametrize("level", [FULL, FILES])
def test_no_page_names_the_home_the_host_or_the_installation(ran, level):
    if LEVELS.index(level) < LEVELS.index(best_level()):
        pytest.skip(f"this machine does not allow level {level}")
    notebook = ran(ABOUT_THE_MACHINE, "#T\nf()", "f()", level=level)
    text = printed(notebook, 0) + "".join(messages(notebook)) + str(notebook.cells[2].outputs)
    for place in (str(Path.home()), sys.prefix, sys.base_prefix):
        assert place not in text
    assert str(Path.home())[::-1] not in text
    host = "host student student student" if level == FULL else "host"
    assert host in text


AS_ANYBODY = """
import ctypes, os, sys
user, group = os.getuid(), os.getgid()
if ctypes.CDLL(None).unshare(0x10000000):  # a user namespace, to be nobody in particular
    sys.exit(77)
open("/proc/self/setgroups", "w").write("deny")
open("/proc/self/uid_map", "w").write(f"1000 {user} 1")
open("/proc/self/gid_map", "w").write(f"1000 {group} 1")
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
GRADES_AT_FULL = r"""
import os
from pathlib import Path
from nbformat.v4 import *
from autograder.ingest.attachments import scan
from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import ForkServer
from autograder.limits import Environment, Limits
status = open("/proc/self/status").read()
assert os.geteuid() == 1000 and "CapEff:\t0000000000000000" in status, status
about = {"grade_id": "t", "grade": True, "solution": False, "locked": True, "points": 1}
see = "import os\ndef see():\n    return open('a.bin').read(), os.listdir(), os.path.exists(%r)"
seen = "assert see() == ('a', ['a.bin'], False)"
write = "import os\ndef can():\n    return os.access('a.bin', os.W_OK)"
cells = [
    new_code_cell(see % __file__, id="a"),
    new_code_cell(write, id="b"),
    new_code_cell(f"{seen}\nassert not can()", id="t", metadata={"nbgrader": about}),
]
files, _ = scan(Path(__file__).parent, {"a.bin": 1})
with ForkServer() as fork_server:
    grader = Grader(fork_server, "full", Limits())
    ran = grader.run(new_notebook(cells=cells), Environment(files=files))
print(ran.metadata.autograder.status, ran.cells[2].outputs)
"""


def test_somebody_without_any_privilege_gets_the_best_level(tmp_path):
    if sys.platform != "linux" or best_level() != FULL:
        pytest.skip("needs the level full")
    script = tmp_path / "grade.py"
    script.write_text(GRADES_AT_FULL)
    (tmp_path / "a.bin").write_text("a")
    words = [sys.executable, "-c", AS_ANYBODY, str(script)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode == 77:
        pytest.skip("no user namespaces for ordinary users on this machine")
    assert done.stdout == "graded []\n", done.stdout + done.stderr


def test_nothing_is_left_when_the_checker_is_killed(tmp_path):
    script = tmp_path / "grade.py"
    script.write_text(
        "from nbformat.v4 import *\n"
        "from autograder.execution.notebook_runner import Grader\n"
        "from autograder.execution.sandbox_client import ForkServer, best_level\n"
        "from autograder.limits import *\n"
        "deaf = 'import os, signal\\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\\n'\n"
        "deaf += 'if not os.fork(): os.setsid()\\nwhile True: pass'\n"
        "with ForkServer() as server:\n"
        "    n = new_notebook(cells=[new_code_cell('1', id='a'), new_code_cell(deaf, id='b')])\n"
        "    print('on', flush=True)\n"
        "    Grader(server, best_level(), Limits(60, 60)).run(n, Environment())\n"
    )
    before = fork_servers()
    process = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "on\n"
    wait_until(lambda: len(fork_servers() - before) >= 4)  # the server, init, two workers
    process.kill()
    process.communicate()
    wait_until(lambda: not fork_servers() - before)


def fork_servers() -> set[int]:
    """Ids of the sandbox's fork servers, and of processes that were forked from one."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"autograder.sandbox.worker_forkserver" in entry.read_bytes():
                found.add(int(entry.parent.name))
        except OSError:
            pass
    return found
