"""Tests that nbgrader writes at the release: its own notebooks get its own marks."""

import gc
import shutil
import warnings
from pathlib import Path

import nbformat
import nbgrader
import pytest

from autograder.cells import has_autotests
from autograder.errors import UserError
from autograder.grading.autotests import TEMPLATES, with_written_tests
from autograder.grading.grade import grade
from autograder.grading.run_cache import AUTOTESTS
from autograder.ingest.submission_tree import read_course

FILES = Path(nbgrader.__file__).parent / "tests" / "apps" / "files"
# Source -> what students made of it, and what nbgrader's own tests want for that.
MARKS = {
    "simple": {"simple-unchanged": 0, "simple-changed": 1},
    "hashed": {"hashed-unchanged": 0, "hashed-changed": 1},
    "multi": {"multi-unchanged": 0, "multi-changed": 3},
}


def write_course(folder: Path, *names: str, templates: str = ".") -> Path:
    """nbgrader's notebooks as a course, one assignment each; returns the folder of the sources."""
    source = folder / "source"
    for name in names:
        (source / name).mkdir(parents=True)
        shutil.copyfile(FILES / f"autotest-{name}.ipynb", source / name / "p1.ipynb")
    (folder / templates).mkdir(exist_ok=True)
    shutil.copyfile(FILES / TEMPLATES, folder / templates / TEMPLATES)
    return source


@pytest.mark.slow(seconds=40)
def test_nbgraders_own_notebooks_get_its_marks(tmp_path):
    source = write_course(tmp_path, *MARKS)
    for name, students in MARKS.items():
        for student in students:
            place = tmp_path / "submitted" / student / name
            place.mkdir(parents=True)
            shutil.copyfile(FILES / f"autotest-{student}.ipynb", place / "p1.ipynb")
    results = grade(tmp_path / "submitted", source, tmp_path / "out")
    assert results.doubtful == ()
    given = {
        (row.assignment, row.student): row.score
        for row in results.submissions
        if row.status == "graded"
    }
    assert given == {(name, s): mark for name, marks in MARKS.items() for s, mark in marks.items()}


def test_the_tests_are_written_once(tmp_path, monkeypatch):
    source = write_course(tmp_path, "hashed", templates="source/hashed")
    masters = read_course(source)
    (master,) = masters["hashed"].values()
    assert has_autotests(master)
    written = with_written_tests(masters, source, tmp_path)
    (first,) = written["hashed"].values()
    assert not has_autotests(first)
    assert any("assert sha1(" in cell.source for cell in first.cells)
    assert [cell.metadata for cell in first.cells] == [cell.metadata for cell in master.cells]
    monkeypatch.setattr("autograder.grading.autotests.InstantiateTests", None)
    assert with_written_tests(masters, source, tmp_path) == written
    assert (tmp_path / AUTOTESTS).is_file()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / TEMPLATES).unlink(), f"the course has no {TEMPLATES}: put it"),
        (lambda folder: (folder / TEMPLATES).write_text("["), "cannot write the tests"),
        (lambda folder: (folder / TEMPLATES).write_text("ir: 1"), "cannot write the tests"),
        (lambda folder: _breaks(folder / "source" / "simple" / "p1.ipynb"), "cannot write the"),
    ],
)
def test_what_cannot_be_written_is_one_line_that_names_the_notebook(tmp_path, change, words):
    source = write_course(tmp_path, "simple")
    change(tmp_path)
    with pytest.raises(UserError) as raised:
        with_written_tests(read_course(source), source, tmp_path)
    message = raised.value.format_message()
    assert message.startswith(str(source / "simple" / "p1.ipynb"))
    assert words in message
    assert "\n" not in message
    with warnings.catch_warnings(record=True) as caught:  # of a kernel or a socket left behind
        warnings.simplefilter("always")
        raised = None
        gc.collect()
    assert not caught


def _breaks(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell("1 / 0"))
    nbformat.write(notebook, path)
