"""The toy course with answers that a person grades, for the tests of the grader."""

import json
from pathlib import Path

import nbformat
import toy_course as toy
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

ESSAY, TASK = "essay", "task"
POINTS = {ESSAY: 4.0, TASK: 2.0}  # six more are for tests
RELEASED = "YOUR ANSWER HERE"  # what nbgrader puts in place of an answer


def master(points: float = POINTS[ESSAY]) -> NotebookNode:
    """The sums, an essay, and a task that is answered in cells of one's own."""
    notebook = toy.master()
    about = {"grade_id": ESSAY, "grade": True, "solution": True, "locked": False, "task": False}
    about |= {"points": points, "cell_type": "markdown", "schema_version": 3}
    course = {"exercise": "Essay", "tests": "Explains sums."}
    metadata = {"nbgrader": about, "course": course}
    notebook.cells.append(new_markdown_cell("Because.", id=ESSAY, metadata=metadata))
    about = about | {"grade_id": TASK, "grade": False, "solution": False, "locked": True}
    about |= {"task": True, "points": POINTS[TASK]}
    notebook.cells.append(new_markdown_cell("Do more.", id=TASK, metadata={"nbgrader": about}))
    return notebook


def answered(essay: str = "Sums add up.", **code: str) -> NotebookNode:
    """What a student hands in, with the code of `toy.answered`."""
    notebook = master()
    released = {cell.id: cell for cell in toy.release().cells}
    notebook.cells = [released.get(cell.id, cell) for cell in notebook.cells]
    toy.answered(**code, notebook=notebook)
    toy.cell(notebook, ESSAY).source = essay
    return notebook


def write_course(folder: Path, points: float = POINTS[ESSAY]) -> Path:
    """Write the course below `folder`, or write it again with other points."""
    place = folder / "exercises" / toy.ASSIGNMENT
    place.mkdir(parents=True, exist_ok=True)
    nbformat.write(master(points), place / f"{toy.NOTEBOOK}.ipynb")
    return folder / "exercises"


def hand_in(folder: Path, student: str, notebook: NotebookNode) -> None:
    """Hand a notebook in, or hand it in again."""
    place = folder / student / toy.ASSIGNMENT
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{toy.NOTEBOOK}.ipynb").write_text(json.dumps(notebook))
