"""Derive notebook cells from a reference by `ast`: its stub, and versions with a mistake."""

import ast
import importlib
import importlib.util
import inspect
import textwrap
from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def resolve_dotted(dotted: str) -> Any:
    """Import the object named `package.module.name`, or the module named `package.name`.

    Raises:
        LookupError: there is no such module or name.
    """
    module, _, name = dotted.rpartition(".")
    try:
        home = importlib.import_module(module)
        is_module = hasattr(home, "__path__") and importlib.util.find_spec(dotted) is not None
        return importlib.import_module(dotted) if is_module else getattr(home, name)
    except (ImportError, AttributeError, ValueError) as error:
        raise LookupError(f"there is no {dotted!r}: {error}") from None


def source_of(thing: Callable | ModuleType, decorated: bool = False) -> str:
    """Return the source without indentation; a module's whole file.

    Args:
        decorated: with its decorators.

    Raises:
        LookupError: it is not written in Python in a file.
    """
    try:
        source = textwrap.dedent(inspect.getsource(thing))
    except (OSError, TypeError):
        raise LookupError(f"the source of {thing!r} cannot be found") from None
    if decorated:
        return source
    first = ast.parse(source).body[0]
    return "\n".join(source.splitlines()[first.lineno - 1 :]) + "\n"


def stub(reference: Callable, keep: Collection[str] = (), given: Collection[str] = ()) -> str:
    """Return the reference with every body between nbgrader's solution marks.

    Signatures and docstrings stay outside the marks, and so do the methods named in `keep` and,
    at the start of a body, calls of the functions named in `given`.
    """
    source = source_of(reference)
    lines = source.splitlines()
    top = ast.parse(source).body[0]
    marked = {}  # line number -> mark that goes before it
    for function in functions_of(top):
        if function.name in keep:
            continue
        body = body_to_write(function, given)
        indent = " " * body[0].col_offset
        marked[_first_line(body[0], lines)] = indent + BEGIN
        marked[_last_line(body[-1]) + 1] = indent + END
    out = []
    for number, line in enumerate([*lines, None], start=1):
        if number in marked:
            out.append(marked[number])
        if line is not None:
            out.append(line)
    return "\n".join(out) + "\n"


def hidden_lines(
    reference: Callable, keep: Collection[str] = (), given: Collection[str] = ()
) -> list[str]:
    """Return the lines that a stub hides, which must never appear in a release."""
    inside, hidden = False, []
    for line in stub(reference, keep, given).splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside and line.strip():
            hidden.append(line.strip())
    return hidden


def functions_of(top: ast.stmt) -> list[ast.FunctionDef]:
    """Return a function itself, or the methods of a class in their order."""
    return [top] if isinstance(top, ast.FunctionDef) else _methods(top)


def body_to_write(function: ast.FunctionDef, given: Collection[str]) -> list[ast.stmt]:
    """Return the statements of a function that a student has to write."""
    body = function.body
    if ast.get_docstring(function, clean=False) is not None:
        body = body[1:]
    while body and _calls(body[0]) in given:
        body = body[1:]
    if not body:
        raise ValueError(f"{function.name} has no body that a student could write")
    return body


def _methods(top: ast.stmt) -> list[ast.FunctionDef]:
    body = top.body if isinstance(top, ast.ClassDef) else []
    return [node for node in body if isinstance(node, ast.FunctionDef)]


def _calls(statement: ast.stmt) -> str | None:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return getattr(statement.value.func, "id", None)
    return None


def _last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno  # parsed code always has both


def _first_line(statement: ast.stmt, lines: list[str]) -> int:
    """Return the first line of a statement, including comments directly above it."""
    first = statement.lineno
    while lines[first - 2].strip().startswith("#"):
        first -= 1
    return first
