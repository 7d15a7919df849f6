"""Find the assignments of a course and the submissions of a class in nbgrader's layout."""

import os
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from autograder.errors import UserError
from autograder.harmless_text import one_line
from autograder.untrusted_files import unreadable

from .file_entry import JUNK, normalize_name
from .notebook_reader import read_master
from .timestamp import FILE as TIMESTAMP
from .timestamp import read_timestamp

SIGNS = " _.,()+=@#&'!~[]-"  # that names of files may have
LAYOUT = "<student>/<assignment>/<notebook>.ipynb"
SourceNotebooks = Mapping[str, Mapping[str, NotebookNode]]  # assignment -> notebook -> its source


@dataclass(frozen=True)
class Submission:
    """One notebook that a student handed in, or should have.

    Attributes:
        status, reason: why it cannot be graded; empty if it can be read.
        staged: True if the student's folder for the assignment exists, so that a gradebook entry
            and a feedback page are due.
        skipped: names of attachments that were rejected, each with the reason.
        timestamp: when it was handed in, in UTC, if that is known.
    """

    student: str
    assignment: str
    notebook: str
    path: Path
    status: str = ""
    reason: str = ""
    staged: bool = True
    skipped: tuple[tuple[str, str], ...] = ()
    timestamp: datetime | None = None


def read_course(source: Path, only: str | None = None) -> SourceNotebooks:
    """Read the source notebooks of all assignments in `source`, or of one.

    Raises:
        UserError: there are none, the assignment is unknown, or a notebook is damaged.
    """
    if not source.is_dir():
        raise UserError(f"{source} is not a folder: give the source notebooks with --source.")
    known = {f.name: sorted(f.glob("*.ipynb")) for f in sorted(source.iterdir()) if f.is_dir()}
    known = {name: paths for name, paths in known.items() if paths}
    if not known:
        raise UserError(f"{source} has no notebooks: build them with `autograder build`.")
    if only is not None and only not in known:
        raise UserError(f"Unknown assignment '{only}': {source} has {', '.join(known)}.")
    chosen = known if only is None else {only: known[only]}
    return {name: {p.stem: _master(p) for p in paths} for name, paths in chosen.items()}


def _master(path: Path) -> NotebookNode:
    try:
        master = read_master(path)
    except Exception:  # nbformat raises many kinds
        raise UserError(
            f"{path} is not a valid source notebook: build it with `autograder build`."
        ) from None
    language = master.metadata.get("kernelspec", {}).get("language") or "python"
    if str(language).lower() != "python":
        raise UserError(
            f"{path} is for a kernel of {one_line(str(language))}; only Python is graded here: "
            "grade it with nbgrader, and the others with --assignment."
        )
    return master


def scan_submissions(
    submissions: Path, masters: SourceNotebooks, only: str | None = None
) -> tuple[list[Submission], list[str]]:
    """Find all submissions, sorted; and write a line for each file that is none.

    Every folder is a student's. Assignments without any submission do not count.

    Raises:
        UserError: there is no folder, or no submission.
    """
    if not submissions.exists():
        raise UserError(f"{submissions} does not exist: give the folder that holds {LAYOUT}.")
    if not submissions.is_dir():
        raise UserError(f"{submissions} is not a folder: give the folder that holds {LAYOUT}.")
    students, ignored = _students(submissions, masters)
    active = [name for name in masters if any(_has(student, name) for student in students)]
    if not active:
        wanted = only or ", ".join(masters)
        raise UserError(
            f"{submissions} has no submission for {wanted}: expected {LAYOUT}, or --pattern."
        )
    found: list[Submission] = []
    twice = {name for name, count in Counter(map(_name, students)).items() if count > 1}
    for student in {_name(student): student for student in students}.values():
        name, status, reason = _student(student)
        if not status and name in twice:
            status, reason = "unreadable", "two folders have this name, in different spellings"
        for assignment in active:
            place = _below(student, assignment)
            timestamp, problem = (None, "") if status else read_timestamp(place)
            if problem:
                ignored.append(f"{name}/{assignment}/{TIMESTAMP}: {problem}")
            for notebook in masters[assignment]:
                path = _below(place, f"{notebook}.ipynb")
                if not status and len(masters[assignment]) == 1:
                    path = _only_notebook(path)
                    if normalize_name(path.stem) != normalize_name(notebook):
                        taken = f"the name of {printable(path.name)}"
                        ignored.append(
                            f"{name}/{assignment}: {taken}, which is taken for {notebook}.ipynb"
                        )
                verdict = (status, reason, False) if status else _problem(path)
                found.append(
                    Submission(name, assignment, notebook, path, *verdict, timestamp=timestamp)
                )
        if not status and only is None:
            known = {normalize_name(assignment) for assignment in masters}
            others = [other for other in _names(student) if normalize_name(other) not in known]
            ignored += [f"{name}/{printable(o)}: not an assignment" for o in others]
    return found, ignored


def _students(submissions: Path, masters: SourceNotebooks) -> tuple[list[Path], list[str]]:
    """Return the folders of students, and a line for everything else but hidden files."""
    entries = sorted(p for p in submissions.iterdir() if not p.name.startswith("."))
    entries = [p for p in entries if p.name not in JUNK]
    # Programs name their folders with an underscore, and some people begin with one.
    students = [
        p
        for p in entries
        if p.is_dir() and (not p.name.startswith("_") or any(_has(p, a) for a in masters))
    ]
    others = sorted(set(entries) - set(students))
    return students, [f"{printable(p.name)}: not a student's folder" for p in others]


def _has(student: Path, assignment: str) -> bool:
    return os.path.lexists(_below(student, assignment))


def _below(folder: Path, name: str) -> Path:
    """Return a file in a folder, also if accents are spelled in another way there."""
    path = folder / name
    if name.isascii() or os.path.lexists(path):
        return path
    same = [other for other in _names(folder) if normalize_name(other) == normalize_name(name)]
    return folder / same[0] if len(same) == 1 else path


def _name(folder: Path) -> str:
    return printable(normalize_name(folder.name))


def _student(folder: Path) -> tuple[str, str, str]:
    """Return the student's name, with status and reason if the folder cannot be graded."""
    name = _name(folder)
    if name != normalize_name(folder.name):
        return name, "unreadable", "the student's folder has a name with unusual characters"
    if folder.is_symlink():
        return name, "unreadable", "the student's folder is a symbolic link"
    if problem := _locked(folder):
        return name, "unreadable", f"the student's {problem.removeprefix('the ')}"
    return name, "", ""


def _locked(folder: Path) -> str:
    """Return why a folder cannot be read, or ""."""
    try:
        os.scandir(folder).close()
        os.lstat(f"{folder}/.")  # a folder may give its names, but nothing below it
    except OSError as error:
        return unreadable(error, "folder")
    return ""


def _only_notebook(path: Path) -> Path:
    """Return the only notebook in a folder if the one with the right name is missing."""
    if path.parent.is_symlink() or os.path.lexists(path):
        return path
    others = [name for name in _names(path.parent) if name.lower().endswith(path.suffix)]
    return path.with_name(others[0]) if len(others) == 1 else path


def _problem(path: Path) -> tuple[str, str, bool]:
    """Return status, reason, and True if the student has a folder for the assignment."""
    folder = path.parent
    if folder.is_symlink():
        return "unreadable", f"the folder {folder.name} is a symbolic link", True
    if not folder.exists():
        return "missing", f"there is no folder {folder.name}", False
    if not folder.is_dir():
        return "unreadable", f"{folder.name} is not a folder", True
    if problem := _locked(folder):
        return "unreadable", problem, True
    if os.path.lexists(path):
        return "", "", True
    others = [printable(other) for other in _names(folder)]
    seen = f"; found {', '.join(others[:3])}" if others else ""
    return "missing", f"{path.name} is missing{seen}", True


def _names(folder: Path) -> list[str]:
    try:
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:  # it may be locked; reading the notebook reports it
        return []


def printable(name: str) -> str:
    """Return a file's name without characters that cannot be printed or stored."""
    text = name.encode("utf-8", "replace").decode()
    return "".join(c if _is_printable(c) else "?" for c in text)[:80]


def _is_printable(char: str) -> bool:
    """Return True for letters, digits, the marks on and between letters, and some signs."""
    return char.isalnum() or char in SIGNS or unicodedata.category(char).startswith("M")
