"""nbgrader as it comes, in a kernel, without any part of ours, gives honest work the same marks."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.cells import is_test, to_text
from exercises.assignments import HERE, all_assignments
from exercises.synthetic_class import submissions

CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.ignore = ["*.md", "*.py", "__pycache__"]
"""
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("master", all_assignments(), ids=lambda master: master.assignment)
def test_the_same_marks(master, tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    source = tmp_path / "source" / master.assignment
    source.mkdir(parents=True)
    (source / f"{master.notebook}.ipynb").write_text(to_text(master.source), encoding="utf-8")
    expected = {}
    for student, text in submissions(master):
        if student not in ("perfect", "blank", "style-terse"):
            continue
        expected[student] = 0 if student == "blank" else points_of(master)
        folder = tmp_path / "submitted" / student / master.assignment
        folder.mkdir(parents=True)
        (folder / f"{master.notebook}.ipynb").write_text(text, encoding="utf-8")
        for name, data in master.files.items():
            (folder / name).write_bytes(data)
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"
    for command in (
        ["generate_assignment", master.assignment],
        ["autograde", master.assignment],
        ["export"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == expected
    assert len(scores) == 3


def points_of(master) -> float:
    """All points of an assignment."""
    return sum(c.metadata.nbgrader.points for c in master.source.cells if is_test(c))
