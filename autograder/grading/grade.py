"""Grade a class: find the submissions, run them, record the results, move them into place.

Several notebooks run at a time, and one writer records them. The results appear in the output
folder only when all of them are complete.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode
from sqlalchemy.exc import SQLAlchemyError

from autograder.cells import has_autotests, is_built, is_graded
from autograder.errors import UserError
from autograder.execution.job import course_digest
from autograder.execution.local_pool import LocalPool
from autograder.ingest.ingest import open_submissions
from autograder.ingest.submission_tree import SourceNotebooks, Submission, read_course
from autograder.limits import Limits
from autograder.logs import log_to_file
from autograder.reporting.grades_csv import write_grades_csv
from autograder.reporting.late_penalties import LatePenalties
from autograder.reporting.nbgrader_gradebook import (
    GradebookScore,
    copy_gradebook,
    record,
    require_accepted,
    rescored,
)
from autograder.reporting.report import write_report
from autograder.reporting.results import ClassResults, Graded, read_results, write_results

from .class_run import ClassRun, Pool, Progress
from .course_limits import CourseLimits, course_limits
from .rounds import Rounds
from .run_cache import FOLDER, WORK, RunCache, remove_leftovers
from .shortcut_detection import shortcuts

if TYPE_CHECKING:
    from .containment import Modes

WRITING = "Writing the gradebook and feedback"
ENTRIES = ("gradebook.db", "autograded", "feedback", "grades.csv", "results.json", "report.html")
LOG = "autograder.log"

log = logging.getLogger(__name__)


def grade(
    submissions: Path,
    source: Path,
    out: Path,
    assignment: str | None = None,
    jobs: int | None = None,
    limits: Limits | None = None,
    limit_options: Collection[str] = (),
    progress: Progress = lambda what, done, total: None,
    force: bool = False,
    level: str = "",
    cluster: Pool | None = None,
    pattern: str | None = None,
    students: Collection[str] = (),
    seed: str | None = None,
) -> ClassResults:
    """Grade all submissions, of all assignments or of one, and write everything into `out`.

    Manual scores and comments in the gradebook of an earlier run are kept. Interrupted at any
    moment, it leaves earlier results as they were, and the next run resumes where it stopped.
    `autograder.log` in `out` is written while it runs.

    Args:
        jobs: how many notebooks run at a time; by default one for each core.
        limits: of each notebook; by default those of the course, see `course_limits`.
        limit_options: changes of these, such as "cell_seconds=30".
        force: run notebooks again that have not changed since an earlier run.
        level: the isolation level; by default the best that the machine supports.
        cluster: where notebooks run, if not on this machine; `jobs` then has no effect.
        pattern: how files are named; by default the format is recognized.
        students: grade only these, and keep the others' results; by default all.
        seed: of the hidden inputs, the same for all students; by default a new one for each round,
            see `rounds`.

    Raises:
        UserError: an argument is wrong, or the results cannot be written; earlier results are
            unchanged.
    """
    masters = read_course(source, assignment)
    _require_apart(submissions, out)
    root = source.resolve().parent
    known = [folder.name for folder in source.iterdir() if folder.is_dir()]
    if _any_autotests(masters):
        from .autotests import require_templates  # it imports what runs Jupyter kernels

        require_templates(masters, source)
    others = [name for name, found in masters.items() if not all(map(is_built, found.values()))]
    penalties = LatePenalties(root)
    chosen = CourseLimits(limits) if limits else course_limits(root, known, limit_options, others)
    with (
        _user_error_for_full_disk(out),
        _workplace(out) as folder,
        open_submissions(submissions, masters, folder, assignment, pattern, students) as given,
        RunCache(out, force) as cache,
        log_to_file(out / LOG),
        _errors_logged(),
        cluster or LocalPool(jobs or os.cpu_count() or 1) as pool,
    ):
        remove_leftovers(out, folder)
        if (out / "gradebook.db").exists():
            copy_gradebook(out / "gradebook.db", folder / "gradebook.db")
        due = [submission for submission in given.submissions if submission.staged]
        is_part = given.assignment is not None or bool(students)
        kept = _earlier_results(out, masters, given.assignment, students) if is_part else []
        log.info("Grading %d notebooks of %s with %s", len(due), submissions, source)
        for line in given.ignored:
            log.info("ignored %s", line)
        rounds = Rounds(cache.folder, course_digest(root), seed)
        private = tuple(place.resolve() for place in (source, submissions, out, folder))
        used = {submission.assignment: masters[submission.assignment] for submission in due}
        if _any_autotests(used):
            from .autotests import with_written_tests

            progress("Writing tests", 0, len(used))
            used = dict(with_written_tests(used, source, cache.folder))
            masters = {**masters, **used}
        require_accepted(used)
        modes = _modes(used, source, pool, cache.folder, level, chosen, progress)
        contained = {
            place: frozenset(test for test, mode in found.items() if mode.contained)
            for place, found in modes.items()
        }
        ran = ClassRun(
            due, masters, root, chosen, cache, rounds, private, source=source, contained=contained
        )
        ran.run(pool, level, progress)
        pool.dismiss()
        rows = [
            _absent(submission, masters)
            for submission in given.submissions
            if not submission.staged
        ]
        progress(WRITING, 0, len(due))
        active = sorted({submission.assignment for submission in due})
        for number, recorded in enumerate(record(folder, masters, active, ran, penalties), start=1):
            rows.append(_result(*recorded))
            progress(WRITING, number, len(due))
        if is_part:
            _keep_pages(kept, out, folder)
            rows += rescored(kept, out / "autograded", folder, folder / "gradebook.db")
        rows.sort(key=lambda row: (row.assignment, row.student, row.notebook))
        results = ClassResults(tuple(rows), tuple(given.ignored), _unlike_nbgrader(modes))
        write_results(folder, results)
        write_grades_csv(folder, results.submissions)
        write_report(folder, results)
        _put_in_place(folder, out)
        rounds.close()
        if not is_part:
            cache.forget_the_rest()
        log.info("Results are in %s", out)
    return results


def _any_autotests(masters: SourceNotebooks) -> bool:
    return any(has_autotests(master) for found in masters.values() for master in found.values())


def _modes(
    masters: SourceNotebooks,
    source: Path,
    pool: Pool,
    memory: Path,
    level: str,
    limits: CourseLimits,
    progress: Progress,
) -> dict[tuple[str, str], "Modes"]:
    """Find out how the tests of other courses' notebooks must run; see `containment`."""
    others = {
        assignment: {name: master for name, master in notebooks.items() if not is_built(master)}
        for assignment, notebooks in masters.items()
    }
    others = {assignment: notebooks for assignment, notebooks in others.items() if notebooks}
    if not others:
        return {}
    from .containment import ModeFinder  # it imports what runs Jupyter kernels

    finder = ModeFinder(source, pool, memory, level, limits)
    found: dict[tuple[str, str], Modes] = {}
    for number, (assignment, notebooks) in enumerate(others.items()):
        progress(f"Trying the tests of {assignment}", number, len(others))
        found |= finder.modes_of({assignment: notebooks})
    return found


def _unlike_nbgrader(modes: Mapping[tuple[str, str], "Modes"]) -> tuple[str, ...]:
    """Return a line for each test that does not give the marks that nbgrader gives."""
    return tuple(
        f"{assignment}/{notebook}.ipynb, test {test}: {mode.problem}"
        for (assignment, notebook), found in modes.items()
        for test, mode in found.items()
        if mode.problem
    )


def _absent(submission: Submission, masters: SourceNotebooks) -> Graded:
    """Return the result of a missing submission, which gets no feedback page."""
    points = sum(_points(masters[submission.assignment][submission.notebook]).values())
    return Graded(
        *(submission.student, submission.assignment, submission.notebook),
        status=submission.status,
        reason=submission.reason,
        score=0.0,
        max_score=points,
    )


def _result(submission: Submission, ran: NotebookNode, entry: GradebookScore) -> Graded:
    about = ran.metadata.autograder
    reason = "; ".join([about.reason] * bool(about.reason) + about.get("skipped", []))
    return Graded(
        *(submission.student, submission.assignment, submission.notebook),
        status=about.status,
        reason=reason,
        score=entry.score,
        max_score=entry.max_score,
        checks=entry.checks,
        seed=about.seed,
        shortcuts=_shortcuts(ran),
    )


def _shortcuts(ran: NotebookNode) -> tuple[str, ...]:
    """Return the shortcuts of a notebook; a failed search must not stop the class."""
    try:
        return shortcuts(ran)
    except Exception:
        log.exception("The search for shortcuts failed")
        return ("not searched: the grader itself failed",)


def _points(master: NotebookNode) -> dict[str, float]:
    """Return the points of each graded cell."""
    cells = filter(is_graded, master.cells)
    return {cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.points) for cell in cells}


def _earlier_results(
    out: Path, masters: SourceNotebooks, assignment: str | None, students: Collection[str]
) -> list[Graded]:
    """Return the results in `out` of assignments and students that are not graded now.

    Raises:
        UserError: the points have changed since: one table must not mix two scales.
    """
    if not (out / "results.json").exists():
        return []
    rows = [
        row
        for row in read_results(out).submissions
        if assignment not in (None, row.assignment) or (students and row.student not in students)
    ]
    for row in rows:
        master = masters.get(row.assignment, {}).get(row.notebook)
        points = {check.check: check.points for check in row.checks}
        if master is not None and points not in ({}, _points(master)):
            raise UserError(
                f"The points of {row.assignment} have changed since the other students were "
                "graded: grade all of them again, without --student."
            )
    return rows


def _keep_pages(rows: Collection[Graded], out: Path, folder: Path) -> None:
    """Copy the notebooks and pages of earlier results."""
    for row in rows:
        for entry in ("autograded", "feedback"):
            old = out / entry / row.student / row.assignment
            new = folder / entry / row.student / row.assignment
            if old.is_dir() and not new.exists():
                shutil.copytree(old, new)


@contextmanager
def _errors_logged() -> Iterator[None]:
    """Log what ends a run: the message of a user's error, the traceback of any other."""
    try:
        yield
    except UserError as error:
        log.error("%s", error.message)
        raise
    except Exception:
        log.exception("The run failed")
        raise


@contextmanager
def _user_error_for_full_disk(out: Path) -> Iterator[None]:
    """Turn an error of the disk or of the gradebook's database into a user's error."""
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        reason = getattr(error, "strerror", None) or str(getattr(error, "orig", error))
        raise UserError(
            f"Cannot write the results to {out} ({reason.splitlines()[0]}); earlier results are "
            "unchanged. Fix this and start again: finished notebooks are not run again."
        ) from None


def _require_apart(submissions: Path, out: Path) -> None:
    """Refuse to write results where submissions are read: they would be taken for one of them."""
    given, results = submissions.resolve(), out.resolve()
    if given.is_dir() and (given.is_relative_to(results) or results.is_relative_to(given)):
        raise UserError(
            f"{out} and the submissions in {submissions} lie in one another: give another --out."
        )


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """Make a temporary folder inside `out`, so that moving results into place is a rename."""
    place = out.absolute() / FOLDER
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is not a folder: give another --out.")
    try:
        try:
            place.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=WORK, dir=place))
        except OSError as error:
            raise UserError(
                f"Cannot write to {out} ({error.strerror}): give another --out."
            ) from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        with suppress(OSError):  # they are empty only if no results were written
            for folder in made:
                folder.rmdir()


def _put_in_place(folder: Path, out: Path) -> None:
    """Replace the entries of `out` one by one; old folders are moved out of the way first."""
    out.mkdir(exist_ok=True)
    (folder / "old").mkdir()
    for entry in ENTRIES:
        if (out / entry).is_dir():
            (out / entry).replace(folder / "old" / entry)
        if (folder / entry).exists():
            (folder / entry).replace(out / entry)
