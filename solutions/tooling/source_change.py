"""Small changes of a function's or class's own source: the changed text, and the changed program.

A change maps fragments of code to what replaces them. It is applied to the source without
docstrings and comments, so that rewording those breaks no change. Each fragment must occur exactly
once; a longer fragment says which of several places is meant.
"""

import ast
import inspect
import io
import linecache
import sys
import textwrap
import tokenize
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from types import CodeType


class ChangeDoesNotApply(ValueError):
    """A fragment does not occur in the source, or more than once."""


@cache
def code_of(thing: Callable) -> str:
    """Return the source of a function or class without decorators, docstrings and comments."""
    source = textwrap.dedent(inspect.getsource(thing))
    top = ast.parse(source).body[0]
    lines = source.splitlines(keepends=True)
    dropped = set(range(1, top.lineno))
    for node in ast.walk(top):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            dropped |= set(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    kept = (line.rstrip() for row, line in enumerate(lines, start=1) if row not in dropped)
    return "\n".join(line for line in kept if line) + "\n"


def changed(source: str, change: Mapping[str, str]) -> str:
    """Return the source with each fragment replaced.

    Raises:
        ChangeDoesNotApply: a fragment does not occur exactly once.
    """
    for old, new in change.items():
        if (count := source.count(old)) != 1:
            raise ChangeDoesNotApply(f"{old!r} occurs {count} times, not once, in\n{source}")
        source = source.replace(old, new)
    return source


@lru_cache(maxsize=4096)
def _compiled(source: str, filename: str) -> CodeType:
    return compile(source, filename, "exec", dont_inherit=True)


def program(source: str, reference: Callable, name: str, module: str) -> Callable:
    """Compile the source of a function or class among the names of the reference's module.

    Args:
        source: one definition, under the reference's name.
        reference: whose module has the names that the source uses.
        name: what the result calls itself.
        module: what the result takes for its module.
    """
    filename = f"<{reference.__module__}.{reference.__name__} changed to {name}>"
    # Tracebacks and `inspect` find the source there, as they do for a notebook's cells.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    namespace = {**vars(sys.modules[reference.__module__]), "__name__": module}
    exec(_compiled(source, filename), namespace)
    made = namespace[reference.__name__]
    made.__name__ = made.__qualname__ = name
    return made
