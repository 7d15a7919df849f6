"""Log what the grader does: to the file of a run, and to stderr for `--verbose`.

Each module logs to `logging.getLogger(__name__)`, below the logger "autograder". The log is for
the instructor. It holds the traceback of every error of the grader's own, which no student sees.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import click

LOGGER = logging.getLogger("autograder")
QUIET = logging.Logger("autograder.nbgrader", logging.CRITICAL)  # for nbgrader's own steps


def log_to_file(path: Path) -> AbstractContextManager[None]:
    """Log to a file, which replaces that of an earlier run.

    Raises:
        OSError: the file cannot be opened.
    """
    return _attached(_File(path, mode="w", encoding="utf-8"))


def log_to_stderr() -> AbstractContextManager[None]:
    """Log to stderr, above a progress bar if there is one."""
    return _attached(_Stderr())


@contextmanager
def _attached(handler: logging.Handler) -> Iterator[None]:
    handler.setFormatter(_Printable("%(asctime)s %(levelname)-7s %(message)s"))
    before = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield
    finally:
        LOGGER.setLevel(before)
        LOGGER.removeHandler(handler)
        handler.close()


class _Printable(logging.Formatter):
    """A message may quote a student's text: control characters must not reach a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record).encode("utf-8", "replace").decode()
        return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


class _File(logging.FileHandler):
    """A log file whose full disk does not stop the run."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop the record."""

    def close(self) -> None:
        with suppress(OSError):
            super().close()


class _Stderr(logging.Handler):
    """Writes to whatever `sys.stderr` is now: a progress bar puts its own stream there."""

    def emit(self, record: logging.LogRecord) -> None:
        click.echo(self.format(record), err=True)
