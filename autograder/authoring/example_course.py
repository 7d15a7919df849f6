"""A small nbgrader course to begin with: `autograder init` writes it."""

from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.cells import KERNEL, to_text
from autograder.errors import UserError

ASSIGNMENT, NOTEBOOK = "ps1", "problem1"
CSV = "city,rain\nLima,16\nOslo,763\nBergen,2250\n"
INTRODUCTION = """# Rain

Write the two functions. `rain.csv` has a line for each city: its rain in millimeters a year."""
READ = '''import csv


def read_rain(path="rain.csv"):
    """Return a dictionary: city -> millimeters a year, as whole numbers."""
    ### BEGIN SOLUTION
    with open(path, newline="") as file:
        return {row["city"]: int(row["rain"]) for row in csv.DictReader(file)}
    ### END SOLUTION'''
READ_TEST = """rain = read_rain()
assert rain["Oslo"] == 763, "Oslo has 763 mm."
### BEGIN HIDDEN TESTS
assert rain == {"Lima": 16, "Oslo": 763, "Bergen": 2250}
### END HIDDEN TESTS"""
WETTEST = '''def wettest(rain):
    """Return the city with the most rain; None if there is no city.

    Args:
        rain: a dictionary as read_rain returns it.
    """
    ### BEGIN SOLUTION
    return max(rain, key=rain.get, default=None)
    ### END SOLUTION'''
WETTEST_TEST = """# Each of three cases is worth a point: the last line is the score.
cases = [({"a": 1, "b": 2}, "b"), ({"a": 3, "b": 2}, "a"), ({}, None)]
score = 0
for rain, city in cases:
    try:
        score += wettest(rain) == city
    except Exception:
        pass
score"""
WHY = "Why does it rain so much in Bergen? (2 points, read by a person)"
HALF = """def wettest(rain):
    return sorted(rain)[0]"""


def write_example(folder: Path) -> list[Path]:
    """Write the course's source and three submissions; returns the files.

    Raises:
        UserError: something is there already, or the folder cannot be written.
    """
    files = {
        f"source/{ASSIGNMENT}/{NOTEBOOK}.ipynb": to_text(_source()),
        f"source/{ASSIGNMENT}/rain.csv": CSV,
    }
    for student, answers in {
        "ada": {},
        "alan": {"wettest": HALF},
        "grace": {"read-rain": "def read_rain(path='rain.csv'):\n    raise NotImplementedError"},
    }.items():
        path = f"submitted/{student}/{ASSIGNMENT}/{NOTEBOOK}.ipynb"
        files[path] = to_text(_handed_in(answers))
    for name in files:
        if (folder / name).exists():
            raise UserError(f"{folder / name} exists already: give another folder.")
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"Cannot write to {folder} ({error.strerror}): give another one.") from None
    return [folder / name for name in files]


def _source() -> NotebookNode:
    cells = [
        new_markdown_cell(INTRODUCTION, id="introduction"),
        _cell("read-rain", READ, solution=True),
        _cell("test-read-rain", READ_TEST, grade=True, locked=True, points=2),
        _cell("wettest", WETTEST, solution=True),
        _cell("test-wettest", WETTEST_TEST, grade=True, locked=True, points=3),
        _cell("why", WHY, text=True, grade=True, solution=True, points=2),
    ]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    notebook.nbformat_minor = 5
    return notebook


def _cell(name: str, source: str, text: bool = False, **about: bool | int) -> NotebookNode:
    kinds = {"grade": False, "locked": False, "solution": False, "task": False}
    marks = {"grade_id": name, "schema_version": 3, **kinds, **about}
    make = new_markdown_cell if text else new_code_cell
    return make(source, id=name, metadata={"nbgrader": marks})


def _handed_in(answers: dict[str, str]) -> NotebookNode:
    notebook = deepcopy(_source())
    for cell in notebook.cells:
        lines = answers.get(cell.id, cell.source).split("\n")
        hidden = False
        kept = []
        for line in lines:
            mark = line.strip()
            hidden = (hidden or mark == "### BEGIN HIDDEN TESTS") and mark != "### END HIDDEN TESTS"
            if not hidden and not mark.startswith(("### BEGIN", "### END")):
                kept.append(line)
        cell.source = "\n".join(kept)
    notebook.cells[-1].source = "The mountains catch the wet air from the sea."
    return notebook
