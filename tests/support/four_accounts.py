"""The four places where marks stand, read independently of the code that writes them."""

import csv
import re
import sqlite3
from contextlib import closing
from pathlib import Path

MARKS = """
select student.id,
  sum(coalesce(grade.manual_score, grade.auto_score, 0) + coalesce(grade.extra_credit, 0)),
  coalesce(submitted_notebook.late_submission_penalty, 0),
  sum(coalesce(grade_cells.max_score, task_cells.max_score))
from grade
  join submitted_notebook on submitted_notebook.id = grade.notebook_id
  join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
  join student on student.id = submitted_assignment.student_id
  left join grade_cells on grade_cells.id = grade.cell_id
  left join task_cells on task_cells.id = grade.cell_id
group by submitted_notebook.id
"""
Marks = dict[str, tuple[float, float]]  # student -> score and its maximum


def gradebook(out: Path) -> Marks:
    """As nbgrader exports them."""
    with closing(sqlite3.connect(out / "gradebook.db")) as db:
        return {
            student: (max(score - penalty, 0), most)
            for student, score, penalty, most in db.execute(MARKS)
        }


def table(out: Path) -> Marks:
    """In `grades.csv`."""
    with (out / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["student"]: (float(row["score"]), float(row["max_score"])) for row in rows}


def pages(out: Path) -> Marks:
    """On the students' pages."""
    found = {}
    for page in (out / "feedback").glob("*/*/*.html"):
        text = re.search(r'class="score">([\d.]+)<small> / ([\d.]+)<', page.read_text())
        assert text is not None
        found[page.parts[-3]] = float(text[1]), float(text[2])
    return found


def report(out: Path) -> Marks:
    """In the class report, of one notebook."""
    text = (out / "report.html").read_text()
    (most,) = set(re.findall(r"Median</span><b>[\d.]+ / ([\d.]+)<", text))
    rows = re.findall(
        r'<th scope="row">(?:<a [^>]*>)?([^<]+).*?\n<td class="number">([\d.]+)<', text
    )
    return {student: (float(score), float(most)) for student, score in rows}


def agreed(out: Path) -> Marks:
    """Return the marks after comparing all four places."""
    marks = gradebook(out)
    assert table(out) == marks
    assert pages(out) == marks
    assert report(out) == marks
    return marks
