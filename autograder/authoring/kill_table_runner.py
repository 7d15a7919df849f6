"""Check the hidden tests: each known mistake, alone in a notebook, must lose its points."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.cells import is_test

from .synthetic_submissions import with_mistake
from .trusted_runner import PASSED, run_tests_in_process


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
    master: NotebookNode, mistakes: Iterable, references: Callable, brief: bool = False
) -> list[Row]:
    """Return one row for each mistake.

    Args:
        references: returns the reference of a name.
        brief: run only the test that should fail; `lost` is then not complete.
    """
    rows = []
    for mistake in mistakes:
        nb = with_mistake(master, mistake.implementation, references(mistake.replaces))
        if brief:
            nb.cells = [c for c in nb.cells if not is_test(c) or _name(c) == mistake.caught_by]
        ends = run_tests_in_process(nb)
        tag = f"[misconception: {mistake.name}]"
        rows.append(
            Row(
                mistake.name,
                mistake.replaces,
                mistake.caught_by,
                tuple(name for name, end in ends.items() if end != PASSED),
                tuple(name for name, end in ends.items() if end.endswith(tag)),
            )
        )
    return rows


def tests_of(master: NotebookNode) -> list[str]:
    """Return the hidden tests of a notebook, in order."""
    return [_name(cell) for cell in master.cells if is_test(cell)]


def _name(test: NotebookNode) -> str:
    return test.metadata.nbgrader.grade_id
