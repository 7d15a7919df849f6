"""Zip files that attack: each costs its own student, and neither memory nor the disk."""

import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_notebook
from zip_files import DEVICE, LINK, PIPE, write_zip, zip_bytes

from autograder.errors import UserError
from autograder.ingest.file_entry import ByteBudget, ByteBudgets
from autograder.ingest.ingest import open_submissions
from autograder.ingest.notebook_reader import MAX_FILE
from autograder.ingest.zip_archive import Archive
from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile

COURSE = {"01-sums": {"sums": new_notebook()}}
KB = 2**10
SMALL = ArchiveLimits(
    entries=40,
    own_entries=10,
    file_bytes=200 * KB,
    student_bytes=300 * KB,
    all_bytes=1500 * KB,
    ratio=20,
    ratio_bytes=50 * KB,
)


def noise(size: int) -> bytes:
    """Bytes that do not pack."""
    return random.Random(size).randbytes(size)


def take_out(
    path: Path, limits: ArchiveLimits = SMALL, *rooms: ByteBudget
) -> dict[str, bytes | str]:
    """What comes out of an archive: contents, or why there are none."""
    found: dict[str, bytes | str] = {}
    target = path.parent / "target"
    with Archive(path, limits, limits.entries) as archive:
        for entry in archive.entries:
            try:
                archive.extract(entry, target, *rooms)
                found[entry.path] = target.read_bytes()
                target.unlink()
            except RejectedFile as reason:
                found[entry.path] = str(reason)
            assert not target.exists()
    return found


def test_what_is_honest_comes_out_as_it_went_in(tmp_path):
    files = {"a/b.ipynb": b"text" * 1000, "c": b"", "empty/d": noise(190 * KB)}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert take_out(write_zip(tmp_path / "x.zip", files, method=method)) == files


def test_a_file_may_be_as_large_as_a_notebook_may_be():
    assert ArchiveLimits().file_bytes == MAX_FILE


BAD_NAMES = {
    "../evil.ipynb": "leads out",
    "a/../../evil.ipynb": "leads out",
    "/etc/evil": "leads out",
    "//host/evil": "leads out",
    "C:/evil": "leads out",
    "c:evil": "leads out",
    "a//b": "leads out",
    "./a": "leads out",
    "a/.": "leads out",
    "a/..": "leads out",
    "..": "leads out",
    "..\\..\\evil": "backslash",
    "a\\b.ipynb": "backslash",
    "a\x1b[31m": "cannot be printed",
    "a\nb": "cannot be printed",
    "a\u202eipynb.b": "cannot be printed",
    "a\ud800": "cannot be printed",
    "/".join("abcdefghijklmnopq"): "16 folders deep",
    "x" * 256: "too long",
}


@pytest.mark.parametrize("name", BAD_NAMES)
def test_names_that_are_not_taken(name, tmp_path):
    path = tmp_path / "x.zip"
    if "\ud800" in name:  # as three bytes that are no text
        write_zip(path, {"axxx": "content"})
        path.write_bytes(path.read_bytes().replace(b"axxx", b"a\xff\xfe\x07"))
    else:
        write_zip(path, {name: "content"})
    (reason,) = take_out(path).values()
    assert BAD_NAMES[name] in reason


def test_a_name_with_an_end_in_it_is_read_whole(tmp_path):
    path = write_zip(tmp_path / "x.zip", {"good.ipynbXevil": "content"})
    path.write_bytes(path.read_bytes().replace(b"good.ipynbXevil", b"good.ipynb\x00evil"))
    (reason,) = take_out(path).values()
    assert "cannot be printed" in reason


@pytest.mark.parametrize(("kind", "said"), [(LINK, "link"), (DEVICE, "not a"), (PIPE, "not a")])
def test_only_files_come_out(kind, said, tmp_path):
    path = write_zip(tmp_path / "x.zip", {"a": "/etc/passwd", "b": "b"}, {"a": kind})
    found = take_out(path)
    assert said in found["a"]
    assert found["b"] == b"b"


def test_one_name_is_one_file(tmp_path):
    names = ["a", "b", "A", "c/d", "C/D", "e", "e/f", "g/", "g", "h", "ß", "SS", "ok"]
    with pytest.warns(UserWarning, match="Duplicate"):
        path = write_zip(tmp_path / "x.zip", [(n, n) for n in [*names, "h"]])
    with Archive(path, SMALL, 40) as archive:
        problems = {entry.path: entry.problem for entry in archive.entries if not entry.is_folder}
    assert {name for name, problem in problems.items() if not problem} == {"b", "e/f", "ok"}
    assert all("several files of this name" in p for p in problems.values() if p)


def test_an_encrypted_file_and_one_that_is_packed_oddly(tmp_path):
    path = tmp_path / "x.zip"
    for forge, said in [(_set(flag_bits=1), "encrypted"), (_set(compress_type=9), "unusual")]:
        found = take_out(write_zip(path, [("a", "a" * 100), ("b", "b")], forge=forge))
        assert said in found["a"]
        assert found["b"] == b"b"
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):  # they unpack without a limit
        assert "unusual" in take_out(write_zip(path, {"a": "a"}, method=method))["a"]


def _set(**values) -> Callable[[list[zipfile.ZipInfo]], None]:
    """Forges the first entry of a table of contents."""

    def forge(infos: list[zipfile.ZipInfo]) -> None:
        for name, value in values.items():
            setattr(infos[0], name, value)

    return forge


BOMBS = {
    "honest size": (bytes(10**6), {}, "larger than"),
    "a size that lies": (bytes(10**6), {"file_size": 10}, "damaged"),
    "sizes that both lie": (bytes(10**6), {"file_size": 150 * KB, "compress_size": 9}, "damaged"),
    "a huge packed size": (bytes(10**6), {"compress_size": 2**31}, "larger than"),
    "zeros": (bytes(190 * KB), {}, "20 times"),
    "zeros said to be packed badly": (bytes(190 * KB), {"compress_size": 190 * KB}, "20 times"),
    "noise": (noise(201 * KB), {}, "larger than"),
    "noise that is called short": (noise(201 * KB), {"file_size": 5}, "damaged"),
    "another sum": (b"text", {"CRC": 1}, "damaged"),
    "another place": (b"text", {"header_offset": 7}, "damaged"),
    "a place beyond the end": (b"text", {"header_offset": 10**9}, "damaged"),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bytes_are_counted_as_they_come_out(bomb, tmp_path):
    content, forged, said = BOMBS[bomb]
    files = [("a", content), ("b", noise(150 * KB))]
    found = take_out(write_zip(tmp_path / "x.zip", files, forge=_set(**forged)))
    assert said in found["a"]
    assert found["b"] == files[1][1]


def test_a_size_that_lies_hides_nothing(tmp_path):
    """Where the size and the sum both lie, a file is cut; no more comes out than was said."""
    short = bytes(10 * KB)
    forge = _set(file_size=len(short), CRC=zlib.crc32(short))
    path = write_zip(tmp_path / "x.zip", {"a": bytes(10**6)}, forge=forge)
    assert take_out(path) == {"a": short}


def test_room_for_a_student_and_for_all(tmp_path):
    files = {str(i): noise(120 * KB) for i in range(14)}
    path = write_zip(tmp_path / "x.zip", files, method=zipfile.ZIP_STORED)
    rooms = ByteBudgets(SMALL.all_bytes, UserError("full"), SMALL)
    found = take_out(path, SMALL, *rooms.of("eve"))
    assert sum(isinstance(content, bytes) for content in found.values()) == 2
    assert "together" in found["13"]
    rooms = ByteBudgets(SMALL.all_bytes, UserError("full"), SMALL)
    with Archive(path, SMALL, 40) as archive:
        for entry in archive.entries[:12]:
            archive.extract(entry, tmp_path / entry.path, *rooms.of(entry.path))
        with pytest.raises(UserError, match="full"):
            archive.extract(archive.entries[12], tmp_path / "12", *rooms.of("12"))
    assert not (tmp_path / "12").exists()


def test_what_is_refused_takes_no_room(tmp_path):
    files = {f"{i}_{i}_{i}_sums.ipynb": bytes(190 * KB) for i in range(30)}
    files["ada_77_77_sums.ipynb"] = noise(190 * KB)
    path = write_zip(tmp_path / "x.zip", files)
    with open_submissions(path, COURSE, tmp_path, limits=SMALL) as intake:
        status = {one.student: one.status for one in intake.submissions}
    assert status.pop("ada-77") == ""
    assert set(status.values()) == {"unreadable"}


def test_nbgraders_layout_refuses_by_student(tmp_path):
    files = {
        "ada/01-sums/sums.ipynb": "ada",
        "bomb/01-sums/sums.ipynb": bytes(190 * KB),
        "link/01-sums/sums.ipynb": "../../ada/01-sums/sums.ipynb",
        "folder/01-sums": "../ada/01-sums",
        "stamp/01-sums/timestamp.txt": bytes(190 * KB),
        "../out/01-sums/sums.ipynb": "out",
        "eve/01-sums/../../ada/01-sums/sums.ipynb": "eve",
        "whole": "ada",
    }
    kinds = dict.fromkeys(("link/01-sums/sums.ipynb", "folder/01-sums", "whole"), LINK)
    path = write_zip(tmp_path / "x.zip", files, kinds)
    with open_submissions(path, COURSE, tmp_path, limits=SMALL) as intake:
        said = {one.student: (one.status, one.reason, one.staged) for one in intake.submissions}
        assert intake.submissions[0].path.read_text() == "ada"
    link = "the file is a symbolic link: hand in the file itself"
    assert said == {
        "ada": ("", "", True),
        "bomb": ("unreadable", "the file unpacks to more than 20 times its size", True),
        "link": ("unreadable", link, True),
        "folder": ("unreadable", link, True),
        "stamp": ("missing", "sums.ipynb is missing", True),
    }
    leads_out = "the file's name leads out of its place"
    assert intake.ignored == [
        "stamp/01-sums/timestamp.txt: the file unpacks to more than 20 times its size",
        f"../out/01-sums/sums.ipynb: {leads_out}",
        f"eve/01-sums/../../ada/01-sums/sums.ipynb: {leads_out}",
        f"whole: {link}",
    ]


def test_too_many_entries(tmp_path):
    path = write_zip(tmp_path / "x.zip", {f"a_{i}_{i}_sums.ipynb": "" for i in range(41)})
    with (
        pytest.raises(UserError, match="more than 40 files"),
        open_submissions(path, COURSE, tmp_path, limits=SMALL),
    ):
        pass
    own = zip_bytes(tmp_path, {f"{i}.py": "" for i in range(11)})
    write_zip(path, {"eve_1_1_work.zip": own, "ada_2_2_sums.ipynb": "a"})
    with open_submissions(path, COURSE, tmp_path, limits=SMALL) as intake:
        reasons = {one.student: one.reason for one in intake.submissions}
    assert reasons == {"ada-2": "", "eve-1": "work.zip: the zip file holds more than 10 files"}


def table_of(entries: int, name: bytes = b"x") -> bytes:
    """An archive that is only a table of contents; how many entries it says it has is a lie."""
    head = struct.pack("<4s4B4H3L5H2L", b"PK\1\2", *[20] * 4, *[0] * 4, *[0] * 3, 1, *[0] * 6)
    table = (head + name) * entries
    return table + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(table), 0, 0)


def test_a_table_of_contents_cannot_fill_the_memory(tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(table_of(1))
    assert "damaged" in take_out(path)["x"]
    path.write_bytes(table_of(10**6))
    limits = ArchiveLimits(entries=5000)
    tracemalloc.start()
    with pytest.raises(RejectedFile, match="table of contents"):
        Archive(path, limits, limits.entries)
    path.write_bytes(table_of(12_000))
    with pytest.raises(RejectedFile, match="more than 5000"):
        Archive(path, limits, limits.entries)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 64 * 2**20


def test_entries_that_share_their_bytes_are_counted_each(tmp_path):
    """All of a table's entries name the same packed bytes: a small file that unpacks for ever."""

    def overlap(infos: list[zipfile.ZipInfo]) -> None:
        for info in infos:
            info.header_offset, info.CRC = infos[0].header_offset, infos[0].CRC
            info.file_size, info.compress_size = infos[0].file_size, infos[0].compress_size

    path = write_zip(
        tmp_path / "x.zip", [(f"{i:03}", noise(100 * KB)) for i in range(30)], forge=overlap
    )
    found = take_out(path)
    assert [name for name, content in found.items() if isinstance(content, bytes)] == ["000"]
    assert "damaged" in found["029"]


@given(st.binary(max_size=300), st.binary(max_size=60))
def test_any_bytes_are_refused_or_read(tmp_path_factory, junk, end):
    path = tmp_path_factory.getbasetemp() / "junk.zip"
    for content in (b"PK" + junk, junk + struct.pack("<4s4H2LH", b"PK\5\6", *[0] * 7) + end):
        path.write_bytes(content)
        with suppress(RejectedFile):
            take_out(path)


@settings(max_examples=150)
@given(st.data())
def test_damaged_archives_are_refused_or_read(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    path = write_zip(folder / "x.zip", {"a/b.ipynb": "text" * 50, "c/": "", "d": "d"})
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, 20))
    path.write_bytes(bytes(content[: len(content) - cut]))
    with suppress(RejectedFile):
        for name, found in take_out(path).items():
            assert isinstance(found, str) or len(found) <= SMALL.file_bytes, name
