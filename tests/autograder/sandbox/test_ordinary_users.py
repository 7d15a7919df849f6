"""Each isolation level that is offered grades, whoever runs the grader."""

import subprocess
import sys
from pathlib import Path

import ordinary_user
import pytest

from autograder.protocol.sandbox_spec import FILES, LEVELS, LIMITS

pytestmark = pytest.mark.slow(seconds=40)

ROOT = Path(__file__).parents[3]
GRADES_AT_EACH_LEVEL = """
from nbformat.v4 import new_code_cell, new_notebook
from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import ForkServer, probe_level
from autograder.limits import Environment, Limits
from autograder.protocol.sandbox_spec import LEVELS
about = {"grade_id": "t", "grade": True, "solution": False, "locked": True, "points": 1}
answer = '''
import subprocess
def f(x):
    with open("a.txt", "w") as file:
        file.write(subprocess.run(["echo", str(x)], capture_output=True, text=True).stdout)
    return open("a.txt").read()
'''
cells = [
    new_code_cell(answer, id="a"),
    new_code_cell("assert f(1) == '1\\\\n'", id="t", metadata={"nbgrader": about}),
]
with ForkServer() as fork_server:
    for level in LEVELS:
        if probe_level(level):
            print(level, "is not offered")
            continue
        grader = Grader(fork_server, level, Limits())
        ran = grader.run(new_notebook(cells=cells), Environment())
        print(level, ran.metadata.autograder.status, ran.cells[1].outputs)
"""


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("user", LEVELS),
        ("no-rights", (FILES, LIMITS)),
        ("no-unshare", (FILES, LIMITS)),
    ],
)
def test_an_offered_level_grades(kind, offered, tmp_path):
    script = tmp_path / "grade.py"
    script.write_text(GRADES_AT_EACH_LEVEL)
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == "root" and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    done = subprocess.run(
        [sys.executable, ordinary_user.__file__, kind, str(script)],
        capture_output=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        text=True,
        check=False,
    )
    if done.returncode == 77:
        pytest.skip("this machine does not let root become such a user")
    lines = [f"{level} {'graded []' if level in offered else 'is not offered'}" for level in LEVELS]
    assert done.stdout.splitlines() == lines, done.stdout + done.stderr
