"""What `autograder grade` shows in the terminal."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.grading.grade import ENTRIES
from autograder.grading.grade import Progress as Report
from autograder.reporting.results import ClassResults, Graded, number

A_FEW = 5  # absent students of an assignment are named one by one, if they are not more


@contextmanager
def progress_bar(title: str) -> Iterator[Report]:
    """A line, then a bar per stage with the time left, gone when the work is done."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    # Nothing is drawn before there is work: an error in what the user gave stays one line.
    bar = Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    stages: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int) -> None:
        if not stages:
            console.print(title, highlight=False, soft_wrap=True)
        if what not in stages:
            bar.start()
            stages[what] = bar.add_task(what, total=total)
        bar.update(stages[what], completed=done)

    try:
        yield report
    finally:
        bar.stop()


def show(results: ClassResults, out: Path) -> None:
    """The summary table, what was ignored, and where everything lies."""
    # A file or a pipe has no width: then the table may be as wide as it needs.
    console = Console(width=None if sys.stdout.isatty() else 140)
    absent, rows = _absent(results)
    table = Table(title=f"{len(rows)} notebooks", title_justify="left")
    for name in ("Student", "Assignment", "Score", "Status", "Diagnosed"):
        table.add_column(name, justify="right" if name == "Score" else "left", overflow="fold")
    for row in rows:
        score = f"{number(row.score)}/{number(row.max_score)}"
        table.add_row(escape(row.student), escape(row.assignment), score, *_told(row))
    console.print(table)
    for assignment, count in absent.items():
        line = f"[yellow]missing[/] {escape(assignment)}: {count} students handed in nothing"
        console.print(line, highlight=False, soft_wrap=True)
    for line in results.ignored:
        console.print(f"[yellow]ignored[/] {escape(line)}", highlight=False, soft_wrap=True)
    for entry in ENTRIES:
        console.print(str(out / entry), highlight=False, markup=False, soft_wrap=True)


def _absent(results: ClassResults) -> tuple[dict[str, int], list[Graded]]:
    """How many handed in nothing where they are many, by assignment; and all other rows."""
    nothing = Counter(row.assignment for row in results.submissions if row.status == "missing")
    many = {assignment: count for assignment, count in nothing.items() if count > A_FEW}
    rows = [r for r in results.submissions if r.status != "missing" or r.assignment not in many]
    return many, rows


def _told(row: Graded) -> tuple[str, str]:
    colour = "green" if row.status == "graded" else "yellow"
    told = "; ".join(row.misconceptions) or row.reason
    return f"[{colour}]{row.status}[/]", escape(told)
