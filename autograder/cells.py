"""Cells and notebooks that come out the same, byte for byte, every time."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
MISSING = "# This cell was missing from the notebook that was handed in."
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def text_cell(cell_id: str, source: str) -> NotebookNode:
    """Prose that students cannot edit."""
    return new_markdown_cell(source, id=cell_id, metadata=_nbgrader(cell_id, locked=True))


def given_cell(cell_id: str, source: str, **course: Any) -> NotebookNode:
    """Code that students run and cannot edit, without points."""
    return new_code_cell(source, id=cell_id, metadata=_nbgrader(cell_id, locked=True, **course))


def solution_cell(cell_id: str, source: str, **course: Any) -> NotebookNode:
    """Code that students write."""
    return new_code_cell(source, id=cell_id, metadata=_nbgrader(cell_id, solution=True, **course))


def test_cell(cell_id: str, points: int, visible: str, hidden: str, **course: Any) -> NotebookNode:
    """A hidden test: a visible comment that says what is tested, and the hidden code."""
    source = f"{visible}\n{BEGIN_HIDDEN}\n{hidden}\n### END HIDDEN TESTS"
    metadata = _nbgrader(cell_id, grade=True, locked=True, points=points, **course)
    return new_code_cell(source, id=cell_id, metadata=metadata)


def free_cell(cell_id: str, source: str) -> NotebookNode:
    """Code for trying things out; nobody grades it."""
    return new_code_cell(source, id=cell_id)


def notebook(cells: list[NotebookNode], **course: Any) -> NotebookNode:
    """A notebook for the Python kernel with the course's own metadata."""
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "course": course}
    made = new_notebook(cells=cells, metadata=metadata)
    made.nbformat_minor = 5
    nbformat.validate(made)
    return made


def to_text(nb: NotebookNode) -> str:
    """The notebook as it lies in a file: sorted keys, one line end at the end."""
    return nbformat.writes(nb, version=4).rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    """A notebook of the course itself, in today's format."""
    return nbformat.read(path, as_version=4)


def _nbgrader(cell_id, *, grade=False, solution=False, locked=False, points=None, **course):
    metadata = {
        "grade": grade,
        "grade_id": cell_id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        metadata["points"] = points
    return {"nbgrader": metadata, **({"course": course} if course else {})}


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is a hidden test: graded, and not written by the student."""
    about = cell.metadata.get("nbgrader", {})
    return bool(about.get("grade")) and not about.get("solution")


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell is one that students write."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def split_test(cell: NotebookNode) -> tuple[str, str]:
    """What students see of a hidden test, and what they do not."""
    visible, _, hidden = cell.source.partition(BEGIN_HIDDEN)
    return visible.rstrip("\n"), hidden


def grade_id_of(cell: NotebookNode) -> str | None:
    """The cell's grade id, if it has one."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def is_extra(cell: NotebookNode) -> bool:
    """Whether the student added this cell (only in a merged notebook)."""
    return bool(cell.metadata.get("autograder", {}).get("extra"))
