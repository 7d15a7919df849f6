"""A file or folder that the disk does not give: it is named, and the others are graded."""

import errno
import os
from pathlib import Path

import pytest
from submitted_files import ONE, layout

from autograder.ingest.ingest import open_submissions

EXPORTS = {
    "Canvas": (None, "{}_1{}_9{}_sums.ipynb"),
    "Moodle": (None, "{} Muster_1{}_assignsubmission_file/{}/sums.ipynb"),
    "pattern": ("{student}_*_sums.ipynb", "{}_{}{}_sums.ipynb"),
    "nbgrader": (None, "{}/01-sums/sums.ipynb"),
}


@pytest.fixture
def locked(monkeypatch) -> set[Path]:
    """Paths that cannot be opened: root, who runs tests too, may open everything."""
    paths: set[Path] = set()
    real_open, real_scan = os.open, os.scandir

    def refuse(path: object) -> None:
        if isinstance(path, str | os.PathLike) and Path(path) in paths:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def opening(path, *args, **options):
        refuse(path)
        return real_open(path, *args, **options)

    def scanning(path="."):
        refuse(path)
        return real_scan(path)

    monkeypatch.setattr(os, "open", opening)
    monkeypatch.setattr(os, "scandir", scanning)
    return paths


@pytest.mark.parametrize("form", ["Canvas", "Moodle", "pattern"])
def test_an_unreadable_file_stops_no_class(form, tmp_path, locked):
    pattern, name = EXPORTS[form]
    names = {student: name.format(student, number, number) for number, student in enumerate("abc")}
    class_ = layout(tmp_path / "class", {path: path[0] for path in names.values()})
    locked.add(class_ / names["b"])
    workplace = tmp_path / "workplace"
    workplace.mkdir()
    with open_submissions(class_, ONE, workplace, pattern=pattern) as intake:
        found = {one.student[0]: one for one in intake.submissions}
        assert {student: one.status for student, one in found.items()} == {
            **{"a": "", "b": "unreadable", "c": ""}
        }
        assert "sums.ipynb: the file cannot be read (Permission denied)" in found["b"].reason
        assert found["c"].path.read_text() == "c"


@pytest.mark.parametrize("form", ["Moodle", "pattern", "nbgrader"])
def test_an_unreadable_folder_stops_no_class(form, tmp_path, locked):
    name = {"pattern": "{}/x/sums.ipynb"}.get(form, EXPORTS[form][1])
    pattern = "{student}/*/*.ipynb" if form == "pattern" else None
    names = {student: name.format(student, number, number) for number, student in enumerate("abc")}
    class_ = layout(tmp_path / "class", {path: path[0] for path in names.values()})
    folder = (
        (class_ / names["b"]).parent if form == "pattern" else class_ / names["b"].split("/")[0]
    )
    locked.add(folder)
    workplace = tmp_path / "workplace"
    workplace.mkdir()
    with open_submissions(class_, ONE, workplace, pattern=pattern) as intake:
        found = {one.student[0]: one for one in intake.submissions}
        said = [*intake.ignored, *(f"{one.student}: {one.reason}" for one in intake.submissions)]
        assert [line for line in said if "cannot be read (Permission denied)" in line]
        assert [found[student].status for student in "ac"] == ["", ""]
