"""The first difference between two values, in words: tensors, NumPy arrays, and plain values.

Plain are numbers, strings, booleans and None, and lists, tuples and dictionaries of anything here.
"""

import math
import numbers
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

SMALL = 24  # tensors of up to so many entries are shown completely
SHORT = 120  # lists and dictionaries of up to so many characters are
# Far above the rounding errors of an honest computation in that type, so that a right answer never
# fails by rounding. What must be seen below, a test makes large by its inputs.
TOLERANCE = {torch.float64: 1e-6, torch.float32: 1e-4, torch.bfloat16: 5e-2, torch.float16: 5e-3}
ABOUT_ZERO = 1e-9  # numbers nearer than this are equal: what a law gives in place of 0.0
FLOAT32_ROUNDING = (1e-9, 2e-4)  # relative errors of what was computed in float32 inside


@dataclass(frozen=True)
class Difference:
    """The first difference between an outcome and the expected one.

    `kind` is one of "error", "no error", "structure", "shape", "dtype", "gradient", "input",
    "nan", "value", "fact" (True, False, None or text).
    """

    kind: str
    text: str


def compare(
    name: str, found: Any, wanted: Any, tolerance: float | None = None
) -> Difference | None:
    """Return the first difference, shapes before types before numbers, or None.

    Args:
        name: name of the value in the text.
        tolerance: relative to the largest expected number; by default that of the dtype, and of
            float32 for a plain number, because its own precision is unknown.
    """
    if found is None and wanted is not None:
        return Difference("structure", f"{name} is None: did you forget `return`?")
    if isinstance(wanted, Tensor):
        if not isinstance(found, Tensor):
            return _wrong_kind(name, found, "tensor")
        return _compare_tensors(name, found, wanted, tolerance)
    if isinstance(wanted, np.ndarray):
        if not isinstance(found, np.ndarray):
            return _wrong_kind(name, found, "NumPy array")
        if found.shape == wanted.shape and found.dtype != wanted.dtype:
            return Difference("dtype", f"{name} is {found.dtype}, expected {wanted.dtype}")
        if found.shape == wanted.shape:
            found, wanted = torch.tensor(found.copy()), torch.tensor(wanted.copy())
            return _compare_tensors(name, found, wanted, tolerance)
        return _wrong_shape(name, found, wanted)
    if isinstance(wanted, dict | list | tuple):
        return _compare_containers(name, found, wanted, tolerance)
    if isinstance(wanted, bool):
        same = isinstance(found, bool | np.bool_) and bool(found) == wanted
    elif isinstance(wanted, numbers.Real):
        if not isinstance(found, numbers.Real):
            return _wrong_kind(name, found, "number")
        same = not isinstance(found, bool) and _same_number(found, wanted, tolerance)
    elif isinstance(wanted, str):
        same = isinstance(found, str) and str(found) == wanted  # NumPy's text is text
    else:
        same = type(found) is type(wanted) and found == wanted
    is_number = isinstance(wanted, numbers.Real) and not isinstance(wanted, bool)
    kind = "value" if is_number else "fact"
    return None if same else Difference(kind, f"{name}: {_both(found, wanted)}")


def _compare_tensors(
    name: str, found: Tensor, wanted: Tensor, tolerance: float | None
) -> Difference | None:
    if found.shape != wanted.shape:
        return _wrong_shape(name, found, wanted)
    if found.dtype != wanted.dtype:
        return Difference("dtype", f"{name} is {found.dtype}, expected {wanted.dtype}")
    if not _same_special(found, wanted):
        count = int((~found.isfinite()).sum())
        if count:
            return Difference("nan", f"{name}: {count} entries are NaN or infinite")
        return Difference("nan", f"{name}: every entry is finite, and some should be infinite")
    found, wanted = found.nan_to_num(0.0, 0.0, 0.0), wanted.nan_to_num(0.0, 0.0, 0.0)
    distance = (found.double() - wanted.double()).abs()
    scale = max(1.0, float(wanted.double().abs().max())) if wanted.numel() else 1.0
    limit = scale * (tolerance if tolerance is not None else TOLERANCE.get(wanted.dtype, 0.0))
    if not bool((distance > limit).any()):
        return None
    text = f"{name}:\n{_side_by_side(found, wanted, distance)}"
    worst = float(distance.max())
    if wanted.is_floating_point() and worst < 1e-3 * scale:
        text += f"\nThe largest difference is {worst:.1g}."
        least, most = FLOAT32_ROUNDING
        if wanted.dtype == torch.float64 and least * scale < worst < most * scale:
            text += " That is about what float32 rounds off: is something computed in float32?"
    return Difference("value", text)


def _same_special(found: Tensor, wanted: Tensor) -> bool:
    """Return True if NaN, infinity and minus infinity are in the same places."""
    if not wanted.is_floating_point():
        return True
    return all(
        torch.equal(kind(found), kind(wanted))
        for kind in (torch.isnan, torch.isposinf, torch.isneginf)
    )


def _compare_containers(
    name: str, found: Any, wanted: dict | list | tuple, tolerance: float | None
) -> Difference | None:
    kind = next(kind for kind in (dict, list, tuple) if isinstance(wanted, kind))
    if not isinstance(found, kind):  # an OrderedDict is a dictionary
        return _wrong_kind(name, found, kind.__name__)
    if isinstance(wanted, dict):
        if set(found) != set(wanted):
            keys = _both(sorted(map(str, found)), sorted(map(str, wanted)))
            return Difference("structure", f"the keys of {name}: {keys}")
        places: Iterable = wanted
    else:
        if len(found) != len(wanted):
            text = f"{name} has {len(found)} entries, expected {len(wanted)}"
            both = _both(found, wanted)
            return Difference("shape", text + (f": {both}" if len(both) <= SHORT else ""))
        places = range(len(wanted))
    for place in places:
        entry = compare(f"{name}[{place!r}]", found[place], wanted[place], tolerance)
        if entry is not None:
            both = _both(found, wanted)
            is_value = entry.kind in ("value", "fact")
            whole = is_value and _is_plain(wanted) and len(both) <= SHORT
            return Difference(entry.kind, f"{name}: {both}") if whole else entry
    return None


def _same_number(found: Any, wanted: Any, tolerance: float | None) -> bool:
    if isinstance(wanted, numbers.Integral):
        return isinstance(found, numbers.Integral) and found == wanted
    if math.isnan(wanted):
        return math.isnan(found)
    relative = tolerance if tolerance is not None else TOLERANCE[torch.float32]
    return math.isclose(found, wanted, rel_tol=relative, abs_tol=max(tolerance or 0, ABOUT_ZERO))


def _is_plain(x: Any) -> bool:
    if isinstance(x, dict):
        return all(map(_is_plain, x.values()))
    if isinstance(x, list | tuple):
        return all(map(_is_plain, x))
    return not isinstance(x, Tensor | np.ndarray)


def _wrong_kind(name: str, found: Any, expected: str) -> Difference:
    return Difference("structure", f"{name} is {describe_kind(found)}, expected a {expected}")


def describe_kind(x: Any) -> str:
    """Return what a value is, in a few words."""
    if x is None:
        return "None (did you forget `return`?)"
    if isinstance(x, Tensor):
        return f"a tensor of shape {tuple(x.shape)}"
    if isinstance(x, tuple):
        return f"a tuple of {len(x)}"
    kind = type(x).__name__
    return f"{'an' if kind[:1].lower() in 'aeiou' else 'a'} {kind}"


def _wrong_shape(name: str, found: Any, wanted: Any) -> Difference:
    return Difference(
        "shape", f"{name} has shape {tuple(found.shape)}, expected {tuple(wanted.shape)}"
    )


def _both(found: Any, wanted: Any) -> str:
    yours, right = _brief(found), _brief(wanted)
    if yours == right:  # they differ in a later digit, or in their types
        yours, right = repr(found), repr(wanted)
    return f"yours {yours}, expected {right}"


def _brief(x: Any) -> str:
    """Format numbers with six digits, in lists and dictionaries too; NumPy's without type."""
    if isinstance(x, dict):
        return f"{{{', '.join(f'{key!r}: {_brief(value)}' for key, value in x.items())}}}"
    if isinstance(x, list | tuple):
        entries = ", ".join(map(_brief, x))
        return f"[{entries}]" if isinstance(x, list) else f"({entries})"
    if isinstance(x, numbers.Real) and not isinstance(x, bool):
        return f"{float(x):.6g}" if not isinstance(x, numbers.Integral) else str(int(x))
    return repr(x)


def _side_by_side(found: Tensor, wanted: Tensor, distance: Tensor) -> str:
    """Show both tensors if they are small, otherwise the entry that is furthest off."""
    place = [int(i) for i in torch.unravel_index(distance.argmax(), distance.shape)]
    yours, right = _differing(found[tuple(place)], wanted[tuple(place)])
    if wanted.dim() == 0:
        return f"  yours {yours}, expected {right}"
    if wanted.numel() <= SMALL and float(distance.max()) > 1e-4:
        return f"yours\n{table(found)}\nexpected\n{table(wanted)}"
    entry = f"[{', '.join(map(str, place))}]"
    return f"  furthest off at {entry}: yours {yours}, expected {right}"


def _differing(found: Tensor, wanted: Tensor) -> tuple[str, str]:
    """Return two numbers with four decimals, or as many digits as show the difference."""
    yours, right = _number(found).strip(), _number(wanted).strip()
    digits = 5
    while yours == right and digits <= 17:
        yours, right = f"{found.item():.{digits}g}", f"{wanted.item():.{digits}g}"
        digits += 1
    return yours, right


def table(x: Tensor) -> str:
    """Format a tensor, a row on each line, with an index above them if there are more axes.

    Leading axes of length 1 are left out; True is 1.
    """
    while x.dim() > 2 and x.size(0) == 1:
        x = x[0]
    if x.dim() > 2:
        return "\n".join(f"[{i}]\n{table(part)}" for i, part in enumerate(x))
    return "\n".join("  " + " ".join(map(_number, row)) for row in x.reshape(-1, x.size(-1)))


def _number(x: Tensor) -> str:
    return f"{round(x.item(), 4) + 0.0:8.4f}" if x.is_floating_point() else str(int(x))
