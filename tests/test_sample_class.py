"""The whole way: a class handed in, graded, and students' pages read.

In one assignment everybody takes part, with one mistake for each hidden test; in the others a few
do, and of those again a few are graded here. `test_assignments` shows, without the grader, that
every style earns everything and that every mistake is caught by its test and named.
"""

import csv
import html
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.authoring import trusted_runner
from autograder.execution.diagnosis_switch import without_diagnosis
from autograder.grading.grade import grade
from autograder.grading.merge import merge_submission
from autograder.ingest.notebook_reader import read_submission
from autograder.limits import SEED_VARIABLE, Limits
from autograder.reporting.results import read_results
from exercises.assignments import all_assignments
from exercises.synthetic_class import WITH_EVERYBODY, write_class

ROOT = Path(__file__).parent.parent
FULL = {"perfect", "perfect-but-noisy", "tests-deleted"}
LIMITS = Limits(cell_seconds=10, submission_seconds=45)  # one of them computes until it is ended
OF_EACH_KIND = {"style": 1, "mistake": 3}  # graded in the assignments in which a few take part

pytestmark = pytest.mark.slow(seconds=230)


@pytest.fixture(scope="module")
def graded(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("class")
    write_class(folder / "submissions")
    everybody = the_one_with_everybody()
    chosen = {f"mistake-{m.name}" for m in one_for_each_test(everybody)}
    for submission in (folder / "submissions").glob(f"mistake-*/{WITH_EVERYBODY}"):
        if submission.parent.name not in chosen:
            shutil.rmtree(submission.parent)
    for master in all_assignments():
        for kind, most in OF_EACH_KIND.items() if master.assignment != WITH_EVERYBODY else ():
            of_kind = sorted((folder / "submissions").glob(f"{kind}-*/{master.assignment}"))
            kept = of_kind[:: len(of_kind) // most][:most]
            for submission in set(of_kind) - set(kept):
                shutil.rmtree(submission)
    grade(folder / "submissions", ROOT / "exercises", folder / "out", jobs=2, limits=LIMITS)
    return folder / "out"


@pytest.fixture(scope="module")
def rows(graded) -> dict[tuple[str, str], dict]:
    with (graded / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["student"], row["assignment"]): row
            for row in csv.DictReader(file)
            if row["status"] != "missing"  # of each assignment but one only a few hand in
        }


@pytest.fixture(scope="module", params=all_assignments(), ids=lambda master: master.assignment)
def master(request):
    return request.param


@pytest.fixture(scope="module")
def everybody():
    return the_one_with_everybody()


def the_one_with_everybody():
    (master,) = [master for master in all_assignments() if master.assignment == WITH_EVERYBODY]
    return master


def one_for_each_test(master) -> list:
    return list({m.caught_by: m for m in reversed(master.mistakes)}.values())


def handed_in(rows, master) -> list:
    """The mistakes of which there is a submission."""
    return [m for m in master.mistakes if (f"mistake-{m.name}", master.assignment) in rows]


def page(graded: Path, student: str, master) -> str:
    path = graded / "feedback" / student / master.assignment / f"{master.notebook}.html"
    return html.unescape(path.read_text(encoding="utf-8"))


def test_honest_work_gets_full_marks_in_every_style(rows, master):
    students = {s for s, a in rows if a == master.assignment and (s in FULL or "style-" in s)}
    assert len(students) >= 1 + OF_EACH_KIND["style"]
    for student in students:
        row = rows[student, master.assignment]
        assert row["status"] == "graded"
        assert row["score"] == row["max_score"], student
        assert row["misconceptions"] == ""


def test_no_work_gets_nothing(rows, master):
    assert float(rows["blank", master.assignment]["score"]) == 0


def test_half_the_work_gets_something(rows, master):
    row = rows["half-done", master.assignment]
    assert 0 < float(row["score"]) < float(row["max_score"])


@pytest.mark.parametrize(
    ("student", "status"),
    [
        ("corrupt-file", "unreadable"),
        ("not-a-notebook", "unreadable"),
        ("endless-loop", "time limit"),
        ("raises", "graded"),
        ("syntax-error", "graded"),
    ],
)
def test_trouble_is_named_and_costs_only_its_own_points(rows, everybody, student, status):
    row = rows[student, everybody.assignment]
    assert row["status"] == status
    assert (row["reason"] != "") == (status != "graded")
    assert float(row["score"]) < float(row["max_score"])
    if status != "unreadable":
        assert float(row["score"]) > 0


def test_a_mistake_loses_the_points_named_for_it_and_is_told_so(graded, rows, master):
    checks = {
        (row.student, check.check): check
        for row in read_results(graded).submissions
        if row.assignment == master.assignment
        for check in row.checks
    }
    assert len(handed_in(rows, master)) >= OF_EACH_KIND["mistake"]
    for mistake in handed_in(rows, master):
        student = f"mistake-{mistake.name}"
        check = checks[student, mistake.caught_by]
        assert check.score == 0, mistake.name
        assert check.misconception == mistake.name
        row = rows[student, master.assignment]
        assert float(row["score"]) < float(row["max_score"])
        assert mistake.name in row["misconceptions"].split(";")
        assert mistake.did in " ".join(page(graded, student, master).split()), mistake.name


def test_in_this_process_everybody_gets_the_same_marks(graded, rows, master, monkeypatch):
    """Locking code in changes no mark: the tests are the same, only what they hold differs.

    Here are those who get a part of the points. `test_assignments` has the others: all points in
    every style, and none for nothing, are asked for there too.
    """
    submissions = graded.parent / "submissions"
    seeds = {(r.student, r.assignment): r.seed for r in read_results(graded).submissions}
    compared = 0
    for (student, assignment), row in rows.items():
        if assignment != master.assignment or row["status"] != "graded":
            continue
        if student in ("perfect", "blank") or student.startswith("style-"):
            continue
        path = submissions / student / assignment / f"{master.notebook}.ipynb"
        notebook = merge_submission(master.source, read_submission(path))
        monkeypatch.setenv(SEED_VARIABLE, seeds[student, assignment])  # the same hidden inputs
        with without_diagnosis():  # points only
            ends = trusted_runner.run_tests_in_process(notebook)
        earned, _ = trusted_runner.score(notebook, ends)
        assert earned == float(row["score"]), student
        compared += 1
    assert compared >= 1 + OF_EACH_KIND["mistake"]


def test_no_page_shows_a_hidden_test_or_the_reference(graded, rows, master):
    for student in ("blank", "half-done", "endless-loop", "corrupt-file"):
        if (student, master.assignment) not in rows:
            continue
        text = page(graded, student, master)
        assert "hidden_test" not in text
        assert "mistakes_of" not in text


@pytest.fixture(scope="module")
def gradebook(graded) -> dict[str, dict[str, float]]:
    """Assignment -> student -> the score, as nbgrader reads it."""
    script = (
        "import json, sys\n"
        "from nbgrader.api import Gradebook\n"
        "with Gradebook(f'sqlite:///{sys.argv[1]}') as book:\n"
        "    print(json.dumps({\n"
        "        a.name: {s.student.id: s.score for s in book.assignment_submissions(a.name)}\n"
        "        for a in book.assignments\n"
        "    }))\n"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, str(graded / "gradebook.db")]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_the_gradebook_agrees(gradebook, rows, master):
    book = gradebook[master.assignment]
    assert len(book) >= 3 + sum(OF_EACH_KIND.values())
    for student, score in book.items():
        assert score == float(rows[student, master.assignment]["score"]), student
