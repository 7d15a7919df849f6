"""Grade the reference and the untouched release with the grader that marks a class."""

import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from autograder.cells import read, to_text
from autograder.execution.sandbox_client import best_level
from autograder.grading.class_run import Progress
from autograder.grading.grade import grade
from autograder.reporting.results import Graded

from .synthetic_submissions import files_of, strip_solutions

REFERENCE, UNTOUCHED = "reference", "untouched release"  # two students


def wrong_marks(
    source: Path,
    notebooks: Collection[Path],
    progress: Progress = lambda what, done, total: None,
) -> Iterator[tuple[Path, str]]:
    """Yield each notebook with a line for each mark that students would get wrongly.

    The notebooks are graded as students hand them in, with all the walls that this machine has.
    The reference must earn all points, and the untouched release none.

    Args:
        source: folder of the assignments.
        notebooks: built source notebooks in it.
    """
    with tempfile.TemporaryDirectory(prefix="ag-check-") as folder:
        submitted = Path(folder, "submitted")
        for path in notebooks:
            master = read(path)
            for student, notebook in (REFERENCE, master), (UNTOUCHED, strip_solutions(master)):
                place = submitted / student / path.parent.name
                place.mkdir(parents=True, exist_ok=True)
                (place / path.name).write_text(to_text(notebook), encoding="utf-8")
            for name, data in files_of(master).items():
                (submitted / REFERENCE / path.parent.name / name).write_bytes(data)
        results = grade(
            submitted, source, Path(folder, "out"), level=best_level(), progress=progress
        )
    rows = {(row.student, row.assignment): row for row in results.submissions}
    for path in notebooks:
        for student in REFERENCE, UNTOUCHED:
            for line in _problems(rows[student, path.parent.name]):
                yield path, line


def _problems(row: Graded) -> Iterator[str]:
    if row.status != "graded":
        yield f"graded as a student's notebook, the {row.student} is {row.status}: {row.reason}"
    for check in row.checks:
        if check.manual:
            continue
        if row.student == REFERENCE and check.score != check.points:
            why = check.message.splitlines() or ["the test gives no reason"]
            yield (
                f"graded as a student's notebook, the reference gets {check.score:g} of "
                f"{check.points:g} points in the test {check.check}: {why[0]}"
            )
        if row.student == UNTOUCHED and check.score != 0:
            yield (
                f"the untouched release earns {check.score:g} points in the test {check.check}, "
                "must be 0"
            )
