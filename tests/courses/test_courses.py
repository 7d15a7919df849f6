"""Other people's courses get the marks that nbgrader gives, cell by cell.

What nbgrader gives is recorded (`record_stock_marks.py`), because its kernels take minutes. The
suite grades two of the courses; `make courses` grades all, and has nbgrader grade one anew.
"""

import json
import os

import nbformat
import pytest
from class_folder import write_class
from course_files import COURSES, courses
from nbgrader.preprocessors import ClearSolutions
from record_stock_marks import CONFIG, PLUGGED_IN, RECORD, digest_of, stock_marks

from autograder.grading.grade import grade
from autograder.limits import Limits

ALL = "ALL_COURSES" in os.environ
CHOSEN = COURSES if ALL else ["iterators", "survey"]
FRESH = "shapes"  # graded by nbgrader itself

pytestmark = pytest.mark.slow(seconds=60)


@pytest.fixture(scope="module")
def recorded():
    return json.loads(RECORD.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def results(tmp_path_factory, warm_pool):
    folder = tmp_path_factory.mktemp("courses")
    write_class(folder, CHOSEN)
    for course in (course for name in CHOSEN for course in courses(name)):
        untouched, _ = ClearSolutions()(course.source(), {})
        place = folder / "submitted" / "untouched" / course.name
        place.mkdir(parents=True, exist_ok=True)
        nbformat.write(untouched, place / f"{course.notebook}.ipynb")
    limits = Limits(cell_seconds=30, submission_seconds=300)
    return grade(
        folder / "submitted", folder / "source", folder / "out", limits=limits, cluster=warm_pool
    )


def test_there_are_enough_courses_and_tests():
    assert len(COURSES) >= 6
    assert sum(len(course.tests) for name in COURSES for course in courses(name)) >= 200


@pytest.mark.parametrize("course", CHOSEN)
def test_every_cell_gets_the_marks_of_nbgrader(results, recorded, course):
    marks = recorded[course]["marks"]
    wrong, compared = [], 0
    for row in results.submissions:
        if row.assignment != course:
            continue
        assert row.status in ("graded", "time limit", "crashed"), row.reason
        for check in row.checks:
            if check.manual:
                continue
            wanted = marks[row.student][f"{row.notebook}/{check.check}"]
            compared += 1
            if check.score != wanted:
                wrong.append((row.student, row.notebook, check.check, check.score, wanted))
    assert wrong == []
    tests = sum(len(one.tests) for one in courses(course))
    assert compared == tests * 5


def test_no_test_is_doubtful(results):
    assert results.doubtful == ()


def test_both_ways_are_used(results):
    modes = {check.contained for row in results.submissions for check in row.checks}
    assert modes == {True, False}


@pytest.mark.parametrize("course", [name for name in CHOSEN if ALL or name == "survey"])
def test_nbgraders_own_commands_give_them_with_the_plug_in(recorded, course):
    assert stock_marks(course, CONFIG + PLUGGED_IN) == recorded[course]["marks"]


@pytest.mark.parametrize("course", COURSES)
def test_the_record_is_of_these_files(recorded, course):
    assert recorded[course]["files"] == digest_of(course)


@pytest.mark.skipif(not ALL, reason="make courses")
def test_the_record_is_what_nbgrader_gives(recorded):
    assert stock_marks(FRESH) == recorded[FRESH]["marks"]
