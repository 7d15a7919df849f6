"""Find the known mistakes that explain what a student's code does.

Evidence counts, not resemblance. A mistake explains an outcome if the reference with this mistake
gives the same on every case of the test, and something else than the reference on at least one. If
no mistake does, two of them together may. If none do, one that explains the first failing case is
a candidate still, provided that the case says enough: real numbers, which do not agree by chance.

Several candidates may be left. Which of them are consistent with the other tests of the exercise,
`execution.attribution` decides when all tests have run.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import combinations
from typing import Any, ClassVar, Protocol, TypeVar, cast

import torch
from torch import Tensor

from .observation import Case, Outcome, difference

MOST_PAIRS = 400  # that are tried for one test
ENOUGH_NUMBERS = 3  # real numbers in an outcome that say something


class Mistake(Protocol):
    """A known mistake, as far as a test needs it.

    Attributes:
        did, causes, fix: what the student did, what it causes, and what to do about it.
        section: where the book explains it.
    """

    @property
    def name(self) -> str: ...

    @property
    def did(self) -> str: ...

    @property
    def causes(self) -> str: ...

    @property
    def fix(self) -> str: ...

    @property
    def section(self) -> str: ...

    @property
    def implementation(self) -> Callable: ...

    def combined(self, other: Any) -> Callable | None:
        """Return the reference with both mistakes; None if they do not go together."""


Candidate = tuple[Mistake, ...]


Outcomes = dict[tuple, Outcome | None]
Given = TypeVar("Given", bound=Outcome | None)


class Memory:
    """What an implementation gives on the cases of one test: computed once for a whole class.

    All students of a round get the same inputs, so the outcomes are the same for all of them.

    Args:
        key: of the test and of the comparison in it.
        outcomes: the earlier outcomes; by default those of this process.
    """

    _of_this_process: ClassVar[Outcomes] = {}
    MOST = 200_000  # outcomes

    def __init__(self, *key: Any, outcomes: Outcomes | None = None):
        self._key = key
        self._outcomes = self._of_this_process if outcomes is None else outcomes
        self._digests: dict[int, tuple[Case, str]] = {}

    def outcome(self, name: str, case: Case, make: Callable[[], Given]) -> Given:
        """Return the outcome on a case; None for a mistake that cannot be built."""
        if id(case) not in self._digests:
            self._digests[id(case)] = case, digest_of(case)
        key = (*self._key, name, self._digests[id(case)][1])
        if key not in self._outcomes:
            if len(self._outcomes) >= self.MOST:
                self._outcomes.clear()
            self._outcomes[key] = make()
        return cast(Given, self._outcomes[key])


class Evidence:
    """What the student's code gives on the cases of one test, and what is right.

    Args:
        prepare: makes of an implementation what `observed` takes: a layer is built and loaded.
        observed: calls it on a case.
        memory: of earlier outcomes, if they cannot depend on the student.
    """

    def __init__(
        self,
        cases: Sequence[Case],
        found: Sequence[Outcome],
        expected: Sequence[Outcome],
        prepare: Callable[[Callable], Any],
        observed: Callable[[Any, Case], Outcome],
        tolerance: float | None,
        failing: Sequence[int],
        memory: Memory | None = None,
    ):
        self.memory = memory
        self.cases, self.found, self.expected = cases, found, expected
        self.prepare, self.observed, self.tolerance = prepare, observed, tolerance
        # The failing cases first, the smallest of them before all: most mistakes end there.
        self.order = [*failing, *(i for i in range(len(cases)) if i not in failing)]

    def explained_by(self, name: str, implementation: Callable[[], Callable]) -> int:
        """Return how many cases, in `order`, have the outcome of a mistake.

        Args:
            implementation: returns the wrong function or class.
        """
        prepared: list[Any] = []

        def outcome_on(case: Case) -> Outcome | None:
            try:
                if not prepared:
                    prepared.append(self.prepare(implementation()))
            except Exception:  # a layer that cannot be built is not what this student has built
                return None
            return self.observed(prepared[0], case)

        for count, place in enumerate(self.order):
            case = self.cases[place]
            if self.memory is None:
                outcome = outcome_on(case)
            else:
                outcome = self.memory.outcome(name, case, partial(outcome_on, case))
            if outcome is None:
                return 0
            if difference(self.found[place], outcome, self.tolerance, exactly=True) is not None:
                return count
            if count == 0 and difference(outcome, self.expected[place], self.tolerance) is None:
                return 0  # too near to right to be wrong
        return len(self.order)

    def has_results(self) -> bool:
        """Return True if the first failing case ends with a result: an exception hides too much."""
        return self.found[self.order[0]].error is None

    def first_case_says_enough(self) -> bool:
        """Return True if the first failing case has real numbers that cannot agree by chance."""
        values = self.found[self.order[0]].values.values()
        wanted = self.expected[self.order[0]].values.values()
        off = [
            int((~torch.isclose(x.double(), y.double(), rtol=1e-3, atol=1e-3)).sum())
            for x, y in zip(values, wanted, strict=False)
            if isinstance(x, Tensor) and isinstance(y, Tensor) and x.shape == y.shape
            if x.is_floating_point()
        ]
        return sum(off) >= ENOUGH_NUMBERS


def candidates(mistakes: Iterable[Mistake], evidence: Evidence, pairs: bool) -> list[Candidate]:
    """Return the known mistakes that explain the evidence best; each is one, or two together."""
    known = list(mistakes)
    explained = [
        evidence.explained_by(m.name, partial(getattr, m, "implementation")) for m in known
    ]
    whole = len(evidence.order)
    alone = [(m,) for m, count in zip(known, explained, strict=True) if count == whole]
    if alone:
        return list(alone)
    if pairs and evidence.has_results():
        together = list(_pairs(known, evidence))
        if together:
            return together
    if not evidence.first_case_says_enough():
        return []
    return [(m,) for m, count in zip(known, explained, strict=True) if count > 0]


def _pairs(known: list[Mistake], evidence: Evidence) -> Iterable[Candidate]:
    tried = 0
    for one, other in combinations(known, 2):
        combine = getattr(one, "combined", None)
        both = combine(other) if combine is not None else None
        if both is None:
            continue
        tried += 1
        if tried > MOST_PAIRS:
            return
        name = f"{one.name}+{other.name}"
        if evidence.explained_by(name, partial(_itself, both)) == len(evidence.order):
            yield one, other


def _itself(x: Callable) -> Callable:
    return x


def digest_of(case: Case) -> str:
    """Return a digest of a case's inputs."""
    digest = hashlib.sha256()

    def add(x: Any) -> None:
        if isinstance(x, Tensor):
            digest.update(f"{x.dtype}{tuple(x.shape)}{x.stride()}".encode())
            if x.device.type != "meta":
                add(x.detach().tolist())
        elif isinstance(x, list | tuple):
            digest.update(f"{type(x).__name__}{len(x)}".encode())
            for entry in x:
                add(entry)
        elif isinstance(x, dict):
            for key, value in x.items():
                digest.update(repr(key).encode())
                add(value)
        else:
            digest.update(f"{type(x).__name__}{x!r}".encode())

    add(case.args)
    add(dict(case.kwargs))
    return digest.hexdigest()
