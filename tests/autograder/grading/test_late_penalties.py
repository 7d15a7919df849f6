"""Late work loses the points that the course's plug-in for nbgrader takes, and no others."""

import shutil
import sys
from datetime import timedelta
from pathlib import Path

import four_accounts
import nbformat
import pytest
import toy_course as toy
from instructor import penalize
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from quick_pool import QuickPool
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import UserError
from autograder.grading.grade import grade
from autograder.reporting.nbgrader_gradebook import database_url

DUE = "2026-11-02 12:00:00"
CAME = {  # student -> when; with what `PER_HOUR` leaves of 6 points
    "ada": ("2026-11-02 11:59:59 UTC", 6),
    "bob": ("2026-11-02 14:00:00 UTC", 4),
    "cyd": ("2026-11-02 15:00:00 +0100", 4),  # 14:00 in UTC
    "dan": ("2026-11-09 12:00:00 UTC", 0),
    "eve": ("2026-11-03 12:00:00 UTC", 5),  # with 23 hours more
    "fay": (None, 6),  # nobody knows
}
PER_HOUR = """
from nbgrader.plugins import BasePlugin

class PerHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return total_seconds_late / 3600
"""
PLUGIN = "c = get_config()\nc.AssignLatePenalties.plugin_class = 'late.PerHour'\n"
ZERO = "c = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"


pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own


@pytest.fixture(scope="module")
def dates(tmp_path_factory) -> Path:
    """A gradebook with a date, and an extension for one student."""
    path = tmp_path_factory.mktemp("dates") / "gradebook.db"
    with Gradebook(database_url(path)) as gradebook:
        gradebook.add_assignment(toy.ASSIGNMENT, duedate=DUE)
        gradebook.add_student("eve")
        gradebook.add_submission(toy.ASSIGNMENT, "eve").extension = timedelta(hours=23)
        gradebook.db.commit()
    return path


@pytest.fixture
def course(tmp_path, dates) -> Path:
    """A course as nbgrader has it, with a class that came in time and late."""
    toy.write_course(tmp_path)
    for student, (when, _) in CAME.items():
        path = toy.hand_in(tmp_path / "class", student, toy.answered())
        if when:
            path.with_name("timestamp.txt").write_text(when)
    (tmp_path / "late.py").write_text(PER_HOUR)
    (tmp_path / "nbgrader_config.py").write_text(PLUGIN)
    shutil.copyfile(dates, tmp_path / "gradebook.db")
    return tmp_path


def marks(folder: Path) -> dict[str, float]:
    """Student -> points, the same in all places, after the class was graded."""
    grade(folder / "class", folder / "exercises", folder / "out", cluster=QuickPool())
    return {student: score for student, (score, _) in four_accounts.agreed(folder / "out").items()}


def test_each_late_notebook_loses_what_the_plug_in_takes(course):
    expected = {student: left for student, (_, left) in CAME.items()}
    assert marks(course) == expected
    page = course / "out" / "feedback" / "bob" / toy.ASSIGNMENT / "sums.html"
    assert "late" in page.read_text()
    assert marks(course) == expected  # and not twice


def test_nbgraders_own_step_takes_the_same(course, monkeypatch):
    marks(course)
    monkeypatch.syspath_prepend(course)
    copy = course / "copy.db"
    shutil.copyfile(course / "out" / "gradebook.db", copy)
    config = PyFileConfigLoader("nbgrader_config.py", str(course)).load_config()
    for student in CAME:
        about = {"assignment": toy.ASSIGNMENT, "notebook": toy.NOTEBOOK, "student": student}
        about["db_url"] = database_url(copy)
        AssignLatePenalties(config=config)(nbformat.v4.new_notebook(), {"nbgrader": about})
    del sys.modules["late"]
    found = []
    for path in (copy, course / "out" / "gradebook.db"):
        with Gradebook(database_url(path)) as gradebook:
            entries = gradebook.notebook_submissions(toy.NOTEBOOK, toy.ASSIGNMENT)
            found.append({e.student.id: e.late_submission_penalty for e in entries})
    assert found[0] == found[1]
    assert found[0]["bob"] == 2


def test_the_usual_plug_in_is_configured_as_for_nbgrader(course):
    (course / "nbgrader_config.py").write_text(ZERO)
    late = ("bob", "cyd", "dan", "eve")
    assert marks(course) == {student: 0 if student in late else 6 for student in CAME}


def test_a_date_in_the_results_goes_before_that_of_the_course(course):
    marks(course)
    with Gradebook(database_url(course / "out" / "gradebook.db")) as gradebook:
        gradebook.update_or_create_assignment(toy.ASSIGNMENT, duedate="2026-11-02 13:00:00")
    assert marks(course)["bob"] == 5


@pytest.mark.parametrize("text", [None, "", "c = get_config()  # Late work is fine\n"])
def test_without_a_plug_in_a_penalty_given_by_hand_stays(course, text):
    (course / "nbgrader_config.py").unlink()
    if text is not None:
        (course / "nbgrader_config.py").write_text(text)
    assert set(marks(course).values()) == {6}
    penalize(course, "ada", 1.5)
    assert marks(course) == {student: 4.5 if student == "ada" else 6 for student in CAME}


@pytest.mark.parametrize(
    ("config", "plugin", "words"),
    [
        (PLUGIN + "(", PER_HOUR, "cannot be loaded (SyntaxError"),
        (PLUGIN.replace("late.PerHour", "late.PerDay"), PER_HOUR, "cannot be loaded (TraitError"),
        (PLUGIN, PER_HOUR.replace("/ 3600", "/ 0"), "fails for bob (ZeroDivisionError"),
        (PLUGIN, PER_HOUR.replace("/ 3600", ", 1"), "fails for bob (TypeError"),
        (PLUGIN, PER_HOUR.replace("/ 3600", "* float('nan')"), "fails for bob (ValueError"),
        (PLUGIN + "exit(1)\n", PER_HOUR, "cannot be loaded (SystemExit"),
        (PLUGIN, PER_HOUR.replace("late_submission_penalty", "late_penalty"), "(AttributeError"),
        ("# Late \xff", PER_HOUR, "cannot be read (UnicodeDecodeError"),
    ],
)
def test_a_plug_in_that_does_not_work_is_one_line_and_nothing_is_lost(
    course, config, plugin, words
):
    before = marks(course)
    (course / "nbgrader_config.py").write_text(config, encoding="latin-1")
    (course / "late.py").write_text(plugin)
    with pytest.raises(UserError) as raised:
        marks(course)
    message = raised.value.format_message()
    assert message.startswith(str(course / "nbgrader_config.py"))
    assert words in message
    assert "\n" not in message
    assert {s: score for s, (score, _) in four_accounts.agreed(course / "out").items()} == before


def test_a_gradebook_of_the_course_that_cannot_be_read_is_named(course):
    (course / "gradebook.db").write_bytes(b"no database at all, but longer than its header" * 9)
    with pytest.raises(UserError, match=r"gradebook\.db: the dates of the assignments cannot be"):
        marks(course)
