"""Classes as they are handed in, and what the grader takes from them: for the tests of `ingest`."""

import zipfile
from pathlib import Path

from nbformat.v4 import new_notebook
from zip_files import write_zip

from autograder.ingest.ingest import IngestResult, open_submissions

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


def layout(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


def both_ways(folder: Path, files: dict[str, str | bytes]) -> list[Path]:
    """The same export as a zip file, in a folder in one, and unpacked."""
    archive = write_zip(folder / "export.zip", files)
    wrapped = write_zip(folder / "wrapped.zip", {f"all of it/{n}": c for n, c in files.items()})
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "unpacked")
    return [archive, wrapped, folder / "unpacked"]
