"""What `autograder build --check` says of marks is what a class gets."""

import sys

import pytest
from toy_assignment_text import REFERENCE, TEXT, write_course

from autograder.authoring.builder import write
from autograder.authoring.release_grading import wrong_marks

pytestmark = pytest.mark.slow(seconds=10)

TEST = TEXT[TEXT.index("agree(add, ") : TEXT.rindex("```")]


@pytest.fixture
def told(tmp_path, monkeypatch):
    """Builds the small course with another hidden test, or reference; gives the lines."""
    monkeypatch.syspath_prepend(tmp_path)

    def lines(test: str = TEST, reference: str = REFERENCE) -> list[str]:
        path = write_course(tmp_path, TEXT.replace(TEST, test))
        (tmp_path / "sums_right.py").write_text(reference)
        notebook = write(path)
        found = list(wrong_marks(tmp_path / "exercises", [notebook]))
        assert {place for place, _ in found} <= {notebook}
        return [line for _, line in found]

    yield lines
    sys.modules.pop("sums_right", None)


def test_a_course_in_order_has_no_wrong_mark(told):
    assert told() == []


def test_a_reference_that_loses_points_is_found(told):
    (line,) = told("assert not numbers, 'no numbers'\n")
    assert line == (
        "graded as a student's notebook, the reference gets 0 of 2 points in the test "
        "add-values: no numbers"
    )


def test_points_for_nothing_are_found(told):
    (line,) = told("assert callable(add)\n")
    assert line == "the untouched release earns 2 points in the test add-values, must be 0"


def test_a_test_that_only_holds_in_one_process_is_found(told):
    """The student's names are in another process."""
    (line,) = told("assert add(1, 2) == 3\nassert add.__globals__['torch'] is torch\n")
    assert "the reference gets 0 of 2 points in the test add-values" in line
