"""What an instructor enters into a gradebook between two runs, as formgrader does."""

import sqlite3
from contextlib import closing
from pathlib import Path

MINE = """
  notebook_id in (select submitted_notebook.id from submitted_notebook
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
    where submitted_assignment.student_id = ?)
"""


def enter(folder: Path, statement: str, *values: object) -> None:
    """Change one row of the gradebook."""
    with closing(sqlite3.connect(folder / "out" / "gradebook.db")) as db, db:
        assert db.execute(statement, values).rowcount == 1


def mark(folder: Path, student: str, cell: str, score: float | None) -> None:
    """Give a mark by hand, or take it back."""
    statement = f"update grade set manual_score = ? where {MINE} and cell_id in "
    statement += "(select id from base_cell where name = ?)"
    enter(folder, statement, score, student, cell)


def penalize(folder: Path, student: str, points: float) -> None:
    """Set the late penalty of a notebook."""
    mine = MINE.replace("notebook_id in", "id in", 1)
    statement = f"update submitted_notebook set late_submission_penalty = ? where {mine}"
    enter(folder, statement, points, student)
