"""Submissions as they come: which file is whose, and what is graded."""

import json
import os
import shutil
import time
import zipfile
from pathlib import Path

import nbformat
import pytest
import toy_course as toy
from click.testing import CliRunner
from nbformat.v4 import new_notebook
from zip_files import everything_below, write_zip, zip_bytes

from autograder.cli import main
from autograder.errors import UserError
from autograder.execution.local_pool import LocalPool
from autograder.grading.grade import grade
from autograder.ingest.filename_pattern import Pattern
from autograder.ingest.ingest import IngestResult, open_submissions
from autograder.ingest.lms_formats import Canvas, Moodle, ParsedName
from autograder.ingest.submission_tree import Submission, scan_submissions
from autograder.limits import ArchiveLimits, Limits
from autograder.reporting.results import read_results

BARE = new_notebook()
ONE = {"01-sums": {"sums": BARE}}
COURSE = {
    "01-sums": {"sums": BARE},
    "02-plots": {"plots": BARE},
    "03-both": {"left": BARE, "right": BARE},
}


def take(path: Path, masters: dict | None = None, **more) -> tuple[IngestResult, dict[str, str]]:
    """What is to be graded, and what lies in each file."""
    workplace = path.parent / "workplace"
    workplace.mkdir(exist_ok=True)
    with open_submissions(path, masters or ONE, workplace, **more) as intake:
        contents = {
            f"{one.student}/{one.assignment}/{one.notebook}": one.path.read_text("utf-8")
            for one in intake.submissions
            if not one.status
        }
        assert all(
            one.path.is_relative_to(workplace) for one in intake.submissions if not one.status
        )
    assert not list(workplace.iterdir())
    return intake, contents


def troubles(intake: IngestResult) -> dict[str, tuple[str, str]]:
    """Status and reason of everybody who has no notebook to grade."""
    return {one.student: (one.status, one.reason) for one in intake.submissions if one.status}


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


def layout(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


NBGRADER = {
    "ada/01-sums/sums.ipynb": "A",
    "ada/01-sums/timestamp.txt": "2026-01-01 10:00:00 UTC",
    "ada/01-sums/.ipynb_checkpoints/sums-checkpoint.ipynb": "old",
    "grace/01-sums/sums (1).ipynb": "G",
    "misnamed/1-sums/sums.ipynb": "M",
    "nobody/01-sums/notes.txt": "",
    "deep/01-sums/data/x/y.csv": "",
    "notes.txt": "",
}


def test_nbgraders_folder_is_read_where_it_lies(tmp_path):
    class_ = layout(tmp_path / "class", NBGRADER)
    workplace = tmp_path / "workplace"
    workplace.mkdir()
    with open_submissions(class_, ONE, workplace) as intake:
        assert (intake.submissions, intake.ignored) == scan_submissions(class_, ONE)
        assert not list(workplace.iterdir())
    assert intake.assignment is None


def test_the_only_notebook_in_a_folder_may_have_another_name(tmp_path):
    class_ = layout(
        tmp_path / "class", NBGRADER | {"two/01-sums/a.ipynb": "", "two/01-sums/b.ipynb": ""}
    )
    submissions, ignored = scan_submissions(class_, ONE)
    found = {one.student: one for one in submissions}
    assert found["grace"].path.read_text() == "G"
    assert "grace/01-sums: the name of sums (1).ipynb, which is taken for sums.ipynb" in ignored
    assert found["two"].reason == "sums.ipynb is missing; found a.ipynb, b.ipynb"
    assert found["ada"].path.read_text() == "A"


@pytest.mark.parametrize("around", ["", "submitted/"])
def test_a_zip_of_nbgraders_layout_gets_what_the_folder_gets(around, tmp_path):
    class_ = layout(tmp_path / "class", NBGRADER)
    archive = write_zip(
        tmp_path / "class.zip",
        {f"{around}{n}": c for n, c in NBGRADER.items()} | {"__MACOSX/x": ""},
    )
    found, ignored = scan_submissions(class_, ONE)
    with open_submissions(archive, ONE, tmp_path) as intake:
        assert intake.ignored == ignored
        assert [_about(one) for one in intake.submissions] == [_about(one) for one in found]
        assert [one.timestamp for one in intake.submissions] == [one.timestamp for one in found]
        contents = {
            one.student: one.path.read_text() for one in intake.submissions if not one.status
        }
        assert contents == {"ada": "A", "grace": "G"}
        assert everything_below(tmp_path / "handed-in" / "class") == {
            path
            for path in everything_below(class_)
            if ".ipynb_checkpoints" not in path and path.count("/") < 3
        }


def _about(one: Submission) -> tuple:
    return (one.student, one.assignment, one.notebook, one.status, one.reason, one.staged)


def both_ways(folder: Path, files: dict[str, str | bytes]) -> list[Path]:
    """The same export as a zip file, in a folder in one, and unpacked."""
    archive = write_zip(folder / "export.zip", files)
    wrapped = write_zip(folder / "wrapped.zip", {f"all of it/{n}": c for n, c in files.items()})
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "unpacked")
    return [archive, wrapped, folder / "unpacked"]


def test_a_canvas_export(tmp_path):
    files = {
        "musteranna_LATE_12_100_sums-1.ipynb": "anna",
        "lovelaceada_13_102_sums (1).ipynb": "ada, later",
        "lovelaceada_13_101_sums.ipynb": "ada",
        "hoppergrace_14_103_my work.ipynb": "grace",
        "turingalan_15_104_essay.pdf": "",
        "rarrob_16_105_work.rar": "",
        "doublemax_17_106_a.ipynb": "",
        "doublemax_17_107_b.ipynb": "",
        "grades.csv": "",
    }
    for path in both_ways(tmp_path, files):
        intake, contents = take(path)
        assert contents == {
            "musteranna-12/01-sums/sums": "anna",
            "lovelaceada-13/01-sums/sums": "ada, later",
            "hoppergrace-14/01-sums/sums": "grace",
        }
        assert troubles(intake) == {
            "turingalan-15": ("missing", "sums.ipynb is missing; found essay.pdf"),
            "rarrob-16": (
                "missing",
                "sums.ipynb is missing; found work.rar: hand in the notebook itself, or a .zip",
            ),
            "doublemax-17": ("unreadable", "a.ipynb, b.ipynb could be sums.ipynb: hand in one"),
        }
        assert all(one.staged for one in intake.submissions)
        assert intake.assignment == "01-sums"
        assert intake.ignored == [
            "grades.csv: not named as Canvas has it",
            "hoppergrace-14: the name of my work.ipynb, which is taken for sums.ipynb",
            "lovelaceada-13: sums.ipynb, because sums (1).ipynb is later",
            "lovelaceada-13: the name of sums (1).ipynb, which is taken for sums.ipynb",
            "musteranna-12: the mark LATE: handed in late, says Canvas",
        ]


def test_a_moodle_export(tmp_path):
    inside = "_assignsubmission_file"
    files = {
        f"Anna Müster_12{inside}/sums.ipynb": "anna",
        f"Ada_13{inside}_/deep/er/sums.ipynb": "ada",
        f"Ada_13{inside}_/other.ipynb": "other",
        f"Grace_14{inside}_mine.ipynb": "grace",
        f"Two_15{inside}/sums.ipynb": "",
        f"Two_15{inside}/sums (1).ipynb": "",
        f"Two_15{inside}/.ipynb_checkpoints/sums-checkpoint.ipynb": "",
        "Text_16_assignsubmission_onlinetext/onlinetext.html": "",
        f"Eve_17{inside}/01-sums/sums.ipynb": "eve",
    }
    for path in both_ways(tmp_path, files):
        intake, contents = take(path)
        assert contents == {
            "Anna Müster-12/01-sums/sums": "anna",
            "Ada-13/01-sums/sums": "ada",
            "Grace-14/01-sums/sums": "grace",
            "Eve-17/01-sums/sums": "eve",
        }
        assert troubles(intake) == {
            "Two-15": ("unreadable", "sums (1).ipynb, sums.ipynb could be sums.ipynb: hand in one"),
            "Text-16": ("missing", "sums.ipynb is missing; found onlinetext.html"),
        }
        assert intake.ignored == [
            "Ada-13: other.ipynb: not called as a notebook of 01-sums",
            "Grace-14: the name of mine.ipynb, which is taken for sums.ipynb",
        ]


@pytest.mark.parametrize("says_utf8", [True, False])
def test_names_in_other_letters(says_utf8, tmp_path):
    """Also decomposed, as macOS writes them, and without a word that they are UTF-8."""
    name = "Zoe\u0308 山田\u3000太郎_7_assignsubmission_file/sums.ipynb"
    path = tmp_path / "export.zip"
    if says_utf8:
        write_zip(path, {name: "z"})
    else:
        plain = "x" * len(name.encode())
        path.write_bytes(
            write_zip(path, {plain: "z"}).read_bytes().replace(plain.encode(), name.encode())
        )
    intake, contents = take(path)
    assert contents == {"Zoë 山田 太郎-7/01-sums/sums": "z"}
    assert not intake.ignored


def test_files_named_by_a_pattern(tmp_path):
    files = {
        "ada_sums.ipynb": "ada 1",
        "ada_plots.ipynb": "ada 2",
        "grace_sums (3).ipynb": "grace",
        "max_sums.ipynb": "",
        "max_sums (1).ipynb": "",
        "eve_helper.ipynb": "",
        "a_b_helper.ipynb": "",
        "readme.md": "",
    }
    for path in both_ways(tmp_path, files):
        intake, contents = take(path, COURSE, pattern="{student}_{notebook}.ipynb")
        assert contents == {
            "ada/01-sums/sums": "ada 1",
            "ada/02-plots/plots": "ada 2",
            "grace/01-sums/sums": "grace",
        }
        said = {(o.student, o.assignment): (o.status, o.reason) for o in intake.submissions}
        assert said["max", "01-sums"][0] == "unreadable"
        assert said["max", "02-plots"] == ("missing", "plots.ipynb is missing")
        assert said["eve", "01-sums"] == ("missing", "sums.ipynb is missing")
        assert not [one for one in intake.submissions if one.assignment == "03-both"]
        assert intake.assignment is None
        named = "not named as the pattern '{student}_{notebook}.ipynb' has it"
        assert intake.ignored == [
            f"a_b_helper.ipynb: {named}",
            f"readme.md: {named}",
            "eve: helper.ipynb: no notebook is called so",
            "grace: the name of sums (3).ipynb, which is taken for sums.ipynb",
        ]


def test_a_pattern_wins_over_what_would_be_recognised(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"ada_1_2_sums.ipynb": "a"})
    _, contents = take(path, pattern="{student}_1_*_{notebook}.ipynb")
    assert contents == {"ada/01-sums/sums": "a"}


def test_students_that_cannot_be_told_apart_are_graded_as_neither(tmp_path):
    names = ["ada", "Ada", "_ada", "grace"]
    path = write_zip(tmp_path / "x.zip", {f"x/{n}_sums.ipynb": n for n in names})
    intake, contents = take(path, pattern="x/{student}_{notebook}.ipynb")
    assert contents == {"grace/01-sums/sums": "grace"}
    assert {*troubles(intake)} == {"ada", "Ada"}
    assert {r for _, r in troubles(intake).values()} == {
        "the student's name is too much like another's"
    }


def test_own_zip_files_are_unpacked_one_level(tmp_path):
    twice = zip_bytes(tmp_path, {"sums.ipynb": "deep"})
    own = {
        "good": {"project/sums.ipynb": "good", "__MACOSX/project/._sums.ipynb": "", "a.py": ""},
        "named": {"project/mine.ipynb": "named"},
        "none": {"a.py": "", "b.py": ""},
        "nested": {"x.zip": twice},
        "both": {"a/sums.ipynb": "", "b/sums.ipynb": ""},
    }
    files = {
        f"{name}_{i}_{100 + i}_work.zip": zip_bytes(tmp_path, files)
        for i, (name, files) in enumerate(own.items())
    }
    files |= {f"many_9_{200 + i}_{i}.zip": zip_bytes(tmp_path, {"a.py": ""}) for i in range(3)}
    files |= {"many_9_203_3.zip": files["good_0_100_work.zip"]}
    files |= {"plain_8_300_sums.ipynb": "old", "plain_8_301_w.zip": files["good_0_100_work.zip"]}
    files |= {"damaged_7_400_sums.ipynb": "ok", "damaged_7_401_w.zip": "PK"}
    for path in both_ways(tmp_path, files):
        intake, contents = take(path)
        assert contents == {
            "good-0/01-sums/sums": "good",
            "named-1/01-sums/sums": "named",
            "plain-8/01-sums/sums": "good",
            "damaged-7/01-sums/sums": "ok",
        }
        both = "sums.ipynb in work.zip, sums.ipynb in work.zip"
        assert troubles(intake) == {
            "none-2": (
                "missing",
                "sums.ipynb is missing; found a.py in work.zip, b.py in work.zip",
            ),
            "nested-3": (
                "unreadable",
                "x.zip in work.zip: a zip file in a zip file is not unpacked",
            ),
            "both-4": ("unreadable", f"{both} could be sums.ipynb: hand in one"),
            "many-9": ("unreadable", "3.zip: only 3 zip files are unpacked"),
        }
        assert intake.ignored == [
            "damaged-7: w.zip: the zip file is damaged",
            "named-1: the name of mine.ipynb in work.zip, which is taken for sums.ipynb",
            "plain-8: sums.ipynb, because sums.ipynb in w.zip is later",
        ]


def test_an_export_is_for_the_assignment_that_most_files_name(tmp_path):
    sums = {f"s_{i}_{i}_sums.ipynb": "" for i in range(2)}
    path = write_zip(tmp_path / "x.zip", sums | {"eve_8_8_plots.ipynb": "", "max_9_9_x.ipynb": ""})
    intake, contents = take(path, COURSE)
    assert {name.split("/")[1] for name in contents} == {"01-sums"}
    assert len(contents) == 4
    assert intake.assignment == "01-sums"
    assert "eve-8: the name of plots.ipynb, which is taken for sums.ipynb" in intake.ignored
    write_zip(path, sums | {f"p_{i}_{i}_plots.ipynb": "" for i in range(2)})
    with pytest.raises(UserError, match="of 01-sums and of 02-plots: give --assignment"):
        take(path, COURSE)
    write_zip(path, {"s_1_1_x.ipynb": ""})
    with pytest.raises(UserError, match="called as a notebook of the course: give --assignment"):
        take(path, COURSE)


def test_an_assignment_of_two_notebooks(tmp_path):
    files = {
        "ada_1_1_left.ipynb": "L",
        "ada_1_2_right-2.ipynb": "R",
        "eve_2_3_left.ipynb": "L",
        "eve_2_4_write.ipynb": "",
    }
    intake, contents = take(write_zip(tmp_path / "x.zip", files), COURSE)
    assert contents == {
        "ada-1/03-both/left": "L",
        "ada-1/03-both/right": "R",
        "eve-2/03-both/left": "L",
    }
    assert troubles(intake) == {"eve-2": ("missing", "right.ipynb is missing")}
    assert intake.ignored == ["eve-2: write.ipynb: not called as a notebook of 03-both"]


def test_an_honest_name_is_not_beaten_by_one_that_only_looks_like_it(tmp_path):
    """A user called "ada_1" has files that could be Ada's own; the right name counts."""
    files = {"ada_1_5_sums.ipynb": "ada's", "ada_1_9_10_sums.ipynb": "of user 9"}
    _, contents = take(write_zip(tmp_path / "x.zip", files))
    assert contents == {"ada-1/01-sums/sums": "ada's"}


def test_chosen_students(tmp_path):
    files = {f"{n}_{i}_{i}_sums.ipynb": n for i, n in enumerate(["ada", "grace", "max"])}
    path = write_zip(tmp_path / "x.zip", files)
    intake, _ = take(path, students=("max-2", "ada-0"))
    assert [one.student for one in intake.submissions] == ["ada-0", "max-2"]
    for wrong, near in [("Grace", "grace-1"), ("mxa-2", "max-2"), ("q", "ada-0, grace-1, max-2")]:
        with pytest.raises(UserError, match=f"is called '{wrong}': there is {near}\\.$"):
            take(path, students=(wrong,))


ONE_LINE = {
    "work.tar.gz": (b"\x1f\x8b", "repack it as .zip"),
    "work.rar": (b"Rar!", "repack it as .zip"),
    "work.7z": (b"7z", "repack it as .zip"),
    "broken.zip": (b"PK\x03\x04 and no end", "the zip file is damaged"),
    "text.zip": (b"hello", "is not a zip file"),
    "sums.ipynb": (b"{}", "is not a folder or a zip file"),
}


@pytest.mark.parametrize("name", ONE_LINE)
def test_what_is_no_class_is_one_line(name, tmp_path):
    content, said = ONE_LINE[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as error:
        take(tmp_path / name)
    assert said in error.value.message
    assert str(tmp_path / name) in error.value.message
    assert "\n" not in error.value.message


def _encrypt(infos: list[zipfile.ZipInfo]) -> None:
    for info in infos:
        info.flag_bits |= 1


def test_archives_that_cannot_be_read_are_one_line(tmp_path):
    path = tmp_path / "x.zip"
    cases = [
        (write_zip, {"files": {}}, "it is empty"),
        (write_zip, {"files": {"__MACOSX/x": "", ".DS_Store": ""}}, "it is empty"),
        (write_zip, {"files": {"a.ipynb": ""}}, "such as 'a.ipynb'"),
        (write_zip, {"files": {"ada\\01-sums\\sums.ipynb": ""}}, "a backslash in it"),
        (write_zip, {"files": {"ada_1_2_sums.ipynb": ""}, "forge": _encrypt}, "it is encrypted"),
        (write_zip, {"files": {"ada/01-sums/../sums.ipynb": ""}}, "it has no submission"),
    ]
    for write, arguments, said in cases:
        write(path, **arguments)
        with pytest.raises(UserError) as error:
            take(path)
        assert said in error.value.message
        assert str(path) in error.value.message
    with pytest.raises(UserError, match="does not exist"):
        take(tmp_path / "nowhere", pattern="{student}/*.ipynb")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="or --pattern"):
        take(tmp_path / "empty")
    with pytest.raises(UserError, match="is empty"):
        take(tmp_path / "empty", pattern="{student}/*.ipynb")


def test_a_folder_gives_no_links_and_no_pipes(tmp_path):
    class_ = layout(tmp_path / "class", {"ada_sums.ipynb": "ada", "ada.txt": ""})
    (class_ / "eve_sums.ipynb").symlink_to(class_ / "ada_sums.ipynb")
    (class_ / "linked").symlink_to(class_)
    os.mkfifo(class_ / "max_sums.ipynb")
    (class_ / "big_sums.ipynb").touch()
    os.truncate(class_ / "big_sums.ipynb", ArchiveLimits().file_bytes + 1)
    intake, contents = take(class_, pattern="{student}_{notebook}.ipynb")
    assert contents == {"ada/01-sums/sums": "ada"}
    reasons = {student: reason for student, (_, reason) in troubles(intake).items()}
    assert "symbolic link" in reasons["eve"]
    assert "not a file" in reasons["max"]
    assert "larger than 64 MB" in reasons["big"]
    assert any(line.startswith("linked: the file is a symbolic link") for line in intake.ignored)


def test_a_home_folder_given_by_mistake_is_not_searched_for_hours(tmp_path):
    class_ = layout(tmp_path / "class", {f"{i}.txt": "" for i in range(30)})
    with pytest.raises(UserError, match="more than 20 files"):
        take(class_, pattern="{student}.ipynb", limits=ArchiveLimits(entries=20))


def test_many_strange_files_are_few_lines(tmp_path):
    files = {"ada_1_1_sums.ipynb": "", **{f"{i}.txt": "" for i in range(100)}}
    intake, _ = take(write_zip(tmp_path / "x.zip", files))
    assert len(intake.ignored) == 21
    assert intake.ignored[-1] == "80 more files that are not named so"


@pytest.mark.parametrize("error", [KeyboardInterrupt, UserError("x"), None])
def test_nothing_stays_in_the_workplace(error, tmp_path):
    path = write_zip(tmp_path / "x.zip", {"ada_1_1_sums.ipynb": "a"})
    workplace = tmp_path / "workplace"
    workplace.mkdir()
    try:
        with open_submissions(path, ONE, workplace):
            assert everything_below(workplace)
            if error:
                raise error
    except (KeyboardInterrupt, UserError):
        assert error
    assert everything_below(workplace) == set()


LIMITS = Limits(cell_seconds=5, submission_seconds=20)


def export(folder: Path) -> Path:
    files = {
        "adaking_LATE_1_11_sums.ipynb": toy.answered(),
        "hoppergrace_2_12_my own.ipynb": toy.answered(twice="return x + x"),
        "productpeter_3_13_sums-1.ipynb": toy.answered(add="return a * b", twice="return x + x"),
    }
    files = {name: json.dumps(content) for name, content in files.items()}
    return write_zip(folder / "canvas.zip", files | {"nonenina_4_14_essay.pdf": ""})


@pytest.mark.slow
def test_a_canvas_export_is_graded_and_not_run_again(tmp_path, monkeypatch, warm_pool):
    toy.write_course(tmp_path)
    source, out = tmp_path / "exercises", tmp_path / "deep" / "out"
    results = grade(export(tmp_path), source, out, limits=LIMITS, cluster=warm_pool)
    assert {r.student: (r.status, r.score) for r in results.submissions} == {
        "adaking-1": ("graded", 6),
        "hoppergrace-2": ("graded", 6),
        "nonenina-4": ("missing", 0),
        "productpeter-3": ("graded", 3),
    }
    page = out / "feedback" / "nonenina-4" / "01-sums" / "sums.html"
    assert "found essay.pdf" in page.read_text()
    assert not [p for p in out.parent.iterdir() if p.name.startswith(".")]
    before = (out / "results.json").read_bytes()
    ran = []
    monkeypatch.setattr(LocalPool, "do", lambda self, jobs: ran.extend(jobs) or iter(()))
    grade(export(tmp_path), source, out, limits=LIMITS, cluster=warm_pool)
    with zipfile.ZipFile(tmp_path / "canvas.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    grade(tmp_path / "unpacked", source, out, limits=LIMITS, cluster=warm_pool)
    assert (ran, (out / "results.json").read_bytes()) == ([], before)


@pytest.mark.slow
def test_one_student_again_leaves_the_others(tmp_path, command_with_warm_pool):
    toy.write_course(tmp_path)
    source, out = tmp_path / "exercises", tmp_path / "out"
    command = ["grade", str(tmp_path / "class"), "--source", str(source), "--out", str(out)]
    for student in ("ada", "grace"):
        toy.hand_in(tmp_path / "class", student, toy.answered())
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    page = out / "feedback" / "grace" / toy.ASSIGNMENT / "sums.html"
    before, runs = page.read_bytes(), everything_below(out / ".runs")
    for student in ("ada", "grace"):
        shutil.rmtree(tmp_path / "class" / student)
        toy.hand_in(tmp_path / "class", student, toy.release())
    done = CliRunner().invoke(main, [*command, "--student", "ada"])
    assert done.exit_code == 0, done.output
    assert {r.student: r.score for r in read_results(out).submissions} == {"ada": 0, "grace": 6}
    assert page.read_bytes() == before
    assert runs < everything_below(out / ".runs")
    contents = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = CliRunner().invoke(main, [*command, "--student", "adda"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "is called 'adda': there is ada." in done.output
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == contents


@pytest.mark.slow
def test_a_second_export_keeps_the_first_assignments_results(tmp_path, warm_pool):
    toy.write_course(tmp_path)
    (tmp_path / "exercises" / "02-more").mkdir()
    nbformat.write(toy.master(), tmp_path / "exercises" / "02-more" / "more.ipynb")
    text = json.dumps(toy.answered())
    for notebook in ("sums", "more"):
        path = write_zip(tmp_path / f"{notebook}.zip", {f"ada_1_2_{notebook}.ipynb": text})
        where = path, tmp_path / "exercises", tmp_path / "out"
        grade(*where, limits=LIMITS, cluster=warm_pool)
    rows = read_results(tmp_path / "out").submissions
    assert [(row.assignment, row.score) for row in rows] == [("01-sums", 6), ("02-more", 6)]
    assert all((tmp_path / "out" / row.feedback).is_file() for row in rows)
