"""Open the submissions of a class: nbgrader's folders, an export of a platform, or a zip file."""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from autograder.errors import UserError
from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile

from .file_entry import ENCRYPTED_FILE, ByteBudgets, FileEntry, Folder
from .lms_filenames import Canvas, FilenameFormat, Moodle, Nbgrader
from .pattern_option import Pattern
from .selection import PACKED, SUFFIX, display_path
from .stage_lms_export import LmsStager
from .stage_nbgrader_zip import stage_nbgrader_zip
from .submission_tree import LAYOUT, SourceNotebooks, Submission, scan_submissions
from .zip_archive import Archive

PLACE = "handed-in"  # in the workplace
ZIP = b"PK"  # how a zip file begins
SHOWN = 5  # names of students in one line


@dataclass(frozen=True)
class IngestResult:
    """The submissions to grade.

    Attributes:
        ignored: a line for each file that is not graded.
        assignment: the only assignment, if an option or an export determines it.
    """

    submissions: list[Submission]
    ignored: list[str]
    assignment: str | None


@contextmanager
def open_submissions(
    submissions: Path,
    masters: SourceNotebooks,
    workplace: Path,
    only: str | None = None,
    pattern: str | None = None,
    students: Collection[str] = (),
    limits: ArchiveLimits | None = None,
) -> Iterator[IngestResult]:
    """Open the submissions of a class; unpacked files stay in the workplace until the end.

    Args:
        only: grade only this assignment of those in `masters`.
        pattern: how files are named; by default the format is recognized.
        students: grade only these; by default all.

    Raises:
        UserError: there are no submissions, their format is unknown, they are too large, or a
            student is unknown.
    """
    place = workplace / PLACE
    try:
        ingested = _ingest(submissions, masters, place, only, pattern, limits or ArchiveLimits())
        yield replace(
            ingested, submissions=_only_students(students, ingested.submissions, submissions)
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _ingest(
    submissions: Path,
    masters: SourceNotebooks,
    place: Path,
    only: str | None,
    pattern: str | None,
    limits: ArchiveLimits,
) -> IngestResult:
    formats: list[FilenameFormat] = [Moodle(), Nbgrader(masters), Canvas()]
    if pattern is not None:
        formats = [Pattern(pattern, masters)]
    try:
        if not submissions.exists() or (
            pattern is None and _is_nbgrader_layout(submissions, masters)
        ):
            return IngestResult(*scan_submissions(submissions, masters, only), only)
        with _open(submissions, limits) as source:
            (place / "class").mkdir(parents=True)
            free = min(limits.all_bytes, shutil.disk_usage(place).free // 2)
            full = UserError(
                f"{submissions} takes more than {free // 2**20} MB unpacked: grade it in parts, or "
                "make room on the disk."
            )
            return _stage(
                source, formats, masters, place, ByteBudgets(free, full, limits), limits, only
            )
    except RejectedFile as reason:
        raise UserError(f"{submissions}: {reason}.") from None
    except OSError as error:
        raise UserError(f"{submissions} cannot be taken in ({error.strerror}).") from None


def _stage(
    source: Archive | Folder,
    formats: list[FilenameFormat],
    masters: SourceNotebooks,
    place: Path,
    budgets: ByteBudgets,
    limits: ArchiveLimits,
    only: str | None,
) -> IngestResult:
    """Copy the files into nbgrader's layout, and scan that."""
    format, entries = _recognize(source.entries, formats)
    folder = place / "class"
    if isinstance(format, Nbgrader):
        staged = stage_nbgrader_zip(source, entries, masters, folder, budgets, limits)
    else:
        stager = LmsStager(source, format, masters, place, budgets, limits)
        assignments = stager.collect(entries)
        if not assignments:
            raise RejectedFile("no file in it is called as a notebook of the course")
        staged = stager.stage(folder, assignments)
        masters = {name: masters[name] for name in assignments}
        only = assignments[0] if format.one_assignment else only
    try:
        found, ignored = scan_submissions(folder, masters, only)
    except UserError:  # its message names our temporary folder
        raise RejectedFile(f"it has no submission: expected {LAYOUT}") from None
    submissions = []
    for submission in found:
        student, assignment = submission.student, submission.assignment
        verdict = staged.verdicts.get((student, assignment, submission.notebook))
        status, reason = verdict or (submission.status, submission.reason)
        skipped = tuple(
            (name, why)
            for (*owner, name), why in staged.skipped.items()
            if owner == [student, assignment]
        )
        submissions.append(replace(submission, status=status, reason=reason, skipped=skipped))
    return IngestResult(submissions, ignored + staged.lines, only)


def _recognize(
    entries: list[FileEntry], formats: list[FilenameFormat]
) -> tuple[FilenameFormat, list[FileEntry]]:
    """Recognize the format; return it and the entries, without a folder around all of them."""
    entries = [entry for entry in entries if not entry.is_junk]
    files = [entry for entry in entries if not entry.is_folder]
    if not files:
        raise RejectedFile("it is empty")
    if {entry.problem for entry in files} == {ENCRYPTED_FILE}:
        raise RejectedFile("it is encrypted: unpack it, and repack it without a password")
    inside = []
    if len({entry.parts[0] for entry in entries}) == 1:
        inside = [replace(e, path="/".join(e.parts[1:])) for e in entries if len(e.parts) > 1]
    for candidates in (entries, inside):
        paths = [entry.path for entry in candidates if not entry.is_folder]
        fits = [sum(format.read(path) is not None for path in paths) for format in formats]
        if any(fits):  # the format of most files: one student's names must not decide it
            return formats[fits.index(max(fits))], candidates
    names = " or ".join(format.name for format in formats)
    example = next((entry for entry in files if entry.path.endswith(SUFFIX)), files[0])
    problem = f" ({example.problem})" if example.problem else ""
    raise RejectedFile(
        f"its files, such as '{display_path(example.path)}'{problem}, are not named as {names} "
        "has it: describe them with --pattern"
    )


def _open(submissions: Path, limits: ArchiveLimits) -> Archive | Folder:
    if submissions.is_dir():
        return Folder(submissions, limits)
    if submissions.is_file():
        with submissions.open("rb") as file:
            begins = file.read(len(ZIP))
        if begins == ZIP:
            return Archive(submissions, limits, limits.entries)
    if submissions.name.lower().endswith((".zip", *PACKED)):
        raise RejectedFile(
            "it is not a zip file: unpack it, and give the folder or repack it as .zip"
        )
    raise UserError(
        f"{submissions} is not a folder or a zip file: give the folder that holds {LAYOUT}."
    )


def _is_nbgrader_layout(folder: Path, masters: SourceNotebooks) -> bool:
    """Return True if a folder has nbgrader's layout, or no layout that is known."""
    if not folder.is_dir():
        return False
    names = [path.name for path in folder.iterdir()]
    moodle, canvas = Moodle(), Canvas()
    if any(moodle.read(name) or moodle.read(f"{name}/x") for name in names):
        return False
    if any(os.path.lexists(folder / name / assignment) for name in names for assignment in masters):
        return True
    return not any(canvas.read(name) for name in names)


def _only_students(
    students: Collection[str], found: list[Submission], submissions: Path
) -> list[Submission]:
    """Return the submissions of these students, or all if no student is named."""
    known = sorted({submission.student for submission in found})
    for name in students:
        if name in known:
            continue
        near = [other for other in known if name.casefold() in other.casefold()]
        near = near or get_close_matches(name, known, SHOWN) or known
        named = ", ".join(near[:SHOWN]) + (", ..." if len(near) > SHOWN else "")
        raise UserError(f"No student in {submissions} is called '{name}': there is {named}.")
    return [s for s in found if not students or s.student in students]
