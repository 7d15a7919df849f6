"""Names of files, as learning platforms and instructors give them: who it is, and what."""

import time

import pytest
from submitted_files import BARE, COURSE

from autograder.errors import UserError
from autograder.ingest.lms_filenames import Canvas, Moodle, ParsedName
from autograder.ingest.pattern_option import Pattern

CANVAS = {
    "musteranna_123_4567_sums.ipynb": ParsedName(
        "musteranna-123", "musteranna_123", "sums.ipynb", order=4567
    ),
    "musteranna_LATE_123_4567_sums-1.ipynb": ParsedName(
        "musteranna-123", "musteranna_123", "sums-1.ipynb", order=4567, late=True
    ),
    "von_der_aa_5_6_7_8_x.ipynb": ParsedName(
        "von_der_aa-5", "von_der_aa_5", "7_8_x.ipynb", order=6
    ),
    "anon_x7F3k_4567_sums.ipynb": ParsedName("anon-x7F3k", "anon_x7F3k", "sums.ipynb", order=4567),
    "LATE_anon_x7F3k_4567_s.ipynb": ParsedName(
        "anon-x7F3k", "anon_x7F3k", "s.ipynb", order=4567, late=True
    ),
    "müllerözge_1_2_a b.ipynb": ParsedName("müllerözge-1", "müllerözge_1", "a b.ipynb", order=2),
    "sums.ipynb": None,
    "ada_sums.ipynb": None,
    "ada_1_sums.ipynb": None,
    "ada_1_2_x/sums.ipynb": None,
}


@pytest.mark.parametrize("path", CANVAS)
def test_canvas_names(path):
    assert Canvas().read(path) == CANVAS[path]


ANNA = ("Anna Muster-123", "Anna Muster_123")
MOODLE = {
    "Anna Muster_123_assignsubmission_file/sums.ipynb": ParsedName(*ANNA, "sums.ipynb"),
    "Anna Muster_123_assignsubmission_file_/sums.ipynb": ParsedName(*ANNA, "sums.ipynb"),
    "Anna Muster_123_assignsubmission_file_/a/b/sums.ipynb": ParsedName(*ANNA, "sums.ipynb"),
    "Anna Muster_123_assignsubmission_file_sums_2.ipynb": ParsedName(*ANNA, "sums_2.ipynb"),
    "Anna Muster_123_assignsubmission_onlinetext/onlinetext.html": ParsedName(
        *ANNA, "onlinetext.html"
    ),
    "Anna Muster_123_assignsubmission_file_Eve_9_assignsubmission_file_x.ipynb": ParsedName(
        *ANNA, "Eve_9_assignsubmission_file_x.ipynb"
    ),
    "Group 1_77_assignsubmission_file/x.ipynb": ParsedName("Group 1-77", "Group 1_77", "x.ipynb"),
    "Default group_assignsubmission_file/x.ipynb": ParsedName(
        "Default group", "Default group_", "x.ipynb"
    ),
    "Anna Muster_123/sums.ipynb": None,
    "a/Anna Muster_123_assignsubmission_file/sums.ipynb": None,
    "grades.csv": None,
}


@pytest.mark.parametrize("path", MOODLE)
def test_moodle_names(path):
    assert Moodle().read(path) == MOODLE[path]


def test_a_name_too_long_keeps_its_number():
    label = Canvas().read(f"{'x' * 300}_123_4567_sums.ipynb")
    assert (len(label.student), label.student[-4:]) == (60, "-123")


PATTERNS = [
    ("{student}_{notebook}.ipynb", "ada_sums.ipynb", ("ada", "01-sums", "sums.ipynb")),
    ("{student}_{notebook}.ipynb", "ada_king_sums.ipynb", ("ada_king", "01-sums", "sums.ipynb")),
    ("{student}_{notebook}.ipynb", "ada_plots (2).ipynb", ("ada", "02-plots", "plots (2).ipynb")),
    ("{student}_{notebook}.ipynb", "ada_mine.ipynb", ("ada", "", "mine.ipynb")),
    ("{student}_{notebook}.ipynb", "ada_king_mine.ipynb", None),
    ("{student}_{notebook}.ipynb", "ada_work.zip", ("ada", "", "ada_work.zip")),
    ("{student}_{notebook}.ipynb", "below/ada_sums.ipynb", None),
    ("{student}_{notebook}.ipynb", "ada_sums.pdf", None),
    ("{student}_*_{notebook}.ipynb", "ada_7_8_sums.ipynb", ("ada", "01-sums", "sums.ipynb")),
    ("{student}/{notebook}.ipynb", "ada/left.ipynb", ("ada", "03-both", "left.ipynb")),
    ("{student}/{notebook}.ipynb", "ada king/mine.ipynb", ("ada king", "", "mine.ipynb")),
    ("{notebook}-{student}.ipynb", "sums-ada-king.ipynb", ("ada-king", "01-sums", "sums.ipynb")),
    ("{assignment}/{student}.ipynb", "01-sums/ada.ipynb", ("ada", "01-sums", "sums.ipynb")),
    ("{assignment}/{student}.ipynb", "09-none/ada.ipynb", None),
    (
        "*/{student}/{assignment}/*.ipynb",
        "x/ada/02-plots/y.ipynb",
        ("ada", "02-plots", "plots.ipynb"),
    ),
    ("w[1].{student}_{notebook}.ipynb", "w[1].ada_sums.ipynb", ("ada", "01-sums", "sums.ipynb")),
]


@pytest.mark.parametrize(("pattern", "path", "meant"), PATTERNS)
def test_patterns(pattern, path, meant):
    label = Pattern(pattern, COURSE).read(path)
    assert (label and (label.student, label.assignment, label.file)) == meant


BAD_PATTERNS = [
    ("", "say {student}"),
    ("*.ipynb", "say {student}"),
    ("{student}", "end in .ipynb"),
    ("{student}_{notebook}", "end in .ipynb"),
    ("{student}_{name}.ipynb", "{name} is unknown"),
    ("{student}_{}.ipynb", "{} is unknown"),
    ("{student}_{student}_{notebook}.ipynb", "once"),
    ("{student}{notebook}.ipynb", "between"),
    ("{student}*_{notebook}.ipynb", "between"),
    ("{student_{notebook}.ipynb", "no partner"),
    ("{student}}_{notebook}.ipynb", "no partner"),
    ("/{student}_{notebook}.ipynb", "a path in SUBMISSIONS"),
    ("../{student}_{notebook}.ipynb", "a path in SUBMISSIONS"),
    ("{student}\\{notebook}.ipynb", "a path in SUBMISSIONS"),
    ("{student}.ipynb", "give --assignment"),
]


@pytest.mark.parametrize(("pattern", "said"), BAD_PATTERNS)
def test_bad_patterns_are_explained(pattern, said):
    with pytest.raises(UserError) as error:
        Pattern(pattern, COURSE)
    assert said in error.value.message
    assert "\n" not in error.value.message


def test_a_pattern_must_say_which_notebook_if_there_are_several():
    with pytest.raises(UserError, match="several notebooks"):
        Pattern("{assignment}/{student}.ipynb", COURSE).read("03-both/ada.ipynb")
    twice = {"01-a": {"sums": BARE}, "02-b": {"sums": BARE}}
    with pytest.raises(UserError, match="of 01-a and of 02-b: give --assignment"):
        Pattern("{student}_{notebook}.ipynb", twice).read("ada_sums.ipynb")
    one = Pattern("{student}_{notebook}.ipynb", {"02-b": {"sums": BARE}})
    assert one.read("ada_sums.ipynb").assignment == "02-b"


def test_no_name_takes_long_to_read():
    pattern = Pattern("{student}_*_*_*_*_*_{notebook}.ipynb", COURSE)
    began = time.perf_counter()
    assert pattern.read("_" * 990 + ".ipynb") is None
    assert Canvas().read("_1a" * 20000) is None
    assert Moodle().read("a_1_assignsubmission" * 3000) is None
    assert time.perf_counter() - began < 20
