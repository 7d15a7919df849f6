"""Puts the files of an export where nbgrader has them: under student, assignment and notebook."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from autograder.limits import ArchiveLimits

from .attachments import left_out_because, of_assignment
from .file_entry import Entry, Folder, Refused, Room, Rooms
from .lms_formats import Form, Label
from .selection import (
    SUFFIX,
    Choice,
    Files,
    Handed,
    Staged,
    choose,
    choose_beside,
    meant,
    meant_beside,
    shown,
    some,
)
from .submission_tree import Masters, printable
from .zip_archive import Archive

MOST_LINES = 20  # about files that are nobody's, or that one student packed too often
CLEARLY = 2  # times as many students as the next: then an export is for this assignment


class Arrangement:
    """What a class handed in, by student.

    Args:
        source: what the files are taken from.
        form: how they are named.
        place: a folder for students' own zip files.
    """

    def __init__(
        self,
        source: Archive | Folder,
        form: Form,
        masters: Masters,
        place: Path,
        rooms: Rooms,
        limits: ArchiveLimits,
    ):
        self._source, self._form, self._masters = source, form, masters
        self._place, self._rooms, self._limits = place, rooms, limits
        self._beside = {name: of_assignment(notebooks) for name, notebooks in masters.items()}
        self._class: dict[str, Files] = {}
        self._nobodys: list[str] = []

    def collect(self, entries: Iterable[Entry]) -> list[str]:
        """Find out whose each file is; return the assignments that they are for.

        Raises:
            Refused: nothing says for which one an export is.
            UserError: there is no room.
        """
        for entry in entries:
            label = None if entry.is_folder else self._form.read(entry.path)
            if label is not None:
                self._add(entry, label)
            elif not entry.is_folder:
                why = entry.problem or f"not named as {self._form.name} has it"
                self._nobodys.append(f"{shown(entry.path)}: {why}")
        if self._form.one_assignment:
            assignment = self._most_likely()
            for files in self._class.values():
                files.notebooks = [replace(h, assignment=assignment) for h in files.notebooks]
        self._part_twins()
        every = {h.assignment for files in self._class.values() for h in files.notebooks}
        return [assignment] if self._form.one_assignment else sorted(every - {""})

    def put(self, folder: Path, assignments: Iterable[str]) -> Staged:
        """Put what is graded into `folder`, and say what is not.

        Raises:
            UserError: there is no room.
        """
        staged = Staged(lines=sorted(self._nobodys)[:MOST_LINES])
        if more := len(self._nobodys[MOST_LINES:]):
            staged.lines.append(f"{more} more files that are not named so")
        for student, files in sorted(self._class.items()):
            lines = [f"the mark LATE: handed in late, says {self._form.name}"] * files.late
            if unknown := files.of(""):
                lines.append(f"{some(unknown)}: no notebook is called so")
            (folder / student).mkdir(exist_ok=True)
            reasons = []
            for assignment in assignments:
                choice = self._choose(student, files, assignment, folder / student / assignment)
                for name, why in choice.left_out.items():
                    staged.left_out[student, assignment, name] = why
                for notebook, verdict in choice.missing.items():
                    staged.verdicts[student, assignment, notebook] = verdict
                    reasons.append(verdict[1])
                lines += choice.lines
            lines += [line for line in files.refused if line not in reasons][:MOST_LINES]
            staged.lines += [f"{student}: {line}" for line in lines]
        return staged

    def _choose(self, student: str, files: Files, assignment: str, place: Path) -> Choice:
        """What is graded of a student's files, in its place."""
        if files.of(assignment) or self._form.one_assignment:
            place.mkdir(exist_ok=True)
        choice = choose(files, assignment, self._masters[assignment], self._form)
        for notebook, handed in choice.taken.items():
            try:
                handed.put(place / f"{notebook}{SUFFIX}", *self._rooms.of(student))
            except Refused as reason:
                choice.missing[notebook] = ("unreadable", f"{handed.shown}: {reason}")
        most = self._beside[assignment] if place.is_dir() else {}
        choose_beside(files, assignment, most, self._form, choice)
        for name, handed in choice.beside.items():
            try:
                handed.put(place / name, *self._rooms.of(student), most=most[name])
            except Refused as reason:
                choice.left_out[name] = left_out_because(handed.shown, reason)
        return choice

    def _add(self, entry: Entry, label: Label) -> None:
        files = self._class.setdefault(label.student, Files())
        files.called.add(label.called)
        files.late |= label.late
        name, kind = printable(label.file), label.file.lower()
        if kind.endswith(SUFFIX):
            take = partial(self._source.put, entry)
            files.notebooks.append(self._handed(label, label.file, name, take))
        elif self._belongs_beside(label.file):
            take = partial(self._source.put, entry)
            files.beside.append(Handed(label.file, name, take, label.assignment, label.order))
            files.others.append(name)
        elif kind.endswith(".zip"):
            try:
                self._unpack(entry, label, files)
            except Refused as reason:
                files.refused.append(f"{name}: {reason}")
        else:
            files.others.append(name)

    def _unpack(self, entry: Entry, label: Label, files: Files) -> None:
        """Look into a zip file that a student handed in; what is in it is taken out later."""
        files.archives += 1
        if files.archives > self._limits.own_archives:
            raise Refused(f"only {self._limits.own_archives} zip files are unpacked")
        path = self._place / f"{entry.number}.zip"
        largest = max(sum(most.values()) for most in self._beside.values())
        largest += self._limits.file_bytes
        self._source.put(entry, path, *self._rooms.of(label.student), most=largest)
        with Archive(path, self._limits, self._limits.own_entries) as own:
            for inner in own.entries:
                name = inner.parts[-1]
                inside = f"{printable(name)} in {printable(label.file)}"
                if inner.is_folder or inner.is_junk:
                    continue
                if name.lower().endswith(SUFFIX):
                    take = partial(_take_from, path, self._limits, inner)
                    files.notebooks.append(self._handed(label, name, inside, take))
                elif self._belongs_beside(name):
                    take = partial(_take_from, path, self._limits, inner)
                    files.beside.append(Handed(name, inside, take, label.assignment, label.order))
                    files.others.append(inside)
                elif name.lower().endswith(".zip"):
                    files.refused.append(f"{inside}: a zip file in a zip file is not unpacked")
                else:
                    files.others.append(inside)

    def _belongs_beside(self, name: str) -> bool:
        """Whether a file's name is one of those that belong beside a notebook."""
        every = [one for most in self._beside.values() for one in most]
        return meant_beside(name, every, self._form.again) != ""

    def _handed(self, label: Label, name: str, called: str, take: partial) -> Handed:
        likely = [a for a, notebooks in self._masters.items() if meant(name, notebooks, self._form)]
        assignment = label.assignment or (likely[0] if len(likely) == 1 else "")
        return Handed(name, called, take, assignment, label.order)

    def _most_likely(self) -> str:
        """The assignment that an export is for: one student's names cannot decide it."""
        if len(self._masters) == 1:
            return next(iter(self._masters))
        named = [{h.assignment for h in files.notebooks} - {""} for files in self._class.values()]
        ranks = Counter(assignment for names in named for assignment in names).most_common()
        if not ranks:
            raise Refused("no file in it is called as a notebook of the course: give --assignment")
        if len(ranks) > 1 and ranks[0][1] < CLEARLY * ranks[1][1]:
            one, other = sorted(name for name, _ in ranks[:2])
            raise Refused(f"it holds notebooks of {one} and of {other}: give --assignment")
        return ranks[0][0]

    def _part_twins(self) -> None:
        """Whose name could be another's on some disk, or in our pages, is graded as neither."""
        alike = Counter(s.casefold() for s, files in self._class.items() for _ in files.called)
        for student, files in self._class.items():
            if alike[student.casefold()] > 1:
                files.notebooks, files.beside, files.others = [], [], []
                files.refused = ["the student's name is too much like another's"]


def _take_from(
    archive: Path,
    limits: ArchiveLimits,
    entry: Entry,
    target: Path,
    *rooms: Room,
    most: int | None = None,
) -> None:
    """Take a file out of a student's own zip file, which is not kept open."""
    with Archive(archive, limits, limits.own_entries) as own:
        own.put(entry, target, *rooms, most=most)
