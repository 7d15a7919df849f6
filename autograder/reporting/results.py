"""What grading a class gives, as plain data, and the two files that hold it.

Nothing here depends on time or machine: the same submissions give the same bytes.
"""

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.cells import is_test
from autograder.errors import UserError

COLUMNS = (
    *("student", "assignment", "notebook", "status"),
    *("score", "max_score", "reason", "misconceptions"),
)
MISCONCEPTION = re.compile(r"\[misconception: ([^\]\n]+)\]")
READ = re.compile(r"Read: (\S.*)")


@dataclass(frozen=True)
class CheckOutcome:
    """What became of one hidden test.

    Attributes:
        tests: one sentence, what is tested.
        message: the feedback, complete but for `read` and `misconception`; empty when passed.
        misconception: the name of the known mistake that was recognised.
        read: where to read on.
    """

    check: str
    exercise: str
    tests: str
    points: float
    score: float
    message: str = ""
    misconception: str = ""
    read: str = ""

    @property
    def passed(self) -> bool:
        """Whether the test itself passed, whatever a person made of the score."""
        return not self.message


@dataclass(frozen=True)
class Graded:
    """One notebook of one student.

    Attributes:
        status: "graded", "missing", "unreadable", ...
        reason: why it could not be graded, or not in full; files beside it that were left out.
        shortcuts: what of a library does an exercise's work in it; see `policy`.
    """

    student: str
    assignment: str
    notebook: str
    status: str
    reason: str
    score: float
    max_score: float
    checks: tuple[CheckOutcome, ...] = ()
    seed: str = ""
    shortcuts: tuple[str, ...] = ()

    @property
    def misconceptions(self) -> list[str]:
        """Names of the mistakes that were recognised, each once, in the order of the tests."""
        return list(dict.fromkeys(c.misconception for c in self.checks if c.misconception))

    @property
    def feedback(self) -> str:
        """Path of the feedback page from the folder of results; empty if there is none."""
        return (
            f"feedback/{self.student}/{self.assignment}/{self.notebook}.html" if self.checks else ""
        )


@dataclass(frozen=True)
class ClassResults:
    """A whole class, and what was found among the submissions that is none."""

    submissions: tuple[Graded, ...]
    ignored: tuple[str, ...] = field(default=())


def read_checks(notebook: NotebookNode) -> tuple[CheckOutcome, ...]:
    """The outcomes in an executed notebook, in its order.

    The score is what nbgrader noted in the cell, if it did, or else all points or none.
    """
    return tuple(_read_check(cell) for cell in notebook.cells if is_test(cell))


def _read_check(cell: NotebookNode) -> CheckOutcome:
    about, course = cell.metadata.nbgrader, cell.metadata.get("course", {})
    errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
    message, misconception, read = _parse(errors[0].evalue) if errors else ("", "", "")
    points = float(about.points)
    return CheckOutcome(
        check=about.grade_id,
        exercise=course.get("exercise", ""),
        tests=course.get("tests", about.grade_id),
        points=points,
        score=float(about.get("score", 0 if errors else points)),
        message=message,
        misconception=misconception,
        read=read,
    )


def _parse(text: str) -> tuple[str, str, str]:
    """Message, misconception and where to read, from the text of an error."""
    lines = text.rstrip().split("\n")
    misconception = read = ""
    if found := MISCONCEPTION.fullmatch(lines[-1].strip()):
        misconception = found[1].strip()
        lines.pop()
    for line in list(lines):
        if found := READ.fullmatch(line.strip()):
            read = found[1]
            lines.remove(line)
            break
    return "\n".join(lines).strip() or "The check did not pass.", misconception, read


def write_results(folder: Path, results: ClassResults) -> None:
    """Write `results.json` and `grades.csv`."""
    text = json.dumps(asdict(results), indent=1, ensure_ascii=False, sort_keys=True)
    (folder / "results.json").write_text(text + "\n", encoding="utf-8")
    (folder / "grades.csv").write_text(grades_csv(results.submissions), encoding="utf-8")


def read_results(folder: Path) -> ClassResults:
    """Read `results.json`.

    Raises:
        UserError: there is none, or it is damaged.
    """
    path = folder / "results.json"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        submissions = [
            Graded(
                **{
                    **row,
                    "checks": tuple(CheckOutcome(**check) for check in row["checks"]),
                    "shortcuts": tuple(row["shortcuts"]),
                }
            )
            for row in data["submissions"]
        ]
        return ClassResults(tuple(submissions), tuple(data["ignored"]))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{path} does not exist: run `autograder grade` first.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(f"{path} is damaged: run `autograder grade` again.") from None


def grades_csv(submissions: Iterable[Graded]) -> str:
    """The table for a spreadsheet; no cell can be taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in submissions:
        named = (row.student, row.assignment, row.notebook, row.status)
        scores = (number(row.score), number(row.max_score))
        words = (row.reason, ";".join(row.misconceptions))
        writer.writerow([*map(_safe, named), *scores, *map(_safe, words)])
    return text.getvalue()


def number(value: float) -> str:
    """A score as people write it: 3, 2.5."""
    return f"{value:.6g}"


def _safe(text: str) -> str:
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
