"""Functions for hidden tests: compare a student's work with the reference, and explain the result.

A hidden test compares a student's function or layer with the reference on inputs drawn afresh,
or checks a law that must hold for all numbers. When it fails, it explains the result in words: the
known mistake if the outcomes match one, otherwise the first difference on the smallest case that
shows it. Shapes come before numbers.

A test calls the student's names and looks at what comes back, nothing more. It does not depend on
running in the student's process.

- `observation`: call a function, and record its results and gradients, or its exception.
- `compare`: the first difference between two values, in words.
"""

import copy
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from autograder.checks.observation import (
    Case,
    Difference,
    Outcome,
    describe_error,
    difference,
    observe,
)
from autograder.execution.proxies import RemoteObject
from autograder.limits import SEED_VARIABLE


class Mistake(Protocol):
    """A known mistake, as far as a test needs it."""

    name: str
    sentence: str
    section: str
    implementation: Callable


class CheckFailed(AssertionError):
    """Failure of a hidden test; the text is the complete feedback for the student."""


class Draw:
    """Random inputs for one hidden test, from the recorded seed: the same seed, the same inputs."""

    def __init__(self, test: str):
        text = f"{os.environ.get(SEED_VARIABLE, '0')}/{test}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")
        self._generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int, dtype: torch.dtype = torch.float32) -> Tensor:
        """Draw standard normal numbers."""
        return torch.randn(*shape, generator=self._generator, dtype=dtype)

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """Draw integers from low to high - 1."""
        return torch.randint(low, high, shape, generator=self._generator)

    def integer(self, low: int, high: int) -> int:
        """Draw one integer from low to high - 1."""
        return int(self.integers(low, high))


def case(label: str, *args: Any, **kwargs: Any) -> Case:
    """Return inputs for one call, with a label that tells a student what is special in them."""
    return Case(label, args, kwargs)


def run_remotely(measure: Callable) -> Callable:
    """Decorate a measurement so that it runs in the process of the student's code.

    For arguments that cannot be sent: models, optimizers, predictors. The measurement must be a
    function that the notebook gives to students, take the student's object first, and return
    numbers that only correct code can produce: the result may come from the student's process,
    where a bare "yes" is easy to forge.
    """

    def measured(student: Callable, *args: Any, **kwargs: Any) -> Any:
        if isinstance(student, RemoteObject):
            return student.call_remote(measure.__name__, *args, **kwargs)
        return measure(student, *args, **kwargs)

    return measured


def agree(
    student: Callable,
    reference: Callable,
    cases: Iterable[Case],
    mistakes: Iterable[Mistake] = (),
    *,
    names: tuple[str, ...] = ("the result",),
    gradients: bool = False,
    through: Callable | None = None,
    tolerance: float | None = None,
) -> None:
    """Require that the student's function does what the reference does, on every case.

    Args:
        names: names of the results in the feedback.
        gradients: compare the gradients at every floating-point input too.
        through: `through(function, *inputs)` measures a property of the function, such as the two
            sides of a law; its result is compared instead of the function's own results.
        tolerance: relative to the largest expected number; by default that of the dtype.

    Raises:
        CheckFailed: with the feedback.
    """

    def observed(function: Callable, one: Case) -> Outcome:
        measured = function if through is None else lambda *a, **k: through(function, *a, **k)
        return observe(measured, one, names, gradients)

    _raise_on_difference(
        student, reference, list(cases), mistakes, observed, tolerance, lambda wrong: wrong
    )


def agree_layer(
    student: Callable,
    reference: type[nn.Module],
    build: Mapping[str, Any],
    cases: Iterable[Case],
    mistakes: Iterable[Mistake] = (),
    *,
    names: tuple[str, ...] = ("the output",),
    gradients: bool = False,
    through: Callable | None = None,
    tolerance: float | None = None,
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
) -> None:
    """Require that the student's layer does what the reference does, with the same parameters.

    Both are built with `build` and get the reference's parameters, so that no result depends on
    the initialization. They are in evaluation mode unless `through` changes it.

    Raises:
        CheckFailed: with the feedback.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        right = reference(**build).to(dtype).eval()

    def with_the_same_parameters(layer: Callable) -> nn.Module:
        built = layer(**build)
        # A copy: a student's load_state_dict may write into what it is given.
        built.load_state_dict(copy.deepcopy(right.state_dict()))
        return built.to(dtype).eval()

    try:
        built = with_the_same_parameters(student)
    except Exception as error:
        raise CheckFailed(_cannot_build(student, build, error, right)) from None

    def observed(layer: nn.Module, one: Case) -> Outcome:
        if through is None:
            return observe(layer, one, names, gradients)
        return observe(lambda *a, **k: through(layer, *a, **k), one, names, gradients)

    _raise_on_difference(
        built, right, list(cases), mistakes, observed, tolerance, with_the_same_parameters
    )


def require(condition: bool, headline: str, details: str = "") -> None:
    """Require a condition; the headline tells the student what is wrong.

    Raises:
        CheckFailed: with headline and details.
    """
    if not condition:
        raise CheckFailed("\n".join(filter(None, [headline, details])))


def _raise_on_difference(student, reference, cases, mistakes, observed, tolerance, prepare) -> None:
    expected = [observed(reference, case) for case in cases]
    found = [observed(student, case) for case in cases]
    compared = [difference(f, e, tolerance) for f, e in zip(found, expected, strict=True)]
    differences = {i: wrong for i, wrong in enumerate(compared) if wrong is not None}
    if not differences:
        return
    smallest = min(differences, key=lambda i: cases[i].size())
    shown = f"Seen with: {cases[smallest].label}\n{differences[smallest].text}"
    for mistake in mistakes:
        if _matches_misconception(mistake, prepare, cases, found, expected, observed, tolerance):
            raise CheckFailed(
                f"{mistake.sentence}\n{shown}\n"
                f"Read: {mistake.section}\n[misconception: {mistake.name}]"
            )
    raise CheckFailed(f"{_headline(differences[smallest], found[smallest])}\n{shown}")


def _matches_misconception(mistake, prepare, cases, found, expected, observed, tolerance) -> bool:
    """Return True if the outcomes are this mistake's on every case, and wrong on some."""
    try:
        wrong = prepare(mistake.implementation)
    except Exception:  # a layer that cannot be built is not what this student has built
        return False
    differs = False
    for case, mine, right in zip(cases, found, expected, strict=True):
        outcome = observed(wrong, case)
        if difference(mine, outcome, tolerance) is not None:
            return False
        differs = differs or difference(outcome, right, tolerance) is not None
    return differs


def _headline(first: Difference, found: Outcome) -> str:
    if _not_written(found.error):
        return "Not written yet: the function still raises NotImplementedError."
    return {
        "error": "Your code raises an exception.",
        "structure": "What you return has the wrong form.",
        "shape": "The shape is not right yet.",
        "dtype": "The type of the numbers is not right.",
        "gradient": "The result may be right, but no gradient flows back: is there a detach()?",
        "nan": "There are NaN or infinite numbers in the result.",
        "value": "The shapes are right, the numbers are not.",
    }[first.kind]


def _not_written(error: Exception | None) -> bool:
    """Return True for an unchanged stub: PyTorch's own NotImplementedError has a message."""
    return isinstance(error, NotImplementedError) and not str(error)


def _cannot_build(student, build, error, right) -> str:
    call = ", ".join(f"{name}={value!r}" for name, value in build.items())
    if _not_written(error):
        return "Not written yet: the layer still raises NotImplementedError."
    if isinstance(error, RuntimeError) and "state_dict" in str(error):
        names = "\n".join(f"  {n} {tuple(p.shape)}" for n, p in right.state_dict().items())
        return (
            "The parameters of your layer do not have the names or shapes of the contract.\n"
            f"Expected of a layer built with {call}:\n{names}"
        )
    return f"Your layer cannot be built with {call}.\n{describe_error(error)}"
