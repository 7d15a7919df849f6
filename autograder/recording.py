"""Recorded numbers for the instant checks: inputs, expected results, each mistake's results.

Numbers only, never code. They are rounded so that every machine writes the same bytes.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .checks import Mistake
from .outcomes import Case

DECIMALS = 4


def record(
    reference: Callable,
    mistakes: Iterable[Mistake],
    cases: list[Case],
    names: list[str],
    read: str,
    build: dict | None = None,
) -> dict:
    """What `instant.InstantChecks` needs to know about one function or layer."""
    cases = [Case(c.label, tuple(_rounded(x) for x in c.args)) for c in cases]
    entry: dict[str, Any] = {"names": names, "read": read}
    parameters: dict[str, Tensor] = {}
    if build is not None:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            parameters = {k: _rounded(p) for k, p in reference(**build).state_dict().items()}
        entry["build"] = build
        entry["parameters"] = {name: _encode(value) for name, value in parameters.items()}

    def outcomes(implementation: Callable) -> list:
        return [_outcome(implementation, case, build, parameters) for case in cases]

    expected = outcomes(reference)
    entry["cases"] = [
        {"label": case.label, "args": [_encode(x) for x in case.args], "expected": right}
        for case, right in zip(cases, expected, strict=True)
    ]
    entry["mistakes"] = []
    for mistake in mistakes:
        wrong = outcomes(mistake.implementation)
        if wrong != expected:  # what these cases cannot tell from right is left to hidden tests
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
    """One line per check, sorted, without blanks."""
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
        with torch.no_grad():
            result = function(*[_doubled(x) for x in case.args])
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return [_encode(x) for x in (result if isinstance(result, tuple) else (result,))]


def _rounded(x: Any) -> Any:
    if isinstance(x, Tensor) and x.is_floating_point():
        return torch.tensor([round(v, 2) for v in x.flatten().tolist()]).reshape(x.shape)
    return x


def _doubled(x: Any) -> Any:
    """Results are computed in float64: rounded, they are then the same on every machine."""
    return x.double() if isinstance(x, Tensor) and x.is_floating_point() else x


def _encode(x: Any) -> Any:
    """Floating-point tensors are recorded as float32, which is what the student uses."""
    if not isinstance(x, Tensor):
        return x
    numbers = x.detach().flatten().tolist()
    dtype = str(x.dtype).removeprefix("torch.")
    if x.is_floating_point():
        dtype, numbers = "float32", [_number(v) for v in numbers]
    elif x.dtype == torch.bool:
        numbers = [int(v) for v in numbers]
    return {"dtype": dtype, "shape": list(x.shape), "data": numbers}


def _number(v: float) -> float | int:
    v = round(v, DECIMALS)
    return int(v) if v.is_integer() else v
