"""The table of marks, `grades.csv`: a row for each student and notebook."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from autograder.atomic_write import atomic_write_text

from .results import Graded, number

COLUMNS = (
    *("student", "assignment", "notebook", "status"),
    *("score", "max_score", "reason", "misconceptions"),
)


def write_grades_csv(folder: Path, submissions: Iterable[Graded]) -> None:
    """Write `grades.csv` into a folder of results."""
    atomic_write_text(folder / "grades.csv", grades_csv(submissions))


def grades_csv(submissions: Iterable[Graded]) -> str:
    """Return the table for a spreadsheet, in which no cell can act as a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in submissions:
        named = (row.student, row.assignment, row.notebook, row.status)
        scores = (number(row.score), number(row.max_score))
        words = (row.reason, ";".join(row.misconceptions))
        writer.writerow([*map(_safe, named), *scores, *map(_safe, words)])
    return text.getvalue()


def _safe(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
