"""A course is hidden from students' code wherever it lies: below /usr, around Python itself."""

import contextlib
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import toy_course as toy

from autograder.errors import UserError
from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import ForkServer, best_level
from autograder.grading.grade import grade
from autograder.limits import Environment
from autograder.protocol.sandbox_spec import FILES, FULL, LEVELS
from autograder.reporting.results import Graded

pytestmark = pytest.mark.slow(seconds=30)

SYSTEM_FOLDER = Path("/usr/local/src")  # below a folder that students' code can read
SECRET, OWN = "the reference", "the student's own"
# What a student's code finds in a folder: every file that it can open, and what it holds.
LOOK = """
import os
def look(place):
    found = []
    for folder, _, names in os.walk(place):
        for name in names:
            try:
                found.append(open(os.path.join(folder, name), errors="replace").read(99))
            except OSError:
                pass
    return found
"""


@contextlib.contextmanager
def system_folder() -> Iterator[Path]:
    if not os.access(SYSTEM_FOLDER, os.W_OK):
        pytest.skip(f"needs to write to {SYSTEM_FOLDER}, as root can")
    with tempfile.TemporaryDirectory(dir=SYSTEM_FOLDER) as folder:
        Path(folder).chmod(0o755)  # students' code runs as another user
        yield Path(folder)


def supports(level: str) -> None:
    if LEVELS.index(level) < LEVELS.index(best_level()):
        pytest.skip(f"this machine does not allow level {level}")


@pytest.mark.parametrize("level", [FULL, FILES])
def test_a_class_below_a_readable_folder_sees_nothing_of_the_course(level, warm_pool):
    supports(level)
    with system_folder() as folder:
        source = toy.write_course(folder)
        (folder / "solutions").mkdir()
        (folder / "solutions" / "sums.py").write_text(SECRET)
        honest = toy.answered()
        spy = toy.answered(add=f"assert False, look({str(folder)!r})")
        toy.cell(spy, "free").source = f"{LOOK}\nprint('found', look({str(folder)!r}))"
        toy.hand_in(folder / "class", "ada", honest)
        toy.hand_in(folder / "class", "spy", spy)
        rows = rows_of(folder, source, warm_pool, level)
        assert (rows["ada"].score, rows["ada"].status) == (6, "graded")
        assert rows["spy"].score == 0
        page = (folder / f"out/autograded/spy/{toy.ASSIGNMENT}/{toy.NOTEBOOK}.ipynb").read_text()
        assert "found []" in page


def rows_of(folder: Path, source: Path, pool: object, level: str) -> dict[str, Graded]:
    results = grade(folder / "class", source, folder / "out", level=level, cluster=pool)
    return {row.student: row for row in results.submissions}


VENV = """
import os, sys
from autograder.protocol.sandbox_spec import SandboxSpec
from autograder.sandbox.isolation import enter_sandbox
level, folder, course = sys.argv[1:]
status, told = os.pipe()
death_pipe = os.pipe()
answers, answer = os.pipe()
if os.fork() == 0:
    try:
        enter_sandbox(SandboxSpec(level, folder, hidden=(course,)), told, death_pipe[0])
        exec(open(0).read())
        os.write(answer, repr((look(course), os.path.exists(sys.executable))).encode())
    except BaseException as error:
        os.write(answer, repr(error).encode())
    finally:
        os._exit(0)
os.close(answer)
print(os.fdopen(answers).read())
"""


@pytest.mark.parametrize("level", [FULL, FILES])
def test_an_environment_inside_the_course_stays_readable(level, tmp_path):
    supports(level)
    tmp_path.chmod(0o711)
    with system_folder() as folder:
        course = folder / "course"
        venv.create(course / ".venv", symlinks=True)
        (course / ".venv/own.txt").write_text(OWN)
        (course / "reference.py").write_text(SECRET)
        found = in_a_venv(course, level, tmp_path)
    assert SECRET not in found
    assert OWN in found
    assert found.endswith(", True)")


def in_a_venv(course: Path, level: str, folder: Path) -> str:
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [course / ".venv/bin/python", "-c", VENV, level, folder, course],
        env={"PYTHONPATH": str(root)},
        input=LOOK,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_a_course_in_the_folder_of_python_itself_is_refused():
    grader = Grader(ForkServer(), FULL)
    with pytest.raises(UserError, match="students' code must be able to read"):
        grader.spec(Environment((Path(sys.prefix),)))
