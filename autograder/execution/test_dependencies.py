"""What of a master notebook the checker itself needs to run the hidden tests.

Tests use names of the locked cells before them: constants, helpers, classes. Those definitions are
the course's own, so the checker has them from the master. What the student writes is not among
them: those names stand for something in the worker.
"""

import ast
import builtins
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType

from nbformat import NotebookNode

from autograder.cells import is_solution, is_test

DEFINITIONS = (
    *(ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
    *(ast.Assign, ast.AnnAssign),
)
BUILT_IN = frozenset(dir(builtins))
Part = tuple[str, ...]  # of a notebook's frame: its kind, and what a test depends on


@dataclass(frozen=True)
class HiddenTest:
    """One hidden test, ready to run.

    Attributes:
        code: of the cell, unchanged.
        prelude: definitions of locked cells that it needs.
        student_names: names that stand for something of the student's.
    """

    code: CodeType
    prelude: CodeType
    student_names: tuple[str, ...]


def hidden_tests(rebuilt: NotebookNode) -> dict[str, HiddenTest]:
    """The hidden tests of a rebuilt notebook by the id of their cell.

    Only locked cells and test cells are read, which come from the master.
    """
    frame: list[Part] = []
    for cell in rebuilt.cells:
        if cell.cell_type != "code":
            continue
        if is_test(cell):
            frame.append(("test", cell.id, cell.source))
        elif is_solution(cell):
            # What the cell defines in the master: its source here is the student's.
            frame.append(("solution", *cell.metadata.get("autograder", {}).get("defines", ())))
        elif cell.metadata.get("nbgrader", {}).get("locked"):
            frame.append(("given", cell.source))
    return _tests_of(tuple(frame))


@lru_cache(maxsize=64)
def _tests_of(frame: tuple[Part, ...]) -> dict[str, HiddenTest]:
    """The tests of a frame, which a class has in common: prepared once for all its notebooks."""
    found: dict[str, HiddenTest] = {}
    definitions: list[tuple[frozenset[str], ast.stmt]] = []
    written: set[str] = set()
    for kind, *about in frame:
        if kind == "test":
            found[about[0]] = _prepared(*about, definitions, written)
        elif kind == "solution":
            written |= set(about)
            definitions = [d for d in definitions if not d[0] & written]
        else:
            for names, statement in definitions_in(*about):
                written -= names
                definitions.append((names, statement))
    return found


def _prepared(test: str, source: str, definitions: list, written: set[str]) -> HiddenTest:
    """A test with the definitions that it needs, and those that they need."""
    needed = set(_names_used(source))
    chosen: list[ast.stmt] = []
    for names, statement in reversed(definitions):
        if names & needed:
            chosen.insert(0, statement)
            needed |= set(_names_used(ast.unparse(statement)))
    own = {name for names, _ in definitions for name in names}
    filename = f"<hidden test {test}>"
    return HiddenTest(
        compile(source, filename, "exec"),
        compile(ast.Module(chosen, []), f"<given before {test}>", "exec"),
        tuple(sorted((needed - own - BUILT_IN) | (needed & written))),
    )


def definitions_in(source: str) -> Iterable[tuple[frozenset[str], ast.stmt]]:
    """The top-level statements that define something, with the names."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a magic: nothing that a test could need
        return
    for node in tree.body:
        if isinstance(node, DEFINITIONS):
            yield frozenset(_defined(node)), node


def _defined(node: ast.stmt) -> Iterable[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).split(".")[0] for alias in node.names]
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return [
            name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
        ]
    return [node.name]


def _names_used(source: str) -> Iterable[str]:
    """Global names that code reads, in its functions too."""
    tables = [symtable.symtable(source, "cell", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
                yield symbol.get_name()
