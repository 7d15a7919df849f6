"""Try the instant checks of a notebook on right and wrong answers: which are green?

A green check promises that the answer is right. So the reference must be green, and no known
mistake may be.
"""

import contextlib
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from nbformat import NotebookNode

from .synthetic_submissions import WrongAnswer
from .trusted_runner import Prepared, prepared

GREEN, RED, GRAY = "green", "red", "gray"


class InstantGate:
    """The instant checks of a notebook with right answers. A context manager.

    Args:
        nb: a notebook of the course itself, with answers.
    """

    def __init__(self, nb: NotebookNode):
        self._nb = nb
        self._stack = contextlib.ExitStack()
        self._notebook: Prepared

    def __enter__(self) -> "InstantGate":
        self._notebook = self._stack.enter_context(prepared(self._nb))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def namespace(self) -> dict[str, Any]:
        """The names of the notebook, `check` among them."""
        return self._notebook.namespace

    @property
    def exercises(self) -> Mapping[str, Any]:
        """What is recorded for each exercise that has an instant check."""
        return self.namespace["check"].entries if "check" in self.namespace else {}

    def verdict(self, exercise: str) -> Any:
        """Return the verdict on the answer that is in the notebook."""
        with (
            self._notebook.in_its_folder(),
            contextlib.redirect_stdout(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # of the answer, which a notebook only shows
            return self.namespace["check"].verdict(exercise)

    def verdict_on(self, exercise: str, source: str, label: str = "answer") -> Any:
        """Return the verdict on another answer; the notebook is afterwards as it was.

        Raises:
            Exception: whatever the answer's own code raises.
        """
        with self._notebook.with_answer(source, label):
            return self.verdict(exercise)


def untrue_verdicts(
    nb: NotebookNode, mistakes: Mapping[str, Iterable[WrongAnswer]]
) -> Iterator[str]:
    """Yield one line for each verdict that is not what it should be.

    Args:
        mistakes: exercise -> its known mistakes.
    """
    with InstantGate(nb) as gate:
        for exercise, entry in gate.exercises.items():
            wanted = GRAY if entry.get("form_only") else GREEN
            verdict = gate.verdict(exercise)
            if verdict.color != wanted:
                yield f"the check of {exercise} is {verdict.color} for the reference: {verdict!r}"
            for mistake in mistakes.get(exercise, ()):
                if gate.verdict_on(exercise, mistake.source, mistake.name).color == GREEN:
                    yield f"the check of {exercise} is green for the known mistake {mistake.name}"
