"""Running a notebook: it always ends, always says how, and only an error costs points."""

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.kernel import Environment, Limits, run
from autograder.results import read_checks

LIMITS = Limits(cell_seconds=3, submission_seconds=30, grace_seconds=1)


def ran(*cells: str, limits: Limits = LIMITS, environment: Environment | None = None):
    """Run cells; those that begin with "#T" are hidden tests, of a point each."""
    notebook = new_notebook()
    for number, source in enumerate(cells):
        about = {"grade": True, "solution": False, "grade_id": f"t{number}", "points": 1}
        metadata = {"nbgrader": about} if source.startswith("#T") else {}
        notebook.cells.append(new_code_cell(source, metadata=metadata, id=f"cell-{number}"))
    return run(notebook, limits, environment or Environment())


def scores(notebook: NotebookNode) -> list[float]:
    return [check.score for check in read_checks(notebook)]


def messages(notebook: NotebookNode) -> list[str]:
    return [check.message for check in read_checks(notebook)]


def test_only_an_error_costs_points():
    notebook = ran(
        "import sys, warnings\ndef noisy():\n    print('x', file=sys.stderr); warnings.warn('w')\n"
        "def number():\n    get_ipython().displayhook(0.5)\n    get_ipython().displayhook(-1)",
        "#T\nnoisy()",
        "#T\nnumber()",
        "#T\n0",
        "#T\nprint('fine')",
        "#T\nfrom IPython.display import display; display(0)",
        "#T\nassert False, 'wrong'",
    )
    assert notebook.metadata.autograder.status == "graded"
    assert scores(notebook) == [1, 1, 1, 1, 1, 0]
    kinds = {o.output_type for c in notebook.cells[1:] for o in c.outputs}
    assert kinds == {"stream", "error"}
    assert {o.name for c in notebook.cells[1:] for o in c.outputs if "name" in o} == {"stdout"}


def test_an_error_that_hides_its_traceback_still_counts():
    notebook = ran("get_ipython().showtraceback = lambda *a, **k: None", "#T\nassert False")
    assert scores(notebook) == [0]


def test_messages_are_plain_and_show_no_hidden_code():
    notebook = ran(
        "def wrong(x):\n    y = x\n    return y + 'text'",
        "#T\nsecret = wrong(1)",
        "#T\nsecret = absent(1)",
        "#T\nclass CheckFailed(AssertionError): pass\nsecret = 1\n"
        "raise CheckFailed('Headline\\ndetail\\nRead: there\\n[misconception: swapped]')",
        "#T\nimport os; raise ValueError(os.getcwd(), object())",
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
    assert checks[3].message == "ValueError: ('…/work', <object object at 0x…>)"
    assert checks[4].message.startswith("Not written yet")
    assert notebook.cells[-1].outputs[0].evalue.startswith("SyntaxError: invalid syntax\nIt happ")
    shown = str([c.outputs for c in notebook.cells])
    assert "secret" not in shown
    assert "/tmp" not in shown
    assert "\x1b" not in shown


def test_hidden_tests_do_not_enter_the_history():
    notebook = ran("#T\nsecret = 1", "print(In, _ih, _i)")
    assert "secret" not in notebook.cells[1].outputs[0].text


def test_an_endless_loop_is_interrupted_and_the_rest_runs():
    notebook = ran("def f():\n    while True: pass", "#T\nf()", "#T\nassert 1")
    assert scores(notebook) == [0, 1]
    assert notebook.metadata.autograder.status == "time limit"
    assert "t1" in notebook.metadata.autograder.reason
    assert "endless loop" in messages(notebook)[0]


def test_a_loop_that_swallows_interrupts_is_killed():
    deaf = "import signal\ndef f():\n    signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    notebook = ran(deaf + "    while True: pass", "#T\nf()", "#T\nassert 1")
    assert scores(notebook) == [0, 0]
    assert notebook.metadata.autograder.status == "time limit"


def test_used_up_time_is_said():
    limits = Limits(cell_seconds=2, submission_seconds=3)
    notebook = ran("def f():\n    while True: pass", *["#T\nf()"] * 3, limits=limits)
    assert scores(notebook) == [0, 0, 0]
    assert "time for this submission was used up" in messages(notebook)[-1]
    assert "used up" in notebook.metadata.autograder.reason


ENDS = ["import os; os._exit(1)", "exit()", "import os; os.kill(os.getpid(), 9)"]


@pytest.mark.parametrize("end", ENDS)
def test_a_dead_kernel_costs_the_rest_and_raises_nothing(end):
    notebook = ran("#T\nassert 1", end, "#T\nassert 1")
    assert scores(notebook) == [1, 0]
    assert notebook.metadata.autograder.status == "kernel died"
    assert messages(notebook)[1].startswith("Not run")


def test_a_flood_of_output_is_cut():
    notebook = ran("print('x' * 10**6)\nprint('y' * 10**6)", "#T\nfor _ in range(2000): print('z')")
    for cell in notebook.cells:
        assert sum(len(o.text) for o in cell.outputs) < LIMITS.output_bytes + 100
    assert scores(notebook) == [1]


def test_the_kernel_is_given_little(tmp_path, monkeypatch):
    (tmp_path / "trusted_module.py").write_text("answer = 42")
    monkeypatch.setenv("A_TOKEN", "secret")
    notebook = ran(
        "#T\nimport trusted_module; assert trusted_module.answer == 42",
        "#T\nimport os; assert 'A_TOKEN' not in os.environ and not os.listdir()",
        "#T\nassert (os.environ['AUTOGRADER_SEED'], os.environ['OMP_NUM_THREADS']) == ('ada', '1')",
        "#T\nassert get_ipython().history_manager.hist_file == ':memory:'",
        "#T\ninput()",
        environment=Environment((tmp_path,), seed="ada"),
    )
    assert scores(notebook) == [1, 1, 1, 1, 0]
    assert notebook.metadata.autograder.seed == "ada"
