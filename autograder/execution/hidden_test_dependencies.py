"""Find the definitions of the source notebook that its hidden tests need.

Tests use names of the locked cells before them: constants, helpers, classes. Those definitions are
the course's own, so the checker takes them from the source notebook. Names that the student defines
refer to objects in the worker.
"""

import ast
import builtins
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from nbformat import NotebookNode

from autograder.cells import is_contained, is_solution, is_test

NOT_PYTHON = "raise SyntaxError('only IPython can run this test')"
NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
DEFINITIONS = (ast.Import, ast.ImportFrom, *NAMED, ast.Assign, ast.AnnAssign)
BUILT_IN = frozenset(dir(builtins))
Part = tuple[str, ...]  # of a notebook: "test", "solution" or "given", and what tests depend on


Definition = tuple[frozenset[str], ast.stmt]  # names, and the statement that defines them


@dataclass(frozen=True)
class HiddenTest:
    """One hidden test, ready to run.

    Attributes:
        code: of the cell, without its last expression.
        value: the last expression; if its value is a number, that is the score, as in nbgrader.
        prelude: definitions of locked cells that it needs.
        student_names: global names that refer to the student's objects.
    """

    code: CodeType
    value: CodeType | None
    prelude: CodeType
    student_names: tuple[str, ...]


def hidden_tests(merged: NotebookNode) -> dict[str, HiddenTest]:
    """Return the hidden tests of a merged notebook by the ids of their cells.

    Only locked cells and test cells are read, which come from the source notebook.
    """
    parts: list[Part] = []
    for cell in merged.cells:
        if cell.cell_type != "code":
            continue
        if is_contained(cell):
            parts.append(("given", cell.source))  # later tests may use what it imports
        elif is_test(cell):
            parts.append(("test", cell.id, cell.source))
        elif is_solution(cell):
            # The names in the source notebook: the cell's own source is the student's.
            parts.append(("solution", *cell.metadata.get("autograder", {}).get("defines", ())))
        elif cell.metadata.get("nbgrader", {}).get("locked"):
            parts.append(("given", cell.source))
    return _tests_of(tuple(parts))


@lru_cache(maxsize=64)
def _tests_of(parts: tuple[Part, ...]) -> dict[str, HiddenTest]:
    """Prepare the tests of a notebook, once for the whole class: its notebooks share the parts."""
    found: dict[str, HiddenTest] = {}
    definitions: list[Definition] = []
    written: set[str] = set()
    for kind, *values in parts:
        if kind == "test":
            test, source = values
            found[test] = _prepared(test, source, definitions, written)
        elif kind == "solution":
            written |= set(values)
            definitions = [d for d in definitions if not d[0] & written]
        else:
            (source,) = values
            for names, statement in definitions_in(source):
                written -= names
                definitions.append((names, statement))
    return found


def _prepared(
    test: str, source: str, definitions: list[Definition], written: set[str]
) -> HiddenTest:
    """Return a test with the definitions that it needs, and those that they need.

    Args:
        test: id of its cell.
        definitions: of the locked cells before it.
        written: names that the student's cells before it define.
    """
    try:
        needed = set(names_used(source))
    except SyntaxError:
        source, needed = NOT_PYTHON, set()
    chosen: list[ast.stmt] = []
    for names, statement in reversed(definitions):
        if names & needed:
            chosen.insert(0, statement)
            needed |= set(names_used(ast.unparse(statement)))
    own = {name for names, _ in definitions for name in names}
    filename = f"<hidden test {test}>"
    tree = ast.parse(source, filename)
    value = None
    if tree.body and isinstance(last := tree.body[-1], ast.Expr):
        tree.body.pop()
        value = compile(ast.Expression(last.value), filename, "eval")
    return HiddenTest(
        compile(tree, filename, "exec"),
        value,
        compile(ast.Module(chosen, []), f"<given before {test}>", "exec"),
        tuple(sorted((needed - own - BUILT_IN) | (needed & written))),
    )


def definitions_in(source: str) -> Iterable[Definition]:
    """Yield the top-level statements that define names, with the names."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # an IPython magic: nothing that a test could need
        return
    for node in tree.body:
        if isinstance(node, DEFINITIONS):
            yield frozenset(_defined(node)), node


def _defined(node: ast.stmt) -> Iterable[str]:
    """Return the names that a statement defines."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [
            name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
        ]
    return [node.name] if isinstance(node, NAMED) else []


def names_used(source: str) -> Iterable[str]:
    """Yield the global names that code reads, in its functions, too."""
    tables = [symtable.symtable(source, "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
                yield symbol.get_name()
