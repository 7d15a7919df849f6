"""Find library functions that do an exercise's work in the source of a submission.

A student who calls `nn.MultiheadAttention` instead of writing attention gets the right numbers and
keeps the points: source code is too easily misread to take points away, and too easily disguised
to be trusted. The report shows the names to the instructor, who talks to the student.
"""

import ast
from collections.abc import Iterable, Iterator
from contextlib import suppress
from fnmatch import fnmatchcase

from nbformat import NotebookNode

from autograder.cells import is_extra, is_solution


def shortcuts(merged: NotebookNode) -> tuple[str, ...]:
    """Return the names in a student's cells that the course watches, each once.

    The notebook's metadata lists the watched names in `course.shortcuts`: dotted, with `*` for any
    characters, such as "torch.nn.Transformer*".
    """
    watched = merged.metadata.get("course", {}).get("shortcuts", [])
    if not watched:
        return ()
    known: dict[str, str] = {}
    found: list[str] = []
    for cell in merged.cells:
        tree = _parsed(cell)
        if tree is None:
            continue
        with suppress(RecursionError):  # a name of thousands of parts: nothing that runs
            known |= _bindings(tree, known)
            if is_solution(cell) or is_extra(cell) or not cell.metadata.get("nbgrader"):
                found += [name for name in _used(tree, known) if _matches(name, watched)]
    return tuple(dict.fromkeys(found))


def _parsed(cell: NotebookNode) -> ast.Module | None:
    if cell.cell_type != "code":
        return None
    try:
        return ast.parse(cell.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # it does not run either
        return None


def _bindings(tree: ast.Module, known: dict[str, str]) -> dict[str, str]:
    """Return the full names behind the names that a cell binds by imports and assignments."""
    bound = dict(known)
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
    return bound


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
        return None if head is None else f"{head}.{node.attr}"
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr":
        head = _dotted(node.args[0], known) if len(node.args) >= 2 else None
        name = node.args[1].value if head and isinstance(node.args[1], ast.Constant) else None
        return f"{head}.{name}" if isinstance(name, str) else None
    return None


def _matches(name: str, watched: Iterable[str]) -> bool:
    """Return True if a name, or a module or class that contains it, is watched."""
    return any(fnmatchcase(name, p) or fnmatchcase(name, f"{p}.*") for p in watched)
