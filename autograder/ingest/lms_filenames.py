"""File names in the exports of learning platforms: the student, and the name of the file.

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

LONGEST_NAME = 60  # characters of a student's name, a platform's number included


@dataclass(frozen=True)
class ParsedName:
    """Parts of a file's path.

    Attributes:
        student: the name under which the student is graded.
        full_name: the full name in the path, in which any two students differ.
        file: the name of the file itself.
        assignment: empty if the path does not contain it.
        order: of two files, the one with the greater number was handed in later.
        late: True if the platform marks it as late.
    """

    student: str
    full_name: str
    file: str
    assignment: str = ""
    order: int = 0
    late: bool = False


class FilenameFormat(Protocol):
    """A format of file names.

    Attributes:
        name: the platform that uses it.
        resubmission_suffix: a pattern of what the platform adds to the name of a resubmission.
        one_assignment: True if all files belong to one assignment, which no path contains.
    """

    name: str
    resubmission_suffix: str
    one_assignment: bool

    def read(self, path: str) -> ParsedName | None:
        """Parse a path; return None if it does not have this format."""


class Canvas:
    """Canvas: all submitted files in one folder."""

    name, one_assignment = "Canvas", True
    resubmission_suffix = r"(?:-\d{1,3}|-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?"
    _nameless = r"(?P<late>LATE_)?(?P<name>anon)_(?P<user>[A-Za-z0-9]{1,20})"
    _named = r"(?P<name>[^/]+?)(?P<late>_LATE)?_(?P<user>\d{1,20})"
    _formats = tuple(
        re.compile(who + r"_(?P<number>\d{1,20})_(?P<file>[^/]+)") for who in (_nameless, _named)
    )

    def read(self, path: str) -> ParsedName | None:
        """Parse a path; return None if it does not have this format."""
        for format in self._formats:
            if found := format.fullmatch(path):
                student = student_name(found["name"], found["user"])
                full_name = f"{found['name']}_{found['user']}"
                order, late = int(found["number"]), bool(found["late"])
                return ParsedName(student, full_name, found["file"], order=order, late=late)
        return None


class Nbgrader:
    """nbgrader: its folders, in a zip file."""

    name, resubmission_suffix, one_assignment = "nbgrader", "", False

    def __init__(self, assignments: Collection[str]):
        self._assignments = assignments

    def read(self, path: str) -> ParsedName | None:
        """Parse a path; return None if it does not have this format."""
        student, *below = path.split("/")
        if not below or below[0] not in self._assignments or student.startswith("."):
            return None
        return ParsedName(student, student, below[-1], below[0])


class Moodle:
    """Moodle: a folder for each student, or the same information in each file name."""

    name, resubmission_suffix, one_assignment = "Moodle", "", True
    _format = re.compile(
        r"(?P<name>[^_/]+)(?:_(?P<number>\d{1,20}))?_assignsubmission_[a-z]+"
        r"(?:_?/(?:.*/)?(?P<inside>[^/]+)|_(?P<file>[^/]+))",
        re.DOTALL,
    )

    def read(self, path: str) -> ParsedName | None:
        """Parse a path; return None if it does not have this format."""
        found = self._format.fullmatch(path)
        if found is None:
            return None
        number = found["number"] or ""
        student = student_name(found["name"], number)
        return ParsedName(student, f"{found['name']}_{number}", found["inside"] or found["file"])


def student_name(name: str, number: str = "") -> str:
    """Return a name that is valid for a folder, with the platform's number of the student."""
    ending = f"-{number}" if number else ""
    name = printable(name).strip(" .").lstrip("._ ")[: LONGEST_NAME - len(ending)]
    return (name or "student") + ending
