"""How fast a class is graded: `python -m exercises.grader_benchmark`, against nbgrader as it comes.

Both grade the same submissions of the first unit on the same cores, one after the other in one
call, so that a busy machine slows both. The scores must agree. The floor is what the notebooks' own
cells and tests take in a warm process without any protection.

`--grow 30 --grow 600` grades classes of these sizes and shows whether a notebook costs the same in
a large class as in a small one, in time and in memory. What a class costs once (starting, declaring
the assignment to the gradebook, the report) stands apart.
"""

import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from threading import Event, Thread

import click
import nbformat

from autograder.authoring.trusted_runner import run_cells
from autograder.cells import to_text
from autograder.grading.merge import merge_submission

from .assignments import HERE, Assignment, all_assignments
from .synthetic_class import submissions

BIN = Path(sys.executable).parent
CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.ignore = ["*.md", "*.py", "__pycache__"]
"""
# nbgrader gives another score to one who writes to stderr, or does not survive the file.
NOT_FOR_STOCK = ("perfect-but-noisy", "endless-loop", "tests-deleted", "corrupt-file")
NOT_FOR_STOCK += ("not-a-notebook",)


@click.command()
@click.option("--students", default=60, show_default=True, help="Size of the class.")
@click.option("--jobs", default=os.cpu_count(), show_default=True, help="For `autograder grade`.")
@click.option("--grow", type=int, multiple=True, help="Only ours, for a class of this size.")
def main(students: int, jobs: int, grow: tuple[int, ...]) -> None:
    """Grade one class twice and print seconds per notebook and the ratio."""
    master = next(m for m in all_assignments() if m.assignment.startswith("01"))
    texts = [text for name, text in submissions(master) if name not in NOT_FOR_STOCK]
    if grow:
        _growth(master, texts, grow, jobs)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _hand_in(folder, master, islice(cycle(texts), students))
        stock, theirs = _stock(folder, master)
        ours, mine = _ours(folder, jobs)
    floor = _floor(master, islice(cycle(texts), students)) / jobs
    rows = (("nbgrader autograde", stock), (f"autograder grade, {jobs} jobs", ours))
    for label, seconds in (*rows, ("floor", floor)):
        rate = 60 * students / seconds
        click.echo(f"{label:<26}{seconds / students:6.2f} s a notebook {rate:7.1f} a minute")
    against = f"{stock / ours:.1f} times nbgrader's speed, {ours / floor:.1f} times the floor"
    agree = "agree" if mine == theirs else "DIFFER"
    click.echo(f"{students} notebooks: {against}; scores {agree}")
    if mine != theirs:
        raise SystemExit(1)


def _hand_in(folder: Path, master: Assignment, texts) -> None:
    for i, text in enumerate(texts):
        path = folder / "submitted" / f"student-{i:03d}" / master.assignment
        path.mkdir(parents=True)
        (path / f"{master.notebook}.ipynb").write_text(text, encoding="utf-8")


def _stock(folder: Path, master: Assignment) -> tuple[float, list[float]]:
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


def _floor(master: Assignment, texts) -> float:
    """Seconds that cells and hidden tests take, notebook after notebook, in this warm process."""
    notebooks = [
        merge_submission(master.source, nbformat.reads(text, as_version=4)) for text in texts
    ]
    run_cells(notebooks[0])
    began = time.perf_counter()
    for notebook in notebooks:
        run_cells(notebook)
    return time.perf_counter() - began


def _growth(master: Assignment, texts: list[str], sizes: tuple[int, ...], jobs: int) -> None:
    """What a notebook costs in classes of several sizes, apart from what a class costs once."""
    from autograder.grading.grade import grade

    click.echo("notebooks   whole   each notebook   the class   memory of all processes")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name, _Memory() as memory:
            folder, clock = Path(name), _Clock()
            _hand_in(folder, master, islice(cycle(texts), size))
            began = time.perf_counter()
            grade(folder / "submitted", HERE, folder / "ours", jobs=jobs, progress=clock.note)
            whole = time.perf_counter() - began
        each = clock.seconds() / (size - 1)
        click.echo(
            f"{size:9} {whole:6.1f} s {each:13.3f} s {whole - each * size:9.1f} s "
            f"{memory.most / 2**20:22.0f} MB"
        )


class _Clock:
    """Listens to the progress of the grader."""

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    def note(self, what: str, done: int, total: int) -> None:
        """Note when a notebook was done, in each stage of the work."""
        if done > 0:
            self._times.setdefault(what, []).append(time.perf_counter())

    def seconds(self) -> float:
        """From the first notebook to the last, all stages together."""
        return sum(times[-1] - times[0] for times in self._times.values())


class _Memory:
    """The most memory that this process and its descendants hold together, shared pages once."""

    def __enter__(self) -> "_Memory":
        self.most, self._over = 0, Event()
        self._thread = Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            self.most = max(self.most, sum(map(_proportional, _family(os.getpid()))))


def _family(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(stat.parent.name))
    found = [root]
    for process in found:
        found += children.get(process, [])
    return found


def _proportional(process: int) -> int:
    """Bytes, each page divided by the number of processes that share it."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return 0


if __name__ == "__main__":
    main()
