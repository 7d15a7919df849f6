"""Run a notebook of the course in this process: quick, and only for code that we trust.

The gates and the kill table use it on references, known mistakes and stubs. A stranger's notebook
never comes here. It runs in a folder of its own, in which lie the files that the perfect student
hands in beside it.
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
    """How each hidden test ended, by its id: PASSED, or what it raised."""
    ends = run_cells(nb)
    return {cell.id: ends[cell.id] for cell in nb.cells if is_test(cell)}


def run_cells(nb: NotebookNode) -> Mapping[str, str]:
    """Execute every code cell in one namespace; how each ended, by its id."""
    return {cell.id: end for cell, end in _ends(nb)}


def loses_points(nb: NotebookNode) -> bool:
    """Whether any hidden test fails; the cells after the first that does are not executed."""
    return any(end != PASSED for cell, end in _ends(nb) if is_test(cell))


def score(nb: NotebookNode, ends: Mapping[str, str]) -> tuple[float, float]:
    """Points earned, and points there are."""
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
