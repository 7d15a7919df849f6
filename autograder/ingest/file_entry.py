"""Files that lie in a folder or an archive, before anybody trusts them."""

import os
import re
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile, kind_problem, too_large

LONGEST_PART = 255  # bytes of one name in a path, on most disks
ENCRYPTED_FILE = "the file is encrypted"
JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # what systems add by themselves


class ByteBudget:
    """How many bytes may still be taken out, and what is raised when they are more."""

    def __init__(self, size: int, error: Exception):
        self._left, self._error = size, error

    def check(self, size: int) -> None:
        """Raise the error if there is no room for so many bytes."""
        if size > self._left:
            raise self._error

    def consume(self, size: int) -> None:
        """Note that so many bytes lie on the disk."""
        self._left -= size


class ByteBudgets:
    """Room for a class, and in it for each student.

    Args:
        error: what is raised when the class has none left.
    """

    def __init__(self, size: int, error: Exception, limits: ArchiveLimits):
        self._everything, self._limits = ByteBudget(size, error), limits
        self._students: dict[str, ByteBudget] = {}

    def of(self, student: str) -> tuple[ByteBudget, ByteBudget]:
        """What a file of a student needs room in."""
        if student not in self._students:
            most = self._limits.student_bytes
            refused = RejectedFile(f"the files together are larger than {most // 2**20} MB")
            self._students[student] = ByteBudget(most, refused)
        return self._students[student], self._everything


@dataclass(frozen=True)
class FileEntry:
    """A file or folder, as its folder or archive has it.

    Attributes:
        path: its name there, with "/" between the parts.
        number: its place in the order of the whole.
        problem: why it is not taken out; empty if it may be.
    """

    path: str
    number: int
    is_folder: bool = False
    problem: str = ""

    @property
    def parts(self) -> list[str]:
        """The folders above it, and its own name."""
        return self.path.split("/")

    @property
    def is_junk(self) -> bool:
        """Whether it, or a folder above it, is hidden or was added by some system."""
        return any(p in JUNK or (p.startswith(".") and p not in (".", "..")) for p in self.parts)


class Folder:
    """The files in a folder and below, to be used as an `Archive` is. Links are not followed.

    Raises:
        RejectedFile: there are more than an archive may hold.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, limits: ArchiveLimits):
        self._limits = limits
        self._paths: list[Path] = []
        self.entries: list[FileEntry] = []
        for folder, folders, files in os.walk(path, onerror=_raise):
            folders.sort()
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            for name in sorted([*files, *links]):
                self._add(Path(folder) / name, path)

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        """There is nothing to close."""

    def extract(
        self, entry: FileEntry, target: Path, *budgets: ByteBudget, most: int | None = None
    ) -> None:
        """Copy a file to `target`.

        Args:
            most: bytes; by default what a notebook may have.

        Raises:
            RejectedFile: it is too large, or something else than a file.
        """
        if entry.problem:
            raise RejectedFile(entry.problem)
        with self._paths[entry.number].open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > (most or self._limits.file_bytes):
                raise RejectedFile(too_large(most) if most else too_large_notebook(self._limits))
            for budget in budgets:
                budget.check(size)
            with target.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        for budget in budgets:
            budget.consume(size)

    def _add(self, path: Path, root: Path) -> None:
        if len(self._paths) == self._limits.entries:
            raise RejectedFile(f"it holds more than {self._limits.entries} files")
        name = normalize_name(path.relative_to(root).as_posix())
        problem = name_problem(name, self._limits) or kind_problem(path.lstat().st_mode)
        self.entries.append(FileEntry(name, len(self._paths), problem=problem))
        self._paths.append(path)


def _raise(error: OSError) -> None:
    raise error


def normalize_name(name: str) -> str:
    """A name with one form for each letter, ordinary spaces, and no marks that join letters."""
    name = unicodedata.normalize("NFC", name).replace("\u200c", "").replace("\u200d", "")
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in name)


def name_problem(name: str, limits: ArchiveLimits) -> str:
    """What is wrong with a file's name; empty if nothing is."""
    parts = name.removesuffix("/").split("/")
    if not name.isprintable():
        return "the file's name cannot be printed"
    if "\\" in name:
        return "the file's name has a backslash in it"
    if re.match("[A-Za-z]:", name) or {"", ".", ".."} & set(parts):
        return "the file's name leads out of its place"
    if len(parts) > limits.depth:
        return f"the file lies more than {limits.depth} folders deep"
    if max(len(part.encode()) for part in parts) > LONGEST_PART:
        return "the file's name is too long"
    return ""


def too_large_notebook(limits: ArchiveLimits) -> str:
    """What is said of a notebook that is too large."""
    return f"{too_large(limits.file_bytes)}: clear its outputs"
