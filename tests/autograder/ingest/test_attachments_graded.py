"""A class with files beside its notebooks, graded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import toy_files
from nbgrader.api import Gradebook
from not_files import NO_FILES

from autograder.execution.local_pool import LocalPool
from autograder.grading.grade import grade
from autograder.limits import Limits
from autograder.reporting.nbgrader_gradebook import database_url
from autograder.reporting.results import read_results

ROOT = Path(__file__).resolve().parents[3]
LIMITS = Limits(cell_seconds=10, submission_seconds=60)


def write_class(class_: Path) -> dict[str, tuple[float, str]]:
    """Hand in for everybody; what each must get, and a part of what each is told."""
    toy_files.hand_in(class_, "ada")
    expected: dict[str, tuple[float, str]] = {"ada": (4, "")}
    for kind, (make, said) in NO_FILES.items():
        if kind != "a device":
            place = toy_files.hand_in(class_, kind, {"log.txt": toy_files.RIGHT["log.txt"]})
            make(place / "weights.bin")
            expected[kind] = (2, said)
    place = toy_files.hand_in(class_, "a peer's", {"log.txt": b"3, 2, 1"})
    (place / "weights.bin").symlink_to(class_ / "ada" / toy_files.ASSIGNMENT / "weights.bin")
    toy_files.hand_in(class_, "none", {})
    toy_files.hand_in(class_, "wrong", toy_files.RIGHT | {"weights.bin": b"bad", "more": b"!"})
    (toy_files.hand_in(class_, "no notebook") / "weights.ipynb").unlink()
    expected |= {"a peer's": (2, "symbolic link"), "none": (1, ""), "wrong": (2, "")}
    return expected | {"no notebook": (0, "weights.ipynb is missing; found log.txt")}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, warm_pool):
    folder = tmp_path_factory.mktemp("files")
    toy_files.write_course(folder)
    expected = write_class(folder / "class")
    where = folder / "class", folder / "exercises", folder / "out"
    grade(*where, limits=LIMITS, cluster=warm_pool)
    return folder, expected


def page(folder: Path, student: str) -> str:
    place = folder / "out" / "feedback" / student / toy_files.ASSIGNMENT
    return (place / "weights.html").read_text()


@pytest.mark.slow
def test_the_rest_is_graded_as_if_the_file_was_not_there(graded):
    folder, expected = graded
    rows = {row.student: row for row in read_results(folder / "out").submissions}
    assert {student: row.score for student, row in rows.items()} == {
        student: score for student, (score, _) in expected.items()
    }
    for student, (_, said) in expected.items():
        assert rows[student].status == ("missing" if student == "no notebook" else "graded")
        assert said in rows[student].reason if said else rows[student].reason == ""
    assert "No such file" in next(c for c in rows["none"].checks if c.check == "the-log").message
    listing = (folder / "out" / "autograded" / "wrong" / toy_files.ASSIGNMENT).glob("*.ipynb")
    assert "['log.txt', 'weights.bin']" in next(listing).read_text()  # not the one more


@pytest.mark.slow
def test_the_student_and_the_instructor_are_told(graded):
    folder, expected = graded
    report = (folder / "out" / "report.html").read_text()
    for student, (score, said) in expected.items():
        told = "graded without a file of yours" in page(folder, student)
        assert told == (bool(said) and score > 0), student
        assert said[1:] in page(folder, student)  # it may begin a sentence
        assert said in report
    assert "weights.bin is larger than 1 MB." in page(folder, "a byte too much")


@pytest.mark.slow
def test_only_what_has_another_file_runs_again(graded, monkeypatch, warm_pool):
    folder, _ = graded
    ran: list[dict] = []
    real = LocalPool.do
    monkeypatch.setattr(LocalPool, "do", lambda self, jobs: real(self, map(noted, jobs)))

    def noted(job: tuple[str, dict]) -> tuple[str, dict]:
        ran.append(job[1])
        return job

    def again() -> int:
        ran.clear()
        where = folder / "class", folder / "exercises", folder / "out"
        grade(*where, limits=LIMITS, cluster=warm_pool)
        return len(ran)

    assert again() == 0
    path = folder / "class" / "wrong" / toy_files.ASSIGNMENT / "weights.bin"
    path.write_bytes(b"worse weights")
    assert again() == 1
    path.write_bytes(b"good weights")
    assert again() == 0  # the same notebook with the same files as ada's
    rows = {row.student: row for row in read_results(folder / "out").submissions}
    assert rows["wrong"].score == 4
    path.write_bytes(b"bad")
    assert again() == 1  # what nobody handed in any more is not kept


@pytest.mark.slow
def test_nbgraders_own_commands_find_them_too(tmp_path):
    toy_files.write_course(tmp_path)
    (tmp_path / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text())
    toy_files.hand_in(tmp_path / "submitted", "ada")
    place = toy_files.hand_in(tmp_path / "submitted", "link", {"log.txt": b"3, 2, 1"})
    (place / "weights.bin").symlink_to(tmp_path / "submitted/ada/02-weights/weights.bin")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for verb in ("generate_assignment", "autograde", "generate_feedback"):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", verb, toy_files.ASSIGNMENT],
            cwd=tmp_path,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with Gradebook(database_url(tmp_path / "gradebook.db")) as gradebook:
        submissions = gradebook.assignment_submissions(toy_files.ASSIGNMENT)
        assert {one.student_id: one.score for one in submissions} == {"ada": 4, "link": 2}
    text = (tmp_path / "feedback" / "link" / toy_files.ASSIGNMENT / "weights.html").read_text()
    assert "weights.bin is a symbolic link" in text
