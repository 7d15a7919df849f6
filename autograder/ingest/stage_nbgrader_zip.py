"""A zip file with nbgrader's layout gets what the folder in it would have got."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile, skip_reason

from .attachments import assignment_attachment_limits
from .file_entry import ByteBudgets, FileEntry, Folder, name_problem
from .selection import SUFFIX, StagingResult, display_path
from .submission_tree import SourceNotebooks
from .zip_archive import Archive


def stage_nbgrader_zip(
    source: Archive | Folder,
    entries: Collection[FileEntry],
    masters: SourceNotebooks,
    folder: Path,
    budgets: ByteBudgets,
    limits: ArchiveLimits,
) -> StagingResult:
    """Make the same files in `folder`; of all that nobody asked for only the names count.

    Raises:
        UserError: there is no room for them.
    """
    staged = StagingResult()
    for entry in entries:
        if not entry.problem:
            entry = _put(source, entry, masters, folder, budgets)
        if entry.problem:
            _refuse(staged, entry, masters, folder, limits)
    return staged


def _put(
    source: Archive | Folder,
    entry: FileEntry,
    masters: SourceNotebooks,
    folder: Path,
    budgets: ByteBudgets,
) -> FileEntry:
    """The entry, with its problem if it turned out to have one."""
    target = folder.joinpath(*entry.parts[:3])
    if entry.is_folder or len(entry.parts) > 3:
        target.mkdir(parents=True, exist_ok=True)
        return entry
    target.parent.mkdir(parents=True, exist_ok=True)
    most = _attachment_limits(entry, masters).get(entry.parts[-1])
    wanted = most or _notebooks(entry, masters) or _could_be_one(entry, masters)
    if not wanted and entry.parts[2:] != ["timestamp.txt"]:
        target.touch()
        return entry
    try:
        source.extract(entry, target, *budgets.of(entry.parts[0]), most=most)
    except RejectedFile as reason:
        return replace(entry, problem=str(reason))
    return entry


def _refuse(
    staged: StagingResult,
    entry: FileEntry,
    masters: SourceNotebooks,
    folder: Path,
    limits: ArchiveLimits,
) -> None:
    """Note what it costs that a file is not taken."""
    good = not name_problem(entry.path, limits)
    costs = _notebooks(entry, masters) if good else []
    name = entry.parts[-1]
    if good and name in _attachment_limits(entry, masters):
        student, assignment, _ = entry.parts
        staged.skipped[student, assignment, name] = skip_reason(name, entry.problem)
    elif not costs:
        staged.lines.append(f"{display_path(entry.path)}: {entry.problem}")
    for notebook in costs:
        student, assignment = entry.parts[:2]
        (folder / student / assignment).mkdir(parents=True, exist_ok=True)
        staged.verdicts[student, assignment, notebook] = ("unreadable", entry.problem)


def _could_be_one(entry: FileEntry, masters: SourceNotebooks) -> bool:
    """Whether it is a notebook by another name, where an assignment wants one only."""
    is_one = len(entry.parts) == 3 and entry.parts[2].lower().endswith(SUFFIX)
    return is_one and len(masters.get(entry.parts[1], {})) == 1


def _notebooks(entry: FileEntry, masters: SourceNotebooks) -> list[str]:
    """The notebooks that an entry is, or that are in it if it stands in an assignment's place."""
    known = masters.get(entry.parts[1], {}) if len(entry.parts) in (2, 3) else {}
    return [n for n in known if entry.parts[2:] in ([], [f"{n}{SUFFIX}"])]


def _attachment_limits(entry: FileEntry, masters: SourceNotebooks) -> Mapping[str, int]:
    """The files that may lie beside the notebook in an entry's place: name -> at most so large."""
    if len(entry.parts) != 3 or entry.parts[1] not in masters:
        return {}
    return assignment_attachment_limits(masters[entry.parts[1]])
