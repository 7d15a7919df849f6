"""Carry-forward: a layer on top of a wrong part is judged on what it adds.

A hidden test of an exercise may fail only because another answer is wrong, for which the student
has lost points already. So every failed test that uses wrong parts, in its own code or through the
answer that it tests, runs a second time, with the source notebook's answers in place of those
parts. If it passes, the student keeps its points. These runs come after all ordinary ones, in the
order of the notebook.

The second run is in the student's process, as the first, and the student's code could read the
right parts there. Nothing that it says gets out: only whether the test passed, and which of the
known mistakes explains its outcome.
"""

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from nbformat import NotebookNode

from autograder.cells import is_solution, is_test

from .hidden_test_dependencies import BUILT_IN, definitions_in, names_used

HELPERS = (ast.FunctionDef, ast.ClassDef)
# Students' code is not parsed: it may be made to keep a parser busy, or to crash it.
DEFINED = re.compile(r"^(?:def|class) (\w{1,100})\b", re.MULTILINE)
ANSWERS = "right_answers"  # in a notebook's metadata, while it is graded


@dataclass(frozen=True)
class StandIns:
    """Right parts in place of wrong ones, as source text.

    Attributes:
        names: what is replaced.
        given: definitions of locked cells that the parts need.
        parts: their own definitions.
    """

    names: tuple[str, ...] = ()
    given: str = ""
    parts: str = ""


@dataclass
class Dependencies:
    """Which answers of a notebook use which others.

    Attributes:
        tests: id of a test's cell -> the exercise that it belongs to.
        uses: exercise -> the other exercises that its right answer uses, through any depth.
        named: id of a test's cell -> the other exercises that its own code names.
        given: definitions of locked cells: names, source.
        helpers: functions and classes among them.
        redefined: functions and classes of locked cells that a cell of the student's defines anew.
    """

    tests: dict[str, str] = field(default_factory=dict)
    named: dict[str, frozenset[str]] = field(default_factory=dict)
    uses: dict[str, frozenset[str]] = field(default_factory=dict)
    given: list[tuple[frozenset[str], str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    helpers: tuple[str, ...] = ()
    redefined: tuple[str, ...] = ()

    def parts_of(self, test: str) -> frozenset[str]:
        """Return the other exercises that a test uses, through any depth."""
        exercise = self.tests.get(test, "")
        direct = self.named.get(test, frozenset()) | {exercise}
        return direct.union(*(self.uses.get(name, ()) for name in direct)) - {exercise}

    def tests_of(self, exercise: str) -> list[str]:
        """Return the tests of an exercise, in order."""
        return [test for test, symbol in self.tests.items() if symbol == exercise]

    def stand_ins(self, wrong: Collection[str]) -> StandIns:
        """Return right parts for those that are wrong, with everything that they need.

        What the student has defined anew is the notebook's own again.
        """
        below = set(wrong).union(*(self.uses[name] for name in wrong))
        parts = [source for name, source in self.answers.items() if name in below]
        needed = {name for source in parts for name in names_used(source)} | set(self.redefined)
        chosen: list[str] = []
        for names, statement in reversed(self.given):
            if names & needed:
                chosen.insert(0, statement)
                needed |= set(names_used(statement))
        restored = [source for names, source in self.given if names & set(self.redefined)]
        return StandIns(
            (*self.redefined, *(n for n in self.answers if n in wrong)),
            "\n".join(chosen),
            "\n\n".join([*restored, *parts]),
        )


def right_answers(master: NotebookNode) -> dict[str, str]:
    """Return the right answer of every exercise in a source notebook, by its symbol."""
    return {
        cell.metadata.course.symbol: cell.source
        for cell in master.cells
        if is_solution(cell) and cell.metadata.get("course", {}).get("symbol")
    }


def dependencies(notebook: NotebookNode) -> Dependencies:
    """Return the dependencies of a notebook that carries its right answers in its metadata.

    Of a notebook without them, no test runs a second time.
    """
    answers = notebook.metadata.get(ANSWERS, {})
    tests = tuple(
        (cell.id, cell.metadata.get("course", {}).get("symbol", ""), cell.source)
        for cell in notebook.cells
        if is_test(cell)
    )
    given = tuple(
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code"
        and not is_test(cell)
        and not is_solution(cell)
        and cell.metadata.get("nbgrader", {}).get("locked")
    )
    found = _dependencies(tests, given, tuple(answers.items()))
    theirs = {
        name
        for cell in notebook.cells
        if cell.cell_type == "code" and not is_test(cell) and cell.source not in given
        for name in DEFINED.findall(cell.source)
    }
    return replace(found, redefined=tuple(name for name in found.helpers if name in theirs))


@lru_cache(maxsize=64)
def _dependencies(
    tests: tuple[tuple[str, str, str], ...],
    given: tuple[str, ...],
    answers: tuple[tuple[str, str], ...],
) -> Dependencies:
    """Find the dependencies once for the whole class, whose notebooks share them."""
    definitions = [
        (names, ast.unparse(statement))
        for source in given
        for names, statement in definitions_in(source)
    ]
    uses = uses_of(dict(answers), given)
    return Dependencies(
        tests={test: symbol for test, symbol, _ in tests},
        named={
            test: (frozenset(uses) & names_reached(source)) - {symbol}
            for test, symbol, source in tests
            if symbol in uses
        },
        uses=uses,
        given=definitions,
        answers=dict(answers),
        helpers=tuple(
            name
            for source in given
            for names, statement in definitions_in(source)
            if isinstance(statement, HELPERS)
            for name in sorted(names)
        ),
    )


def names_reached(source: str) -> set[str]:
    """Return the names that a test uses: a helper beside it that it does not call plays no part."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # of a magic
        return set()
    helpers = {node.name: node for node in tree.body if isinstance(node, HELPERS)}
    statements = [node for node in tree.body if not isinstance(node, HELPERS)]
    seen: set[str] = set()
    waiting = set(names_used(ast.unparse(ast.Module(statements, []))))
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            if name in helpers:
                waiting |= set(names_used(ast.unparse(helpers[name]))) - {name}
    return seen


def uses_of(answers: Mapping[str, str], given: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return for each exercise the others that its answer uses, through any depth.

    Args:
        answers: exercise -> source.
        given: sources of locked cells; a function there may call an answer too.
    """
    used = {symbol: frozenset(names_used(source)) - BUILT_IN for symbol, source in answers.items()}
    through = {
        name: frozenset(names_used(ast.unparse(statement)))
        for source in given
        for names, statement in definitions_in(source)
        for name in names
    }
    return {symbol: _reachable(symbol, used, through) for symbol in used}


def _reachable(
    symbol: str, used: Mapping[str, frozenset[str]], through: Mapping[str, frozenset[str]]
) -> frozenset[str]:
    seen: set[str] = set()
    waiting = set(used[symbol])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting |= used.get(name, through.get(name, frozenset()))
    return frozenset(seen & used.keys()) - {symbol}
