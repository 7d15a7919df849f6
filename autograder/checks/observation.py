"""Outcomes of calls: results and gradients, or an exception; and how two outcomes differ."""

import linecache
import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .compare import Difference, compare

NAME = re.compile(
    r"(?<![\w.<>])[\w.<>]+\(\)"
)  # as in "Layer.forward() missing 1 required argument"


@dataclass(frozen=True)
class Case:
    """One set of inputs, with a label that a student can read."""

    label: str
    args: tuple
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def size(self) -> int:
        """Count the elements of all inputs: the smallest failing case is shown."""
        return _elements((*self.args, *self.kwargs.values()))


@dataclass(frozen=True)
class Outcome:
    """What a call gave.

    Attributes:
        values: the named results, in order.
        gradients: at inputs and parameters, by name; None where none arrives.
        changed: inputs that the call has changed, as they are afterwards, by name.
        error: the exception that ended the call.
    """

    values: Mapping[str, Any]
    gradients: Mapping[str, Tensor | None] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)
    error: Exception | None = None


def observe(
    function: Callable,
    case: Case,
    names: tuple[str, ...],
    gradients: bool = False,
    unchanged: bool = False,
) -> Outcome:
    """Call `function` on fresh copies of the case's inputs and record the outcome.

    With `gradients`, also the gradient of a fixed weighted sum of the results with respect to
    every floating-point input and, for a layer, to every parameter. With `unchanged`, also which
    inputs are not what they were.
    """
    copies: dict[int, Tensor] = {}

    def fresh(x: Any) -> Any:
        if isinstance(x, list | tuple):
            return type(x)(map(fresh, x))
        if isinstance(x, dict):
            return {key: fresh(value) for key, value in x.items()}
        if isinstance(x, np.ndarray):
            return x.copy()
        if not isinstance(x, Tensor):
            return x
        if id(x) not in copies:  # the same tensor twice stays the same tensor twice
            copies[id(x)] = x.detach().clone().requires_grad_(gradients and x.is_floating_point())
        return copies[id(x)]

    args = [fresh(x) for x in case.args]
    kwargs = {name: fresh(x) for name, x in case.kwargs.items()}
    try:
        with np.errstate(all="ignore"):  # infinity and NaN show in the result
            result = function(*args, **kwargs)
    except Exception as error:  # whatever a student's code raises is an outcome
        return Outcome({}, error=error)
    several = isinstance(result, tuple) or (
        isinstance(result, list) and len(result) == len(names) > 1
    )
    results = tuple(result) if several else (result,)
    labels = names if len(results) == len(names) else [f"result {i}" for i in range(len(results))]
    values = dict(zip(labels, results, strict=True))
    changed = {}
    if unchanged:
        changed = {
            f"input {i}": _detached(now)
            for i, (now, before) in enumerate(zip(args, case.args, strict=True))
            if compare("", _detached(now), before, 0.0) is not None
        }
    found: dict[str, Tensor | None] = {}
    if gradients:
        wanted = {f"gradient at input {i}": x for i, x in enumerate(args) if _differentiable(x)}
        if isinstance(function, nn.Module):
            wanted |= {
                f"gradient at {name}": p
                for name, p in function.named_parameters(remove_duplicate=False)
            }
        try:
            found = _gradients(results, wanted)
        except RuntimeError as error:
            return Outcome(values, error=error)
    return Outcome(
        {name: _detached(value) for name, value in values.items()},
        {name: None if g is None else g.detach() for name, g in found.items()},
        changed,
    )


def difference(
    found: Outcome, expected: Outcome, tolerance: float | None = None, exactly: bool = False
) -> Difference | None:
    """Return the first difference, shapes before types before numbers, or None.

    Args:
        exactly: an exception must have the same message too. Otherwise it is enough that it is of
            the type that is expected.
    """
    if found.error or expected.error:
        return _difference_of_errors(found, expected, exactly)
    if len(found.values) != len(expected.values):
        return Difference(
            "structure",
            f"you return {_count(found.values)}, expected {_count(expected.values)}",
        )
    for (name, value), wanted in zip(found.values.items(), expected.values.values(), strict=True):
        first = compare(name, value, wanted, tolerance)
        if first is not None:
            return first
    for name, gradient in expected.gradients.items():
        mine = found.gradients.get(name)
        if mine is None and gradient is None:
            continue
        if mine is None:
            return Difference("gradient", f"{name}: no gradient arrives there")
        right = torch.zeros_like(mine) if gradient is None else gradient
        first = compare(name, mine, right, tolerance)
        if first is not None:
            return first
    for name, value in found.changed.items():
        if name not in expected.changed:
            return Difference("input", f"{name} is not what it was before the call")
        first = compare(f"{name} afterwards", value, expected.changed[name], tolerance)
        if first is not None:
            return first
    for name in expected.changed.keys() - found.changed.keys():
        return Difference("input", f"{name} should be changed by the call, and is as it was")
    return None


def _difference_of_errors(found: Outcome, expected: Outcome, exactly: bool) -> Difference | None:
    if expected.error is None and found.error is not None:
        return Difference("error", describe_error(found.error))
    assert expected.error is not None
    if found.error is None:
        kind = type(expected.error).__name__
        return Difference("no error", f"expected a {kind}: {_first_line(expected.error)}")
    if exactly:
        same = _description(found.error) == _description(expected.error)
    else:
        same = isinstance(found.error, type(expected.error)) or (
            type(found.error).__name__ == type(expected.error).__name__
        )
    return None if same else Difference("error", describe_error(found.error))


def describe_error(error: Exception) -> str:
    """Return type and message, and the last line of the student's own code that was running."""
    text = f"{type(error).__name__}: {_first_line(error)}"
    place = getattr(error, "place", None)  # of an exception that comes from a worker
    if place is not None:
        return f"{text}\n  in {place[0]}, line {place[1]} of the cell: {place[2]}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_students(f.filename)]
    if frames:
        line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
        text += f"\n  in {frames[-1].name}, line {frames[-1].lineno} of the cell: {line}"
    return text


def _gradients(results: tuple, wanted: dict[str, Tensor]) -> dict[str, Tensor | None]:
    outputs = [r for r in results if isinstance(r, Tensor) and r.requires_grad]
    if not outputs:
        return dict.fromkeys(wanted)
    # Any fixed weights do, as long as no two entries have the same one.
    weights = [torch.linspace(-1, 1, o.numel(), dtype=o.dtype).reshape(o.shape) for o in outputs]
    found = torch.autograd.grad(outputs, list(wanted.values()), weights, allow_unused=True)
    return dict(zip(wanted, found, strict=True))


def _differentiable(x: Any) -> bool:
    return isinstance(x, Tensor) and x.is_floating_point()


def _detached(value: Any) -> Any:
    if isinstance(value, list):
        return [_detached(x) for x in value]
    if isinstance(value, dict):
        return {key: _detached(x) for key, x in value.items()}
    return value.detach() if isinstance(value, Tensor) else value


def _elements(x: Any) -> int:
    if isinstance(x, Tensor):
        return x.numel()
    if isinstance(x, np.ndarray):
        return x.size
    if isinstance(x, dict):
        return sum(map(_elements, x.values()))
    return sum(map(_elements, x)) if isinstance(x, list | tuple) else 1


def _count(values: Mapping[str, Any]) -> str:
    return "one value" if len(values) == 1 else f"{len(values)} values ({', '.join(values)})"


def _description(error: Exception | None) -> str | None:
    """Describe an error without function names, in which a mistake and a student differ."""
    return None if error is None else f"{type(error).__name__}: {NAME.sub('()', str(error))}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:300]


def _is_students(filename: str) -> bool:
    """Return True for a notebook cell, by the file name that IPython gives to its frames."""
    return "ipykernel" in filename and "site-packages" not in filename
