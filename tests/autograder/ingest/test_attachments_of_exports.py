"""Files beside notebooks in what learning platforms export."""

import os
from pathlib import Path

import nbformat
import toy_files
from not_files import MB
from zip_files import LINK, PIPE, write_zip, zip_bytes

from autograder.ingest.attachments import scan
from autograder.ingest.ingest import open_submissions
from autograder.limits import ArchiveLimits
from autograder.untrusted_files import contents

MASTERS = {toy_files.ASSIGNMENT: {toy_files.NOTEBOOK: toy_files.master()}}


def take(path: Path, **more) -> dict[str, tuple[dict[str, bytes], dict[str, str]]]:
    """Student -> what lies beside the notebook, and what was left out."""
    workplace = path.parent / "workplace"
    workplace.mkdir(exist_ok=True)
    found = {}
    with open_submissions(path, MASTERS, workplace, **more) as intake:
        for one in intake.submissions:
            files, skipped = scan(one.path.parent, {n: s * MB for n, s in toy_files.FILES.items()})
            found[one.student] = (contents(files), skipped | dict(one.skipped))
    return found


NOTEBOOK = nbformat.writes(toy_files.answered())
BOTH = {"log.txt": b"3, 2, 1", "weights.bin": b"good weights"}


def unpacked(archive: Path) -> Path:
    import zipfile

    folder = archive.with_suffix("")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def both_ways(path: Path, files: dict[str, str | bytes], **more) -> list[Path]:
    archive = write_zip(path, files)
    return [archive, unpacked(archive)]


def test_files_of_a_canvas_export(tmp_path):
    own = zip_bytes(tmp_path, {"work/weights.ipynb": NOTEBOOK, "work/weights.bin": b"packed"})
    files = {
        "ada_1_10_weights.ipynb": NOTEBOOK,
        "ada_1_11_weights.bin": b"good weights",
        "ada_1_12_log.txt": b"3, 2, 1",
        "bob_LATE_2_20_weights-1.ipynb": NOTEBOOK,
        "bob_LATE_2_21_weights-1.bin": b"later",
        "bob_LATE_2_19_weights.bin": b"earlier",
        "bob_LATE_2_22_log (1).txt": b"renamed",
        "eve_3_30_weights.ipynb": NOTEBOOK,
        "eve_3_31_weights.bin": bytes(MB + 1),
        "eve_3_32_weights.bin.txt": b"",
        "max_4_40_work.zip": own,
    }
    for path in both_ways(tmp_path / "canvas.zip", files):
        assert take(path) == {
            "ada-1": (BOTH, {}),
            "bob-2": ({"log.txt": b"renamed", "weights.bin": b"later"}, {}),
            "eve-3": ({}, {"weights.bin": "weights.bin is larger than 1 MB"}),
            "max-4": ({"weights.bin": b"packed"}, {}),
        }


def test_files_of_a_moodle_export(tmp_path):
    inside = "_assignsubmission_file"
    files = {
        f"Ada_1{inside}/weights.ipynb": NOTEBOOK,
        f"Ada_1{inside}/weights.bin": b"good weights",
        f"Ada_1{inside}/log.txt": b"3, 2, 1",
        f"Bob_2{inside}_weights.ipynb": NOTEBOOK,
        f"Bob_2{inside}_weights.bin": b"flat",
        f"Eve_3{inside}/weights.ipynb": NOTEBOOK,
        f"Eve_3{inside}/weights.bin": b"one",
        f"Eve_3{inside}/weights (1).bin": b"other",
        f"Max_4{inside}/weights.bin": b"no notebook",
    }
    for path in both_ways(tmp_path / "moodle.zip", files):
        which = "weights (1).bin, weights.bin could be weights.bin: hand in one"
        assert take(path) == {
            "Ada-1": (BOTH, {}),
            "Bob-2": ({"weights.bin": b"flat"}, {}),
            "Eve-3": ({}, {"weights.bin": which}),
            "Max-4": ({"weights.bin": b"no notebook"}, {}),
        }


def test_files_named_by_a_pattern(tmp_path):
    files = {
        "ada_weights.ipynb": NOTEBOOK,
        "ada_weights.bin": b"good weights",
        "ada_log.txt": b"3, 2, 1",
        "ada_king_weights.ipynb": NOTEBOOK,
        "ada_king_weights (2).bin": b"copy",
        "nobodyslog.txt": b"",
    }
    for path in both_ways(tmp_path / "named.zip", files):
        assert take(path, pattern="{student}_{notebook}.ipynb") == {
            "ada": (BOTH, {}),
            "ada_king": ({"weights.bin": b"copy"}, {}),
        }
    files = {f"w/ada/{name}": data for name, data in [("mine.ipynb", NOTEBOOK), *BOTH.items()]}
    files |= {"w/ada/not my log.txt": b""}
    for path in both_ways(tmp_path / "free.zip", files):
        assert take(path, pattern="w/{student}/*.ipynb") == {"ada": (BOTH, {})}
    for path in both_ways(tmp_path / "by-student.zip", {"ada.ipynb": NOTEBOOK, "log.txt": b""}):
        assert take(path, pattern="{student}.ipynb") == {"ada": ({}, {})}


def test_files_of_a_zip_with_nbgraders_layout(tmp_path):
    place = toy_files.ASSIGNMENT
    files = {
        **{f"ada/{place}/{name}": data for name, data in BOTH.items()},
        f"ada/{place}/weights.ipynb": NOTEBOOK,
        f"ada/{place}/deep/weights.bin": b"elsewhere",
        f"eve/{place}/weights.ipynb": NOTEBOOK,
        f"eve/{place}/weights.bin": b"/etc/passwd",
        f"eve/{place}/log.txt": b"",
        f"max/{place}/weights.ipynb": NOTEBOOK,
        f"max/{place}/weights.bin": bytes(20 * MB),
    }
    kinds = {f"eve/{place}/weights.bin": LINK, f"eve/{place}/log.txt": PIPE}
    assert take(write_zip(tmp_path / "class.zip", files, kinds)) == {
        "ada": (BOTH, {}),
        "eve": (
            {},
            {
                "weights.bin": "weights.bin is a symbolic link: hand in the file itself",
                "log.txt": "log.txt: this is not a file",
            },
        ),
        "max": ({}, {"weights.bin": "weights.bin is larger than 1 MB"}),
    }


def test_own_zip_files_may_be_as_large_as_what_belongs_in_them(tmp_path):
    big = os.urandom(MB)
    own = zip_bytes(tmp_path, {"weights.ipynb": NOTEBOOK, "weights.bin": big, "log.txt": big})
    limits = ArchiveLimits(file_bytes=100_000)
    path = write_zip(tmp_path / "class.zip", {"ada_1_1_work.zip": own})
    assert take(path, limits=limits) == {"ada-1": ({"weights.bin": big, "log.txt": big}, {})}
