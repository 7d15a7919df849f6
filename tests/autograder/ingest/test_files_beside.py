"""Files beside the notebooks of other courses, and those that students put there."""

import os

from autograder.ingest.attachments import MOST_BESIDE, OWN_BYTES, files_beside, with_own
from autograder.limits import Attached


def names(files):
    return [file.name for file in files]


def test_files_in_folders_are_found_and_nothing_else(tmp_path):
    (tmp_path / "data" / "more").mkdir(parents=True)
    (tmp_path / "data" / "more" / "b.csv").write_text("1")
    (tmp_path / "data" / "__init__.py").write_text("")
    (tmp_path / "helper.py").write_text("x = 1")
    (tmp_path / "ps1.ipynb").write_text("{}")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "helper.pyc").write_text("")
    (tmp_path / "new\nline.txt").write_text("")
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "round").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large.bin").write_bytes(b"x" * 2000)
    assert names(files_beside(tmp_path, largest=1000)) == [
        *("data/__init__.py", "data/more/b.csv", "helper.py")
    ]


def test_a_folder_without_end_is_looked_at_only_so_far(tmp_path):
    place = tmp_path
    for _ in range(400):  # deeper than Python's recursion goes with a walk of its own
        place = place / "d"
        place.mkdir()
    for number in range(MOST_BESIDE + 5):
        (tmp_path / f"f{number:03}").write_text("")
    assert len(files_beside(tmp_path)) == MOST_BESIDE
    assert files_beside(tmp_path / "not there") == ()


def attached(name, size=1):
    return Attached(name, f"/somewhere/{name}", size, "0")


def test_the_courses_file_counts_where_both_have_one():
    given = (attached("helper.py"), attached("data/a.csv"))
    own = [attached(name) for name in ("helper.py", "data", "helper.py/x", "data/b.csv", "mine.py")]
    assert names(with_own(given, own)) == ["helper.py", "data/a.csv", "data/b.csv", "mine.py"]


def test_a_students_files_have_a_limit_together():
    own = [attached("a", OWN_BYTES - 1), attached("b", 2), attached("c", 1)]
    assert names(with_own((), own)) == ["a", "c"]
