"""Notebooks that ran, kept beside the results: what has not changed is not run again.

So a grader that was killed goes on where it was, and a class to which three students were added
costs three notebooks.
"""

import contextlib
import fcntl
import json
import re
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import UserError

FOLDER = ".runs"


class RunCache:
    """The kept runs of one folder of results. Use it as a context manager: it is locked meanwhile.

    Args:
        out: the folder of results.
        force: do not look at what is kept.
    """

    def __init__(self, out: Path, force: bool = False):
        self._out, self._force = out.absolute(), force
        self._folder = self._out / FOLDER
        self._used: set[str] = set()
        self._fresh: set[str] = set()

    def __enter__(self) -> "RunCache":
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.close()
            raise UserError(
                f"Another grader is writing to {self._out}: wait for it, or give another --out."
            ) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def has(self, name: str) -> bool:
        """Whether a run of this name need not be made again."""
        return self.read(name) is not None

    def read(self, name: str) -> NotebookNode | None:
        """The kept run of this name; None if there is none, or none that may be looked at."""
        self._used.add(name)
        if self._force and name not in self._fresh:
            return None
        with contextlib.suppress(OSError, ValueError, AttributeError):
            text = (self._folder / name).read_text(encoding="utf-8")
            notebook = nbformat.from_dict(json.loads(text))
            return notebook if "autograder" in notebook.metadata else None
        return None

    def keep(self, name: str, notebook: dict) -> None:
        """Keep a run, whole or not at all."""
        half = self._folder / f"{name}.half"
        half.write_text(json.dumps(notebook), encoding="utf-8")
        half.replace(self._folder / name)
        self._fresh.add(name)

    def forget_the_rest(self) -> None:
        """Remove kept runs of notebooks that are no longer there."""
        for path in self._folder.iterdir():
            if path.name not in self._used | {"lock"}:
                path.unlink(missing_ok=True)


def remove_leftovers(out: Path, own: Path) -> None:
    """Remove the workplaces of graders that were killed; only while `out` is locked."""
    named = re.compile(rf"\.{re.escape(out.name)}-[a-z0-9_]{{8}}")
    for path in out.absolute().parent.iterdir():
        if named.fullmatch(path.name) and path != own:
            shutil.rmtree(path, ignore_errors=True)
