"""Record numbers for the instant checks: inputs, expected results, results of known mistakes.

Only numbers are recorded, never code. They are rounded so that every machine writes the same bytes.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from autograder.checks import Mistake
from autograder.checks.observation import Case

DECIMALS = 4  # of the numbers in tensors and arrays
DIGITS = 6  # of a plain number, which may be as small as a learning rate


def record(
    reference: Callable,
    mistakes: Iterable[Mistake],
    cases: list[Case],
    names: list[str],
    read: str,
    build: dict | None = None,
    through: Callable | None = None,
) -> dict:
    """Record the data that `InstantChecks` needs for one function, layer or class.

    Args:
        through: `through(implementation, *inputs)` measures a property of the implementation, and
            its result is recorded; the notebook must define a function of the same name.
    """
    cases = [Case(c.label, tree_map(_rounded, c.args)) for c in cases]
    entry: dict[str, Any] = {"names": names, "read": read}
    parameters: dict[str, Tensor] = {}
    if build is not None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            parameters = {k: _rounded(p) for k, p in reference(**build).state_dict().items()}
        entry["build"] = build
        entry["parameters"] = {name: _encode(value) for name, value in parameters.items()}
    if through is not None:
        entry["through"] = through.__name__

    def outcomes(implementation: Callable) -> list:
        measured = implementation if through is None else partial(through, implementation)
        return [_outcome(measured, case, build, parameters) for case in cases]

    expected = outcomes(reference)
    entry["cases"] = [
        {"label": case.label, "args": [_encode(x) for x in case.args], "expected": right}
        for case, right in zip(cases, expected, strict=True)
    ]
    entry["mistakes"] = []
    for mistake in mistakes:
        wrong = outcomes(mistake.implementation)
        if wrong != expected:  # hidden tests find what these cases cannot distinguish
            entry["mistakes"].append(
                {
                    "sentence": mistake.sentence,
                    "section": mistake.section,
                    # None where the mistake does no harm: shorter, and the same numbers
                    "outcomes": [
                        None if w == e else w for w, e in zip(wrong, expected, strict=True)
                    ],
                }
            )
    return entry


def to_json(entries: dict[str, dict], book_url: str) -> str:
    """Return JSON with one line for each check, sorted, without spaces."""
    lines = [
        f"{json.dumps(name)}: {json.dumps(entry, sort_keys=True, separators=(',', ':'))}"
        for name, entry in entries.items()
    ]
    return f'{{"book": {json.dumps(book_url)}, "checks": {{\n' + ",\n".join(lines) + "\n}}"


def _outcome(implementation, case: Case, build, parameters) -> list | str:
    try:
        function = implementation
        if build is not None:
            function = implementation(**build)
            function.load_state_dict(parameters)
            function.eval()
            function.double()
        with torch.no_grad(), np.errstate(all="ignore"):
            result = function(*tree_map(_doubled, case.args))
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return [_encode(x) for x in (result if isinstance(result, tuple) else (result,))]


def _rounded(x: Any) -> Any:
    """Round one input, which is no container."""
    if isinstance(x, Tensor) and x.is_floating_point():
        return torch.tensor([round(v, 2) for v in x.flatten().tolist()]).reshape(x.shape)
    return x.round(2) if isinstance(x, np.ndarray) else x


def _doubled(x: Any) -> Any:
    """Copy one input in float64, whose rounded results are the same on every machine."""
    if isinstance(x, Tensor):
        return x.double() if x.is_floating_point() else x.clone()
    return x.copy() if isinstance(x, np.ndarray) else x


def _encode(x: Any) -> Any:
    """Return a value as JSON; `instant_runtime._decoded` reads it.

    Floating-point tensors are recorded as float32, which is what the student uses.
    """
    if isinstance(x, list):
        return list(map(_encode, x))
    if isinstance(x, tuple):
        return {"tuple": list(map(_encode, x))}
    if isinstance(x, dict):
        if not all(isinstance(key, str) for key in x):
            raise ValueError(f"only dictionaries with strings as keys can be recorded, not {x}")
        return {"dict": {key: _encode(value) for key, value in x.items()}}
    if isinstance(x, float):
        return float(f"{x:.{DIGITS}g}")
    if not isinstance(x, Tensor | np.ndarray):
        return x
    numbers = (x.detach() if isinstance(x, Tensor) else x).flatten().tolist()
    dtype = str(x.dtype).removeprefix("torch.")
    if dtype.startswith(("float", "bfloat")):
        numbers = [_number(v) for v in numbers]
        dtype = "float32" if isinstance(x, Tensor) else dtype
    elif dtype == "bool":
        numbers = [int(v) for v in numbers]
    kind = {} if isinstance(x, Tensor) else {"array": True}
    return {"dtype": dtype, "shape": list(x.shape), "data": numbers, **kind}


def _number(v: float) -> float | int:
    v = round(v, DECIMALS)
    return int(v) if v.is_integer() else v
