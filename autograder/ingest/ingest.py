"""Takes in what a class handed in: nbgrader's folders, folders named otherwise, or a zip file."""

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from autograder.errors import UserError
from autograder.limits import ArchiveLimits

from .file_entry import ENCRYPTED_FILE, Entry, Folder, Refused, Rooms
from .filename_pattern import Pattern
from .lms_formats import Canvas, Form, Moodle, Nbgrader
from .selection import PACKED, SUFFIX, shown
from .stage_lms_export import Arrangement
from .stage_nbgrader_zip import mirror
from .submission_tree import LAYOUT, HandIn, Masters, find
from .zip_archive import Archive

PLACE = "handed-in"  # in the workplace
ZIP = b"PK"  # how a zip file begins
SHOWN = 5  # names of students in one line


@dataclass(frozen=True)
class Intake:
    """What is to be graded.

    Attributes:
        ignored: a line for everything that is not.
        assignment: the only one, if an option or an export says so.
    """

    hand_ins: list[HandIn]
    ignored: list[str]
    assignment: str | None


@contextmanager
def open_submissions(
    submissions: Path,
    masters: Masters,
    workplace: Path,
    only: str | None = None,
    pattern: str | None = None,
    students: Collection[str] = (),
    limits: ArchiveLimits | None = None,
) -> Iterator[Intake]:
    """What a class handed in. What is unpacked or copied lies in the workplace until the end.

    Args:
        only: the one assignment that is graded, of all in `masters`.
        pattern: how files are named; by default it is recognised.
        students: grade only these; by default all.

    Raises:
        UserError: nothing handed in, in no known form or too large; or an unknown student.
    """
    place = workplace / PLACE
    try:
        intake = _take_in(submissions, masters, place, only, pattern, limits or ArchiveLimits())
        yield replace(intake, hand_ins=_of(students, intake.hand_ins, submissions))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _take_in(
    submissions: Path,
    masters: Masters,
    place: Path,
    only: str | None,
    pattern: str | None,
    limits: ArchiveLimits,
) -> Intake:
    forms = [Moodle(), Nbgrader(masters), Canvas()]
    if pattern is not None:
        forms = [Pattern(pattern, masters)]
    try:
        if not submissions.exists() or (pattern is None and _is_nbgraders(submissions, masters)):
            return Intake(*find(submissions, masters, only), only)
        with _open(submissions, limits) as source:
            (place / "class").mkdir(parents=True)
            free = min(limits.all_bytes, shutil.disk_usage(place).free // 2)
            full = UserError(
                f"{submissions} takes more than {free // 2**20} MB unpacked: grade it in parts, or "
                "make room on the disk."
            )
            return _stage(source, forms, masters, place, Rooms(free, full, limits), limits, only)
    except Refused as reason:
        raise UserError(f"{submissions}: {reason}.") from None
    except OSError as error:
        raise UserError(f"{submissions} cannot be taken in ({error.strerror}).") from None


def _stage(
    source: Archive | Folder,
    forms: list[Form],
    masters: Masters,
    place: Path,
    rooms: Rooms,
    limits: ArchiveLimits,
    only: str | None,
) -> Intake:
    """Put everything where nbgrader has it, and look at it as if it had always lain there."""
    form, entries = _recognise(source.entries, forms)
    folder = place / "class"
    if isinstance(form, Nbgrader):
        staged = mirror(source, entries, masters, folder, rooms, limits)
    else:
        arrangement = Arrangement(source, form, masters, place, rooms, limits)
        assignments = arrangement.collect(entries)
        if not assignments:
            raise Refused("no file in it is called as a notebook of the course")
        staged = arrangement.put(folder, assignments)
        masters = {name: masters[name] for name in assignments}
        only = assignments[0] if form.one_assignment else only
    try:
        found, ignored = find(folder, masters, only)
    except UserError:  # it speaks of our folder
        raise Refused(f"it has no submission: expected {LAYOUT}") from None
    hand_ins = []
    for one in found:
        verdict = staged.verdicts.get((one.student, one.assignment, one.notebook))
        status, reason = verdict or (one.status, one.reason)
        left_out = tuple(
            (name, why)
            for (student, assignment, name), why in staged.left_out.items()
            if (student, assignment) == (one.student, one.assignment)
        )
        hand_ins.append(replace(one, status=status, reason=reason, left_out=left_out))
    return Intake(hand_ins, ignored + staged.lines, only)


def _recognise(entries: list[Entry], forms: list[Form]) -> tuple[Form, list[Entry]]:
    """The form of a class's files, and the files; a folder around all of them does not count."""
    entries = [entry for entry in entries if not entry.is_junk]
    files = [entry for entry in entries if not entry.is_folder]
    if not files:
        raise Refused("it is empty")
    if {entry.problem for entry in files} == {ENCRYPTED_FILE}:
        raise Refused("it is encrypted: unpack it, and repack it without a password")
    inside = []
    if len({entry.parts[0] for entry in entries}) == 1:
        inside = [replace(e, path="/".join(e.parts[1:])) for e in entries if len(e.parts) > 1]
    for these in (entries, inside):
        paths = [entry.path for entry in these if not entry.is_folder]
        fits = [sum(form.read(path) is not None for path in paths) for form in forms]
        if any(fits):  # what most files fit: one student's names do not decide it
            return forms[fits.index(max(fits))], these
    names = " or ".join(form.name for form in forms)
    one = next((entry for entry in files if entry.path.endswith(SUFFIX)), files[0])
    problem = f" ({one.problem})" if one.problem else ""
    raise Refused(
        f"its files, such as '{shown(one.path)}'{problem}, are not named as {names} has it: "
        "describe them with --pattern"
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
        raise Refused("it is not a zip file: unpack it, and give the folder or repack it as .zip")
    raise UserError(
        f"{submissions} is not a folder or a zip file: give the folder that holds {LAYOUT}."
    )


def _is_nbgraders(folder: Path, masters: Masters) -> bool:
    """Whether a folder is to be read as nbgrader's: also if nothing says what it is."""
    if not folder.is_dir():
        return False
    names = [path.name for path in folder.iterdir()]
    moodle, canvas = Moodle(), Canvas()
    if any(moodle.read(name) or moodle.read(f"{name}/x") for name in names):
        return False
    if any(os.path.lexists(folder / name / assignment) for name in names for assignment in masters):
        return True
    return not any(canvas.read(name) for name in names)


def _of(students: Collection[str], hand_ins: list[HandIn], submissions: Path) -> list[HandIn]:
    """The hand-ins of these students."""
    known = sorted({one.student for one in hand_ins})
    for name in students:
        if name in known:
            continue
        near = [other for other in known if name.casefold() in other.casefold()]
        near = near or get_close_matches(name, known, SHOWN) or known
        told = ", ".join(near[:SHOWN]) + (", ..." if len(near) > SHOWN else "")
        raise UserError(f"No student in {submissions} is called '{name}': there is {told}.")
    return [one for one in hand_ins if not students or one.student in students]
