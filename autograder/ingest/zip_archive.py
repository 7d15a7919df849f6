"""Extract files from zip files that are not trusted.

The grader believes nothing that a zip file declares: neither names nor sizes nor the number of
files. It chooses the path of each extracted file itself, so a name in an archive leads nowhere.
"""

import io
import os
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath

from autograder.limits import ArchiveLimits
from autograder.untrusted_files import RejectedFile, kind_problem, too_large

from .file_entry import (
    ENCRYPTED_FILE,
    ByteBudget,
    FileEntry,
    name_problem,
    normalize_name,
    too_large_notebook,
)

CHUNK = 2**12  # bytes; small, so that little is read ahead of the unpacked data
IN_UTF8, ENCRYPTED = 0x800, 0x1  # flags of an entry
READABLE = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}  # others do not unpack in chunks
END_OF_TABLE = 2**17  # bytes in which an archive's last record, with its comment, must lie
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError),
    *(ValueError, OverflowError, RuntimeError),
)


class Archive:
    """A zip file, as a context manager.

    Args:
        most: the largest number of files and folders.

    Raises:
        RejectedFile: it cannot be read, or holds more files.
    """

    def __init__(self, path: Path, limits: ArchiveLimits, most: int):
        self._limits = limits
        self._file = _CountedFile(path, max(END_OF_TABLE, most * limits.name_bytes))
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._infos = self._zip.infolist()
            if len(self._infos) > most:
                raise RejectedFile(f"the zip file holds more than {most} files")
        except DAMAGED:
            self._file.close()
            raise RejectedFile("the zip file is damaged") from None
        except RejectedFile:
            self._file.close()
            raise
        self.entries = self._entries()

    def __enter__(self) -> "Archive":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def extract(
        self, entry: FileEntry, target: Path, *budgets: ByteBudget, most: int | None = None
    ) -> None:
        """Extract a file to `target`, whole or not at all.

        Args:
            most: the largest size in bytes; by default that of a notebook.

        Raises:
            RejectedFile: it is damaged, too large, or not a file. A budget that is used up raises
                its own error.
        """
        if entry.problem:
            raise RejectedFile(entry.problem)
        info, before, size = self._infos[entry.number], self._file.taken, 0
        self._check(info.file_size, None, most)  # the size that it declares
        try:
            with target.open("xb") as file:
                for piece in self._pieces(info):
                    size += len(piece)
                    self._check(size, self._file.taken - before, most)
                    for budget in budgets:
                        budget.check(size)
                    file.write(piece)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        for budget in budgets:
            budget.consume(size)

    def _pieces(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            with self._zip.open(info) as packed:
                while piece := packed.read(CHUNK):
                    yield piece
        except DAMAGED:
            raise RejectedFile("the file is damaged in the zip file") from None

    def _check(self, size: int, packed: int | None, most: int | None) -> None:
        if size > (most or self._limits.file_bytes):
            raise RejectedFile(too_large(most) if most else too_large_notebook(self._limits))
        if packed is None or size <= self._limits.ratio_bytes:
            return
        if size > self._limits.ratio * packed:
            raise RejectedFile(f"the file unpacks to more than {self._limits.ratio} times its size")

    def _entries(self) -> list[FileEntry]:
        names = [_name(info) for info in self._infos]
        problems = [name_problem(name, self._limits) for name in names]
        files = Counter(_fold(name) for name in names if not name.endswith("/"))
        folders = {_fold(name) for name in names if name.endswith("/")}
        for name, problem in zip(names, problems, strict=True):
            if not problem:
                folders.update(map(str, PurePosixPath(_fold(name)).parents))
        found = []
        for number, (info, name) in enumerate(zip(self._infos, names, strict=True)):
            problem = problems[number] or self._problem(info)
            is_folder = name.endswith("/")
            if not is_folder and (files[_fold(name)] > 1 or _fold(name) in folders):
                problem = problem or "the zip file holds several files of this name"
            found.append(FileEntry(name.removesuffix("/"), number, is_folder, problem))
        return found

    def _problem(self, info: zipfile.ZipInfo) -> str:
        if kind := kind_problem(info.external_attr >> 16):
            return kind
        if info.flag_bits & ENCRYPTED:
            return ENCRYPTED_FILE
        if info.compress_type not in READABLE:
            return "the file is packed in an unusual way: use an ordinary zip program"
        return ""


class _CountedFile(io.BufferedReader):
    """A file that counts the bytes read, and never returns more than `most` at a time."""

    def __init__(self, path: Path, most: int):
        super().__init__(io.FileIO(path))
        self._size, self._most = os.fstat(self.fileno()).st_size, most
        self.taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        left = max(0, self._size - self.tell())
        size = left if size is None or size < 0 else min(size, left)
        if size > self._most:  # only the table of contents is read at one go
            raise RejectedFile("the zip file's table of contents is too large")
        data = super().read(size)
        self.taken += len(data)
        return data


def _name(info: zipfile.ZipInfo) -> str:
    """Return an entry's name; many programs write UTF-8 without setting the flag."""
    name = info.orig_filename
    if not info.flag_bits & IN_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return normalize_name(name)


def _fold(name: str) -> str:
    """Return the same text for names that some disks do not distinguish."""
    return name.removesuffix("/").casefold()
