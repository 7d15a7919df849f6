"""Results of a class as plain data, and the file `results.json`.

They do not depend on time or machine: the same submissions give the same bytes.
"""

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from autograder.atomic_write import atomic_write_text
from autograder.cells import is_graded, is_manual
from autograder.errors import UserError

FAILED = "grader failed"  # the grader's own failure, not the student's; it must not stop the class
MISCONCEPTION = re.compile(r"\[misconception: ([^\]\n]+)\]")
READ = re.compile(r"Read: (\S.*)")


@dataclass(frozen=True)
class CheckOutcome:
    """Outcome of one hidden test, or of an answer that a person grades.

    Attributes:
        tests: one sentence on what is tested.
        message: the feedback without `read` and `misconception`; empty if the test passed.
        misconception: the names of the recognized mistakes, separated by ";".
        read: where to read on.
        note: what the student should know besides.
        manual: a person grades it; there is no test.
        pending: nobody has graded it yet.
        contained: the test ran in the student's process, as in nbgrader.
    """

    check: str
    exercise: str
    tests: str
    points: float
    score: float
    message: str = ""
    misconception: str = ""
    read: str = ""
    note: str = ""
    manual: bool = False
    pending: bool = False
    contained: bool = False

    @property
    def passed(self) -> bool:
        """Return True if the test itself passed, even if a person changed the score."""
        return not (self.message or self.manual)


@dataclass(frozen=True)
class Graded:
    """One notebook of one student.

    Attributes:
        status: "graded", "missing", "unreadable", ...
        reason: why it could not be graded completely; and which attachments were skipped.
        shortcuts: library functions that do an exercise's work; see `shortcut_detection`.
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
        """Names of the recognized mistakes, each once, in the order of the tests."""
        names = (name for c in self.checks for name in c.misconception.split(";"))
        return list(dict.fromkeys(filter(None, names)))

    @property
    def feedback(self) -> str:
        """Path of the feedback page below the folder of results, or ""."""
        return (
            f"feedback/{self.student}/{self.assignment}/{self.notebook}.html" if self.checks else ""
        )


@dataclass(frozen=True)
class ClassResults:
    """Results of a whole class.

    Attributes:
        ignored: a line for each file that is no submission.
        doubtful: a line for each test that does not give the marks that nbgrader gives.
    """

    submissions: tuple[Graded, ...]
    ignored: tuple[str, ...] = field(default=())
    doubtful: tuple[str, ...] = field(default=())


def read_checks(notebook: NotebookNode) -> tuple[CheckOutcome, ...]:
    """Read the outcomes of all cells with points from an executed notebook.

    The score is nbgrader's score in the cell if there is one, or else all points or none.
    """
    return tuple(_read_check(cell) for cell in notebook.cells if is_graded(cell))


def _read_check(cell: NotebookNode) -> CheckOutcome:
    about, course = cell.metadata.nbgrader, cell.metadata.get("course", {})
    if is_manual(cell):
        return CheckOutcome(
            check=about.grade_id,
            exercise=course.get("exercise", ""),
            tests=course.get("tests", about.grade_id),
            points=float(about.points),
            score=float(about.get("score") or 0),
            manual=True,
            pending=bool(about.get("pending", False)),
        )
    errors = [o for o in cell.get("outputs", []) if o.output_type == "error"]
    points = float(about.points)
    message, read = _parse(errors[0].evalue) if errors else ("", "")
    earned = points if errors else _earned(cell, points)
    if earned < points:
        message = f"This test gives {number(earned)} of {number(points)} points."
    # Only what the grader itself has found: a student's text can contain anything.
    settled = cell.metadata.get("autograder", {})
    return CheckOutcome(
        check=about.grade_id,
        exercise=course.get("exercise", ""),
        tests=course.get("tests", about.grade_id),
        points=points,
        score=float(about.get("score", 0 if errors else earned)),
        message=message,
        misconception=";".join(settled.get("named", ())),
        read=read,
        note=settled.get("note", ""),
        contained=bool(settled.get("contained")),
    )


def _earned(cell: NotebookNode, points: float) -> float:
    """Return the points of a test without an error: its last expression, if that is a number."""
    for output in cell.get("outputs", []):
        if output.output_type == "execute_result":
            with suppress(ValueError):
                score = float(output.data["text/plain"])
                return score if 0 <= score <= points else points
    return points


def _parse(text: str) -> tuple[str, str]:
    """Split the text of an error into message and where to read, without the mistakes' names."""
    lines = text.rstrip().split("\n")
    while len(lines) > 1 and MISCONCEPTION.fullmatch(lines[-1].strip()):
        lines.pop()
    read = ""
    for line in list(lines):
        if found := READ.fullmatch(line.strip()):
            read = found[1]
            lines.remove(line)
            break
    return "\n".join(lines).strip() or "The check did not pass.", read


def write_results(folder: Path, results: ClassResults) -> None:
    """Write `results.json`."""
    text = json.dumps(asdict(results), indent=1, ensure_ascii=False, sort_keys=True)
    atomic_write_text(folder / "results.json", text + "\n")


def read_results(folder: Path) -> ClassResults:
    """Read `results.json`.

    Raises:
        UserError: it is missing or damaged.
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
        doubtful = data.get("doubtful", ())
        return ClassResults(tuple(submissions), tuple(data["ignored"]), tuple(doubtful))
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{path} does not exist: run `autograder grade` first.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(f"{path} is damaged: run `autograder grade` again.") from None


def number(value: float) -> str:
    """Format a score: 3, 2.5."""
    return f"{value:.6g}"
