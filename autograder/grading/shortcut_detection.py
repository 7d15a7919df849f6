"""Find library functions that do an exercise's work in the source of a submission.

A student who calls `nn.MultiheadAttention` instead of writing attention gets the right numbers and
keeps the points: source code is too easily misread to take points away, and too easily disguised
to be trusted. The report shows the names to the instructor, who talks to the student.
"""

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import translate

from nbformat import NotebookNode

from autograder.cells import is_extra, is_solution

MOST_SEARCHED = 300_000  # characters of a student's code; more than a person writes
LONGEST_NAME = 300  # with its modules


def shortcuts(merged: NotebookNode) -> tuple[str, ...]:
    """Return the names in a student's cells that the course watches, each once.

    The notebook's metadata lists the watched names in `course.shortcuts`: dotted, with `*` for any
    characters, such as "torch.nn.Transformer*".
    """
    watched = merged.metadata.get("course", {}).get("shortcuts", [])
    if not watched:
        return ()
    # A name, or a module or class that contains it.
    pattern = re.compile("|".join(f"{translate(p)}|{translate(f'{p}.*')}" for p in watched))
    left, known = MOST_SEARCHED, dict[str, str]()
    found: dict[str, None] = {}  # a set in order
    for cell in merged.cells:
        own = is_solution(cell) or is_extra(cell) or not cell.metadata.get("nbgrader")
        left -= len(cell.source) if own and cell.cell_type == "code" else 0
        if left < 0:
            found[f"not searched: what follows the first {MOST_SEARCHED} characters of code"] = None
            break
        tree = _parsed(cell)
        if tree is None:
            continue
        with suppress(RecursionError):  # a name of thousands of parts: nothing that runs
            _bind(tree, known)
            if own:
                used = dict.fromkeys(_used(tree, known))
                found |= dict.fromkeys(name for name in used if pattern.match(name))
    return tuple(found)


def _parsed(cell: NotebookNode) -> ast.Module | None:
    if cell.cell_type != "code":
        return None
    try:
        return ast.parse(cell.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # it does not run either
        return None


def _bind(tree: ast.Module, bound: dict[str, str]) -> None:
    """Add the full names behind the names that a cell binds by imports and assignments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                head = alias.name.partition(".")[0]
                bound[alias.asname or head] = alias.name if alias.asname else head
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                bound[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Assign) and (name := _dotted(node.value, bound)):
            bound |= {target.id: name for target in node.targets if isinstance(target, ast.Name)}


def _used(tree: ast.Module, known: dict[str, str]) -> Iterator[str]:
    """Yield the full names that a cell reads, the longest of each chain of attributes."""
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute | ast.Call) and id(node) not in inner:
            name = _dotted(node, known)
            if name is not None:
                yield name


def _dotted(node: ast.AST, known: dict[str, str]) -> str | None:
    """Return the full name of an expression such as `nn.Linear` or `getattr(nn, "x")`."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        head = _dotted(node.value, known)
        return _joined(head, node.attr)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        head = _dotted(node.args[0], known) if len(node.args) >= 2 else None
        name = node.args[1].value if head and isinstance(node.args[1], ast.Constant) else None
        return _joined(head, name) if isinstance(name, str) else None
    return None


def _joined(head: str | None, name: str) -> str | None:
    """Return the full name of an attribute, if it can be one of a library."""
    if head is None or len(head) + len(name) > LONGEST_NAME or not name.isidentifier():
        return None
    return f"{head}.{name}"
