"""Files that students hand in beside a notebook, such as the weights of a model.

An assignment names them, each with the most megabytes that it may have. They are data, and never
held in memory here: each is hashed where it lies, and copied from there into the folder of the
student's own code. Whatever else lies under such a name is left out, with a sentence for the
student, and the notebook is graded without it.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from nbformat import NotebookNode

from autograder.limits import Attached

from .file_entry import RejectedFile, kind_problem, too_large

MEGABYTE = 2**20
PIECE = 2**20  # bytes that are read at a time


class Changed(Exception):
    """A file is not what it was when it was first looked at."""


def attachment_limits(master: NotebookNode) -> Mapping[str, int]:
    """The files that belong to a notebook: name -> at most so many bytes."""
    files = master.metadata.get("course", {}).get("files", {})
    return {name: megabytes * MEGABYTE for name, megabytes in files.items()}


def assignment_attachment_limits(notebooks: Mapping[str, NotebookNode]) -> Mapping[str, int]:
    """The files that belong to any notebook of an assignment: name -> at most so many bytes."""
    most: dict[str, int] = {}
    for master in notebooks.values():
        for name, size in attachment_limits(master).items():
            most[name] = max(size, most.get(name, 0))
    return most


def scan(folder: Path, most: Mapping[str, int]) -> tuple[tuple[Attached, ...], dict[str, str]]:
    """The files of these names in a folder; and what is left out, with the reason in a sentence.

    Args:
        most: name -> at most so many bytes. Those that are not there are left out silently: what
            that means, only a hidden test can say.
    """
    found, skipped = [], {}
    for name, size in sorted(most.items()):
        path = folder / name
        if not os.path.lexists(path):
            continue
        try:
            with _opened(path, size) as file:
                about = os.fstat(file)
                digest = _digest(file, about.st_size)
            found.append(Attached(name, str(path.absolute()), about.st_size, digest))
        except RejectedFile as reason:
            skipped[name] = skip_reason(name, reason)
    return tuple(found), skipped


def skip_reason(name: str, reason: RejectedFile | str) -> str:
    """The sentence for the student, without its full stop."""
    text = str(reason)
    return f"{name} {text[9:]}" if text.startswith("the file ") else f"{name}: {text}"


@contextmanager
def reopened(files: tuple[Attached, ...]) -> Iterator[list[int]]:
    """Descriptors of the files, to be read from any place in them.

    Raises:
        Changed: one is no longer what it was.
    """
    descriptors: list[int] = []
    try:
        for file in files:
            try:
                descriptors.append(_open(Path(file.path), file.size))
            except RejectedFile as reason:
                raise Changed(skip_reason(file.name, reason)) from None
            if _digest(descriptors[-1], file.size) != file.sha256:
                raise Changed(f"{file.name} has changed while the class was graded")
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def contents(files: tuple[Attached, ...]) -> dict[str, bytes]:
    """What stands in the files, by name: to be sent to another machine.

    Raises:
        Changed: one is no longer what it was.
    """
    with reopened(files) as descriptors:
        return {
            file.name: b"".join(_pieces(descriptor, file.size))
            for file, descriptor in zip(files, descriptors, strict=True)
        }


@contextmanager
def _opened(path: Path, most: int) -> Iterator[int]:
    descriptor = _open(path, most)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _open(path: Path, most: int) -> int:
    """Open a plain file of at most so many bytes; links are not followed, pipes not waited for."""
    try:
        _require_file(path.lstat(), most)  # opening a device can already do something
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise RejectedFile(f"the file cannot be read ({error.strerror})") from None
    try:
        _require_file(os.fstat(descriptor), most)
    except RejectedFile:
        os.close(descriptor)
        raise
    return descriptor


def _require_file(about: os.stat_result, most: int) -> None:
    if problem := kind_problem(about.st_mode, folders=False):
        raise RejectedFile(problem)
    if about.st_size > most:
        raise RejectedFile(too_large(most))


def _digest(descriptor: int, size: int) -> str:
    """Of the first bytes, and of one more if there is one: a file may grow while it is read."""
    digest = sha256()
    for piece in _pieces(descriptor, size + 1):
        digest.update(piece)
    return digest.hexdigest()


def _pieces(descriptor: int, size: int) -> Iterator[bytes]:
    place = 0
    while piece := os.pread(descriptor, min(PIECE, size - place), place):
        place += len(piece)
        yield piece
