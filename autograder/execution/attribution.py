"""Decide which of the known mistakes is named, when all tests of a notebook have run.

One test may be explained by several mistakes. A student who made one of them fails every test that
it fails: a mistake whose recorded tests did not all fail was not made. Of those that are left, the
one is named that explains most of the exercise's failed tests; if two explain as many, none.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

KILLS = "kills"  # in the course's metadata of a notebook: mistake -> the tests that it fails


class Failure(Protocol):
    """What a failed test says, as far as it is needed here: a `CheckFailed` of `checks`.

    Attributes:
        candidates: each is one known mistake, or two that were made together.
    """

    candidates: list[tuple[Any, ...]]

    def text(self, chosen: list[tuple[Any, ...]]) -> str:
        """Return the feedback if these candidates are left."""


def attributed(
    failures: Mapping[str, Failure],
    failed: Collection[str],
    exercise: Collection[str],
    kills: Mapping[str, Sequence[str]],
) -> dict[str, list[tuple[Any, ...]]]:
    """Return the candidates that are left for each failure of one exercise.

    Args:
        failures: test -> its failure, if it has candidates.
        failed: all tests that failed, whatever the reason.
        exercise: the tests of the exercise.
        kills: mistake -> the tests that it is known to fail.
    """
    left = {
        test: [one for one in failure.candidates if _consistent(one, failed, exercise, kills)]
        for test, failure in failures.items()
    }
    votes = Counter(_names(one) for found in left.values() for one in found)
    return {test: _best(found, votes, failed, exercise, kills) for test, found in left.items()}


def _best(
    found: list[tuple[Any, ...]],
    votes: Counter,
    failed: Collection[str],
    exercise: Collection[str],
    kills: Mapping[str, Sequence[str]],
) -> list[tuple[Any, ...]]:
    if len(found) <= 1:
        return found
    most = max(votes[_names(one)] for one in found)
    best = [one for one in found if votes[_names(one)] == most]
    if len(best) == 1:
        return best
    exact = [one for one in best if _fails(one, exercise, kills) == set(failed) & set(exercise)]
    return exact if len(exact) == 1 else best


def _consistent(
    candidate: tuple[Any, ...],
    failed: Collection[str],
    exercise: Collection[str],
    kills: Mapping[str, Sequence[str]],
) -> bool:
    return _fails(candidate, exercise, kills) <= set(failed)


def _fails(
    candidate: tuple[Any, ...], exercise: Collection[str], kills: Mapping[str, Sequence[str]]
) -> set[str]:
    return {test for one in candidate for test in kills.get(one.name, ())} & set(exercise)


def _names(candidate: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(one.name for one in candidate)
