"""Names of people in all scripts are graded, and none vanishes in silence."""

import unicodedata

import pytest
import toy_course as toy
from quick_pool import QuickPool
from submitted_files import COURSE, ONE, layout
from zip_files import write_zip

from autograder.grading.grade import grade
from autograder.ingest.ingest import open_submissions
from autograder.ingest.submission_tree import scan_submissions

NFD = unicodedata.normalize("NFD", "Jürgen Šálek")
NAMES = {
    NFD: "Jürgen Šálek",
    "रवि शंकर": "रवि शंकर",
    "สมชาย": "สมชาย",
    "தமிழ்": "தமிழ்",
    "_anna": "_anna",
    "__": "__",
    "no\u00a0break": "no break",
    "O'Brien": "O'Brien",
}


@pytest.mark.parametrize("way", ["folder", "zip"])
def test_they_are_graded(way, tmp_path):
    files = {f"{name}/01-sums/sums.ipynb": student for name, student in NAMES.items()}
    class_ = layout(tmp_path / "class", files)
    if way == "zip":
        class_ = write_zip(tmp_path / "class.zip", files)
    with open_submissions(class_, ONE, tmp_path) as intake:
        found = {one.student: (one.status, one.path.read_text()) for one in intake.submissions}
    assert found == {student: ("", student) for student in NAMES.values()}
    assert intake.ignored == []


def test_names_of_the_course_may_be_decomposed_too(tmp_path):
    masters = {
        "01-Übung": {"Lösung": COURSE["01-sums"]["sums"], "other": COURSE["01-sums"]["sums"]}
    }
    path = unicodedata.normalize("NFD", "ada/01-Übung/Lösung.ipynb")
    found, _ = scan_submissions(layout(tmp_path, {path: "A"}), masters)
    assert [(one.notebook, one.status) for one in found] == [("Lösung", ""), ("other", "missing")]
    assert found[0].path.read_text() == "A"


def test_two_spellings_of_one_name_are_both_named(tmp_path):
    files = {f"{name}/01-sums/sums.ipynb": "" for name in (NFD, NAMES[NFD], "ada")}
    found, _ = scan_submissions(layout(tmp_path, files), ONE)
    twice = [one for one in found if one.student != "ada"]
    assert [(one.status, one.staged) for one in twice] == [("unreadable", False)] * len(twice)
    assert "two folders" in twice[0].reason
    assert [one.status for one in found if one.student == "ada"] == [""]


def test_a_folder_without_an_assignment_is_named_if_it_begins_with_an_underscore(tmp_path):
    files = {"ada/01-sums/sums.ipynb": "", "_notes/x.txt": "", "__MACOSX/ada/x": "", ".git/x": ""}
    found, ignored = scan_submissions(layout(tmp_path, files), ONE)
    assert [one.student for one in found] == ["ada"]
    assert ignored == ["_notes: not a student's folder"]


def test_they_have_pages_and_marks(tmp_path):
    toy.write_course(tmp_path)
    for name in (NFD, "_anna"):
        toy.hand_in(tmp_path / "class", name, toy.answered())
    results = grade(
        tmp_path / "class", tmp_path / "exercises", tmp_path / "out", cluster=QuickPool()
    )
    assert [(row.student, row.score) for row in results.submissions] == [
        ("Jürgen Šálek", 6),
        ("_anna", 6),
    ]
    assert all((tmp_path / "out" / row.feedback).is_file() for row in results.submissions)


def test_a_class_of_unusable_names_alone_is_recorded(tmp_path):
    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "bell\a", toy.answered())
    results = grade(
        tmp_path / "class", tmp_path / "exercises", tmp_path / "out", cluster=QuickPool()
    )
    assert [(row.student, row.status) for row in results.submissions] == [("bell?", "unreadable")]
    assert (tmp_path / "out" / "grades.csv").is_file()
