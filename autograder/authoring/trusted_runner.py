"""Run a notebook of the course in this process: fast, and only for trusted code.

The release checks and the kill table run references, known mistakes and stubs here, never a
student's notebook. A notebook runs in its own folder, with the attachments of a perfect student.
"""

import contextlib
import io
import linecache
import math
import tempfile
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal

from nbformat import NotebookNode

from autograder.cells import is_test
from autograder.checks import remembering
from autograder.checks.diagnosis import Outcomes
from autograder.execution.attribution import KILLS
from autograder.execution.carry_forward import StandIns, dependencies
from autograder.execution.diagnosis_switch import diagnoses, without_diagnosis
from autograder.execution.hidden_test_runner import test_environment
from autograder.execution.settle import Settled, settle
from autograder.limits import Environment

from .synthetic_submissions import files_of

PASSED = ""
Scope = Literal["all", "reached", "own"]


def run_tests_in_process(nb: NotebookNode) -> Mapping[str, str]:
    """Run a notebook; return PASSED or the error of each hidden test, by its id.

    As when a class is graded, failed tests run again over right parts, and one mistake is named.
    """
    names = [cell.id for cell in nb.cells if is_test(cell)]
    with _running(nb) as run:
        errors = {cell.id: error for cell, error in run.cells()}
        return run.settled({name: errors[name] for name in names})


@contextlib.contextmanager
def prepared(nb: NotebookNode) -> Iterator["Prepared"]:
    """Run everything but the hidden tests once, and then try answers in that namespace.

    Much faster than a notebook for each answer, and nearly the same: cells below the answer have
    run with the right one.
    """
    with _running(nb) as run:
        for cell in nb.cells:
            if cell.cell_type == "code" and not is_test(cell):
                run.execute(cell)
        yield Prepared(run)


class Prepared:
    """A notebook in which one answer at a time is replaced.

    Attributes:
        namespace: its names.
    """

    def __init__(self, run: "_Run"):
        self._run = run
        self._dependencies = dependencies(run.nb)
        self._outcomes: Outcomes = {}
        self.namespace = run.namespace

    def tests_with(
        self,
        symbol: str,
        source: str,
        scope: Scope = "all",
        label: str = "answer",
        seed: str = "0",
    ) -> Mapping[str, str]:
        """Return PASSED or the error of each hidden test, with another answer to one exercise.

        Args:
            scope: run all tests, those that can reach the exercise, or only its own.
            label: the name of the cell with the answer.
            seed: of the inputs.
        """
        run = self._run
        tests = [c for c in run.nb.cells if is_test(c) and self._is_in(scope, c.id, symbol)]
        with (
            restored(run.namespace),
            test_environment(Environment((), seed)),
            remembering(run.namespace, self._outcomes),
        ):
            run.namespace.pop(symbol, None)  # the right answer must not stay if this one fails
            run.execute_source(source, label)
            if scope == "own" or not diagnoses():
                return run.settled({cell.id: run.execute(cell) for cell in tests})
            # A test that only reaches the answer may pass over right parts. So mistakes, which take
            # long to find, are looked for where points are lost in the end.
            with without_diagnosis():
                errors = {cell.id: run.execute(cell) for cell in tests}
                ends = run.settled(errors)
            lost = {cell.id: run.execute(cell) for cell in tests if ends[cell.id] != PASSED}
            return run.settled(errors | lost, passed={t for t in ends if ends[t] == PASSED})

    def _is_in(self, scope: Scope, test: str, symbol: str) -> bool:
        known = self._dependencies
        return (
            scope == "all"
            or known.tests.get(test) == symbol
            or (scope == "reached" and symbol in known.parts_of(test))
        )

    @contextlib.contextmanager
    def with_answer(self, source: str, label: str = "answer") -> Iterator[None]:
        """Run an answer's cell; when the context ends, the notebook is as it was.

        Raises:
            Exception: whatever the answer's own code raises.
        """
        with restored(self.namespace):
            error = self._run.execute_source(source, label)
            if error is not None:
                raise error
            yield

    def in_its_folder(self) -> AbstractContextManager[None]:
        """Return a context in which the notebook's folder is the current one."""
        return contextlib.chdir(self._run.folder)


@contextlib.contextmanager
def restored(namespace: dict[str, Any]) -> Iterator[None]:
    """Give a namespace back its names and values when the context ends."""
    before = dict(namespace)
    try:
        yield
    finally:
        # What torch.compile enters there for itself, such as __builtins_dict___0, must stay.
        for name in [name for name in namespace if name not in before]:
            if not name.startswith("__"):
                del namespace[name]
        namespace.update(before)


def run_cells(nb: NotebookNode) -> Mapping[str, str]:
    """Run every code cell in one namespace; return PASSED or the error of each, by its id."""
    with _running(nb) as run:
        return {cell.id: _end(error) for cell, error in run.cells()}


def loses_points(nb: NotebookNode) -> bool:
    """Return True if a hidden test fails; the cells after it are not executed."""
    with _running(nb) as run:
        return any(error is not None for cell, error in run.cells() if is_test(cell))


def score(nb: NotebookNode, ends: Mapping[str, str]) -> tuple[float, float]:
    """Return the points earned and the points available."""
    points = {
        c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in nb.cells if is_test(c)
    }
    earned = math.fsum(points[name] for name, end in ends.items() if end == PASSED)
    return earned, math.fsum(points.values())


@contextlib.contextmanager
def _running(nb: NotebookNode) -> Iterator["_Run"]:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files_of(nb).items():
            Path(folder, name).write_bytes(data)
        yield _Run(nb, folder)


class _Run:
    """The run of one notebook in a namespace and a folder of its own."""

    def __init__(self, nb: NotebookNode, folder: str):
        self.nb, self.folder = nb, folder
        self.namespace: dict[str, Any] = {"__name__": "__main__"}

    def cells(self) -> Iterator[tuple[NotebookNode, Exception | None]]:
        """Yield each code cell with the exception that ended it, if one did."""
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                yield cell, self.execute(cell)

    def settled(
        self, errors: Mapping[str, Exception | None], passed: Collection[str] = ()
    ) -> Mapping[str, str]:
        """Return PASSED or the error of each test, when the failed ones are settled.

        Args:
            passed: the tests that are known to pass over right parts.
        """
        failures = {name: error for name, error in errors.items() if error is not None}
        kills = self.nb.metadata.get("course", {}).get(KILLS, {})

        def again(test: str, over: StandIns) -> Exception | None:
            return None if test in passed else self.again(test, over)

        settled = settle(failures, again, dependencies(self.nb), kills)
        return {name: _end(error, settled.get(name)) for name, error in errors.items()}

    def again(self, test: str, over: StandIns) -> Exception | None:
        """Run a test again over right parts."""
        found: dict = {"__name__": "__main__"}
        exec(over.given, found)
        found |= {name: self.namespace.get(name, found[name]) for name in found}
        exec(over.parts, found)
        with restored(self.namespace):
            self.namespace.update((name, found[name]) for name in over.names)
            (cell,) = [cell for cell in self.nb.cells if cell.id == test]
            return self.execute(cell)

    def execute(self, cell: NotebookNode) -> Exception | None:
        """Run a cell; return the exception that ended it, if one did."""
        return self.execute_source(cell.source, cell.id)

    def execute_source(self, source: str, label: str) -> Exception | None:
        """Run code as a cell of this name."""
        # Named as in Jupyter, so that messages show the line.
        filename = f"<ipykernel cell {label}>"
        lines = source.splitlines(keepends=True)
        linecache.cache[filename] = (len(source), None, lines, filename)
        try:
            with (
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.chdir(self.folder),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("ignore")  # as when a class is graded
                exec(compile(source, filename, "exec"), self.namespace)
        except Exception as error:
            return error
        return None


def _end(error: Exception | None, settled: Settled | None = None) -> str:
    if error is None or (settled is not None and settled.passed):
        return PASSED
    text = settled.text if settled is not None and settled.text is not None else str(error)
    text = text if isinstance(error, AssertionError) else f"{type(error).__name__}: {text}"
    return "\n".join(filter(None, [text, settled.note if settled is not None else ""]))
