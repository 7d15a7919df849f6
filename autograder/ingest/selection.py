"""Which of the files that a student handed in is graded.

A notebook of the right name is. Of several, it is the one that the platform says came last; where
the platform says nothing it is none, for only the student knows. Where an assignment has one
notebook, and a student handed in one, that is taken whatever its name. Files that belong beside a
notebook are chosen by their names alone, in the same way.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from .filename_pattern import COPY
from .lms_formats import Form
from .submission_tree import printable

SUFFIX = ".ipynb"
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
LONGEST_PATH = 200  # letters in one line
MOST_NAMES = 3  # of files in one line


@dataclass(frozen=True)
class Handed:
    """A notebook that a student handed in, or a file that belongs beside one.

    Attributes:
        name: of the file.
        shown: the same, and in which zip file it lies, if it does.
        put: takes it out to a path; raises `Refused`.
        assignment: empty if nothing says which.
    """

    name: str
    shown: str
    put: Callable[..., None] = field(repr=False)
    assignment: str = ""
    order: int = 0


@dataclass
class Files:
    """All that one student handed in.

    Attributes:
        called: the student's name, as it stands in the paths.
        beside: files whose name belongs beside a notebook.
        archives: how many zip files there are.
        refused: what was not unpacked, with the reason.
        others: names of files that are neither a notebook nor a zip file.
    """

    called: set[str] = field(default_factory=set)
    late: bool = False
    notebooks: list[Handed] = field(default_factory=list)
    beside: list[Handed] = field(default_factory=list)
    archives: int = 0
    refused: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def of(self, assignment: str) -> list[Handed]:
        """The notebooks for an assignment."""
        return [handed for handed in self.notebooks if handed.assignment == assignment]


@dataclass
class Choice:
    """What is graded of a student's files for one assignment.

    Attributes:
        taken: the file for each notebook.
        missing: status and reason for each notebook without one.
        beside: the file for each name that belongs beside a notebook.
        left_out: the same names, where there is none, with the reason.
        lines: what was not taken, or not taken as it is called.
    """

    taken: dict[str, Handed] = field(default_factory=dict)
    missing: dict[str, tuple[str, str]] = field(default_factory=dict)
    beside: dict[str, Handed] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


@dataclass
class Staged:
    """What became of a class's files on their way to nbgrader's layout.

    Attributes:
        verdicts: status and reason of each notebook that cannot be graded: of which student,
            assignment and name.
        left_out: the reason for each file beside a notebook that is not taken: of which student,
            assignment and name.
        lines: what is ignored.
    """

    verdicts: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    left_out: dict[tuple[str, str, str], str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def shown(path: str) -> str:
    """A path that can be printed; of a long one, the end."""
    path = "/".join(map(printable, path.split("/")))
    return path if len(path) <= LONGEST_PATH else f"...{path[-LONGEST_PATH:]}"


def meant(name: str, notebooks: Collection[str], form: Form) -> str:
    """The notebook that a file's name stands for, whatever was added to it; empty if none."""
    stem = name.removesuffix(SUFFIX)
    if stem in notebooks:
        return stem
    for notebook in notebooks:
        if re.fullmatch(re.escape(notebook) + COPY.pattern + form.again, stem):
            return notebook
    return ""


def meant_beside(name: str, names: Iterable[str], again: str = "") -> str:
    """The file beside a notebook that a name stands for, whatever was added to it; or nothing."""
    for one in names:
        stem, dot, ending = one.rpartition(".")
        ending = re.escape(dot + ending) if stem else ""
        if re.fullmatch(re.escape(stem or one) + COPY.pattern + again + ending, name):
            return one
    return ""


def choose_beside(
    files: Files, assignment: str, names: Iterable[str], form: Form, choice: Choice
) -> None:
    """Add to a choice the files that belong beside the notebooks of an assignment."""
    mine = [handed for handed in files.beside if handed.assignment in ("", assignment)]
    for name in sorted(names):
        named = [handed for handed in mine if meant_beside(handed.name, [name], form.again)]
        last = max((handed.order for handed in named), default=0)
        latest = [handed for handed in named if handed.order == last]
        if len(latest) == 1:
            choice.beside[name] = latest[0]
        elif latest:
            choice.left_out[name] = f"{some(latest)} could be {name}: hand in one"


def choose(files: Files, assignment: str, notebooks: Collection[str], form: Form) -> Choice:
    """The files of a student that are graded for an assignment."""
    choice = Choice()
    mine = files.of(assignment)
    rest = [handed for handed in mine if not meant(handed.name, notebooks, form)]
    for notebook in notebooks:
        named = [handed for handed in mine if meant(handed.name, notebooks, form) == notebook]
        last = max((handed.order for handed in named), default=0)
        latest = [handed for handed in named if handed.order == last]
        if not named and len(notebooks) == 1:
            latest, rest = rest, []
        if len(latest) == 1:
            choice.taken[notebook] = latest[0]
            choice.lines += _about(latest[0], notebook, named, form)
        else:
            choice.missing[notebook] = _why(notebook, latest, files)
    if rest:
        choice.lines.append(f"{some(rest)}: not called as a notebook of {assignment}")
    return choice


def _about(taken: Handed, notebook: str, named: list[Handed], form: Form) -> list[str]:
    lines = []
    if earlier := [handed for handed in named if handed is not taken]:
        lines.append(f"{some(earlier)}, because {taken.shown} is later")
    if not re.fullmatch(re.escape(notebook) + form.again + re.escape(SUFFIX), taken.name):
        lines.append(f"the name of {taken.shown}, which is taken for {notebook}{SUFFIX}")
    return lines


def _why(notebook: str, several: list[Handed], files: Files) -> tuple[str, str]:
    """Status and reason where there is no file, or more than one."""
    if several:
        return "unreadable", f"{some(several)} could be {notebook}{SUFFIX}: hand in one"
    if files.refused:
        return "unreadable", files.refused[0]
    found = f"; found {_few(files.others)}" if files.others else ""
    if any(name.lower().endswith(PACKED) for name in files.others):
        found += ": hand in the notebook itself, or a .zip"
    return "missing", f"{notebook}{SUFFIX} is missing{found}"


def some(files: Iterable[Handed]) -> str:
    """The names of files, or of the first few."""
    return _few([handed.shown for handed in files])


def _few(names: list[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:MOST_NAMES]) + (" and others" if len(names) > MOST_NAMES else "")
