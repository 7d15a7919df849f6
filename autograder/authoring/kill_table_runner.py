"""Check the hidden tests: each known mistake, alone in a notebook, must lose its points."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.cells import is_test

from .synthetic_submissions import WrongAnswer, fill_solutions
from .trusted_runner import PASSED, prepared


@dataclass(frozen=True)
class Row:
    """Result of one mistake.

    Attributes:
        mistake: its name.
        replaces: the reference that it replaces.
        caught_by: the test that should fail.
        lost: the tests that failed.
        named: the tests whose feedback named exactly this mistake.
    """

    mistake: str
    replaces: str
    caught_by: str
    lost: tuple[str, ...]
    named: tuple[str, ...]

    @property
    def killed(self) -> bool:
        """Return True if the test that should fail did."""
        return self.caught_by in self.lost

    @property
    def diagnosed(self) -> bool:
        """Return True if that test's feedback named the mistake."""
        return self.caught_by in self.named


def kill_table(
    master: NotebookNode, mistakes: Iterable[WrongAnswer], brief: bool = False
) -> Iterator[Row]:
    """Yield one row for each mistake.

    Args:
        master: with right answers; see `synthetic_submissions.fill_solutions`.
        mistakes: each with the test that should fail, `caught_by`.
        brief: run only the tests of the mistake's own exercise; `lost` is then not complete.
    """
    with prepared(fill_solutions(master, {})) as notebook:
        for mistake in mistakes:
            ends = notebook.tests_with(mistake.replaces, mistake.source, brief, mistake.name)
            tag = f"[misconception: {mistake.name}]"
            yield Row(
                mistake.name,
                mistake.replaces,
                mistake.caught_by,
                tuple(name for name, end in ends.items() if end != PASSED),
                tuple(name for name, end in ends.items() if tag in end.splitlines()),
            )


def tests_of(master: NotebookNode) -> list[str]:
    """Return the hidden tests of a notebook, in order."""
    return [_name(cell) for cell in master.cells if is_test(cell)]


def _name(test: NotebookNode) -> str:
    return test.metadata.nbgrader.grade_id
