"""Open files that students made: no links, no devices, at most so many bytes, known contents."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from autograder.limits import Attached

CHUNK = 2**20  # bytes that are read at a time


class RejectedFile(Exception):
    """A file or an archive that is not accepted; the text is one line for its author."""


class Changed(Exception):
    """A file is not what it was when it was first read."""


def kind_problem(mode: int, folders: bool = True) -> str:
    """Return why a file of this mode is rejected, or "".

    Some archives do not record what their entries are: no kind counts as a regular file.
    """
    if stat.S_ISLNK(mode):
        return "the file is a symbolic link: hand in the file itself"
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, *([stat.S_IFDIR] if folders else [])):
        return "this is not a file"
    return ""


def too_large(most: int) -> str:
    """Return the reason for rejecting a file of more than `most` bytes."""
    return f"the file is larger than {most // 2**20} MB"


def unreadable(error: OSError, kind: str = "file") -> str:
    """Return the reason for rejecting a file that the disk does not give."""
    return f"the {kind} cannot be read ({error.strerror})"


def skip_reason(name: str, reason: RejectedFile | str) -> str:
    """Return the sentence for the student, without its full stop."""
    text = str(reason)
    return f"{name} {text[9:]}" if text.startswith("the file ") else f"{name}: {text}"


@contextmanager
def opened(path: Path, most: int) -> Iterator[int]:
    """Open a regular file of at most `most` bytes and yield its descriptor.

    Raises:
        RejectedFile: it is too large, cannot be read, or is not a regular file.
    """
    descriptor = _open(path, most)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def digest(descriptor: int, size: int) -> str:
    """Return the SHA-256 of a file that should have `size` bytes.

    One byte more is hashed if there is one, because a file may grow while it is read.

    Raises:
        RejectedFile: it cannot be read.
    """
    hashed = sha256()
    for chunk in chunks(descriptor, size + 1):
        hashed.update(chunk)
    return hashed.hexdigest()


@contextmanager
def reopened(files: tuple[Attached, ...]) -> Iterator[list[int]]:
    """Open files that have been hashed before, and yield their descriptors.

    Raises:
        Changed: a file is no longer what it was.
    """
    descriptors: list[int] = []
    try:
        for file in files:
            try:
                descriptors.append(_open(Path(file.path), file.size))
                found = digest(descriptors[-1], file.size)
            except RejectedFile as reason:
                raise Changed(skip_reason(file.name, reason)) from None
            if found != file.sha256:
                raise Changed(f"{file.name} has changed while the class was graded")
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def contents(files: tuple[Attached, ...]) -> dict[str, bytes]:
    """Return the bytes of each file by its name, to send them to another machine.

    Raises:
        Changed: a file is no longer what it was.
    """
    with reopened(files) as descriptors:
        return {
            file.name: b"".join(chunks(descriptor, file.size))
            for file, descriptor in zip(files, descriptors, strict=True)
        }


def _open(path: Path, most: int) -> int:
    """Open a regular file; never follow a link, never wait for a pipe."""
    try:
        _require_regular(path.lstat(), most)  # opening a device can already have an effect
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise RejectedFile(unreadable(error)) from None
    try:
        _require_regular(os.fstat(descriptor), most)
    except RejectedFile:
        os.close(descriptor)
        raise
    return descriptor


def _require_regular(about: os.stat_result, most: int) -> None:
    if problem := kind_problem(about.st_mode, folders=False):
        raise RejectedFile(problem)
    if about.st_size > most:
        raise RejectedFile(too_large(most))


def chunks(descriptor: int, size: int) -> Iterator[bytes]:
    """Yield the contents of a file, at most `size` bytes.

    Raises:
        RejectedFile: it cannot be read.
    """
    place = 0
    while True:
        try:
            chunk = os.pread(descriptor, min(CHUNK, size - place), place)
        except OSError as error:
            raise RejectedFile(unreadable(error)) from None
        if not chunk:
            return
        place += len(chunk)
        yield chunk
