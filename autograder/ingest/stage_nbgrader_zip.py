"""Unpack a zip file with nbgrader's layout, so that it is graded like the folder itself."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile, skip_reason

from .attachments import assignment_attachment_limits
from .file_entry import ByteBudgets, FileEntry, Folder, name_problem
from .selection import SUFFIX, StagingResult, display_path
from .submission_tree import SourceNotebooks
from .timestamp import FILE as TIMESTAMP
from .zip_archive import Archive


def stage_nbgrader_zip(
    source: Archive | Folder,
    entries: Collection[FileEntry],
    masters: SourceNotebooks,
    folder: Path,
    budgets: ByteBudgets,
    limits: ArchiveLimits,
) -> StagingResult:
    """Unpack the files into `folder`; those that are not needed are left empty.

    Raises:
        UserError: the byte budget is used up.
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
    """Unpack an entry; return it, with its problem if it has one."""
    target = folder.joinpath(*entry.parts[:3])
    if entry.is_folder or len(entry.parts) > 3:
        target.mkdir(parents=True, exist_ok=True)
        return entry
    target.parent.mkdir(parents=True, exist_ok=True)
    most = _attachment_limits(entry, masters).get(entry.parts[-1])
    wanted = most or _notebooks(entry, masters) or _could_be_one(entry, masters)
    if not wanted and entry.parts[2:] != [TIMESTAMP]:
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
    """Record the consequences of a rejected file."""
    good = not name_problem(entry.path, limits)
    lost = _notebooks(entry, masters) if good else []
    name = entry.parts[-1]
    if good and name in _attachment_limits(entry, masters):
        student, assignment, _ = entry.parts
        staged.skipped[student, assignment, name] = skip_reason(name, entry.problem)
    elif not lost:
        staged.lines.append(f"{display_path(entry.path)}: {entry.problem}")
    for notebook in lost:
        student, assignment = entry.parts[:2]
        (folder / student / assignment).mkdir(parents=True, exist_ok=True)
        staged.verdicts[student, assignment, notebook] = ("unreadable", entry.problem)


def _could_be_one(entry: FileEntry, masters: SourceNotebooks) -> bool:
    """Return True for a misnamed notebook of an assignment that has only one."""
    is_one = len(entry.parts) == 3 and entry.parts[2].lower().endswith(SUFFIX)
    return is_one and len(masters.get(entry.parts[1], {})) == 1


def _notebooks(entry: FileEntry, masters: SourceNotebooks) -> list[str]:
    """Return the notebook that an entry is, or all if it replaces an assignment's folder."""
    known = masters.get(entry.parts[1], {}) if len(entry.parts) in (2, 3) else {}
    return [n for n in known if entry.parts[2:] in ([], [f"{n}{SUFFIX}"])]


def _attachment_limits(entry: FileEntry, masters: SourceNotebooks) -> Mapping[str, int]:
    """Return the largest size in bytes of each attachment in an entry's folder, by name."""
    if len(entry.parts) != 3 or entry.parts[1] not in masters:
        return {}
    return assignment_attachment_limits(masters[entry.parts[1]])
