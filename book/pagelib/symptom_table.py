"""What a known mistake looks like from outside: run it beside the reference on small inputs.

The chapter's table of mistakes is made here, by measuring; nothing in it is typed.
"""

import html
import re
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from solutions import misconceptions
from solutions.misconceptions import Misconception

from .figures import Table
from .symptom_cases import situations

ROW_SUMS = "row sums"


def symptom_table(*replaced: str) -> Table:
    """One row for every known way to get the named references wrong."""
    known = [mistake for name in replaced for mistake in misconceptions.for_reference(name)]
    return _table(known, f"Known mistakes in {', '.join(replaced)}")


def symptoms_of(*names: str) -> Table:
    """One row for each of these mistakes, by their own names.

    Raises:
        KeyError: for a name that is not known.
    """
    known = {mistake.name: mistake for mistake in misconceptions.all_of_them()}
    return _table([known[name] for name in names], "Known mistakes that this page is about")


def _table(known: list[Misconception], label: str) -> Table:
    rows = [
        [prose(one.sentence), _whole_shapes(prose(symptom(one))), link_to(one)] for one in known
    ]
    head = ("What happened", "Measured beside the reference", "Explained")
    return Table(head, rows, label, stack=True)


def symptom(mistake: Misconception) -> str:
    """How the mistake shows, in the first situation in which it does."""
    for name, situation in situations()[mistake.replaces].items():
        if difference := _difference(situation, mistake.reference, mistake.implementation):
            return difference if difference.startswith(name) else f"{name}: {difference}"
    return "none in these situations"


def _difference(situation: Callable, reference: Callable, wrong: Callable) -> str:
    right = situation(reference)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a mistake makes PyTorch say is no symptom
            result = situation(wrong)
    except (RuntimeError, ValueError, TypeError, LookupError, AttributeError) as error:
        return f"{type(error).__name__}"
    for label, expected in right.items():
        if text := _compare(label, result[label], expected):
            return text
    return ""


def _compare(label: str, result: Any, expected: Any) -> str:
    if isinstance(expected, Tensor) and isinstance(result, Tensor):
        return _compare_tensors(label, result.detach(), expected.detach())
    return "" if result == expected else f"{label}: {_brief(result)}, not {_brief(expected)}"


def _compare_tensors(label: str, result: Tensor, expected: Tensor) -> str:
    if result.dtype != expected.dtype:
        return f"{label} is {_dtype(result)}, not {_dtype(expected)}"
    if result.shape != expected.shape:
        return f"{label} has shape {tuple(result.shape)}, not {tuple(expected.shape)}"
    if result.dtype == torch.bool:
        wrong = int((result != expected).sum())
        return f"{wrong} of {expected.numel()} entries differ" if wrong else ""
    if result.isnan().any() and result.dim() == 0:
        return f"{label}: NaN, not {float(expected):.2g}"
    if result.isnan().any():
        return f"NaN in {int(result.isnan().sum())} of {result.numel()} numbers ({label})"
    if not expected.numel():
        return ""
    largest = float((result - expected).abs().max())
    if largest < 1e-6:
        return ""
    if label == ROW_SUMS:
        worst = (result - expected).abs().argmax()
        found, right = result.flatten()[worst], expected.flatten()[worst]
        return f"a row of weights sums to {found:.2f}, not {right:.0f}"
    if result.dim() == 0:
        return f"{label}: {float(result):.2g}, not {float(expected):.2g}"
    return f"{label} off by up to {largest:.2g}"


def _brief(x: Any) -> str:
    """A value as text; of a word that is said again and again, three times are enough."""
    if isinstance(x, float):
        return f"{x:.2g}"
    return re.sub(r"(\S+)((?: \1){2})(?: \1)+", r"\1\2 …", str(x))


def _dtype(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")


def prose(text: str) -> str:
    """Text as HTML, with what stands in backquotes as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def _whole_shapes(text: str) -> str:
    """The text, in which no line ends within a shape such as (2, 3)."""
    return re.sub(r"(?<=\d,) (?=\d)", "\N{NO-BREAK SPACE}", text)


def link_to(mistake: Misconception) -> str:
    """A link to the section that explains the mistake, for any page of the book."""
    anchor = mistake.section.partition("#")[2]
    return f'<a href="{mistake.section}">{anchor.partition("-")[2].replace("-", " ")}</a>'
