"""A small course about plain Python functions, for the tests of the grader."""

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ASSIGNMENT, NOTEBOOK = "01-sums", "sums"
SECRET = "secret_reference_line"  # stands in the reference
HIDDEN = "hidden_test_line"  # stands in the hidden tests


def _about(name: str, **values) -> dict:
    standard = {"grade": False, "solution": False, "locked": True, "schema_version": 3}
    return {"grade_id": name, "cell_type": "code", **standard, "task": False, **values}


def locked(name: str, source: str) -> NotebookNode:
    return new_code_cell(source, id=name, metadata={"nbgrader": _about(name)})


def prose(name: str, source: str) -> NotebookNode:
    about = _about(name, cell_type="markdown")
    return new_markdown_cell(source, id=name, metadata={"nbgrader": about})


def solution(name: str, symbol: str, header: str, body: str) -> NotebookNode:
    source = f"{header}\n    ### BEGIN SOLUTION\n    {SECRET} = 0\n    {body}\n    ### END SOLUTION"
    course = {"exercise": symbol.title(), "symbol": symbol}
    about = _about(name, solution=True, locked=False)
    return new_code_cell(source, id=name, metadata={"nbgrader": about, "course": course})


def check(name: str, exercise: str, points: int, tests: str, code: str) -> NotebookNode:
    source = f"# {tests}\n### BEGIN HIDDEN TESTS\n{HIDDEN} = 0\n{code}\n### END HIDDEN TESTS"
    course = {"exercise": exercise, "check": name, "tests": tests}
    about = _about(name, grade=True, points=points)
    return new_code_cell(source, id=name, metadata={"nbgrader": about, "course": course})


def master() -> NotebookNode:
    """Two exercises: add (2 + 1 points) and twice (3 points)."""
    add_test = """class CheckFailed(AssertionError):
    pass
if add(2, 3) == 6:
    raise CheckFailed("You multiply.\\nadd(2, 3) should be 5\\nRead: https://example.org/sums\\n"
                      "[misconception: product]")
if add(2, 3) != 5:
    raise CheckFailed(f"add(2, 3) is {add(2, 3)}, not 5")"""
    cells = [
        prose("intro", "# Sums"),
        locked("setup", "import math"),
        prose("add-text", "## Add"),
        solution("add", "add", "def add(a, b):", "return a + b"),
        locked("add-instant", "print(add(1, 1))"),
        check("add-values", "Add", 2, "Adds small numbers.", add_test),
        check("add-sign", "Add", 1, "Adds negative numbers.", "assert add(-1, -2) == -3"),
        new_code_cell("# try it here", id="free"),
        solution("twice", "twice", "def twice(x):", "return add(x, x)"),
        check("twice-values", "Twice", 3, "Doubles a number.", "assert twice(4) == 8, 'no'"),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    course = {"title": "Sums", "assignment": ASSIGNMENT, "book_url": "https://example.org"}
    return new_notebook(cells=cells, metadata={**kernel, "course": course})


def release() -> NotebookNode:
    """What students get: stubs, no hidden tests."""
    notebook = master()
    for cell in notebook.cells:
        head, *rest = cell.source.split("    ### BEGIN SOLUTION")
        if rest:
            cell.source = head + "    # YOUR CODE HERE\n    raise NotImplementedError()"
        cell.source = cell.source.split("\n### BEGIN HIDDEN TESTS")[0]
    return notebook


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(c for c in notebook.cells if c.id == name)


def answered(
    add: str = "return a + b", twice: str = "return add(x, x)", notebook: NotebookNode | None = None
) -> NotebookNode:
    notebook = notebook or release()
    cell(notebook, "add").source = f"def add(a, b):\n    {add}"
    cell(notebook, "twice").source = f"def twice(x):\n    {twice}"
    return notebook


def without_tests() -> NotebookNode:
    """Right answers, and every test cell deleted."""
    notebook = answered()
    notebook.cells = [c for c in notebook.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    return notebook


def write_course(folder: Path) -> Path:
    source = folder / "exercises"
    (source / ASSIGNMENT).mkdir(parents=True)
    nbformat.write(master(), source / ASSIGNMENT / f"{NOTEBOOK}.ipynb")
    (source / ASSIGNMENT / f"{NOTEBOOK}.md").write_text(HIDDEN)
    (source / ASSIGNMENT / "data.bin").write_text(HIDDEN)
    return source


def hand_in(folder: Path, student: str, content: NotebookNode | str | bytes) -> Path:
    place = folder / student / ASSIGNMENT
    place.mkdir(parents=True)
    path = place / f"{NOTEBOOK}.ipynb"
    if isinstance(content, NotebookNode):
        content = json.dumps(content)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
