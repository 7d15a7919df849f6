"""The instructor's page: the class at a glance, and what to teach again."""

import math
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

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
        """The columns of the table, from any student that has them."""
        return next((row.checks for row in self.rows if row.checks), ())

    @property
    def exercises(self) -> list[tuple[str, int]]:
        """The exercises over the columns, each with its number of checks."""
        return [
            (title, len(list(group))) for title, group in groupby(c.exercise for c in self.checks)
        ]

    @property
    def failures(self) -> list[tuple[CheckOutcome, int, int]]:
        """Checks that somebody failed, worst first: how many failed, of how many that ran."""
        ran = [row for row in self.rows if row.status != "unreadable" and row.checks]
        ran = [row for row in ran if row.status != "missing"]
        counts = Counter(c.check for row in ran for c in row.checks if not c.passed)
        failed = [(check, counts[check.check], len(ran)) for check in self.checks]
        return sorted((f for f in failed if f[1]), key=lambda f: -f[1])

    @property
    def misconceptions(self) -> list[tuple[str, list[Graded]]]:
        """Recognised mistakes, most frequent first, and who made them."""
        who: dict[str, list[Graded]] = {}
        for row in self.rows:
            for name in row.misconceptions:
                who.setdefault(name, []).append(row)
        return sorted(who.items(), key=lambda item: (-len(item[1]), item[0]))

    @property
    def troubled(self) -> list[Graded]:
        """What could not be graded, or not in full."""
        return [row for row in self.rows if row.status != "graded" or row.reason]

    @property
    def shortcuts(self) -> list[Graded]:
        """Who lets a library do an exercise's work: points are as earned, a person decides."""
        return [row for row in self.rows if row.shortcuts]

    @property
    def median(self) -> float:
        scores = sorted(row.score for row in self.rows)
        middle = len(scores) // 2
        return scores[middle] if len(scores) % 2 else (scores[middle - 1] + scores[middle]) / 2

    @property
    def bars(self) -> list[tuple[float, float, int]]:
        """The distribution of scores: from, to, and how many; full marks are in the last."""
        top = self.max_score or 1.0
        counts = Counter(
            min(max(math.floor(row.score / top * BINS), 0), BINS - 1) for row in self.rows
        )
        return [(top * i / BINS, top * (i + 1) / BINS, counts[i]) for i in range(BINS)]


def sections(results: ClassResults) -> list[Section]:
    """The class by assignment and notebook."""
    names = sorted({(row.assignment, row.notebook) for row in results.submissions})
    return [
        Section(a, n, tuple(r for r in results.submissions if (r.assignment, r.notebook) == (a, n)))
        for a, n in names
    ]


def write_report(folder: Path, results: ClassResults) -> None:
    """Write `report.html`, which links to the feedback pages beside it."""
    page = render(
        "report.html.j2",
        sections=sections(results),
        ignored=results.ignored,
        students=len({row.student for row in results.submissions}),
        link=lambda row: quote(row.feedback),
    )
    (folder / "report.html").write_text(page, encoding="utf-8")
