"""Run a notebook of the course in this process: fast, and only for trusted code.

The release checks and the kill table run references, known mistakes and stubs here, never a
student's notebook. A notebook runs in its own folder, with the attachments of a perfect student.
"""

import contextlib
import io
import linecache
import math
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from nbformat import NotebookNode

from autograder.cells import is_test

from .synthetic_submissions import files_of

PASSED = ""


def run_tests_in_process(nb: NotebookNode) -> Mapping[str, str]:
    """Run a notebook; return PASSED or the error of each hidden test, by its id."""
    ends = run_cells(nb)
    return {cell.id: ends[cell.id] for cell in nb.cells if is_test(cell)}


def run_cells(nb: NotebookNode) -> Mapping[str, str]:
    """Run every code cell in one namespace; return PASSED or the error of each, by its id."""
    return {cell.id: end for cell, end in _ends(nb)}


def loses_points(nb: NotebookNode) -> bool:
    """Return True if a hidden test fails; the cells after it are not executed."""
    return any(end != PASSED for cell, end in _ends(nb) if is_test(cell))


def score(nb: NotebookNode, ends: Mapping[str, str]) -> tuple[float, float]:
    """Return the points earned and the points available."""
    points = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in nb.cells if is_test(c)
    }
    earned = math.fsum(points[name] for name, end in ends.items() if end == PASSED)
    return earned, math.fsum(points.values())


def _ends(nb: NotebookNode) -> Iterator[tuple[NotebookNode, str]]:
    namespace: dict = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files_of(nb).items():
            Path(folder, name).write_bytes(data)
        for cell in nb.cells:
            if cell.cell_type == "code":
                yield cell, _execute(cell, namespace, folder)


def _execute(cell: NotebookNode, namespace: dict, folder: str) -> str:
    filename = f"<ipykernel cell {cell.id}>"  # named as in Jupyter, so that messages show the line
    lines = cell.source.splitlines(keepends=True)
    linecache.cache[filename] = (len(cell.source), None, lines, filename)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
            exec(compile(cell.source, filename, "exec"), namespace)
    except Exception as error:
        return (
            f"{error}" if isinstance(error, AssertionError) else f"{type(error).__name__}: {error}"
        )
    return PASSED
