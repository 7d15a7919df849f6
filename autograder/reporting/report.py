"""The instructor's report: results of the class, and the topics to teach again."""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from autograder.atomic_write import atomic_write_text

from .feedback import render
from .results import CheckOutcome, ClassResults, Graded

BINS = 10


@dataclass(frozen=True)
class Section:
    """One notebook of one assignment, for the whole class."""

    assignment: str
    notebook: str
    rows: tuple[Graded, ...]

    @property
    def max_score(self) -> float:
        return max(row.max_score for row in self.rows)

    @property
    def checks(self) -> tuple[CheckOutcome, ...]:
        """Columns of the table, taken from any student that has them."""
        return next((row.checks for row in self.rows if row.checks), ())

    @property
    def exercises(self) -> list[tuple[str, int]]:
        """Titles of the exercises above the columns, each with its number of checks."""
        return [
            (title, len(list(group))) for title, group in groupby(c.exercise for c in self.checks)
        ]

    @property
    def failures(self) -> list[tuple[CheckOutcome, int, int]]:
        """Failed checks, worst first: how many notebooks failed it, of how many that ran."""
        ran = [row for row in self.rows if row.status != "unreadable" and row.checks]
        ran = [row for row in ran if row.status != "missing"]
        counts = Counter(c.check for row in ran for c in row.checks if c.message)
        failed = [(check, counts[check.check], len(ran)) for check in self.checks]
        return sorted((f for f in failed if f[1]), key=lambda f: -f[1])

    @property
    def misconceptions(self) -> list[tuple[str, list[Graded]]]:
        """Recognized mistakes, most frequent first, with the students who made them."""
        students: dict[str, list[Graded]] = {}
        for row in self.rows:
            for name in row.misconceptions:
                students.setdefault(name, []).append(row)
        return sorted(students.items(), key=lambda item: (-len(item[1]), item[0]))

    @property
    def troubled(self) -> list[Graded]:
        """Notebooks that could not be graded completely."""
        return [row for row in self.rows if row.status != "graded" or row.reason]

    @property
    def shortcuts(self) -> list[Graded]:
        """Notebooks that let a library do an exercise's work, for the instructor to decide."""
        return [row for row in self.rows if row.shortcuts]

    @property
    def median(self) -> float:
        scores = sorted(row.score for row in self.rows)
        middle = len(scores) // 2
        return scores[middle] if len(scores) % 2 else (scores[middle - 1] + scores[middle]) / 2

    @property
    def bars(self) -> list[tuple[float, float, int]]:
        """Histogram of the scores: from, to, and count; full marks are in the last bar."""
        top = self.max_score or 1.0
        counts = Counter(
            min(max(math.floor(row.score / top * BINS), 0), BINS - 1) for row in self.rows
        )
        return [(top * i / BINS, top * (i + 1) / BINS, counts[i]) for i in range(BINS)]


def sections(results: ClassResults) -> list[Section]:
    """Group the results of a class by assignment and notebook."""
    names = sorted({(row.assignment, row.notebook) for row in results.submissions})
    return [
        Section(a, n, tuple(r for r in results.submissions if (r.assignment, r.notebook) == (a, n)))
        for a, n in names
    ]


def write_report(folder: Path, results: ClassResults) -> None:
    """Write `report.html`, which links to the feedback pages next to it."""
    page = render(
        "report.html.j2",
        sections=sections(results),
        ignored=results.ignored,
        doubtful=results.doubtful,
        students=len({row.student for row in results.submissions}),
        link=lambda row: quote(row.feedback),
    )
    atomic_write_text(folder / "report.html", page)
