"""Choose which of a student's files is graded.

A notebook with the right name is graded. Of several, the latest is, according to the platform; if
the platform does not record an order, none is, because only the student knows. If an assignment has
one notebook and a student handed in one, it is graded whatever its name is. Attachments are chosen
in the same way, by their names alone.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from .lms_filenames import FilenameFormat
from .pattern_option import COPY
from .submission_tree import printable

SUFFIX = ".ipynb"
PACKED = (".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
LONGEST_PATH = 200  # characters in one line
MOST_NAMES = 3  # of files in one line


@dataclass(frozen=True)
class CandidateFile:
    """A notebook or an attachment that a student handed in.

    Attributes:
        name: the name of the file.
        shown: the same for messages, with the name of the zip file that contains it.
        extract: copies it to a path; raises `RejectedFile`.
        assignment: empty if it is unknown.
    """

    name: str
    shown: str
    extract: Callable[..., None] = field(repr=False)
    assignment: str = ""
    order: int = 0


@dataclass
class StudentFiles:
    """All files of one student.

    Attributes:
        full_names: the student's name as it appears in the paths.
        attachments: files with the name of an attachment.
        archives: the number of zip files.
        refused: what was not unpacked, with the reason.
        others: names of files that are neither a notebook nor a zip file.
    """

    full_names: set[str] = field(default_factory=set)
    late: bool = False
    notebooks: list[CandidateFile] = field(default_factory=list)
    attachments: list[CandidateFile] = field(default_factory=list)
    archives: int = 0
    refused: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def of(self, assignment: str) -> list[CandidateFile]:
        """Return the notebooks for an assignment."""
        return [candidate for candidate in self.notebooks if candidate.assignment == assignment]


@dataclass
class Selection:
    """The files of a student that are graded for one assignment.

    Attributes:
        taken: the file for each notebook.
        missing: status and reason for each notebook without a file.
        attachments: the file for each attachment.
        skipped: the reason for each attachment without a file.
        lines: a line for each file that is not taken, or taken under another name.
    """

    taken: dict[str, CandidateFile] = field(default_factory=dict)
    missing: dict[str, tuple[str, str]] = field(default_factory=dict)
    attachments: dict[str, CandidateFile] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


@dataclass
class StagingResult:
    """Problems found while the files of a class were copied into nbgrader's layout.

    Attributes:
        verdicts: (student, assignment, notebook) -> status and reason, if it cannot be graded.
        skipped: (student, assignment, attachment) -> the reason for skipping it.
        lines: a line for each ignored file.
    """

    verdicts: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    skipped: dict[tuple[str, str, str], str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)


def display_path(path: str) -> str:
    """Return a path for a message: printable, and only the end of a long one."""
    path = "/".join(map(printable, path.split("/")))
    return path if len(path) <= LONGEST_PATH else f"...{path[-LONGEST_PATH:]}"


def match_notebook(name: str, notebooks: Collection[str], format: FilenameFormat) -> str:
    """Return the notebook that a file's name stands for, with or without suffixes, or ""."""
    stem = name.removesuffix(SUFFIX)
    if stem in notebooks:
        return stem
    for notebook in notebooks:
        if re.fullmatch(re.escape(notebook) + COPY.pattern + format.resubmission_suffix, stem):
            return notebook
    return ""


def match_attachment(name: str, names: Iterable[str], resubmission_suffix: str = "") -> str:
    """Return the attachment that a file's name stands for, with or without suffixes, or ""."""
    suffixes = COPY.pattern + resubmission_suffix
    for attachment in names:
        stem, dot, ending = attachment.rpartition(".")
        ending = re.escape(dot + ending) if stem else ""
        if re.fullmatch(re.escape(stem or attachment) + suffixes + ending, name):
            return attachment
    return ""


def select_attachments(
    files: StudentFiles,
    assignment: str,
    names: Iterable[str],
    format: FilenameFormat,
    selection: Selection,
) -> None:
    """Add the attachments of an assignment's notebooks to a selection."""
    mine = [
        candidate for candidate in files.attachments if candidate.assignment in ("", assignment)
    ]
    for name in sorted(names):
        named = [
            candidate
            for candidate in mine
            if match_attachment(candidate.name, [name], format.resubmission_suffix)
        ]
        last = max((candidate.order for candidate in named), default=0)
        latest = [candidate for candidate in named if candidate.order == last]
        if len(latest) == 1:
            selection.attachments[name] = latest[0]
        elif latest:
            selection.skipped[name] = f"{list_names(latest)} could be {name}: hand in one"


def select_notebooks(
    files: StudentFiles, assignment: str, notebooks: Collection[str], format: FilenameFormat
) -> Selection:
    """Select the notebooks of a student that are graded for an assignment."""
    selection = Selection()
    mine = files.of(assignment)
    rest = [
        candidate for candidate in mine if not match_notebook(candidate.name, notebooks, format)
    ]
    for notebook in notebooks:
        named = [
            candidate
            for candidate in mine
            if match_notebook(candidate.name, notebooks, format) == notebook
        ]
        last = max((candidate.order for candidate in named), default=0)
        latest = [candidate for candidate in named if candidate.order == last]
        if not named and len(notebooks) == 1:
            latest, rest = rest, []
        if len(latest) == 1:
            selection.taken[notebook] = latest[0]
            selection.lines += _about(latest[0], notebook, named, format)
        else:
            selection.missing[notebook] = _missing(notebook, latest, files)
    if rest:
        selection.lines.append(f"{list_names(rest)}: not called as a notebook of {assignment}")
    return selection


def _about(
    taken: CandidateFile, notebook: str, named: list[CandidateFile], format: FilenameFormat
) -> list[str]:
    lines = []
    if earlier := [candidate for candidate in named if candidate is not taken]:
        lines.append(f"{list_names(earlier)}, because {taken.shown} is later")
    if not re.fullmatch(
        re.escape(notebook) + format.resubmission_suffix + re.escape(SUFFIX), taken.name
    ):
        lines.append(f"the name of {taken.shown}, which is taken for {notebook}{SUFFIX}")
    return lines


def _missing(notebook: str, several: list[CandidateFile], files: StudentFiles) -> tuple[str, str]:
    """Return status and reason if there is no file, or more than one."""
    if several:
        return "unreadable", f"{list_names(several)} could be {notebook}{SUFFIX}: hand in one"
    if files.refused:
        return "unreadable", files.refused[0]
    found = f"; found {_few(files.others)}" if files.others else ""
    if any(name.lower().endswith(PACKED) for name in files.others):
        found += ": hand in the notebook itself, or a .zip"
    return "missing", f"{notebook}{SUFFIX} is missing{found}"


def list_names(files: Iterable[CandidateFile]) -> str:
    """List the names of files, or of the first few."""
    return _few([candidate.shown for candidate in files])


def _few(names: list[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:MOST_NAMES]) + (" and others" if len(names) > MOST_NAMES else "")
