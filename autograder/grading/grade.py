"""Grades a class: find, run several at a time, record by one writer, and put in place at once."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nbformat import NotebookNode
from sqlalchemy.exc import SQLAlchemyError

from autograder.cells import is_test
from autograder.errors import UserError
from autograder.execution.local_pool import LocalPool
from autograder.ingest.ingest import open_submissions
from autograder.ingest.submission_tree import SourceNotebooks, Submission, read_course
from autograder.limits import Limits
from autograder.reporting.gradebook import GradebookScore, copy_gradebook, record
from autograder.reporting.report import write_report
from autograder.reporting.results import ClassResults, Graded, read_results, write_results

from .class_run import ClassRun, Pool, Progress
from .run_cache import RunCache, remove_leftovers
from .shortcut_detection import shortcuts

WRITING = "Writing the gradebook and feedback"
ENTRIES = ("gradebook.db", "autograded", "feedback", "grades.csv", "results.json", "report.html")


def grade(
    submissions: Path,
    source: Path,
    out: Path,
    assignment: str | None = None,
    jobs: int | None = None,
    limits: Limits | None = None,
    progress: Progress = lambda what, done, total: None,
    force: bool = False,
    level: str = "",
    cluster: Pool | None = None,
    pattern: str | None = None,
    students: Collection[str] = (),
) -> ClassResults:
    """Grade all submissions, of all assignments or of one, and write everything into `out`.

    Manual scores and comments in the gradebook of an earlier run are kept. Interrupted at any
    moment, it leaves earlier results as they were, and the next run goes on where it was.

    Args:
        jobs: notebooks that run at a time; by default one for each core.
        force: run also what was run before and has not changed since.
        level: of isolation; by default the best that the machine allows.
        cluster: where notebooks run, if not on this machine; `jobs` is then of no account.
        pattern: how files are named; by default it is recognised.
        students: grade only these, and keep the others' results; by default all.

    Raises:
        UserError: something that the user gave is wrong; nothing has been written.
    """
    masters = read_course(source, assignment)
    with (
        _one_line_for_what_is_full(out),
        _workplace(out) as folder,
        open_submissions(submissions, masters, folder, assignment, pattern, students) as given,
        RunCache(out, force) as cache,
        cluster or LocalPool(jobs or os.cpu_count() or 1) as pool,
    ):
        remove_leftovers(out, folder)
        if (out / "gradebook.db").exists():
            copy_gradebook(out / "gradebook.db", folder / "gradebook.db")
        due = [submission for submission in given.submissions if submission.staged]
        ran = ClassRun(due, masters, source.resolve().parent, limits or Limits(), cache)
        ran.run(pool, level, progress)
        pool.dismiss()
        rows = [
            _absent(submission, masters)
            for submission in given.submissions
            if not submission.staged
        ]
        progress(WRITING, 0, len(due))
        active = sorted({submission.assignment for submission in due})
        for number, one in enumerate(record(folder, masters, active, ran), start=1):
            rows.append(_result(*one))
            progress(WRITING, number, len(due))
        is_part = given.assignment is not None or bool(students)
        if is_part:
            rows += _kept_from_before(out, folder, given.assignment, students)
        rows.sort(key=lambda row: (row.assignment, row.student, row.notebook))
        results = ClassResults(tuple(rows), tuple(given.ignored))
        write_results(folder, results)
        write_report(folder, results)
        _put_in_place(folder, out)
        if not is_part:
            cache.forget_the_rest()
    return results


def _absent(submission: Submission, masters: SourceNotebooks) -> Graded:
    """Nothing was handed in, and there is no page to write."""
    cells = filter(is_test, masters[submission.assignment][submission.notebook].cells)
    points = sum(float(cell.metadata.nbgrader.points) for cell in cells)
    return Graded(
        *(submission.student, submission.assignment, submission.notebook),
        status=submission.status,
        reason=submission.reason,
        score=0.0,
        max_score=points,
    )


def _result(submission: Submission, ran: NotebookNode, entry: GradebookScore) -> Graded:
    points = sum(float(cell.metadata.nbgrader.points) for cell in filter(is_test, ran.cells))
    about = ran.metadata.autograder
    reason = "; ".join([about.reason] * bool(about.reason) + about.get("skipped", []))
    return Graded(
        *(submission.student, submission.assignment, submission.notebook),
        status=about.status,
        reason=reason,
        score=entry.score,
        max_score=points,
        checks=entry.checks,
        seed=about.seed,
        shortcuts=shortcuts(ran),
    )


def _kept_from_before(
    out: Path, folder: Path, assignment: str | None, students: Collection[str]
) -> list[Graded]:
    """Results in `out`, with their pages, of other assignments and students than are graded."""
    if not (out / "results.json").exists():
        return []
    rows = [
        row
        for row in read_results(out).submissions
        if assignment not in (None, row.assignment) or (students and row.student not in students)
    ]
    for row in rows:
        for entry in ("autograded", "feedback"):
            old = out / entry / row.student / row.assignment
            new = folder / entry / row.student / row.assignment
            if old.is_dir() and not new.exists():
                shutil.copytree(old, new)
    return rows


@contextmanager
def _one_line_for_what_is_full(out: Path) -> Iterator[None]:
    """Tell the user what the disk or the gradebook's database refuses to take."""
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        reason = getattr(error, "strerror", None) or str(getattr(error, "orig", error))
        raise UserError(
            f"Cannot write the results to {out} ({reason.splitlines()[0]}): they are as they were. "
            "Mend that and start again; what has been run is not run again."
        ) from None


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out`, so that moving results into place is a mere renaming."""
    out = out.absolute()
    parent = out.parent
    made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is not a folder: give another --out.")
        parent.mkdir(parents=True, exist_ok=True)
        if out.exists() and not os.access(out, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
        name = tempfile.mkdtemp(prefix=f".{out.name}-", dir=parent)
    except OSError as error:
        raise UserError(f"Cannot write to {out} ({error.strerror}): give another --out.") from None
    try:
        yield Path(name)
    finally:
        shutil.rmtree(name, ignore_errors=True)
        with suppress(OSError):  # they are empty only if nothing was graded
            for folder in made:
                folder.rmdir()


def _put_in_place(folder: Path, out: Path) -> None:
    """Replace the entries of `out` one by one; old folders are moved away first."""
    out.mkdir(exist_ok=True)
    (folder / "old").mkdir()
    for entry in ENTRIES:
        if (out / entry).is_dir():
            (out / entry).replace(folder / "old" / entry)
        if (folder / entry).exists():
            (folder / entry).replace(out / entry)
