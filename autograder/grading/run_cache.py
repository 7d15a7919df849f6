"""Executed notebooks, kept next to the results: what has not changed does not run again.

A grader that was killed resumes where it stopped, and three late submissions cost three notebooks.
"""

import contextlib
import fcntl
import json
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.atomic_write import atomic_write_text
from autograder.errors import UserError

from .rounds import FILE

FOLDER = ".runs"
TEST_MODES = "test-modes.json"  # see `containment`
AUTOTESTS = "autotests.json"  # see `autotests`
KEPT = {"lock", FILE, TEST_MODES, AUTOTESTS}  # what is no executed notebook
WORK = "work-"  # how the names of temporary folders in it begin


class RunCache:
    """The executed notebooks of one folder of results. A context manager that locks the folder.

    Args:
        out: the folder of results.
        force: ignore what earlier runs left.
    """

    def __init__(self, out: Path, force: bool = False):
        self._out, self._force = out.absolute(), force
        self._folder = self.folder = self._out / FOLDER
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
        """Return True if a run of this name is there and can be read."""
        return self.read(name) is not None

    def read(self, name: str) -> NotebookNode | None:
        """Return the executed notebook of this name, or None if there is none to use."""
        self._used.add(name)
        if self._force and name not in self._fresh:
            return None
        with contextlib.suppress(OSError, ValueError, AttributeError):
            text = (self._folder / name).read_text(encoding="utf-8")
            notebook = nbformat.from_dict(json.loads(text))
            return notebook if "autograder" in notebook.metadata else None
        return None

    def keep(self, name: str, notebook: dict) -> None:
        """Store an executed notebook."""
        atomic_write_text(self._folder / name, json.dumps(notebook))
        self._fresh.add(name)

    def forget_the_rest(self) -> None:
        """Remove executed notebooks that this run did not use."""
        for path in self._folder.iterdir():
            if path.name not in self._used | KEPT and not path.name.startswith(WORK):
                path.unlink(missing_ok=True)


def remove_leftovers(out: Path, own: Path) -> None:
    """Remove the temporary folders of killed graders; only while `out` is locked."""
    for path in (out.absolute() / FOLDER).glob(f"{WORK}*"):
        if path != own:
            shutil.rmtree(path, ignore_errors=True)
