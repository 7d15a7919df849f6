"""Write the tests that nbgrader writes at the release, in place of lines with `### AUTOTEST`.

Such a line names expressions of the source notebook. nbgrader runs the notebook in a kernel, and
writes a test for the type and the value of each expression, as the course's `autotests.yml` says.
It draws nothing by chance, so that these are the tests of the released notebook.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from hashlib import sha256
from pathlib import Path

from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbgrader.preprocessors import InstantiateTests

from autograder import __version__
from autograder.atomic_write import atomic_write_text
from autograder.cells import has_autotests
from autograder.errors import UserError
from autograder.harmless_text import one_line
from autograder.ingest.attachments import files_beside
from autograder.ingest.submission_tree import SourceNotebooks
from autograder.logs import QUIET

from .run_cache import AUTOTESTS

TEMPLATES = "autotests.yml"


def with_written_tests(masters: SourceNotebooks, source: Path, memory: Path) -> SourceNotebooks:
    """Return the source notebooks with all tests written out.

    Args:
        source: folder of the assignments.
        memory: folder in which results are kept; a changed notebook is run again.

    Raises:
        UserError: a notebook does not run, or there are no templates.
    """
    writer = _Writer(source, memory / AUTOTESTS)
    return {
        assignment: {
            name: writer.written(assignment, name, master) if has_autotests(master) else master
            for name, master in notebooks.items()
        }
        for assignment, notebooks in masters.items()
    }


def require_templates(masters: SourceNotebooks, source: Path) -> None:
    """Raise UserError if a notebook needs templates of tests and the course has none."""
    for assignment, notebooks in masters.items():
        for name, master in notebooks.items():
            if has_autotests(master):
                _templates(source, assignment, name)


class _Writer:
    """Writes tests, and remembers them."""

    def __init__(self, source: Path, path: Path):
        self._source, self._path = source, path
        self._known: dict[str, list[str]] = {}
        with suppress(OSError, ValueError):
            self._known = json.loads(path.read_text(encoding="utf-8"))

    def written(self, assignment: str, name: str, master: NotebookNode) -> NotebookNode:
        """Return a copy of a source notebook with its tests written out."""
        folder = self._source / assignment
        path = folder / f"{name}.ipynb"
        templates = _templates(self._source, assignment, name)
        files = {file.name: file for file in files_beside(folder)}
        parts = [__version__, master, templates, {n: file.sha256 for n, file in files.items()}]
        known = sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
        written = deepcopy(master)
        if known not in self._known:
            with tempfile.TemporaryDirectory(prefix="ag-autotests-") as place:
                for file in files.values():
                    copy = Path(place, file.name)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file.path, copy)
                Path(place, TEMPLATES).write_text(templates, encoding="utf-8")
                self._known[known] = _sources(deepcopy(master), place, path)
            atomic_write_text(self._path, json.dumps(self._known, indent=1) + "\n")
        for cell, text in zip(written.cells, self._known[known], strict=True):
            cell.source = text
        return written


def _templates(source: Path, assignment: str, name: str) -> str:
    for place in (source / assignment, source.resolve().parent):
        with suppress(OSError, UnicodeDecodeError):
            return (place / TEMPLATES).read_text(encoding="utf-8")
    raise UserError(
        f"{source / assignment / name}.ipynb has AUTOTEST lines, and the course has no "
        f"{TEMPLATES}: put it beside the notebook, or beside the folder {source.name}."
    )


def _sources(notebook: NotebookNode, folder: str, path: Path) -> list[str]:
    """Return the source of each cell after nbgrader has run the notebook in this folder."""
    notebook.metadata["kernelspec"] = {"name": "python3"}  # it may name one of its author's machine
    resources: Mapping = {"metadata": {"path": folder}}
    writer = _ClosingWriter(log=QUIET)
    try:
        ran, _ = writer.preprocess(notebook, resources)
    except Exception as error:  # of Jupyter, YAML, Jinja or nbgrader
        raise UserError(
            f"{path}: nbgrader cannot write the tests of its AUTOTEST lines ({_reason(error)}): "
            f"mend the notebook or {TEMPLATES} until `nbgrader generate_assignment` succeeds."
        ) from None
    finally:
        writer.close()
    return [cell.source for cell in ran.cells]


class _ClosingWriter(InstantiateTests):
    """Ends the kernel and closes its sockets, which nbgrader leaves open, also after an error."""

    _kc = _last_client = None

    @property
    def kc(self):
        """Client of the running kernel, which nbgrader sets, and resets where all went well."""
        return self._kc

    @kc.setter
    def kc(self, client) -> None:
        self._kc = client
        self._last_client = client or self._last_client

    def close(self) -> None:
        """End what was started, and wait until it has ended."""
        if self._last_client is not None:
            self._last_client.stop_channels()
            if self._kc is not None:  # an error came before nbgrader stopped it
                self._last_client.parent.shutdown_kernel(now=True)


def _reason(error: Exception) -> str:
    if isinstance(error, CellExecutionError):  # made by nbgrader in a way that has no text
        return one_line(f"{error.ename}: {error.evalue}")
    return one_line(f"{type(error).__name__}: {error}")
