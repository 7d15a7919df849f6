"""What a call did: its results and gradients, or its exception; and how two outcomes differ."""

import linecache
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

SMALL = 24  # tensors of up to so many entries are shown whole
TOLERANCE = {torch.float64: 1e-9, torch.float32: 3e-6, torch.bfloat16: 2e-2, torch.float16: 2e-3}


@dataclass(frozen=True)
class Case:
    """One set of inputs, with a label that a student can read."""

    label: str
    args: tuple
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def size(self) -> int:
        """Number of tensor elements: the smallest failing case is the one to show."""
        inputs = (*self.args, *self.kwargs.values())
        return sum(x.numel() for x in inputs if isinstance(x, Tensor))


@dataclass(frozen=True)
class Outcome:
    """Named results in order (gradients among them), or the exception that ended the call."""

    values: Mapping[str, Any]
    error: Exception | None = None


@dataclass(frozen=True)
class Difference:
    """The first thing in which an outcome is not the expected one.

    kind is one of "error", "structure", "shape", "dtype", "gradient", "nan", "value".
    """

    kind: str
    text: str


def observe(
    function: Callable, case: Case, names: tuple[str, ...], gradients: bool = False
) -> Outcome:
    """Call `function` on fresh copies of the case's inputs and write down what happens.

    With `gradients`, also the gradient of a fixed weighted sum of the results with respect to
    every floating-point input and, for a layer, to every parameter.
    """
    copies: dict[int, Tensor] = {}

    def fresh(x: Any) -> Any:
        if not isinstance(x, Tensor):
            return x
        if id(x) not in copies:  # the same tensor twice stays the same tensor twice
            copies[id(x)] = x.detach().clone().requires_grad_(gradients and x.is_floating_point())
        return copies[id(x)]

    args = [fresh(x) for x in case.args]
    kwargs = {name: fresh(x) for name, x in case.kwargs.items()}
    try:
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
    """The first difference, shapes before types before numbers; None when they agree."""
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
        text = _compare(name, value, wanted, tolerance)
        if text is not None:
            return text
    return None


def describe_error(error: Exception) -> str:
    """Type and message, and the last line of the student's own code that was running."""
    text = f"{type(error).__name__}: {_first_line(error)}"
    frames = [f for f in traceback.extract_tb(error.__traceback__) if _is_students(f.filename)]
    if frames:
        line = linecache.getline(frames[-1].filename, frames[-1].lineno or 0).strip()
        text += f"\n  in {frames[-1].name}, line {frames[-1].lineno} of the cell: {line}"
    return text


def _compare(name: str, found: Any, wanted: Any, tolerance: float | None) -> Difference | None:
    if not isinstance(wanted, Tensor):
        same = type(found) is type(wanted) and found == wanted
        return (
            None if same else Difference("value", f"{name}: yours {found!r}, expected {wanted!r}")
        )
    if found is None and name.startswith("gradient at "):
        return Difference("gradient", f"{name}: no gradient arrives there")
    if found is None:
        return Difference("structure", f"{name} is None: is a `return` missing?")
    if not isinstance(found, Tensor):
        return Difference("structure", f"{name} is a {type(found).__name__}, expected a tensor")
    if found.shape != wanted.shape:
        return Difference(
            "shape",
            f"{name} has shape {tuple(found.shape)}, expected {tuple(wanted.shape)}",
        )
    if found.dtype != wanted.dtype:
        return Difference("dtype", f"{name} is {found.dtype}, expected {wanted.dtype}")
    if not torch.equal(found.isfinite(), wanted.isfinite()):
        count = int((~found.isfinite()).sum())
        return Difference("nan", f"{name}: {count} entries are NaN or infinite")
    found, wanted = found.nan_to_num(0.0, 0.0, 0.0), wanted.nan_to_num(0.0, 0.0, 0.0)
    distance = (found.double() - wanted.double()).abs()
    scale = max(1.0, float(wanted.double().abs().max())) if wanted.numel() else 1.0
    limit = scale * (tolerance if tolerance is not None else TOLERANCE.get(wanted.dtype, 0.0))
    if not bool((distance > limit).any()):
        return None
    return Difference("value", f"{name}:\n{_side_by_side(found, wanted, distance)}")


def _side_by_side(found: Tensor, wanted: Tensor, distance: Tensor) -> str:
    """Both tensors if they are small, otherwise the entry that is furthest off."""
    if wanted.dim() == 0:
        return f"  yours {_number(found).strip()}, expected {_number(wanted).strip()}"
    if wanted.numel() <= SMALL:
        return f"yours\n{table(found)}\nexpected\n{table(wanted)}"
    place = [int(i) for i in torch.unravel_index(distance.argmax(), distance.shape)]
    entry = f"[{', '.join(map(str, place))}]"
    yours, right = _number(found[tuple(place)]), _number(wanted[tuple(place)])
    return f"  furthest off at {entry}: yours {yours.strip()}, expected {right.strip()}"


def table(x: Tensor) -> str:
    """Rows on lines of their own, with their place before them where there are more axes.

    Leading axes of length 1 are left out; True is 1.
    """
    while x.dim() > 2 and x.size(0) == 1:
        x = x[0]
    if x.dim() > 2:
        return "\n".join(f"[{i}]\n{table(part)}" for i, part in enumerate(x))
    return "\n".join("  " + " ".join(map(_number, row)) for row in x.reshape(-1, x.size(-1)))


def _number(x: Tensor) -> str:
    return f"{round(x.item(), 4) + 0.0:8.4f}" if x.is_floating_point() else str(int(x))


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
    return value.detach() if isinstance(value, Tensor) else value


def _count(values: Mapping[str, Any]) -> str:
    return "one value" if len(values) == 1 else f"{len(values)} values ({', '.join(values)})"


def _description(error: Exception | None) -> str | None:
    return None if error is None else f"{type(error).__name__}: {error}"


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:300]


def _is_students(filename: str) -> bool:
    """Whether a frame's file is a notebook cell: IPython names those, and nothing else, so."""
    return "ipykernel" in filename and "site-packages" not in filename
