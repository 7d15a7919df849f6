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
    """Named results in order (gradients among them), or the exception that ended the call."""

    values: Mapping[str, Any]
    error: Exception | None = None


def observe(
    function: Callable, case: Case, names: tuple[str, ...], gradients: bool = False
) -> Outcome:
    """Call `function` on fresh copies of the case's inputs and record the outcome.

    With `gradients`, also the gradient of a fixed weighted sum of the results with respect to
    every floating-point input and, for a layer, to every parameter.
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
        return Outcome({}, error)
    results = result if isinstance(result, tuple) else (result,)
    labels = names if len(results) == len(names) else [f"result {i}" for i in range(len(results))]
    values = dict(zip(labels, results, strict=True))
    if gradients:
        wanted = {f"gradient at input {i}": x for i, x in enumerate(args) if _differentiable(x)}
        if isinstance(function, nn.Module):
            wanted |= {f"gradient at {name}": p for name, p in function.named_parameters()}
        try:
            values |= _gradients(results, wanted)
        except RuntimeError as error:
            return Outcome(values, error)
    return Outcome({name: _detached(value) for name, value in values.items()})


def difference(
    found: Outcome, expected: Outcome, tolerance: float | None = None
) -> Difference | None:
    """Return the first difference, shapes before types before numbers, or None."""
    if found.error or expected.error:
        if _description(found.error) == _description(expected.error):
            return None
        return Difference("error", describe_error(found.error) if found.error else "no error")
    if len(found.values) != len(expected.values):
        return Difference(
            "structure",
            f"you return {_count(found.values)}, expected {_count(expected.values)}",
        )
    for (name, value), wanted in zip(found.values.items(), expected.values.values(), strict=True):
        first = compare(name, value, wanted, tolerance)
        if first is not None:
            return first
    return None


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
