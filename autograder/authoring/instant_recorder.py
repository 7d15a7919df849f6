"""Record numbers for the instant checks: inputs, expected results, results of known mistakes.

Only numbers are recorded, never code of an answer. They are rounded so that every machine writes
the same bytes. Of a known mistake, only a sketch of each outcome is kept, see
`instant_runtime.sketch`: enough to recognize it, and short.
"""

import json
import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from autograder.checks import Mistake
from autograder.checks.observation import Case

from . import instant_runtime as runtime

DECIMALS = 4  # of the numbers in tensors and arrays
DIGITS = 6  # of a plain number, which may be as small as a learning rate
# Sketches that differ by less are recorded as right: a tenth of what a student may differ by.
NO_HARM = 1e-4
LARGE = 1e5  # a number whose rounding error in float32 may differ by more than that


@dataclass
class Group:
    """Cases that are tried in the same way.

    Attributes:
        names: of the results, in the feedback.
        build: arguments of a layer's constructor.
        through: a function that tries out what the student wrote, in place of calling it.
        law: its source, if the notebook does not define a function of that name.
        gradients: compare the gradients at inputs and parameters too.
        dtype: of all floating-point numbers, such as "float64".
        mode: "train" or "eval", for a layer.
    """

    cases: list[Case]
    names: list[str] = field(default_factory=lambda: ["the result"])
    build: dict | None = None
    through: Callable | None = None
    law: str | None = None
    gradients: bool = False
    dtype: str | None = None
    mode: str = "eval"


def record(
    reference: Callable,
    mistakes: Iterable[Mistake],
    groups: Iterable[Group],
    read: str,
    namespace: Mapping[str, Any],
    **about: Any,
) -> dict:
    """Record the data that `InstantChecks` needs for one function, layer or class.

    Args:
        namespace: what `through` may use besides what the notebook defines.
        about: facts about the exercise that are handed on.
    """
    forms = [_form(group, reference) for group in groups]
    cases = [(form, case) for form in forms for case in form["cases"]]

    def outcomes(implementation: Callable) -> list[dict]:
        return [_outcome(implementation, form, case, namespace) for form, case in cases]

    def sketch_of_both(both: Callable, one: dict, other: dict) -> list[dict]:
        """Sketch two mistakes together; where neither does harm alone, both do none."""
        harm = [a or b for a, b in zip(one["outcomes"], other["outcomes"], strict=True)]
        return [
            runtime.sketch(_outcome(both, form, case, namespace)) if harmed else right
            for (form, case), right, harmed in zip(cases, sketches, harm, strict=True)
        ]

    expected = outcomes(reference)
    for (_, case), right in zip(cases, expected, strict=True):
        case["expected"] = right
    sketches = [runtime.sketch(right) for right in expected]
    known, entries = [], []
    for mistake in mistakes:
        wrong = [runtime.sketch(outcome) for outcome in outcomes(_anew(mistake))]
        differs = [not runtime.alike(a, b, NO_HARM) for a, b in zip(wrong, sketches, strict=True)]
        if any(differs):
            known.append(mistake)
            entries.append(
                {
                    "did": mistake.did,
                    "causes": mistake.causes,
                    "fix": mistake.fix,
                    "section": mistake.section,
                    # None where the mistake does no harm: shorter, and the same numbers
                    "outcomes": [w if d else None for w, d in zip(wrong, differs, strict=True)],
                }
            )
    large = [_is_large(case) for _, case in cases]
    alone = [
        runtime.together([o or r for o, r in zip(entry["outcomes"], sketches, strict=True)])
        for entry in entries
    ]
    return {
        "read": read,
        **about,
        "groups": forms,
        "mistakes": entries,
        "pairs": list(_pairs(known, entries, sketches, large, alone, sketch_of_both)),
    }


def to_json(entries: dict[str, dict], book_url: str, assignment: str) -> str:
    """Return JSON with one line for each check, sorted, without spaces."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(entry, sort_keys=True, separators=(',', ':'))}"
        for name, entry in entries.items()
    ]
    head = f'"book": {json.dumps(book_url)}, "assignment": {json.dumps(assignment)}'
    return f'{{{head}, "checks": {{\n' + ",\n".join(lines) + "\n}}"


def _anew(mistake: Mistake) -> Callable:
    """Return what a mistake makes of the reference; nothing is left of what it did before."""
    anew = getattr(mistake, "anew", None)
    return mistake.implementation if anew is None else anew()


def _pairs(
    known: list[Mistake],
    entries: list[dict],
    right: list,
    large: list[bool],
    alone: list[list],
    sketch_of_both: Callable,
) -> Iterable[list]:
    """Yield two mistakes, by their places, with the mark of what they give together.

    Args:
        right: sketch of the right outcome of each case.
        large: which cases make rounding errors large.
    """
    for (i, one), (j, other) in combinations(enumerate(known), 2):
        both = one.combined(other) if hasattr(one, "combined") else None
        if both is None:
            continue
        found = sketch_of_both(both, entries[i], entries[j])
        outcomes = zip(large, found, right, *(entries[k]["outcomes"] for k in (i, j)), strict=True)
        if any(is_large and _is_rounding(*each) for is_large, *each in outcomes):
            continue
        mark = runtime.together(found)
        if not any(runtime.alike(mark, single) for single in alone):
            yield [i, j, *mark]


def _is_large(case: dict) -> bool:
    """Return True if a case has numbers so large that a rounding error of float32 is seen."""
    numbers = (x.get("data", ()) for x in case["args"] if isinstance(x, dict))
    return any(isinstance(n, int | float) and abs(n) >= LARGE for data in numbers for n in data)


def _is_rounding(both: list | str, right: list | str, *alone: list | str | None) -> bool:
    """Return True if two mistakes give together what neither gives alone.

    Among large numbers that may be a rounding error, which differs from machine to machine.
    """
    known = [right, *filter(None, alone)]
    return not any(runtime.alike(both, one) for one in known)


def _form(group: Group, reference: Callable) -> dict[str, Any]:
    """Return a group as plain data, still without expected outcomes."""
    form: dict[str, Any] = {"names": group.names}
    if group.build is not None:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(0)
            layer = reference(**group.build)
        form["build"] = group.build
        named = layer.named_parameters(remove_duplicate=False)
        form["parameters"] = {name: _recorded(_rounded(p.detach())) for name, p in named}
    if group.through is not None:
        form["through"] = group.through.__name__
    if group.law is not None:
        form["law"] = group.law
    if group.gradients:
        form["gradients"] = True
    if group.dtype is not None:
        form["dtype"] = group.dtype
    if group.mode != "eval":
        form["mode"] = group.mode
    form["cases"] = [
        {"label": case.label, "args": [_recorded(x) for x in tree_map(_rounded, case.args)]}
        for case in group.cases
    ]
    return form


def _outcome(
    implementation: Callable, form: dict, case: dict, namespace: Mapping[str, Any]
) -> dict[str, Any]:
    """Return an outcome as the notebook would see it, rounded.

    What the notebook computes in float32 is computed in float64 here, so that its rounded numbers
    are the same on every machine; only the types are those of the notebook.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = runtime.observed(implementation, form, case, namespace)
    found.pop("found", None)
    found.pop("error", None)
    exact = found
    converted = "build" in form or "float" in json.dumps(case["args"])
    if converted and "raises" not in found and "dtype" not in form:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            doubled = {**form, "dtype": "float64"}
            exact = runtime.observed(implementation, doubled, case, namespace)
        exact.pop("found", None)
    if "raises" in found or "raises" in exact:
        return {key: found[key] for key in ("raises", "message") if key in found} or _plain(found)
    return _plain(_merged(found, exact))


def _merged(form: Any, exact: Any) -> Any:
    """Return the numbers of the second in the form of the first."""
    if isinstance(form, dict) and isinstance(exact, dict) and form.keys() == exact.keys():
        if "data" in form and form["shape"] == exact["shape"]:
            return {**form, "data": exact["data"]}
        return {key: _merged(form[key], exact[key]) for key in form}
    if isinstance(form, list) and isinstance(exact, list) and len(form) == len(exact):
        return [_merged(a, b) for a, b in zip(form, exact, strict=True)]
    return exact if isinstance(form, float) and isinstance(exact, float) else form


def _plain(x: Any) -> Any:
    """Round all numbers of an encoded outcome."""
    if isinstance(x, dict):
        if "data" in x and x["dtype"].startswith(("float", "bfloat")):
            return {**x, "data": [_number(v) for v in x["data"]]}
        return {key: _plain(value) for key, value in x.items()}
    if isinstance(x, list):
        return list(map(_plain, x))
    return float(f"{x:.{DIGITS}g}") if isinstance(x, float) else x


def _recorded(x: Any) -> Any:
    """Return an input as plain data.

    Raises:
        ValueError: it has a dictionary whose keys are not strings.
    """
    if isinstance(x, dict) and not all(isinstance(key, str) for key in x):
        raise ValueError(f"only dictionaries with strings as keys can be recorded, not {x}")
    return _plain(runtime.encoded(x))


def _rounded(x: Any) -> Any:
    """Round one input, which is no container."""
    if isinstance(x, Tensor) and x.is_floating_point():
        rounded = [round(v, 2) for v in x.flatten().tolist()]
        return torch.tensor(rounded, dtype=x.dtype).reshape(x.shape)
    return x.round(2) if isinstance(x, np.ndarray) else x


def _number(v: float) -> float | int:
    if not math.isfinite(v):
        return v
    v = round(v, DECIMALS)
    return int(v) if v.is_integer() else v
