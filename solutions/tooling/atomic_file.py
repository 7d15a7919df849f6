"""Files that are replaced in one move, so that a reader never finds half of one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a name to write to; move the file to `path` when the block ends without an error.

    The temporary name is in the same folder and has the same ending.

    Args:
        path: of the file. An older one stays as it is until the new one is complete.
    """
    unfinished = path.with_name(f".unfinished.{path.name}")
    yield unfinished
    unfinished.replace(path)


def atomic_write_text(path: Path, text: str) -> None:
    """Write a UTF-8 file in one move; see `atomic_path`."""
    with atomic_path(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
