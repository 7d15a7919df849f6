"""How fast a class is graded: `python -m exercises.bench`, against nbgrader as it comes.

Both grade the same perfect submissions on the same cores, one after the other in one call, so that
a busy machine slows both. The scores must agree.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from autograder.notebook import to_text

from .masters import HERE, Master, masters
from .sample_class import submissions

BIN = Path(sys.executable).parent
CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.ignore = ["*.md", "*.py", "__pycache__"]
"""


@click.command()
@click.option("--students", default=10, show_default=True, help="Size of the class.")
@click.option("--jobs", default=os.cpu_count(), show_default=True, help="For `autograder grade`.")
def main(students: int, jobs: int) -> None:
    """Grade one class twice and print seconds per notebook and the ratio."""
    master = masters()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = dict(submissions(master))["perfect"]
        for i in range(students):
            path = folder / "submitted" / f"student-{i:03d}" / master.assignment
            path.mkdir(parents=True)
            (path / f"{master.notebook}.ipynb").write_text(text, encoding="utf-8")
        stock, theirs = _stock(folder, master)
        ours, mine = _ours(folder, jobs)
    for label, seconds in (("nbgrader autograde", stock), (f"autograder grade, {jobs} jobs", ours)):
        rate = 60 * students / seconds
        click.echo(f"{label:<26}{seconds / students:6.2f} s a notebook {rate:7.1f} a minute")
    click.echo(f"ratio {stock / ours:.2f}; scores {'agree' if mine == theirs else 'DIFFER'}")
    if mine != theirs:
        raise SystemExit(1)


def _stock(folder: Path, master: Master) -> tuple[float, list[float]]:
    """nbgrader's own preprocessors, no part of ours but the hidden tests."""
    (folder / "nbgrader_config.py").write_text(CONFIG)
    source = folder / "source" / master.assignment
    source.mkdir(parents=True)
    (source / f"{master.notebook}.ipynb").write_text(to_text(master.source), encoding="utf-8")
    root = str(HERE.parent)
    environment = {**os.environ, "PYTHONPATH": root}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"

    def nbgrader(*words: str) -> None:
        command = [str(BIN / "nbgrader"), *words]
        subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)

    nbgrader("generate_assignment", master.assignment)
    began = time.perf_counter()
    nbgrader("autograde", master.assignment)
    nbgrader("generate_feedback", master.assignment)
    seconds = time.perf_counter() - began
    nbgrader("export")
    scores = _scores(folder / "grades.csv")
    shutil.rmtree(folder / "autograded")
    return seconds, scores


def _ours(folder: Path, jobs: int) -> tuple[float, list[float]]:
    command = [str(BIN / "autograder"), "grade", str(folder / "submitted")]
    command += ["--out", str(folder / "ours"), "--jobs", str(jobs), "--source", str(HERE)]
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - began, _scores(folder / "ours" / "grades.csv")


def _scores(path: Path) -> list[float]:
    with path.open(encoding="utf-8", newline="") as file:
        return [float(row["score"]) for row in csv.DictReader(file)]


if __name__ == "__main__":
    main()
