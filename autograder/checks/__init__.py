"""Functions for hidden tests: compare a student's work with the reference, and explain the result.

A hidden test compares a student's function or layer with the reference on inputs drawn afresh,
or checks a law that must hold for all numbers. When it fails, it explains the result in words: the
known mistake if the outcomes match one, otherwise the first difference on the smallest case that
shows it. Shapes come before numbers.

A test calls the student's names and looks at what comes back, nothing more. It does not depend on
running in the student's process.

- `observation`: call a function, and record its results and gradients, or its exception.
- `compare`: the first difference between two values, in words.
- `diagnosis`: the known mistakes that explain an outcome.
"""

import contextlib
import dis
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from autograder.checks.diagnosis import (
    Candidate,
    Evidence,
    Memory,
    Mistake,
    Outcomes,
    candidates,
)
from autograder.checks.observation import (
    Case,
    Difference,
    Outcome,
    describe_error,
    difference,
    observe,
)
from autograder.execution.diagnosis_switch import diagnoses
from autograder.execution.proxies import RemoteModule, RemoteObject
from autograder.limits import SEED_VARIABLE


class CheckFailed(AssertionError):
    """Failure of a hidden test; the text is the complete feedback for the student.

    Attributes:
        headline, details: feedback that names no known mistake.
        candidates: the known mistakes that explain the outcome equally well.
    """

    def __init__(self, headline: str, details: str = "", candidates: list[Candidate] | None = None):
        self.headline, self.details, self.candidates = headline, details, candidates or []
        super().__init__(self.text(self.candidates))

    def text(self, chosen: list[Candidate], details: str | None = None) -> str:
        """Return the feedback if these candidates are left: one is named, several are listed.

        Args:
            details: in place of the failure's own.
        """
        details = self.details if details is None else details
        if len(chosen) == 1:
            return _named(chosen[0], details)
        lines = [self.headline, details]
        if chosen:
            lines.append("More than one known mistake gives this result. Which one is yours?")
            lines += ["- " + " ".join(m.did for m in candidate) for candidate in chosen[:3]]
        return "\n".join(filter(None, lines))


_comparisons: list[Any] = ["", 0]  # the test that runs, and how many comparisons it has made
_notebooks: list["_Notebook | None"] = [None]


class _Notebook(NamedTuple):
    """A notebook in this process, and what known mistakes give in its hidden tests."""

    namespace: dict[str, Any]
    outcomes: Outcomes

    def holds(self, x: Any) -> bool:
        """Return True if an object may come from the notebook's own code."""
        if isinstance(x, bool | int | float | str | None | ModuleType):
            return False
        if isinstance(x, type | FunctionType):
            own = x.__module__ == "__main__"  # others are imported there
            return own and (isinstance(x, type) or self._has(x))
        return isinstance(x, nn.Module) or type(x).__module__ == "__main__" or self._has(x)

    def _has(self, x: Any) -> bool:
        return any(x is value for value in self.namespace.values())


@contextlib.contextmanager
def remembering(namespace: dict[str, Any], outcomes: Outcomes) -> Iterator[None]:
    """Compute what known mistakes give only once for all answers to one notebook.

    Args:
        namespace: of the notebook, which runs in this process.
        outcomes: the earlier ones.
    """
    _notebooks.append(_Notebook(namespace, outcomes))
    try:
        yield
    finally:
        _notebooks.pop()


class Draw:
    """Random inputs for one hidden test, from the recorded seed: the same seed, the same inputs."""

    def __init__(self, test: str):
        text = f"{os.environ.get(SEED_VARIABLE, '0')}/{test}"
        _comparisons[:] = [text, 0]
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
    unchanged: bool = False,
    through: Callable | None = None,
    tolerance: float | None = None,
    pairs: bool = True,
) -> None:
    """Require that the student's function does what the reference does, on every case.

    Args:
        names: names of the results in the feedback.
        gradients: compare the gradients at every floating-point input too.
        unchanged: the inputs must be afterwards what the reference leaves of them.
        through: `through(function, *inputs)` measures a property of the function, such as the two
            sides of a law; its result is compared instead of the function's own results.
        tolerance: relative to the largest expected number; by default that of the dtype.
        pairs: look for two known mistakes at once if one alone does not explain the outcome;
            False for functions that take long.

    Raises:
        CheckFailed: with the feedback.
    """

    def observed(function: Callable, one: Case) -> Outcome:
        measured = function if through is None else lambda *a, **k: through(function, *a, **k)
        return observe(measured, one, names, gradients, unchanged)

    _raise_on_difference(
        student, reference, list(cases), mistakes, observed, tolerance, lambda wrong: wrong, pairs
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
    unchanged: bool = False,
    through: Callable | None = None,
    tolerance: float | None = None,
    dtype: torch.dtype = torch.float32,
    seed: int = 0,
    pairs: bool = True,
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
        load_parameters(built, right)
        return built.to(dtype).eval()

    try:
        built = with_the_same_parameters(student)
    except Exception as error:
        raise _cannot_build(student, build, error) from None

    def observed(layer: nn.Module, one: Case) -> Outcome:
        if through is None:
            return observe(layer, one, names, gradients, unchanged)
        return observe(lambda *a, **k: through(layer, *a, **k), one, names, gradients, unchanged)

    prepare = with_the_same_parameters
    _raise_on_difference(built, right, list(cases), mistakes, observed, tolerance, prepare, pairs)


class DifferentParameters(ValueError):
    """A layer's parameters do not have the names or shapes of the contract."""


def load_parameters(layer: nn.Module, right: nn.Module) -> None:
    """Give a layer the parameters of the reference, by their names.

    Buffers play no part: a layer computes its own, under any name.

    Raises:
        DifferentParameters: the names or shapes are not those of the contract.
    """
    wanted = dict(right.named_parameters(remove_duplicate=False))
    found = dict(layer.named_parameters(remove_duplicate=False))
    missing = [name for name in wanted if name not in found]
    known = {id(found[name]) for name in wanted if name in found}
    # A second name of a parameter of the contract is none besides it.
    further = [name for name, p in found.items() if name not in wanted and id(p) not in known]
    unequal = [n for n in wanted if n in found and found[n].shape != wanted[n].shape]
    if missing or further or unequal:
        raise DifferentParameters(_differences_of(wanted, found, missing, further, unequal))
    # A copy: a student's load_state_dict may write into what it is given.
    layer.load_state_dict({n: p.detach().clone() for n, p in wanted.items()}, strict=False)


def _differences_of(
    wanted: Mapping[str, Tensor],
    found: Mapping[str, Tensor],
    missing: list[str],
    further: list[str],
    unequal: list[str],
) -> str:
    lines = []
    for name in missing:
        same = [n for n in further if found[n].shape == wanted[name].shape]
        yours = f"; yours has {same[0]} of that shape" if len(same) == 1 else ""
        lines.append(f"  missing: {name} {tuple(wanted[name].shape)}{yours}")
    lines += [f"  not in the contract: {name} {tuple(found[name].shape)}" for name in further]
    lines += [
        f"  {name} has shape {tuple(found[name].shape)}, expected {tuple(wanted[name].shape)}"
        for name in unequal
    ]
    return "\n".join(lines)


def require(condition: bool, headline: str, details: str = "") -> None:
    """Require a condition; the headline tells the student what is wrong.

    Raises:
        CheckFailed: with headline and details.
    """
    if not condition:
        raise CheckFailed(headline, details)


def _raise_on_difference(
    student: Any,
    reference: Any,
    cases: list[Case],
    mistakes: Iterable[Mistake],
    observed: Callable[[Any, Case], Outcome],
    tolerance: float | None,
    prepare: Callable[[Callable], Any],
    pairs: bool,
) -> None:
    _comparisons[1] += 1
    memory = _memory(student, observed)
    if memory is not None and _notebooks[-1] is not None and not _holds_students(reference):
        expected = [memory.outcome("", case, partial(observed, reference, case)) for case in cases]
    else:
        expected = [observed(reference, case) for case in cases]
    found = [observed(student, case) for case in cases]
    compared = [difference(f, e, tolerance) for f, e in zip(found, expected, strict=True)]
    differences = {i: wrong for i, wrong in enumerate(compared) if wrong is not None}
    if not differences:
        return
    failing = sorted(differences, key=lambda i: cases[i].size())
    first = failing[0]
    shown = f"Seen with: {cases[first].label}\n{differences[first].text}"
    if not diagnoses():
        raise CheckFailed(_headline(differences[first], found[first]), shown)
    evidence = Evidence(cases, found, expected, prepare, observed, tolerance, failing, memory)
    written = not any(_not_written(outcome.error) for outcome in found)
    possible = candidates(mistakes, evidence, pairs) if written else []
    raise CheckFailed(_headline(differences[first], found[first]), shown, possible)


def _memory(student: Any, observed: Callable) -> Memory | None:
    """Return the outcomes of this comparison, if they cannot depend on the student."""
    notebook = _notebooks[-1]
    remote = isinstance(student, RemoteObject | RemoteModule)
    if (notebook is None and not remote) or _holds_students(observed):
        return None
    return Memory(*_comparisons, outcomes=None if notebook is None else notebook.outcomes)


def _holds_students(function: Any, depth: int = 4) -> bool:
    """Return True if a function may use objects of the student's beside its arguments."""
    notebook = _notebooks[-1]
    if isinstance(function, RemoteObject | RemoteModule):
        return True
    if notebook is not None and notebook.holds(function):
        return True
    code = getattr(function, "__code__", None)
    if code is None or depth == 0:
        return False
    if function.__module__ not in (__name__, "__main__"):
        return False  # a library's function, or the reference's
    used = [function.__globals__[n] for n in _globals_of(code) & function.__globals__.keys()]
    used += [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    return any(_holds_students(x, depth - 1) for x in used)


@cache
def _globals_of(code: CodeType) -> frozenset[str]:
    """Return the global names that code reads; an attribute of the same name is none."""
    found = [one for inner in _codes(code) for one in dis.get_instructions(inner)]
    loads = [one for one in found if "GLOBAL" in one.opname or one.opname == "LOAD_NAME"]
    return frozenset(one.argval for one in loads)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _is_filled(cell: CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _named(candidate: Candidate, details: str) -> str:
    """Return feedback in three parts, what you did, what it causes and what to do, for each."""
    if len(candidate) == 1:
        (one,) = candidate
        parts = [one.did, one.causes, f"What to do: {one.fix}"]
    else:
        parts = ["Two mistakes come together here."]
        parts += [
            f"{i}. {m.did} {m.causes} What to do: {m.fix}" for i, m in enumerate(candidate, 1)
        ]
    parts += [details, f"Read: {candidate[0].section}"]
    parts += [f"[misconception: {mistake.name}]" for mistake in candidate]
    return "\n".join(parts)


def _headline(first: Difference, found: Outcome) -> str:
    if _not_written(found.error):
        return "Not written yet: the function still raises NotImplementedError."
    return {
        "error": "Your code raises an exception.",
        "no error": "Your code accepts input that it should refuse.",
        "structure": "What you return has the wrong form.",
        "shape": "The shape is not right yet.",
        "dtype": "The type of the numbers is not right.",
        "gradient": "The result may be right, but no gradient flows back: is there a detach()?",
        "input": "Your code changes what it was given.",
        "nan": "NaN or infinite numbers are in the wrong places.",
        "value": "The shapes are right, the numbers are not.",
        "fact": "Your code does not do what the docstring says.",
    }[first.kind]


def _not_written(error: Exception | None) -> bool:
    """Return True for an unchanged stub: PyTorch's own NotImplementedError has a message."""
    return isinstance(error, NotImplementedError) and not str(error)


def _cannot_build(student: Callable, build: Mapping[str, Any], error: Exception) -> CheckFailed:
    call = ", ".join(f"{name}={value!r}" for name, value in build.items())
    if _not_written(error):
        return CheckFailed("Not written yet: the layer still raises NotImplementedError.")
    if isinstance(error, DifferentParameters):
        return CheckFailed(
            "The parameters of your layer do not have the names or shapes of the contract.",
            f"In a layer built with {call}:\n{error}",
        )
    return CheckFailed(f"Your layer cannot be built with {call}.", describe_error(error))
