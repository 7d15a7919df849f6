"""Record executed notebooks in nbgrader's gradebook, and write their pages.

nbgrader declares the assignments in the gradebook. Scores and comments are entered as its own
`SaveAutoGrades` would enter them, but many students in one transaction. The results are
`gradebook.db`, `autograded/` and `feedback/`.
"""

import errno
import logging
import os
import shutil
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from nbformat import NotebookNode, from_dict
from nbgrader import utils
from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.nbgraderformat import SchemaTooOldError
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    LockCells,
    SaveCells,
)
from sqlalchemy import URL, text
from sqlalchemy.exc import DatabaseError, SAWarning

from autograder.atomic_write import atomic_write_text
from autograder.cells import MISSING, is_manual, is_prose_of_student, read, to_text
from autograder.errors import UserError
from autograder.harmless_text import harmless_markdown
from autograder.ingest.submission_tree import SourceNotebooks, Submission
from autograder.logs import QUIET

from .feedback import page
from .late_penalties import LatePenalties
from .results import FAILED, CheckOutcome, ClassResults, Graded, read_checks

RELEASE = (LockCells, ClearSolutions, ClearOutput, CheckCellMetadata, ComputeChecksums)
log = logging.getLogger(__name__)
GROUP = 20  # notebooks that are in memory at a time
BUSY_SECONDS = 10
TABLES = "e43177bfe90b"  # the version of nbgrader's tables; a test compares it with nbgrader
MIN_FREE = 2**20  # bytes that a gradebook needs at least


def database_url(path: Path) -> str:
    """Return the address of a gradebook, whatever characters are in its path."""
    return URL.create("sqlite", database=str(path.absolute())).render_as_string()


def copy_gradebook(old: Path, new: Path) -> None:
    """Copy a gradebook as it is between two transactions of other programs.

    Raises:
        UserError: it is locked, or damaged.
    """
    try:
        with (
            closing(
                sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", BUSY_SECONDS, uri=True)
            ) as source,
            closing(sqlite3.connect(new)) as target,
        ):
            # A read lock, held until the end. Without it `backup` would retry for as long as
            # another program locks the gradebook.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(target)
    except sqlite3.Error as error:
        raise UserError(
            f"{old} cannot be read ({error}): close what uses it, or give another --out."
        ) from None


@dataclass(frozen=True)
class GradebookScore:
    """Score of a notebook in the gradebook, with manual scores and without the late penalty."""

    score: float
    max_score: float
    checks: tuple[CheckOutcome, ...]


def record(
    folder: Path,
    masters: SourceNotebooks,
    assignments: Iterable[str],
    ran: Iterable[tuple[Submission, NotebookNode]],
    penalties: LatePenalties,
) -> Iterator[tuple[Submission, NotebookNode, GradebookScore]]:
    """Enter executed notebooks into the gradebook in the folder, and write all pages.

    Yields:
        Each submission with its notebook and its score.

    Raises:
        UserError: the existing gradebook belongs to another version of an assignment.
    """
    # nbgrader's own use of SQLAlchemy causes them; a user cannot fix it.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    path = folder / "gradebook.db"
    if not path.exists():
        _note_version(path)
    for assignment in assignments:
        _declare(folder, assignment, masters[assignment])
    with Gradebook(database_url(path)) as gradebook:
        # No other program sees this copy before it is complete.
        gradebook.db.execute(text("PRAGMA synchronous = OFF"))
        penalties.set_dates(gradebook)
        entries, rest = _Entries(gradebook), iter(ran)
        while group := list(islice(rest, GROUP)):
            entered = [(*pair, entries.enter(*pair)) for pair in group]
            # SQLAlchemy forgets committed objects and reads them again on demand, so memory does
            # not grow with the class.
            gradebook.db.commit()
            penalties.assign(entry for _, _, entry in entered)  # of the scores that are there now
            gradebook.db.commit()
            for submission, notebook, entry in entered:
                yield submission, notebook, _write_pages(folder, submission, notebook, entry)


def _note_version(path: Path) -> None:
    """Create a gradebook with the version of nbgrader's tables, which `Gradebook` then adds.

    For an empty one it would start a program that looks the version up, which takes a second.

    Raises:
        OSError: the disk is full, for example.
    """
    try:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            database.execute("INSERT INTO alembic_version VALUES (?)", [TABLES])
    except sqlite3.OperationalError as error:
        raise OSError(errno.EIO, str(error)) from None


def _declare(folder: Path, assignment: str, notebooks: Mapping[str, NotebookNode]) -> None:
    """Declare an assignment and its cells in the gradebook, as `GenerateAssignment` does.

    That converter finds notebooks by patterns of paths, and the path of a folder of results may
    hold any character.
    """
    address = database_url(folder / "gradebook.db")
    try:
        with Gradebook(address) as gradebook:
            entry = gradebook.update_or_create_assignment(assignment)
            gone = {notebook.name for notebook in entry.notebooks} - set(notebooks)
            if gone and entry.submissions:
                raise _another_version(assignment)
            for name in gone:
                gradebook.remove_notebook(name, assignment)
        for name, master in notebooks.items():
            about = {"notebook": name, "assignment": assignment, "db_url": address}
            SaveCells(log=QUIET)(_released(master, about), {"nbgrader": about})
    except DatabaseError:
        if shutil.disk_usage(folder).free < MIN_FREE:  # nbgrader does not say why
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
        raise _another_version(assignment) from None
    except RuntimeError:  # of `SaveCells`
        raise _another_version(assignment) from None


def require_accepted(masters: Mapping[str, Mapping[str, NotebookNode]]) -> None:
    """Raise UserError for a source notebook that nbgrader would not release.

    Args:
        masters: assignment -> notebook -> its source.
    """
    for assignment, notebooks in masters.items():
        for name, master in notebooks.items():
            _released(master, {"assignment": assignment, "notebook": name})


def _released(master: NotebookNode, about: dict[str, str]) -> NotebookNode:
    """Return a notebook as students get it, but with its hidden tests."""
    notebook, resources = deepcopy(master), {"nbgrader": about}
    try:
        for step in RELEASE:
            notebook, resources = step(log=QUIET)(notebook, resources)
    except Exception as error:
        named = f"{about['assignment']}/{about['notebook']}.ipynb"
        text = (str(error) or type(error).__name__).splitlines()[0]
        if isinstance(error, SchemaTooOldError):
            text += "; run `nbgrader update` in the course's folder"
        raise UserError(f"nbgrader refuses the source notebook {named}: {text}") from None
    return notebook


def _another_version(assignment: str) -> UserError:
    return UserError(
        f"gradebook.db in the output folder was made with another version of {assignment}: "
        "delete it, or give another --out."
    )


class _Entries:
    """Students, submissions, grades and comments in the gradebook, created on demand."""

    def __init__(self, gradebook: Gradebook):
        self._db = gradebook.db
        self._students = {student.id: student for student in gradebook.students}
        self._assignments = {assignment.name: assignment for assignment in gradebook.assignments}
        self._submissions = {
            (submitted.student_id, submitted.assignment.name): submitted
            for submitted in self._db.query(SubmittedAssignment).all()
        }

    def enter(self, submission: Submission, ran: NotebookNode) -> SubmittedNotebook:
        """Enter the scores of a notebook, as `SaveAutoGrades` does."""
        notebook = self._notebook(submission)
        grades = {grade.cell.name: grade for grade in notebook.grades}
        comments = {comment.cell.name: comment for comment in notebook.comments}
        checksums = {cell.name: cell.checksum for cell in notebook.notebook.source_cells}
        for cell in ran.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name is None:
                continue
            if name not in checksums:
                raise _another_version(submission.assignment)
            cell.metadata.nbgrader["checksum"] = checksums[name]
            if utils.is_grade(cell):
                grade = grades[name]
                grade.auto_score, _ = utils.determine_grade(cell)
                if is_manual(cell) and cell.source == MISSING:
                    grade.auto_score = 0
                grade.needs_manual_grade = (
                    grade.manual_score is not None or grade.auto_score is None
                )
            if utils.is_solution(cell) or utils.is_task(cell):
                untouched = checksums[name] == utils.compute_checksum(cell)
                silent = untouched and not utils.is_task(cell)
                comments[name].auto_comment = "No response." if silent else None
        # Manual scores and comments are the instructor's.
        return notebook

    def _notebook(self, submission: Submission) -> SubmittedNotebook:
        submitted = self._submitted(submission)
        return next(n for n in submitted.notebooks if n.notebook.name == submission.notebook)

    def _submitted(self, submission: Submission) -> SubmittedAssignment:
        """Return a student's submission, with empty grades and comments if it is new."""
        key = submission.student, submission.assignment
        submitted = self._submissions.get(key)
        if submitted is None:
            with self._db.no_autoflush:  # no query before it is complete
                submitted = self._submissions[key] = self._new(submission)
                self._db.add(submitted)
        if submission.timestamp is not None:
            submitted.timestamp = submission.timestamp
        return submitted

    def _new(self, submission: Submission) -> SubmittedAssignment:
        student = self._students.get(submission.student)
        if student is None:
            student = self._students[submission.student] = Student(id=submission.student)
        assignment = self._assignments[submission.assignment]
        submitted = SubmittedAssignment(assignment=assignment, student=student)
        for notebook in assignment.notebooks:
            entry = SubmittedNotebook(notebook=notebook, assignment=submitted)
            for cell in (*notebook.grade_cells, *notebook.task_cells):
                Grade(cell=cell, notebook=entry)
            for cell in (*notebook.solution_cells, *notebook.task_cells):
                Comment(cell=cell, notebook=entry)
        return submitted


def _write_pages(
    folder: Path, submission: Submission, ran: NotebookNode, entry: SubmittedNotebook
) -> GradebookScore:
    """Write the graded notebook and its feedback page; return the gradebook's score."""
    for cell in filter(is_prose_of_student, ran.cells):  # formgrader shows it as HTML
        cell.source = harmless_markdown(cell.source)
    place = folder / "autograded" / submission.student / submission.assignment
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{submission.notebook}.ipynb").write_text(to_text(ran), encoding="utf-8")
    names = submission.student, submission.assignment, submission.notebook
    return _write_feedback(folder, names, ran, entry)


def _write_feedback(
    folder: Path, names: tuple[str, str, str], ran: NotebookNode, entry: SubmittedNotebook
) -> GradebookScore:
    """Write the feedback page with the gradebook's scores and comments; return the score."""
    student, assignment, notebook = names
    grades = {grade.cell.name: grade for grade in entry.grades}
    comments = {comment.cell.name: comment.comment for comment in entry.comments}
    for cell in ran.cells:
        about = cell.metadata.get("nbgrader", {})
        name = about.get("grade_id")
        if name in comments:
            about["comment"] = comments[name]
        if name in grades:
            about["score"], about["points"] = grades[name].score, grades[name].max_score
            about["pending"] = is_pending(grades[name])
    found = _score(entry, read_checks(ran))
    make = partial(
        page,
        student=student,
        assignment=assignment,
        notebook=notebook,
        score=found.score,
        max_score=found.max_score,
        late_penalty=entry.score - found.score,
    )
    try:
        text = make(ran)
    except Exception:  # one page must not stop the class
        log.exception("%s: its page cannot be made", "/".join(names))
        ran.metadata["autograder"] |= {"status": FAILED, "reason": "this page cannot be made"}
        text = make(from_dict({**ran, "cells": []}))
    place = folder / "feedback" / student / assignment
    place.mkdir(parents=True, exist_ok=True)
    atomic_write_text(place / f"{notebook}.html", text)
    return found


def is_pending(grade: Grade) -> bool:
    """Return True if neither a test nor a person has given a score."""
    return grade.auto_score is None and grade.manual_score is None


def _score(entry: SubmittedNotebook, checks: Iterable[CheckOutcome]) -> GradebookScore:
    """Return the gradebook's score, with that of each check; nbgrader allows none below zero."""
    grades = {grade.cell.name: grade for grade in entry.grades}
    scored = []
    for check in checks:
        if (grade := grades.get(check.check)) is not None:
            pending = check.manual and is_pending(grade)
            check = replace(check, score=grade.score or 0.0, pending=pending)
        scored.append(check)
    score = max(entry.score - (entry.late_submission_penalty or 0.0), 0.0)
    return GradebookScore(score, entry.max_score, tuple(scored))


def rescored(
    rows: Iterable[Graded], notebooks: Path, folder: Path, gradebook: Path
) -> Iterator[Graded]:
    """Give earlier results the scores of a gradebook, and write their pages into the folder.

    Args:
        notebooks: the folder with their executed notebooks. Without its notebook a page stays as
            it is.
    """
    with Gradebook(database_url(gradebook)) as found:
        for row in rows:
            names = row.student, row.assignment, row.notebook
            try:
                entry = found.find_submission_notebook(row.notebook, row.assignment, row.student)
            except MissingEntry:
                yield row
                continue
            ran = None
            with suppress(OSError, ValueError):
                ran = read(notebooks.joinpath(*names[:2], f"{row.notebook}.ipynb"))
            score = (
                _score(entry, row.checks)
                if ran is None
                else _write_feedback(folder, names, ran, entry)
            )
            yield replace(row, score=score.score, max_score=score.max_score, checks=score.checks)


def refreshed(folder: Path, results: ClassResults) -> ClassResults:
    """Return results with the scores that are in their gradebook now, and write their pages.

    Raises:
        UserError: the gradebook is locked, or damaged.
    """
    gradebook = folder / "gradebook.db"
    if not gradebook.exists():
        return results
    with TemporaryDirectory() as place:
        copy = Path(place) / gradebook.name
        copy_gradebook(gradebook, copy)
        try:
            rows = tuple(rescored(results.submissions, folder / "autograded", folder, copy))
        except DatabaseError:
            raise UserError(f"{gradebook} is damaged: run `autograder grade` again.") from None
    return replace(results, submissions=rows)
