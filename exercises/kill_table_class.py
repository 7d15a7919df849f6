"""Grade every known mistake as a class: `python -m exercises.kill_table_class [ASSIGNMENT ...]`.

`record_kill_table` runs the mistakes in one process, which is quick. Here each is a student's
notebook, right everywhere else, graded by `autograder grade` with all its walls. Exit code 1 if a
mistake loses other tests, or is named in other tests, than the kill table says.
"""

import sys
from functools import partial
from pathlib import Path

import click
from rich.console import Console

from autograder.authoring.kill_table_runner import Row
from autograder.authoring.synthetic_submissions import with_mistake
from autograder.cells import to_text
from autograder.reporting.results import Graded

from .assignments import Assignment, chosen
from .record_kill_table import read_matrix
from .synthetic_class import as_released
from .world_class import graded


def write_class(folder: Path, master: Assignment, every: int = 1) -> None:
    """Write a notebook for each mistake, or for each so many-th, under the mistake's name."""
    for mistake in master.mistakes[::every]:
        place = folder / mistake.name / master.assignment
        place.mkdir(parents=True)
        text = to_text(as_released(with_mistake(master.source, mistake)))
        (place / f"{master.notebook}.ipynb").write_text(text, encoding="utf-8")
        for name, data in master.files.items():
            (place / name).write_bytes(data)


def differences(recorded: Row, result: Graded) -> list[str]:
    """What the grader says of a mistake other than the kill table does."""
    lost = [check.check for check in result.checks if check.score < check.points]
    named = [check.check for check in result.checks if check.misconception == recorded.mistake]
    found = []
    if result.status != "graded":
        found.append(f"{result.status}: {result.reason}")
    if lost != list(recorded.lost):
        found.append(f"loses {lost}, in the kill table {list(recorded.lost)}")
    missing = [test for test in recorded.named if test not in named]
    if missing:
        found.append(f"is not named by {missing}")
    false = {name for c in result.checks for name in c.misconception.split(";") if name}
    if false - {recorded.mistake}:
        found.append(f"is taken for {sorted(false - {recorded.mistake})}")
    return found


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--every", default=1, show_default=True, help="Take each so many-th mistake.")
@click.option("--jobs", type=int, help="Notebooks to run at a time.  [default: one per core]")
def main(assignments: tuple[str, ...], every: int, jobs: int | None) -> None:
    """Grade the known mistakes of all assignments, or of those that are named, as a class."""
    console = Console(width=None if sys.stdout.isatty() else 170)
    matrix, wrong = read_matrix(), 0
    for master in chosen(assignments):
        results = graded(
            partial(write_class, master=master, every=every), console, master.assignment, jobs
        )
        rows = {row.student: row for row in results.submissions}
        expected = matrix[master.assignment][::every]
        differ = {row.mistake: differences(row, rows[row.mistake]) for row in expected}
        for mistake, found in differ.items():
            for line in found:
                console.print(f"{master.assignment} {mistake} {line}", markup=False)
        same = sum(not found for found in differ.values())
        console.print(f"{master.assignment}: {same} of {len(expected)} graded as recorded")
        wrong += len(expected) - same
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
