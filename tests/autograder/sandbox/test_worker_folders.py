"""No worker leaves its folder behind, however it ends."""

import os
import subprocess
import sys
import tempfile

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from waiting import wait_until

from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import ForkServer, SandboxError, best_level
from autograder.limits import Environment, Limits
from autograder.protocol.sandbox_spec import LIMITS, NONE, SandboxSpec

pytestmark = [
    pytest.mark.slow(seconds=25),
    pytest.mark.skipif(best_level() == NONE, reason="no level of isolation works here"),
]
# A folder that cannot be listed, and folders in one another that are too many for a recursion.
OBSTACLES = """
import os
os.mkdir("closed"); os.mkdir("closed/x"); os.chmod("closed", 0)
for _ in range(2000):
    os.mkdir("d"); os.chdir("d")
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def run(fork_server: ForkServer, source: str) -> str:
    notebook = new_notebook(cells=[new_code_cell(source, id="a")])
    ran = Grader(fork_server, LIMITS, Limits()).run(notebook, Environment())
    return ran.metadata.autograder.status


@pytest.mark.parametrize("source", [OBSTACLES, "import os; os._exit(0)"])
def test_a_worker_that_has_ended(fork_server, temporary, source):
    run(fork_server, source)
    assert list(temporary.iterdir()) == []


def test_a_worker_that_could_not_be_started(fork_server, temporary):
    files_without_descriptors = SandboxSpec(LIMITS, "", files=(("a.bin", 1),))
    for spec in (files_without_descriptors, SandboxSpec("full", "", files=(("a.bin", 1),))):
        with pytest.raises(SandboxError):
            fork_server.fork(spec)
        assert list(temporary.iterdir()) == []
    assert run(fork_server, "1") == "graded"


def test_a_worker_whose_checker_is_killed(tmp_path):
    script = tmp_path / "grade.py"
    script.write_text(
        "from nbformat.v4 import *\n"
        "from autograder.execution.notebook_runner import Grader\n"
        "from autograder.execution.sandbox_client import ForkServer\n"
        "from autograder.limits import *\n"
        "cell = new_code_cell('while True: pass', id='a')\n"
        "with ForkServer() as server:\n"
        f"    Grader(server, {LIMITS!r}, Limits(60, 60)).run(\n"
        "        new_notebook(cells=[cell]), Environment())\n"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, script], env=environment) as process:
        wait_until(lambda: list(temporary.glob("ag-*/work")))
        process.kill()
    wait_until(lambda: not list(temporary.glob("ag-*")))
