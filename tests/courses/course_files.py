"""Courses of other people's making, as files that are pleasant to read.

A course is a folder with one `.ipy` file for each notebook, and whatever lies beside the notebooks.
A line `# %% KIND NAME` begins a cell:

- `given`: locked code; `free`: code that students may change; `prose`: Markdown.
- `answer`: what students write, with nbgrader's marks for the solution.
- `test NAME POINTS`: a test. `manual NAME POINTS`, `task NAME POINTS`: graded by a person.
- `wrong NAME`, `other NAME`: what students wrote in place of that answer, wrong or right.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent
COURSES = sorted(path.name for path in HERE.iterdir() if list(path.glob("*.ipy")))
KERNEL = {"name": "python3", "language": "python", "display_name": "Python 3"}
HEAD = re.compile(r"^# %% (\w+)(?: (\S+))?(?: (\S+))?$", re.MULTILINE)
MARKS = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION\n?", re.MULTILINE)
GRADED = ("test", "manual", "task")


@dataclass
class Course:
    """One notebook of a course.

    Attributes:
        cells: kind, name, points and source of each cell.
        wrong, other: answers by the names of their cells.
    """

    name: str
    notebook: str
    cells: list[tuple[str, str, float, str]] = field(default_factory=list)
    wrong: dict[str, str] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)

    @property
    def tests(self) -> list[str]:
        return [name for kind, name, *_ in self.cells if kind == "test"]

    @property
    def folder(self) -> Path:
        return HERE / self.name

    def beside(self) -> Iterator[Path]:
        """Files that lie beside the notebook."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.suffix != ".ipy" and "__pycache__" not in path.parts:
                yield path

    def source(self) -> NotebookNode:
        """The source notebook."""
        return self._notebook({})

    def handed_in(self) -> dict[str, NotebookNode]:
        """Student -> notebook: everything right, in two styles; and with wrong answers."""
        names = list(self.wrong)
        return {
            "right": self._notebook({}, marks=False),
            "other": self._notebook(self.other, marks=False),
            "first-wrong": self._notebook({n: self.wrong[n] for n in names[::2]}, marks=False),
            "others-wrong": self._notebook({n: self.wrong[n] for n in names[1::2]}, marks=False),
        }

    def _notebook(self, answers: dict[str, str], marks: bool = True) -> NotebookNode:
        cells = []
        for kind, name, points, source in self.cells:
            text = answers.get(name, source)
            text = text if marks else MARKS.sub("", text)
            if kind == "prose":
                cells.append(new_markdown_cell(text, id=name))
                continue
            about = {
                "grade": kind in ("test", "manual"),
                "grade_id": name,
                "locked": kind in ("given", "test", "task"),
                "schema_version": 3,
                "solution": kind in ("answer", "manual"),
                "task": kind == "task",
            }
            if not marks:  # nbgrader wants what its release has written
                about["checksum"] = "0" * 32
                about["cell_type"] = "markdown" if kind == "task" else "code"
            if kind in GRADED:
                about["points"] = points
            metadata = {} if kind == "free" else {"nbgrader": about}
            make = new_markdown_cell if kind == "task" else new_code_cell
            cells.append(make(text, id=name, metadata=metadata))
        notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        notebook.nbformat_minor = 5
        nbformat.validate(notebook)
        return notebook


def read(path: Path) -> Course:
    """Read the file of one notebook."""
    text = path.read_text(encoding="utf-8")
    heads = list(HEAD.finditer(text))
    course = Course(path.parent.name, path.stem)
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for number, (head, end) in enumerate(zip(heads, ends, strict=True)):
        kind, name, points = head.groups()
        source = text[head.end() + 1 : end].rstrip("\n")
        if kind in ("wrong", "other"):
            getattr(course, kind)[name] = source
        else:
            course.cells.append((kind, name or f"cell-{number}", float(points or 0), source))
    return course


def courses(name: str | None = None) -> list[Course]:
    """All notebooks, or those of one course."""
    return [read(path) for path in sorted(HERE.glob(f"{name or '*'}/*.ipy"))]
