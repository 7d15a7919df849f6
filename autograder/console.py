"""The output of `autograder grade` in the terminal."""

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

from autograder.grading.class_run import Progress as Report
from autograder.grading.grade import ENTRIES, LOG
from autograder.reporting.results import FAILED, ClassResults, Graded, number

A_FEW = 5  # up to so many absent students of an assignment get a row each


@contextmanager
def progress_bar(title: str = "") -> Iterator[Report]:
    """Show a line, if there is one, then a bar for each stage; remove the bars at the end."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    # Nothing is drawn before the first stage: an error in an argument stays one line.
    bar = Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    stages: dict[str, TaskID] = {}

    def report(stage: str, done: int, total: int) -> None:
        if title and not stages:
            console.print(title, highlight=False, soft_wrap=True)
        if stage not in stages:
            bar.start()
            stages[stage] = bar.add_task(stage, total=total)
        bar.update(stages[stage], completed=done)

    try:
        yield report
    finally:
        bar.stop()


def show(results: ClassResults, out: Path) -> None:
    """Print the summary table, the ignored files, and the paths of the results."""
    # A file or a pipe has no width: then the table may be as wide as it needs.
    console = Console(width=None if sys.stdout.isatty() else 140)
    absent, rows = _absent(results)
    table = Table(title=f"{len(rows)} notebooks", title_justify="left")
    for name in ("Student", "Assignment", "Score", "Status", "Diagnosed"):
        table.add_column(name, justify="right" if name == "Score" else "left", overflow="fold")
    for row in rows:
        score = f"{number(row.score)}/{number(row.max_score)}"
        table.add_row(escape(row.student), escape(row.assignment), score, *_status(row))
    console.print(table)
    for assignment, count in absent.items():
        line = f"[yellow]missing[/] {escape(assignment)}: {count} students handed in nothing"
        console.print(line, highlight=False, soft_wrap=True)
    for line in results.ignored:
        console.print(f"[yellow]ignored[/] {escape(line)}", highlight=False, soft_wrap=True)
    for line in results.doubtful:
        console.print(f"[red]unlike nbgrader[/] {escape(line)}", highlight=False, soft_wrap=True)
    if failed := failures(results):
        for row in failed:
            line = f"{row.student}/{row.assignment}/{row.notebook}: {row.reason}"
            console.print(f"[red]{FAILED}[/] {escape(line)}", highlight=False, soft_wrap=True)
        line = f"{len(failed)} notebooks: the details are in {out / LOG}"
        console.print(f"[red]{FAILED}[/] {escape(line)}", highlight=False, soft_wrap=True)
    for entry in ENTRIES:
        console.print(str(out / entry), highlight=False, markup=False, soft_wrap=True)


def failures(results: ClassResults) -> list[Graded]:
    """Return the notebooks that could not be judged by the grader's own fault."""
    return [row for row in results.submissions if row.status == FAILED]


def _absent(results: ClassResults) -> tuple[dict[str, int], list[Graded]]:
    """Count absent students of assignments with more than A_FEW; return all other rows too."""
    nothing = Counter(row.assignment for row in results.submissions if row.status == "missing")
    many = {assignment: count for assignment, count in nothing.items() if count > A_FEW}
    rows = [r for r in results.submissions if r.status != "missing" or r.assignment not in many]
    return many, rows


def _status(row: Graded) -> tuple[str, str]:
    color = "green" if row.status == "graded" else "yellow"
    diagnosis = "; ".join(row.misconceptions) or row.reason
    return f"[{color}]{row.status}[/]", escape(diagnosis)
