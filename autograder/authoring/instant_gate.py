"""Try the instant checks of a notebook on right and wrong answers: which are green?

A green check promises that the answer is right. So the reference must be green, and no known
mistake may be.
"""

import contextlib
import io
import linecache
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from autograder.cells import is_test

from .synthetic_submissions import WrongAnswer, files_of

GREEN, RED, GREY = "green", "red", "grey"


class InstantGate:
    """The instant checks of a notebook with right answers. A context manager.

    Args:
        nb: a notebook of the course itself, with answers.
    """

    def __init__(self, nb: NotebookNode):
        self._nb = nb
        self._stack = contextlib.ExitStack()
        self.namespace: dict[str, Any] = {"__name__": "__main__"}

    def __enter__(self) -> "InstantGate":
        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        for name, data in files_of(self._nb).items():
            Path(folder, name).write_bytes(data)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
            for cell in self._nb.cells:
                if cell.cell_type == "code" and not is_test(cell):
                    _execute(cell.source, cell.id, self.namespace)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def exercises(self) -> Mapping[str, Any]:
        """What is recorded for each exercise that has an instant check."""
        return self.namespace["check"].entries if "check" in self.namespace else {}

    def verdict(self, exercise: str) -> Any:
        """Return the verdict on the answer that is in the notebook."""
        return self.namespace["check"].verdict(exercise)

    def verdict_on(self, exercise: str, source: str, label: str = "answer") -> Any:
        """Return the verdict on another answer; the notebook is afterwards as it was.

        Raises:
            Exception: whatever the answer's own code raises.
        """
        before = dict(self.namespace)
        try:
            _execute(source, label, self.namespace)
            return self.verdict(exercise)
        finally:
            self.namespace.clear()
            self.namespace.update(before)


def untrue_verdicts(
    nb: NotebookNode, mistakes: Mapping[str, Iterable[WrongAnswer]]
) -> Iterator[str]:
    """Yield one line for each verdict that is not what it should be.

    Args:
        mistakes: exercise -> its known mistakes.
    """
    with InstantGate(nb) as gate:
        for exercise, entry in gate.exercises.items():
            wanted = GREY if entry.get("form_only") else GREEN
            verdict = gate.verdict(exercise)
            if verdict.colour != wanted:
                yield f"the check of {exercise} is {verdict.colour} for the reference: {verdict!r}"
            for mistake in mistakes.get(exercise, ()):
                if gate.verdict_on(exercise, mistake.source, mistake.name).colour == GREEN:
                    yield f"the check of {exercise} is green for the known mistake {mistake.name}"


def _execute(source: str, label: str, namespace: dict[str, Any]) -> None:
    filename = f"<ipykernel cell {label}>"  # named as in Jupyter
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    exec(compile(source, filename, "exec"), namespace)
