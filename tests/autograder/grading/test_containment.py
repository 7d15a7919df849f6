"""Which way a test runs is decided by what it gives."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.containment import (
    APART,
    CONTAINED,
    RELEASE,
    SOURCE,
    TestMode,
    decide,
    with_what_they_use,
)

OTHER = "the source without some answers (1)"


def ways(source, release, other):
    """Scores of the one test "t" by (variant, mode); each argument is (apart, contained)."""
    given = {SOURCE: source, RELEASE: release, OTHER: other}
    return {
        (variant, mode): {} if score is None else {"t": score}
        for variant, scores in given.items()
        for mode, score in zip((APART, CONTAINED), scores, strict=True)
    }


@pytest.mark.parametrize(
    ("walled", "expected"),
    [
        (ways((2, 2), (0, 0), (0, 0)), TestMode(APART)),
        (ways((2, 2), (0, 0), (2, 0)), TestMode(CONTAINED)),  # of nbgrader nothing is known here
        (ways((0, 2), (0, 0), (0, 0)), TestMode(CONTAINED)),
        (ways((None, 2), (None, 0), (None, 0)), TestMode(CONTAINED)),  # could not be run apart
        (ways((2, 0), (0, 0), (0, 0)), TestMode(APART)),
        (ways((2, 2), (1, 0), (0, 0)), TestMode(CONTAINED)),
        (
            ways((0, 0), (0, 0), (0, 0)),
            TestMode(CONTAINED, f"{SOURCE} gets 0 points here, and 2 from nbgrader"),
        ),
        (
            ways((0, 2), (2, 1), (0, 0)),
            TestMode(CONTAINED, f"{RELEASE} gets 1 points here, and 0 from nbgrader"),
        ),
    ],
)
def test_a_test_runs_as_it_must_to_give_the_marks_of_nbgrader(walled, expected):
    plain = {SOURCE: {"t": 2.0}, RELEASE: {"t": 0.0}}
    assert decide(plain, walled) == {"t": expected}


def test_what_a_contained_test_uses_is_contained():
    sources = {
        "a": "from math import tau",
        "b": "half = tau / 2",
        "c": "limit = 3",
        "d": "%time assert half < 4",
        "e": "assert half < 4",
        "f": "later = 1",
    }
    cells = [
        new_code_cell(
            source, metadata={"nbgrader": {"grade_id": name, "grade": True, "solution": False}}
        )
        for name, source in sources.items()
    ]
    notebook = new_notebook(cells=cells)
    assert with_what_they_use(notebook, {"e"}) == {"a", "b", "e"}
    assert with_what_they_use(notebook, {"c"}) == {"c"}
    assert with_what_they_use(notebook, {"d"}) == {"d"}  # the run in both ways finds the rest
