"""Marks and penalties that a person enters, and that all places show the same numbers."""

from pathlib import Path

import four_accounts
import pytest
import toy_course as toy
import toy_essay
from click.testing import CliRunner
from instructor import mark, penalize
from quick_pool import QuickPool

from autograder.cli import main
from autograder.errors import UserError
from autograder.grading.grade import grade
from autograder.reporting.results import ClassResults


def run(folder: Path, **options) -> ClassResults:
    return grade(
        folder / "class", folder / "exercises", folder / "out", cluster=QuickPool(), **options
    )


def page(folder: Path, student: str) -> str:
    return (folder / "out" / "feedback" / student / toy.ASSIGNMENT / "sums.html").read_text()


@pytest.fixture
def course(tmp_path) -> Path:
    """A graded class of two: one has done everything, one nothing."""
    toy_essay.write_course(tmp_path)
    toy_essay.hand_in(tmp_path / "class", "ada", toy_essay.answered())
    blank = toy_essay.answered(toy_essay.RELEASED, add="raise NotImplementedError()")
    toy_essay.hand_in(tmp_path / "class", "bob", blank)
    run(tmp_path)
    return tmp_path


def test_an_answer_that_nobody_has_read_is_not_well_done(course):
    assert four_accounts.agreed(course / "out") == {"ada": (6, 12), "bob": (0, 12)}
    text = page(course, "ada")
    assert "Every check passed. Well done." not in text
    assert "2 answers are still to be read by your instructor" in text
    assert "not read yet" in text
    assert "Explains sums." in text
    assert "1 answer is still to be read" in page(course, "bob")  # an untouched essay has no marks


def test_marks_given_by_hand_count_everywhere(course):
    mark(course, "ada", "essay", 3.5)
    mark(course, "ada", "task", 2)
    run(course)
    assert four_accounts.agreed(course / "out") == {"ada": (11.5, 12), "bob": (0, 12)}
    text = page(course, "ada")
    assert "still to be read" not in text
    assert "3.5 / 4" in text
    assert "Every automatic check passed." in text


def test_late_penalties_survive(course):
    penalize(course, "ada", 2)
    penalize(course, "bob", 1)
    for options in ({}, {"students": ["ada"]}, {"force": True}):
        run(course, **options)
        assert four_accounts.agreed(course / "out") == {"ada": (4, 12), "bob": (0, 12)}
    assert "A late penalty of 2 is already taken off." in page(course, "ada")


def test_one_student_again_shows_what_has_been_entered_for_the_others(course):
    mark(course, "ada", "essay", 1)
    run(course, students=["bob"])
    assert four_accounts.agreed(course / "out") == {"ada": (7, 12), "bob": (0, 12)}
    assert "1 / 4" in page(course, "ada")


def test_one_student_again_after_the_points_have_changed_is_refused(course):
    toy_essay.write_course(course, points=5)
    before = four_accounts.agreed(course / "out")
    with pytest.raises(UserError, match=r"points of 01-sums have changed .* without --student"):
        run(course, students=["bob"])
    assert four_accounts.agreed(course / "out") == before
    run(course)
    assert four_accounts.agreed(course / "out") == {"ada": (6, 13), "bob": (0, 13)}
    run(course, students=["bob"])
    assert four_accounts.agreed(course / "out") == {"ada": (6, 13), "bob": (0, 13)}


def test_the_report_is_made_again_with_the_marks_of_the_gradebook(course):
    mark(course, "ada", "essay", 1)
    penalize(course, "ada", 0.5)
    done = CliRunner().invoke(main, ["report", str(course / "out")])
    assert done.exit_code == 0, done.output
    assert four_accounts.agreed(course / "out") == {"ada": (6.5, 12), "bob": (0, 12)}


def test_a_missing_answer_is_not_to_be_read(course):
    notebook = toy_essay.answered()
    notebook.cells = [cell for cell in notebook.cells if cell.id != toy_essay.ESSAY]
    toy_essay.hand_in(course / "class", "ada", notebook)
    run(course)
    assert "1 answer is still to be read" in page(course, "ada")
