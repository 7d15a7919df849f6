"""Names, kinds and sizes of files in a folder or an archive that is not trusted."""

import os
import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.limits import ArchiveLimits
from autograder.untrusted_files import (
    RejectedFile,
    chunks,
    kind_problem,
    opened,
    too_large,
    unreadable,
)

LONGEST_PART = 255  # bytes of one name in a path, on most disks
ENCRYPTED_FILE = "the file is encrypted"
JUNK = {"__MACOSX", "Thumbs.db", "desktop.ini"}  # operating systems add these


class ByteBudget:
    """Number of bytes that may still be unpacked, and the error for more."""

    def __init__(self, size: int, error: Exception):
        self._left, self._error = size, error

    def check(self, size: int) -> None:
        """Raise the error if fewer than `size` bytes are left."""
        if size > self._left:
            raise self._error

    def consume(self, size: int) -> None:
        """Subtract `size` bytes, which are now on the disk."""
        self._left -= size


class ByteBudgets:
    """Byte budgets of a class and of each student.

    Args:
        error: the error when the budget of the class is used up.
    """

    def __init__(self, size: int, error: Exception, limits: ArchiveLimits):
        self._everything, self._limits = ByteBudget(size, error), limits
        self._students: dict[str, ByteBudget] = {}

    def of(self, student: str) -> tuple[ByteBudget, ByteBudget]:
        """Return the budgets that a file of a student counts against."""
        if student not in self._students:
            most = self._limits.student_bytes
            refused = RejectedFile(f"the files together are larger than {most // 2**20} MB")
            self._students[student] = ByteBudget(most, refused)
        return self._students[student], self._everything


@dataclass(frozen=True)
class FileEntry:
    """A file or folder as it is listed in its folder or archive.

    Attributes:
        path: its path there, with "/" between the parts.
        number: its index in the list.
        problem: why it is rejected; empty if it is not.
    """

    path: str
    number: int
    is_folder: bool = False
    problem: str = ""

    @property
    def parts(self) -> list[str]:
        """Names of the folders above it, and its own name."""
        return self.path.split("/")

    @property
    def is_junk(self) -> bool:
        """Return True if it or a folder above it is hidden, or was added by a system."""
        return any(p in JUNK or (p.startswith(".") and p not in (".", "..")) for p in self.parts)


class Folder:
    """Files in a folder and below, with the interface of `Archive`. Links are not followed.

    Raises:
        RejectedFile: there are more files than an archive may hold.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path, limits: ArchiveLimits):
        self._limits = limits
        self._paths: list[Path] = []
        self.entries: list[FileEntry] = []
        for folder, folders, files in os.walk(path, onerror=partial(self._add_unreadable, path)):
            folders.sort()
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            for name in sorted([*files, *links]):
                self._add(Path(folder) / name, path)

    def __enter__(self) -> "Folder":
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: no file is open."""

    def extract(
        self, entry: FileEntry, target: Path, *budgets: ByteBudget, most: int | None = None
    ) -> None:
        """Copy a file to `target`.

        Args:
            most: the largest size in bytes; by default that of a notebook.

        Raises:
            RejectedFile: it is too large, cannot be read, or is not a regular file.
        """
        if entry.problem:
            raise RejectedFile(entry.problem)
        with opened(self._paths[entry.number], sys.maxsize) as file:
            size = os.fstat(file).st_size
            if size > (most or self._limits.file_bytes):
                raise RejectedFile(too_large(most) if most else too_large_notebook(self._limits))
            for budget in budgets:
                budget.check(size)
            with target.open("wb") as copy:
                copy.writelines(chunks(file, size))
        for budget in budgets:
            budget.consume(size)

    def _add(self, path: Path, root: Path) -> None:
        if len(self._paths) == self._limits.entries:
            raise RejectedFile(f"it holds more than {self._limits.entries} files")
        name = normalize_name(path.relative_to(root).as_posix())
        try:
            problem = name_problem(name, self._limits) or kind_problem(path.lstat().st_mode)
        except OSError as error:
            problem = unreadable(error)
        self._list(path, name, problem)

    def _add_unreadable(self, root: Path, error: OSError) -> None:
        """Add a folder of which the names cannot be read."""
        path = Path(error.filename)
        if path == root:
            raise error
        self._list(
            path, normalize_name(path.relative_to(root).as_posix()), unreadable(error, "folder")
        )

    def _list(self, path: Path, name: str, problem: str) -> None:
        self.entries.append(FileEntry(name, len(self._paths), problem=problem))
        self._paths.append(path)


def normalize_name(name: str) -> str:
    """Return a name in Unicode's NFC form, with ordinary spaces and without joiners."""
    name = unicodedata.normalize("NFC", name).replace("\u200c", "").replace("\u200d", "")
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in name)


def name_problem(name: str, limits: ArchiveLimits) -> str:
    """Return why a file's name is rejected, or ""."""
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
    """Return the reason for rejecting a notebook that is too large."""
    return f"{too_large(limits.file_bytes)}: clear its outputs"
