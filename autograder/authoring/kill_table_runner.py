"""Check the hidden tests: each known mistake, alone in a notebook, must lose its points."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nbformat import NotebookNode

from autograder.cells import is_test
from autograder.execution.attribution import KILLS
from autograder.execution.diagnosis_switch import without_diagnosis

from .synthetic_submissions import WrongAnswer, fill_solutions
from .trusted_runner import PASSED, Prepared, Scope, prepared


@dataclass(frozen=True)
class Row:
    """Result of one mistake.

    Attributes:
        mistake: its name.
        replaces: the reference that it replaces.
        caught_by: the test that should fail.
        lost: the tests that failed.
        named: the tests whose feedback named exactly this mistake.
        sometimes: the tests that failed on some hidden inputs only. There should be none: a mark
            must not depend on luck.
    """

    mistake: str
    replaces: str
    caught_by: str
    lost: tuple[str, ...]
    named: tuple[str, ...]
    sometimes: tuple[str, ...] = ()

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
            yield _row(mistake, _ends(notebook, mistake, brief))


def thorough_kill_table(
    master: NotebookNode, mistakes: Sequence[WrongAnswer], seeds: Sequence[str]
) -> Iterator[Row]:
    """Yield one row for each mistake, which holds for all hidden inputs.

    Feedback decides by the tests that a mistake loses whether it was made. So these are found out
    first, and the mistakes are named by them.

    Args:
        master: as for `kill_table`.
        mistakes: as for `kill_table`.
        seeds: of the hidden inputs; with all but the first, only the exercise's own tests run.
    """
    master = copy.deepcopy(master)
    course = master.metadata.setdefault("course", {})
    with prepared(fill_solutions(master, {})) as notebook, without_diagnosis():
        rounds = {
            known.name: [_ends(notebook, known, seed != seeds[0], seed) for seed in seeds]
            for known in mistakes
        }
    course[KILLS] = {
        name: [test for test, end in ends[0].items() if end != PASSED and not _luck(test, ends)]
        for name, ends in rounds.items()
    }
    with prepared(fill_solutions(master, {})) as notebook:
        for mistake in mistakes:
            ends = rounds[mistake.name]
            row = _row(mistake, ends[0] | _ends(notebook, mistake, brief=True, seed=seeds[0]))
            sometimes = tuple(test for test in ends[-1] if _luck(test, ends))
            lost = tuple(test for test in row.lost if test not in sometimes)
            yield replace(row, lost=lost, sometimes=sometimes)


Ends = Mapping[str, str]


def _ends(notebook: Prepared, mistake: WrongAnswer, brief: bool, seed: str = "0") -> dict[str, str]:
    """Return PASSED or the error of each hidden test."""
    answer = mistake.replaces, mistake.source
    scope: Scope = "own" if brief else "all"
    return dict(notebook.tests_with(*answer, scope, mistake.name, seed))


def _row(mistake: WrongAnswer, ends: Ends) -> Row:
    tag = f"[misconception: {mistake.name}]"
    return Row(
        mistake.name,
        mistake.replaces,
        mistake.caught_by,
        tuple(name for name, end in ends.items() if end != PASSED),
        tuple(name for name, end in ends.items() if tag in end.splitlines()),
    )


def _luck(test: str, rounds: Sequence[Ends]) -> bool:
    """Return True if a test passed in some rounds, and failed in others."""
    return len({ends[test] == PASSED for ends in rounds if test in ends}) > 1


def tests_of(master: NotebookNode) -> list[str]:
    """Return the hidden tests of a notebook, in order."""
    return [_name(cell) for cell in master.cells if is_test(cell)]


def _name(test: NotebookNode) -> str:
    return test.metadata.nbgrader.grade_id
