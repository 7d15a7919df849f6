"""How learning platforms name what they export: whose file it is, and what that one called it.

Canvas's "Download submissions" gives `musteranna_LATE_123_4567_attention-1.ipynb`: the student's
name in lower case, LATE if it was, the numbers of the user and of the file, and the file's name, to
which Canvas adds a number when it is handed in again. Where marking is anonymous, it gives
`anon_x7f3k_4567_attention.ipynb`.

Moodle's "Download all submissions" gives `Anna Muster_123_assignsubmission_file/attention.ipynb`,
in older versions with one more underscore before the slash, or, without folders,
`Anna Muster_123_assignsubmission_file_attention.ipynb`. Its number is a student's in one assignment
only, and neither a number nor a time says which of two files is the later one.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from .submission_tree import printable

LONGEST_NAME = 60  # letters of a student's name, a platform's number included


@dataclass(frozen=True)
class ParsedName:
    """What the path of a file says.

    Attributes:
        student: the name under which the student is graded.
        full_name: the whole name as it stands there, in which two students differ.
        file: the name of the file itself.
        assignment: empty if the path does not say it.
        order: of two files, the one with the greater number was handed in later.
        late: whether the platform says so.
    """

    student: str
    full_name: str
    file: str
    assignment: str = ""
    order: int = 0
    late: bool = False


class FilenameFormat(Protocol):
    """A way of naming files.

    Attributes:
        name: who names them so.
        resubmission_suffix: a pattern of what the platform adds to the name of a resubmission.
        one_assignment: whether all files belong to one assignment, which no path says.
    """

    name: str
    resubmission_suffix: str
    one_assignment: bool

    def read(self, path: str) -> ParsedName | None:
        """What a path says; None if it is not named so."""


class Canvas:
    """A file for each that was handed in, all in one folder."""

    name, one_assignment = "Canvas", True
    resubmission_suffix = r"(?:-\d{1,3}|-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?"
    _nameless = r"(?P<late>LATE_)?(?P<name>anon)_(?P<user>[A-Za-z0-9]{1,20})"
    _named = r"(?P<name>[^/]+?)(?P<late>_LATE)?_(?P<user>\d{1,20})"
    _formats = tuple(
        re.compile(who + r"_(?P<number>\d{1,20})_(?P<file>[^/]+)") for who in (_nameless, _named)
    )

    def read(self, path: str) -> ParsedName | None:
        """What a path says; None if it is not named so."""
        for format in self._formats:
            if found := format.fullmatch(path):
                student = student_name(found["name"], found["user"])
                full_name = f"{found['name']}_{found['user']}"
                order, late = int(found["number"]), bool(found["late"])
                return ParsedName(student, full_name, found["file"], order=order, late=late)
        return None


class Nbgrader:
    """Folders as nbgrader has them, in a zip file."""

    name, resubmission_suffix, one_assignment = "nbgrader", "", False

    def __init__(self, assignments: Collection[str]):
        self._assignments = assignments

    def read(self, path: str) -> ParsedName | None:
        """What a path says; None if it is not named so."""
        student, *below = path.split("/")
        if not below or below[0] not in self._assignments or student.startswith((".", "_")):
            return None
        return ParsedName(student, student, below[-1], below[0])


class Moodle:
    """A folder for each student, or the same in the name of each file."""

    name, resubmission_suffix, one_assignment = "Moodle", "", True
    _format = re.compile(
        r"(?P<name>[^_/]+)(?:_(?P<number>\d{1,20}))?_assignsubmission_[a-z]+"
        r"(?:_?/(?:.*/)?(?P<inside>[^/]+)|_(?P<file>[^/]+))",
        re.DOTALL,
    )

    def read(self, path: str) -> ParsedName | None:
        """What a path says; None if it is not named so."""
        found = self._format.fullmatch(path)
        if found is None:
            return None
        number = found["number"] or ""
        student = student_name(found["name"], number)
        return ParsedName(student, f"{found['name']}_{number}", found["inside"] or found["file"])


def student_name(name: str, number: str = "") -> str:
    """A name that can be a folder's, with the number by which a platform tells students apart."""
    ending = f"-{number}" if number else ""
    name = printable(name).strip(" .").lstrip("._ ")[: LONGEST_NAME - len(ending)]
    return (name or "student") + ending
