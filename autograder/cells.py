"""Kinds of notebook cells, and notebooks that are the same byte for byte."""

from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

BEGIN_HIDDEN = "### BEGIN HIDDEN TESTS"
MISSING = "# This cell was missing from the notebook that was handed in."
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def text_cell(cell_id: str, source: str) -> NotebookNode:
    """Return a cell of prose that students cannot edit."""
    return new_markdown_cell(source, id=cell_id, metadata=_nbgrader(cell_id, locked=True))


def given_cell(cell_id: str, source: str, **course: Any) -> NotebookNode:
    """Return a cell of code that students run and cannot edit, without points."""
    return new_code_cell(source, id=cell_id, metadata=_nbgrader(cell_id, locked=True, **course))


def solution_cell(cell_id: str, source: str, **course: Any) -> NotebookNode:
    """Return a cell of code that students write."""
    return new_code_cell(source, id=cell_id, metadata=_nbgrader(cell_id, solution=True, **course))


def test_cell(cell_id: str, points: int, visible: str, hidden: str, **course: Any) -> NotebookNode:
    """Return a hidden test: a visible comment on what is tested, and the hidden code."""
    source = f"{visible}\n{BEGIN_HIDDEN}\n{hidden}\n### END HIDDEN TESTS"
    metadata = _nbgrader(cell_id, grade=True, locked=True, points=points, **course)
    return new_code_cell(source, id=cell_id, metadata=metadata)


def free_cell(cell_id: str, source: str) -> NotebookNode:
    """Return a cell for trying things out, which is not graded."""
    return new_code_cell(source, id=cell_id)


def notebook(cells: list[NotebookNode], **course: Any) -> NotebookNode:
    """Return a notebook for the Python kernel with the course's own metadata."""
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}, "course": course}
    nb = new_notebook(cells=cells, metadata=metadata)
    nb.nbformat_minor = 5
    nbformat.validate(nb)
    return nb


def to_text(nb: NotebookNode) -> str:
    """Return the text of a notebook's file: sorted keys, one newline at the end."""
    return nbformat.writes(nb, version=4).rstrip("\n") + "\n"


def read(path: Path) -> NotebookNode:
    """Read a notebook of the course itself, in the current format."""
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


def is_built(notebook: NotebookNode) -> bool:
    """Return True for a source notebook that `autograder build` made."""
    return "course" in notebook.metadata


def has_autotests(notebook: NotebookNode) -> bool:
    """Return True if nbgrader writes tests of this source notebook when it is released."""
    lines = (line for c in notebook.cells if c.cell_type == "code" for line in c.source.split("\n"))
    return any("AUTOTEST" in line and line.strip().startswith("#") for line in lines)


def is_test(cell: NotebookNode) -> bool:
    """Return True for a hidden test, which is graded and not written by the student."""
    about = cell.metadata.get("nbgrader", {})
    return bool(about.get("grade")) and not about.get("solution")


def is_contained(cell: NotebookNode) -> bool:
    """Return True for a test that runs in the student's process, as it would in nbgrader."""
    return is_test(cell) and bool(cell.metadata.get("autograder", {}).get("contained"))


def is_apart(cell: NotebookNode) -> bool:
    """Return True for a test that runs in the checker, and holds proxies of the student's work."""
    return is_test(cell) and not is_contained(cell)


def is_manual(cell: NotebookNode) -> bool:
    """Return True for an answer or a task that a person grades."""
    about = cell.metadata.get("nbgrader", {})
    answer = about.get("grade") and (about.get("solution") or cell.cell_type != "code")
    return bool(answer or is_task(cell))


def is_task(cell: NotebookNode) -> bool:
    """Return True for a task, which students answer in cells of their own."""
    return bool(cell.metadata.get("nbgrader", {}).get("task"))


def is_graded(cell: NotebookNode) -> bool:
    """Return True for a cell with points."""
    return is_test(cell) or is_manual(cell)


def is_solution(cell: NotebookNode) -> bool:
    """Return True for a cell that students write."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def split_test(cell: NotebookNode) -> tuple[str, str]:
    """Split a hidden test into the part that students see and the hidden part."""
    visible, _, hidden = cell.source.partition(BEGIN_HIDDEN)
    return visible.rstrip("\n"), hidden


def grade_id_of(cell: NotebookNode) -> str | None:
    """Return the cell's grade id, if it has one."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def is_prose_of_student(cell: NotebookNode) -> bool:
    """Return True for Markdown or raw text that a student wrote, in a merged notebook."""
    return cell.cell_type != "code" and (is_solution(cell) or is_extra(cell))


def is_extra(cell: NotebookNode) -> bool:
    """Return True for a cell that the student added, in a merged notebook."""
    return bool(cell.metadata.get("autograder", {}).get("extra"))
