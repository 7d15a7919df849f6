"""Copy the files of an export into nbgrader's layout: student, assignment, notebook."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile, skip_reason

from .attachments import assignment_attachment_limits
from .file_entry import ByteBudget, ByteBudgets, FileEntry, Folder
from .lms_filenames import FilenameFormat, ParsedName
from .selection import (
    SUFFIX,
    CandidateFile,
    Selection,
    StagingResult,
    StudentFiles,
    display_path,
    list_names,
    match_attachment,
    match_notebook,
    select_attachments,
    select_notebooks,
)
from .submission_tree import SourceNotebooks, printable
from .zip_archive import Archive

MOST_LINES = 20  # about files of unknown students, or about the archives of one student
CLEARLY = 2  # an export is for the assignment with so many times the students of the next one


class LmsStager:
    """Stager of an export: collects the files by student, then copies those that are graded.

    Args:
        source: the export.
        format: the format of its file names.
        place: a folder for students' own zip files.
    """

    def __init__(
        self,
        source: Archive | Folder,
        format: FilenameFormat,
        masters: SourceNotebooks,
        place: Path,
        budgets: ByteBudgets,
        limits: ArchiveLimits,
    ):
        self._source, self._format, self._masters = source, format, masters
        self._place, self._budgets, self._limits = place, budgets, limits
        self._attachment_limits = {
            name: assignment_attachment_limits(notebooks) for name, notebooks in masters.items()
        }
        self._class: dict[str, StudentFiles] = {}
        self._unmatched: list[str] = []

    def collect(self, entries: Iterable[FileEntry]) -> list[str]:
        """Assign each file to its student; return the assignments that the files are for.

        Raises:
            RejectedFile: the assignment of an export cannot be determined.
            UserError: the byte budget is used up.
        """
        for entry in entries:
            parsed = None if entry.is_folder else self._format.read(entry.path)
            if parsed is not None:
                self._add(entry, parsed)
            elif not entry.is_folder:
                why = entry.problem or f"not named as {self._format.name} has it"
                self._unmatched.append(f"{display_path(entry.path)}: {why}")
        if self._format.one_assignment:
            assignment = self._most_likely()
            for files in self._class.values():
                files.notebooks = [replace(h, assignment=assignment) for h in files.notebooks]
        self._reject_ambiguous()
        every = {h.assignment for files in self._class.values() for h in files.notebooks}
        return [assignment] if self._format.one_assignment else sorted(every - {""})

    def stage(self, folder: Path, assignments: Iterable[str]) -> StagingResult:
        """Copy the files that are graded into `folder`, and report the others.

        Raises:
            UserError: the byte budget is used up.
        """
        staged = StagingResult(lines=sorted(self._unmatched)[:MOST_LINES])
        if more := len(self._unmatched[MOST_LINES:]):
            staged.lines.append(f"{more} more files that are not named so")
        for student, files in sorted(self._class.items()):
            lines = [f"the mark LATE: handed in late, says {self._format.name}"] * files.late
            if unknown := files.of(""):
                lines.append(f"{list_names(unknown)}: no notebook is called so")
            (folder / student).mkdir(exist_ok=True)
            reasons = []
            for assignment in assignments:
                selection = self._select(student, files, assignment, folder / student / assignment)
                for name, why in selection.skipped.items():
                    staged.skipped[student, assignment, name] = why
                for notebook, verdict in selection.missing.items():
                    staged.verdicts[student, assignment, notebook] = verdict
                    reasons.append(verdict[1])
                lines += selection.lines
            lines += [line for line in files.refused if line not in reasons][:MOST_LINES]
            staged.lines += [f"{student}: {line}" for line in lines]
        return staged

    def _select(self, student: str, files: StudentFiles, assignment: str, place: Path) -> Selection:
        """Select and copy the files of a student that are graded."""
        if files.of(assignment) or self._format.one_assignment:
            place.mkdir(exist_ok=True)
        selection = select_notebooks(files, assignment, self._masters[assignment], self._format)
        for notebook, candidate in selection.taken.items():
            try:
                candidate.extract(place / f"{notebook}{SUFFIX}", *self._budgets.of(student))
            except RejectedFile as reason:
                selection.missing[notebook] = ("unreadable", f"{candidate.shown}: {reason}")
        most = self._attachment_limits[assignment] if place.is_dir() else {}
        select_attachments(files, assignment, most, self._format, selection)
        for name, candidate in selection.attachments.items():
            try:
                candidate.extract(place / name, *self._budgets.of(student), most=most[name])
            except RejectedFile as reason:
                selection.skipped[name] = skip_reason(candidate.shown, reason)
        return selection

    def _add(self, entry: FileEntry, parsed: ParsedName) -> None:
        files = self._class.setdefault(parsed.student, StudentFiles())
        files.full_names.add(parsed.full_name)
        files.late |= parsed.late
        name, kind = printable(parsed.file), parsed.file.lower()
        if kind.endswith(SUFFIX):
            take = partial(self._source.extract, entry)
            files.notebooks.append(self._candidate(parsed, parsed.file, name, take))
        elif self._is_attachment(parsed.file):
            take = partial(self._source.extract, entry)
            files.attachments.append(
                CandidateFile(parsed.file, name, take, parsed.assignment, parsed.order)
            )
            files.others.append(name)
        elif kind.endswith(".zip"):
            try:
                self._unpack(entry, parsed, files)
            except RejectedFile as reason:
                files.refused.append(f"{name}: {reason}")
        else:
            files.others.append(name)

    def _unpack(self, entry: FileEntry, parsed: ParsedName, files: StudentFiles) -> None:
        """List the files in a student's own zip file; they are extracted later."""
        files.archives += 1
        if files.archives > self._limits.own_archives:
            raise RejectedFile(f"only {self._limits.own_archives} zip files are unpacked")
        path = self._place / f"{entry.number}.zip"
        largest = max(sum(most.values()) for most in self._attachment_limits.values())
        largest += self._limits.file_bytes
        self._source.extract(entry, path, *self._budgets.of(parsed.student), most=largest)
        with Archive(path, self._limits, self._limits.own_entries) as own:
            for inner in own.entries:
                name = inner.parts[-1]
                inside = f"{printable(name)} in {printable(parsed.file)}"
                if inner.is_folder or inner.is_junk:
                    continue
                if name.lower().endswith(SUFFIX):
                    take = partial(_take_from, path, self._limits, inner)
                    files.notebooks.append(self._candidate(parsed, name, inside, take))
                elif self._is_attachment(name):
                    take = partial(_take_from, path, self._limits, inner)
                    files.attachments.append(
                        CandidateFile(name, inside, take, parsed.assignment, parsed.order)
                    )
                    files.others.append(inside)
                elif name.lower().endswith(".zip"):
                    files.refused.append(f"{inside}: a zip file in a zip file is not unpacked")
                else:
                    files.others.append(inside)

    def _is_attachment(self, name: str) -> bool:
        """Return True if a file has the name of an attachment of any assignment."""
        every = [name for most in self._attachment_limits.values() for name in most]
        return match_attachment(name, every, self._format.resubmission_suffix) != ""

    def _candidate(self, parsed: ParsedName, name: str, shown: str, take: partial) -> CandidateFile:
        likely = [
            a
            for a, notebooks in self._masters.items()
            if match_notebook(name, notebooks, self._format)
        ]
        assignment = parsed.assignment or (likely[0] if len(likely) == 1 else "")
        return CandidateFile(name, shown, take, assignment, parsed.order)

    def _most_likely(self) -> str:
        """Return the assignment of an export, as most students' file names have it."""
        if len(self._masters) == 1:
            return next(iter(self._masters))
        named = [{h.assignment for h in files.notebooks} - {""} for files in self._class.values()]
        ranks = Counter(assignment for names in named for assignment in names).most_common()
        if not ranks:
            raise RejectedFile(
                "no file in it is called as a notebook of the course: give --assignment"
            )
        if len(ranks) > 1 and ranks[0][1] < CLEARLY * ranks[1][1]:
            one, other = sorted(name for name, _ in ranks[:2])
            raise RejectedFile(f"it holds notebooks of {one} and of {other}: give --assignment")
        return ranks[0][0]

    def _reject_ambiguous(self) -> None:
        """Reject students whose names could be confused, on some disk or in the pages."""
        alike = Counter(s.casefold() for s, files in self._class.items() for _ in files.full_names)
        for student, files in self._class.items():
            if alike[student.casefold()] > 1:
                files.notebooks, files.attachments, files.others = [], [], []
                files.refused = ["the student's name is too much like another's"]


def _take_from(
    archive: Path,
    limits: ArchiveLimits,
    entry: FileEntry,
    target: Path,
    *budgets: ByteBudget,
    most: int | None = None,
) -> None:
    """Extract a file from a student's own zip file, which is not kept open."""
    with Archive(archive, limits, limits.own_entries) as own:
        own.extract(entry, target, *budgets, most=most)
