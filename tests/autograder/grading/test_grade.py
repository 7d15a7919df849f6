"""A class from its folders to grades, feedback and report, over a toy course."""

import csv
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import toy_course as toy
from click.testing import CliRunner
from nbgrader.api import Gradebook
from quick_pool import QuickPool
from warm_pool import OneAtATime

from autograder.cli import main
from autograder.doctor import meaning
from autograder.errors import UserError
from autograder.execution.carry_forward import ANSWERS
from autograder.execution.local_pool import LocalPool
from autograder.execution.sandbox_client import best_level
from autograder.grading.grade import ENTRIES, LOG, grade
from autograder.grading.run_cache import RunCache
from autograder.limits import Limits
from autograder.reporting.grades_csv import grades_csv
from autograder.reporting.nbgrader_gradebook import database_url
from autograder.reporting.results import ClassResults, read_results

pytestmark = pytest.mark.slow(seconds=60)  # and, run by file, one worker shares the graded class

LIMITS = Limits(cell_seconds=2, submission_seconds=10)
ROOT = Path(__file__).resolve().parents[3]
INJECTION = "<script>alert(1)</script>"


def write_class(folder: Path) -> Path:
    """A small class; the value is what each must get."""
    class_ = folder / "submitted"
    students = {
        "ada": toy.answered(),
        "blank": toy.release(),
        "corrupt": "{",
        "=danger": toy.answered(add=f"return '{INJECTION}'", twice="return 2 * x"),
        "loop": toy.answered(twice="while True: pass"),
        "product": toy.answered(add="return a * b", twice="return x + x"),
        "smith[1]": toy.without_tests(),
    }
    for student, content in students.items():
        toy.hand_in(class_, student, content)
    renamed = toy.hand_in(class_, "renamed", toy.answered())
    renamed.rename(renamed.with_name("sums (1).ipynb"))
    exported = toy.hand_in(class_, "exported", toy.answered())
    exported.rename(exported.with_name("sums.py"))
    (class_ / "linked" / toy.ASSIGNMENT).mkdir(parents=True)
    (class_ / "linked" / toy.ASSIGNMENT / "sums.ipynb").symlink_to(
        class_ / "ada" / toy.ASSIGNMENT / "sums.ipynb"
    )
    (class_ / "misnamed" / "1-sums").mkdir(parents=True)
    (class_ / "notes.txt").write_text("no student")
    return class_


SCORES = {
    "'=danger": ("graded", "3"),
    "ada": ("graded", "6"),
    "blank": ("graded", "0"),
    "corrupt": ("unreadable", "0"),
    "exported": ("missing", "0"),
    "linked": ("unreadable", "0"),
    "loop": ("time limit", "3"),
    "misnamed": ("missing", "0"),
    "product": ("graded", "3"),
    "renamed": ("graded", "6"),
    "smith[1]": ("graded", "6"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, warm_pool) -> tuple[Path, ClassResults]:
    folder = tmp_path_factory.mktemp("course")
    toy.write_course(folder)
    write_class(folder)
    where = folder / "submitted", folder / "exercises", folder / "out"
    return folder, grade(*where, limits=LIMITS, cluster=OneAtATime(warm_pool))


def page(folder: Path, student: str) -> str:
    return (folder / "out" / "feedback" / student / toy.ASSIGNMENT / "sums.html").read_text()


def test_grades(graded):
    folder, results = graded
    with (folder / "out" / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student"]: (row["status"], row["score"]) for row in rows} == SCORES
    assert [row["student"].lstrip("'") for row in rows] == sorted(
        row["student"].lstrip("'") for row in rows
    )
    assert {row["max_score"] for row in rows} == {"6"}
    said = {row["student"]: (row["reason"], row["misconceptions"]) for row in rows}
    assert said["product"] == ("", "product")
    assert "not valid JSON" in said["corrupt"][0]
    assert "found sums.py" in said["exported"][0]
    assert "symbolic link" in said["linked"][0]
    assert "twice-values" in said["loop"][0]
    assert results.ignored == (
        "notes.txt: not a student's folder",
        "misnamed/1-sums: not an assignment",
        "renamed/01-sums: the name of sums (1).ipynb, which is taken for sums.ipynb",
    )
    assert sorted(p.name for p in (folder / "out").iterdir()) == sorted((*ENTRIES, LOG, ".runs"))


def test_the_gradebook_is_nbgraders_and_agrees(graded):
    folder, results = graded
    with Gradebook(database_url(folder / "out" / "gradebook.db")) as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(toy.ASSIGNMENT)}
    expected = {row.student: row.score for row in results.submissions if row.checks}
    assert scores == expected
    assert "misnamed" not in scores


def test_feedback_teaches_and_hides(graded):
    folder, results = graded
    for row in results.submissions:
        assert bool(row.feedback) == (folder / "out" / (row.feedback or "none")).is_file()
    pages = {row.student: page(folder, row.student) for row in results.submissions if row.checks}
    for student, text in pages.items():
        assert toy.HIDDEN not in text
        assert toy.SECRET not in text
        assert "<script" not in text
        assert str(folder) not in text
        assert "src=" not in text
        assert not [other for other in pages if other != student and f">{other}<" in text]
    assert "You multiply." in pages["product"]
    assert 'href="https://example.org/sums"' in pages["product"]
    assert "[misconception" not in pages["product"]
    assert "Every check passed" in pages["ada"]
    assert "not written anything here yet" in pages["blank"]
    assert "could not be graded" in pages["corrupt"]
    assert "not valid JSON" in pages["corrupt"]
    assert "ran too long" in pages["loop"]
    assert "&lt;script&gt;" in pages["=danger"]


def test_no_file_of_the_results_holds_the_right_answers(graded):
    """They travel in a merged notebook's metadata, and only until it has run."""
    folder, _ = graded
    files = [p for p in (folder / "out").rglob("*") if p.is_file() and p.suffix != ".db"]
    assert len(files) > 10
    assert [p.name for p in files if ANSWERS.encode() in p.read_bytes()] == []


def test_the_report_shows_the_class(graded):
    folder, _ = graded
    text = (folder / "out" / "report.html").read_text()
    assert "11 students, 1 notebook" in text
    assert "feedback/smith%5B1%5D/01-sums/sums.html" in text
    assert "<script" not in text
    assert toy.HIDDEN not in text
    assert "not valid JSON" in text


def contents(folder: Path) -> dict[str, bytes]:
    """All bytes that must not depend on the run."""
    files = [folder / "grades.csv", folder / "results.json", folder / "report.html"]
    files += sorted((folder / "feedback").rglob("*.html"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def test_again_in_parallel_gives_the_same_bytes_and_keeps_manual_grades(
    graded, tmp_path, warm_pool
):
    folder, _ = graded
    class_, source = folder / "submitted", folder / "exercises"
    grade(class_, source, tmp_path / "out", limits=LIMITS, cluster=warm_pool)
    assert contents(tmp_path / "out") == contents(folder / "out")
    with Gradebook(database_url(tmp_path / "out" / "gradebook.db")) as gradebook:
        gradebook.find_grade("add-values", "sums", toy.ASSIGNMENT, "product").manual_score = 1.5
        comment = gradebook.find_comment("add", "sums", toy.ASSIGNMENT, "product")
        comment.manual_comment = "Nearly: <b>add</b>."
        gradebook.db.commit()
    results = grade(
        class_, source, tmp_path / "out", toy.ASSIGNMENT, limits=LIMITS, cluster=warm_pool
    )
    assert {r.student: r.score for r in results.submissions}["product"] == 4.5
    text = page(tmp_path, "product")
    assert "Nearly: &lt;b&gt;add&lt;/b&gt;." in text
    assert "partly" in text


def test_one_assignment_leaves_the_others_results(tmp_path, warm_pool):
    toy.write_course(tmp_path)
    second = tmp_path / "exercises" / "02-more"
    second.mkdir()
    nbformat.write(toy.master(), second / "sums.ipynb")
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    place = tmp_path / "class" / "ada" / "02-more"
    place.mkdir()
    nbformat.write(toy.release(), place / "sums.ipynb")
    out = tmp_path / "out"
    for assignment in (toy.ASSIGNMENT, "02-more"):
        where = tmp_path / "class", tmp_path / "exercises", out, assignment
        grade(*where, limits=LIMITS, cluster=warm_pool)
    rows = read_results(out).submissions
    assert [(row.assignment, row.score) for row in rows] == [("01-sums", 6), ("02-more", 0)]
    assert all((out / row.feedback).is_file() for row in rows)


def test_an_interrupted_run_leaves_the_results_as_they_were(graded, monkeypatch, warm_pool):
    folder, _ = graded
    before = contents(folder / "out")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("autograder.grading.grade.write_report", interrupt)
    # Under other limits, so that everything runs again.
    limits = Limits(cell_seconds=1, submission_seconds=10)
    where = folder / "submitted", folder / "exercises", folder / "out"
    with pytest.raises(KeyboardInterrupt):
        grade(*where, limits=limits, cluster=warm_pool)
    assert contents(folder / "out") == before
    assert not [p for p in folder.iterdir() if p.name.startswith(".")]


def test_what_has_not_changed_is_not_run_again(graded, monkeypatch):
    folder, _ = graded
    before = contents(folder / "out")
    ran = []
    monkeypatch.setattr(LocalPool, "do", lambda self, jobs: ran.extend(jobs) or iter(()))
    class_, source, out = folder / "submitted", folder / "exercises", folder / "out"
    grade(class_, source, out, limits=LIMITS)
    assert not ran
    assert contents(out) == before
    with pytest.raises(RuntimeError, match="the pool returned no answer"):
        grade(class_, source, out, limits=LIMITS, force=True)
    staged = [r for r in read_results(out).submissions if r.status not in ("missing", "unreadable")]
    assert 3 < len(ran) < len(staged)  # equal notebooks run once
    assert contents(out) == before


def test_two_graders_do_not_write_to_one_folder(graded):
    folder, _ = graded
    with (
        RunCache(folder / "out"),
        pytest.raises(UserError, match="Another grader is writing"),
    ):
        grade(folder / "submitted", folder / "exercises", folder / "out", limits=LIMITS)


def test_a_job_whose_checker_ends_is_given_to_another(tmp_path, warm_pool):
    """The course's own code ends the checker: after two tries the notebook is given up."""
    toy.write_course(tmp_path)
    path = tmp_path / "exercises" / toy.ASSIGNMENT / "sums.ipynb"
    notebook = toy.master()
    hidden = next(c for c in notebook.cells if "### BEGIN HIDDEN" in c.source)
    hidden.source += f"\nimport os; open({str(tmp_path / 'tries')!r}, 'a').write('x'); os._exit(3)"
    nbformat.write(notebook, path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    where = tmp_path / "class", tmp_path / "exercises", tmp_path / "out"
    results = grade(*where, limits=LIMITS, cluster=warm_pool)
    assert (tmp_path / "tries").read_text() == "xx"
    assert [(r.status, r.score) for r in results.submissions] == [("grader failed", 0)]
    assert "ended, twice" in results.submissions[0].reason


def test_a_gradebook_of_another_version_is_refused(graded, tmp_path):
    folder, _ = graded
    toy.write_course(tmp_path)
    path = tmp_path / "exercises" / toy.ASSIGNMENT / "sums.ipynb"
    notebook = toy.master()
    del notebook.cells[-1]
    nbformat.write(notebook, path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "gradebook.db").write_bytes((folder / "out" / "gradebook.db").read_bytes())
    toy.hand_in(tmp_path / "class", "ada", "{")
    with pytest.raises(UserError, match="another version of 01-sums"):
        grade(tmp_path / "class", tmp_path / "exercises", tmp_path / "out", limits=LIMITS)


def test_report_and_csv_are_made_again_from_the_results(graded):
    folder, _ = graded
    before = contents(folder / "out")
    (folder / "out" / "report.html").unlink()
    done = CliRunner().invoke(main, ["report", str(folder / "out")])
    assert done.exit_code == 0
    assert contents(folder / "out") == before


def test_no_cell_of_the_table_is_a_formula(graded):
    _, results = graded
    text = grades_csv(results.submissions)
    assert not [c for row in csv.reader(text.splitlines()) for c in row if c[:1] in "=+-@" and c]


BAD = [
    (["nowhere"], "nowhere does not exist"),
    (["exercises/01-sums/sums.ipynb"], "is not a folder"),
    (["empty"], "has no submission for 01-sums"),
    (["class", "--assignment", "07-none"], "Unknown assignment '07-none'"),
    (["class", "--source", "nowhere"], "nowhere is not a folder"),
    (["class", "--source", "empty"], "has no notebooks"),
    (["class", "--source", "broken"], "sums.ipynb is not a valid source notebook"),
    (["class", "--source", "in-r"], "sums.ipynb is for a kernel of R; only Python is graded here"),
    (["class", "--source", "later"], "sums.ipynb has AUTOTEST lines, and the course has no"),
    (["class", "--out", "a-file"], "is not a folder"),
    (["class", "--out", "a-file/below"], "Cannot write to"),
    (["class", "--out", "a-file/below/more"], "Cannot write to"),
    (["class", "--jobs", "0"], "--jobs must be at least 1"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input_is_one_line_and_leaves_nothing(arguments, message, tmp_path, monkeypatch):
    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").write_text("")
    (tmp_path / "broken" / "01-sums").mkdir(parents=True)
    (tmp_path / "broken" / "01-sums" / "sums.ipynb").write_text("{")
    for place, cell, language in (("in-r", "x <- 1", "R"), ("later", "### AUTOTEST x", "python")):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
        notebook.metadata["kernelspec"] = {"language": language}
        (tmp_path / place / "01-sums").mkdir(parents=True)
        nbformat.write(notebook, tmp_path / place / "01-sums" / "sums.ipynb")
    before = sorted(tmp_path.rglob("*"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("autograder.execution.local_pool.LocalPool", lambda _jobs: QuickPool())
    done = CliRunner().invoke(main, ["grade", *arguments])
    assert done.exit_code == 2
    assert message in done.output
    assert done.output.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_report_without_results_is_one_line(tmp_path):
    done = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    (tmp_path / "results.json").write_text('{"submissions": [1]}')
    done = CliRunner().invoke(main, ["report", str(tmp_path)])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)


def test_doctor_says_how_far_code_is_isolated():
    done = CliRunner().invoke(main, ["doctor"])
    assert done.exit_code == 0
    level = best_level()
    assert f"Isolation of grading: {level}: {meaning(level)}" in done.output


def test_without_any_isolation_nothing_is_graded_unless_one_insists(
    tmp_path, monkeypatch, command_with_warm_pool
):
    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    monkeypatch.setattr("autograder.execution.sandbox_client.best_level", lambda: "none")
    command = ["grade", str(tmp_path / "class"), "--source", str(tmp_path / "exercises")]
    command += ["--out", str(tmp_path / "out")]
    done = CliRunner().invoke(main, command)
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "--unsafe" in done.output
    assert not (tmp_path / "out").exists()
    done = CliRunner().invoke(main, [*command, "--unsafe"])
    assert done.exit_code == 0
    assert "Isolation: none" in done.output
    assert [r.score for r in read_results(tmp_path / "out").submissions] == [6]


def test_the_command_line_starts_without_nbgrader():
    code = (
        "import autograder.cli, sys; sys.exit('nbgrader' in sys.modules or 'torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
