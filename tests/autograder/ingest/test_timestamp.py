"""`timestamp.txt` may hold anything: the submission is graded, and one line names the file."""

import os
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from submitted_files import ONE, layout

from autograder.ingest.submission_tree import scan_submissions
from autograder.ingest.timestamp import FILE, read_timestamp

NOON = datetime(2020, 1, 1, 12)
GOOD = {
    "2020-01-01 12:00:00 UTC\n": NOON,
    "2020-01-01 12:00:00.000000 UTC": NOON,
    "2020-01-01 12:00:00 Europe/Berlin": NOON.replace(hour=11),
    "2020-01-01T12:00:00Z": NOON,
    "2020-01-01T12:00+02:00": NOON.replace(hour=10),
    "2020-01-01 12:00:00 +0100": NOON.replace(hour=11),
    "2020-01-01 12:00:00 -05:30": NOON.replace(hour=17, minute=30),
    "2020-01-01": NOON.replace(hour=0),
}
BAD = [
    "",
    "yesterday",
    "2020-01-01 00:00:00 America/../../etc/passwd",
    "2020-01-01 00:00:00 ../../../../dev/stdin",
    "2020-01-01 00:00:00 /etc/passwd",
    "2020-01-01 00:00:00 :/etc/passwd",
    "2020-01-01 00:00:00 99999999999999999999",
    "2020-99-99 00:00:00 UTC",
    "0001-01-01 00:00:00 +9999",
    "9999-12-31 23:59:59 -9999",
    "2020-01-01 00:00:00 \0",
    "2020-01-01 00:00:00 UTC " + "x" * 200,
]


@pytest.mark.parametrize("text", GOOD)
def test_times_are_read(text, tmp_path):
    (tmp_path / FILE).write_text(text)
    assert read_timestamp(tmp_path) == (GOOD[text], "")


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_named_and_stops_nothing(text, tmp_path):
    class_ = layout(
        tmp_path / "class", {"ada/01-sums/sums.ipynb": "A", "bob/01-sums/sums.ipynb": ""}
    )
    (class_ / "ada" / "01-sums" / FILE).write_text(text)
    found, ignored = scan_submissions(class_, ONE)
    assert [(one.student, one.status, one.timestamp) for one in found] == [
        ("ada", "", None),
        ("bob", "", None),
    ]
    assert [line.partition(": ")[0] for line in ignored] == [f"ada/01-sums/{FILE}"]
    assert "\n" not in ignored[0]


@pytest.mark.parametrize("make", ["mkdir", "fifo", "link", "bytes"])
def test_what_is_no_text_file_is_not_opened(make, tmp_path):
    path = tmp_path / FILE
    match make:
        case "mkdir":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "link":
            path.symlink_to("/etc/passwd")
        case "bytes":
            path.write_bytes(b"\xff\xfe2020")
    when, problem = read_timestamp(tmp_path)
    assert when is None
    assert problem


ASCII = st.characters(codec="ascii")
DATES = st.from_regex(r"\A\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)? ?", alphabet=ASCII)
ZONES = st.sampled_from(["UTC", "+9999", "-0000", "EST5EDT", "zone.tab", "posix", "GMT+99"])
PIECES = st.text("0123456789/.:+-aTZ ,", max_size=20)


@given(st.one_of(st.text(max_size=60), st.builds("{}{}{}".format, DATES, ZONES, PIECES)))
def test_no_text_raises(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("stamp")
    (folder / FILE).write_bytes(text.encode("utf-8", "replace"))
    when, problem = read_timestamp(folder)
    assert (when is None) == bool(problem)
    assert when is None or when.tzinfo is None
