"""A small assignment with files beside the notebook, for the tests of the grader."""

from collections.abc import Mapping
from pathlib import Path

import nbformat
import toy_course as toy
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

ASSIGNMENT, NOTEBOOK = "02-weights", "weights"
FILES = {"log.txt": 1, "weights.bin": 1}  # name -> at most so many MB
RIGHT = {"log.txt": b"3, 2, 1", "weights.bin": b"good weights"}
READ = 'with open(name, "rb") as file: return file.read(20).decode()'


def master() -> NotebookNode:
    """One point for a function, two for the weights, one for the log."""
    read = f'found = read("%s")\nassert found == %r, f"{NOTEBOOK}: it says {{found!r}}"'
    cells = [
        toy.locked("setup", "import os\nprint(sorted(os.listdir()))"),
        toy.solution("twice", "twice", "def twice(x):", "return 2 * x"),
        toy.check("twice-values", "Twice", 1, "Doubles a number.", "assert twice(4) == 8, 'no'"),
        toy.solution("read", "read", "def read(name):", READ),
        toy.check("the-weights", "Read", 2, "Good.", read % ("weights.bin", "good weights")),
        toy.check("the-log", "Read", 1, "Falls.", read % ("log.txt", "3, 2, 1")),
    ]
    course = {"title": "Weights", "assignment": ASSIGNMENT, "book_url": "https://example.org"}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata={**kernel, "course": course | {"files": FILES}})


def answered() -> NotebookNode:
    """What an honest student hands in."""
    notebook = master()
    toy.cell(notebook, "twice").source = "def twice(x):\n    return x + x"
    toy.cell(notebook, "read").source = f"def read(name):\n    {READ}"
    notebook.cells = [c for c in notebook.cells if not c.metadata.nbgrader.get("grade")]
    return notebook


def write_course(folder: Path) -> Path:
    """Write the assignment below `folder`; return the folder of all assignments."""
    place = folder / "exercises" / ASSIGNMENT
    place.mkdir(parents=True)
    nbformat.write(master(), place / f"{NOTEBOOK}.ipynb")
    return folder / "exercises"


def hand_in(folder: Path, student: str, files: Mapping[str, bytes] = RIGHT) -> Path:
    """Hand in the honest notebook and these files; return their folder."""
    place = folder / student / ASSIGNMENT
    place.mkdir(parents=True)
    nbformat.write(answered(), place / f"{NOTEBOOK}.ipynb")
    for name, data in files.items():
        (place / name).write_bytes(data)
    return place
