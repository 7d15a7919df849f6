"""Submissions as they come: which file is whose, and what is graded."""

import pytest
from submitted_files import COURSE, ONE, both_ways, layout, take, troubles
from zip_files import everything_below, write_zip, zip_bytes

from autograder.errors import UserError
from autograder.ingest.ingest import open_submissions
from autograder.ingest.submission_tree import Submission, scan_submissions

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
