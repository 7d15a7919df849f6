"""What an author waits for: the book again after the text of one chapter has changed."""

import os
import subprocess
import sys
import time
from pathlib import Path

from .browser import ROOT

SECONDS = 20
BUILD = ("build", str(ROOT), "--path-output", str(ROOT), "--quiet", "-n", "-W", "--keep-going")


class DoesNotBuild(Exception): ...


def build() -> float:
    """Build the book where `make book` does; seconds.

    Raises:
        DoesNotBuild: with one line that says what to do.
    """
    started = time.perf_counter()
    done = subprocess.run(
        [str(Path(sys.executable).with_name("jupyter-book")), *BUILD],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise DoesNotBuild("the book does not build: `make book` says why")
    return time.perf_counter() - started


def rebuild(chapter: Path) -> float:
    """Seconds of a build for which one chapter is new and nothing else is.

    The file itself stays as it is: Sphinx goes by the time of its last change.
    """
    build()
    changed = chapter.stat()
    chapter.touch()
    try:
        return build()
    finally:
        os.utime(chapter, ns=(changed.st_atime_ns, changed.st_mtime_ns))


def longest_chapter() -> Path:
    """The chapter with the most text."""
    return max(ROOT.glob("book/*.md"), key=lambda page: page.stat().st_size)
