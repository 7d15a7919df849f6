"""What becomes of the failed tests of a notebook when all of them have run.

Some pass a second time, over right parts in place of wrong ones (`carry_forward`). For the others
it is decided which known mistake is named (`attribution`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .attribution import attributed
from .carry_forward import Dependencies, StandIns

Rerun = Callable[[str, StandIns], BaseException | None]


@dataclass(frozen=True)
class Settled:
    """What became of one failed test.

    Attributes:
        passed: it passed after all.
        note: what the student should know besides.
        text: the feedback, if it is not the failure's own.
        named: the known mistakes that the feedback names.
    """

    passed: bool = False
    note: str = ""
    text: str | None = None
    named: tuple[str, ...] = ()


def settle(
    failures: Mapping[str, BaseException],
    rerun: Rerun,
    dependencies: Dependencies,
    kills: Mapping[str, Any],
) -> dict[str, Settled]:
    """Return what becomes of each failed test.

    Args:
        failures: id of the test -> why it failed, in the order of the notebook.
        rerun: runs a test over right parts; returns why it failed again, or None.
        dependencies: of the notebook's exercises.
        kills: see `attribution`.
    """
    found: dict[str, Settled] = {}
    failed = set(failures)
    again: dict[str, tuple[BaseException, list[str]]] = {}
    for test in failures:
        wrong = _wrong_parts(test, failed, dependencies)
        if not wrong and not dependencies.redefined:
            continue
        outcome = rerun(test, dependencies.stand_ins(wrong))
        if outcome is None:
            failed.discard(test)
            found[test] = Settled(passed=True, note=_kept(wrong, dependencies.redefined))
        elif wrong:
            again[test] = outcome, wrong
    for exercise in dict.fromkeys(dependencies.tests.get(test, test) for test in failed):
        tests = dependencies.tests_of(exercise)
        mine = [test for test in failures if test in failed and test in tests]
        # Over right parts a test says more about the exercise itself.
        errors = {test: again[test][0] if test in again else failures[test] for test in mine}
        said = {test: e for test, e in errors.items() if getattr(e, "candidates", None)}
        left = attributed(said, failed, tests, kills)  # type: ignore[arg-type]
        for test in mine:
            found[test] = _settled(failures[test], left.get(test, []), again.get(test))
    return found


def _settled(
    first: BaseException,
    chosen: list[tuple[Any, ...]],
    again: tuple[BaseException, list[str]] | None,
) -> Settled:
    if again is not None:
        second, wrong = again
        if len(chosen) == 1:
            details = (
                f"Seen with a right {_list(wrong)} in place of yours, where tests failed as well."
            )
            return _named(second, chosen, details)
        return Settled(note=_failed_twice(wrong), text=_plain(first))
    if hasattr(first, "candidates"):
        return _named(first, chosen)
    return Settled()


def _named(failure: Any, chosen: list[tuple[Any, ...]], details: str | None = None) -> Settled:
    named = tuple(m.name for m in chosen[0]) if len(chosen) == 1 else ()
    return Settled(text=failure.text(chosen, details), named=named)


def _plain(error: Any) -> str | None:
    """Return the feedback of a failed test without the name of a mistake."""
    return error.text([]) if hasattr(error, "candidates") else None


def _wrong_parts(test: str, failed: set[str], dependencies: Dependencies) -> list[str]:
    parts = dependencies.parts_of(test)
    return [
        name
        for name in dependencies.answers
        if name in parts and any(t in failed for t in dependencies.tests_of(name))
    ]


def _kept(wrong: list[str], redefined: Sequence[str]) -> str:
    if not wrong:
        them = "it" if len(redefined) == 1 else "them"
        return (
            f"Passed with the notebook's own {_list(list(redefined))}: a cell of yours defines "
            f"{them} anew, and your other answers cannot use that. Remove it from your cell."
        )
    return (
        f"Passed with a right {_list(wrong)} in place of yours, which is not right yet: "
        "for that you have lost points already, and you keep these."
    )


def _failed_twice(wrong: list[str]) -> str:
    them = "it" if len(wrong) == 1 else "them"
    return (
        f"This test uses your {_list(wrong)}, where tests failed as well. It was run with a right "
        f"one in place of {them} too, and failed again: there is a mistake here as well."
    )


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
