"""The folder of results: what a run may write and remove there, whatever its path is called."""

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import nbformat
import pytest
import toy_course as toy
from click.testing import CliRunner
from nbgrader.api import Gradebook
from quick_pool import QuickPool

from autograder.cli import main
from autograder.errors import UserError
from autograder.grading.grade import grade
from autograder.grading.run_cache import FOLDER, WORK


@pytest.fixture
def course(tmp_path) -> Path:
    """A course and a student."""
    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    return tmp_path


def test_folders_of_other_programs_beside_it_stay(course):
    own = [course / name for name in (".out-20251129", ".out-abcdefgh", "out-old")]
    for folder in own:
        folder.mkdir()
        (folder / "marks.txt").write_text("the instructor's own")
    for _ in range(2):
        grade(course / "class", course / "exercises", course / "out", cluster=QuickPool())
    assert [(folder / "marks.txt").read_text() for folder in own] == ["the instructor's own"] * 3


def test_what_a_killed_grader_left_is_removed(course):
    left = course / "out" / FOLDER / f"{WORK}killed"
    left.mkdir(parents=True)
    (left / "gradebook.db").write_text("half")
    grade(course / "class", course / "exercises", course / "out", cluster=QuickPool())
    assert not [path for path in (course / "out" / FOLDER).iterdir() if path.is_dir()]
    assert sorted(path.name for path in course.iterdir()) == ["class", "exercises", "out"]


@pytest.mark.parametrize("out", ["class", "class/graded", ".", "class/../class/ada"])
def test_results_do_not_go_where_submissions_are(out, course, monkeypatch):
    monkeypatch.chdir(course)
    before = sorted(course.rglob("*"))
    done = CliRunner().invoke(main, ["grade", "class", "--out", out, "--unsafe"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "lie in one another: give another --out" in done.output
    assert sorted(course.rglob("*")) == before


def test_a_link_to_the_submissions_is_seen_through(course):
    (course / "link").symlink_to(course / "class")
    with pytest.raises(UserError, match="lie in one another"):
        grade(course / "class", course / "exercises", course / "link", cluster=QuickPool())


NAMES = ["CS#101", "what? a%20b 100% [1]* {student_id}", 'file:it\'s "so"?mode=memory']


@pytest.mark.parametrize("name", NAMES)
def test_manual_marks_survive_whatever_the_folder_is_called(name, course):
    place = course / f"in {name}"
    place.mkdir()
    out = place / name
    where = course / "class", course / "exercises", out
    grade(*where, cluster=QuickPool())
    with closing(sqlite3.connect(out / "gradebook.db")) as gradebook, gradebook:
        done = gradebook.execute("update grade set manual_score = 0.5 where auto_score = 3")
        assert done.rowcount == 1
    results = grade(*where, cluster=QuickPool())
    assert [row.score for row in results.submissions] == [3.5]
    assert [path.name for path in place.iterdir()] == [name]
    assert sorted(path.name for path in course.iterdir()) == ["class", "exercises", place.name]


def test_a_new_gradebook_has_the_tables_that_nbgrader_makes(course, monkeypatch):
    # nbgrader starts a program that is installed beside Python.
    programs = Path(sys.executable).parent
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    grade(course / "class", course / "exercises", course / "out", cluster=QuickPool())
    Gradebook(f"sqlite:///{course / 'nbgraders.db'}").close()
    found = []
    for path in (course / "out" / "gradebook.db", course / "nbgraders.db"):
        with closing(sqlite3.connect(path)) as gradebook:
            tables = gradebook.execute("select name, sql from sqlite_master order by name")
            version = gradebook.execute("select version_num from alembic_version")
            found.append((tables.fetchall(), version.fetchall()))
    assert found[0] == found[1]


@pytest.mark.parametrize("fault", ["a solution without an end", "an old format"])
def test_a_source_notebook_that_nbgrader_refuses_is_one_line_before_anything_runs(course, fault):
    path = course / "exercises" / toy.ASSIGNMENT / f"{toy.NOTEBOOK}.ipynb"
    notebook = toy.master()
    if fault == "an old format":
        toy.cell(notebook, "add").metadata.nbgrader.schema_version = 1
        words = r"Outdated schema version: 1 .*; run `nbgrader update` in the course's folder$"
    else:
        toy.cell(notebook, "add").source += "\n    ### BEGIN SOLUTION"
        words = "no end solution"
    nbformat.write(notebook, path)
    pool = QuickPool()
    with pytest.raises(
        UserError, match=rf"refuses the source notebook 01-sums/sums\.ipynb: {words}"
    ):
        grade(course / "class", course / "exercises", course / "out", cluster=pool)
    assert pool.ran == 0
