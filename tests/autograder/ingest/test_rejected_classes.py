"""What is no class, or no file to grade, costs one line and leaves nothing behind."""

import os
import zipfile

import pytest
from submitted_files import ONE, layout, take, troubles
from zip_files import everything_below, write_zip

from autograder.errors import UserError
from autograder.ingest.ingest import open_submissions
from autograder.limits import ArchiveLimits

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
