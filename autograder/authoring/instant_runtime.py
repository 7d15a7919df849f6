# The instant checks. They compare what your code returns with recorded numbers: no network, and
# nothing to install but torch. You need not read this cell; run it and go on.
import html
import json  # noqa: F401  (for the recorded numbers, in the notebook)
import math
import numbers
import re
import warnings

import torch


class InstantChecks:
    """check("name") tells at once how your function or layer `name` is doing."""

    def __init__(self, recorded, namespace):
        self.recorded, self.namespace = recorded, namespace

    def __call__(self, name):
        entry = self.recorded["checks"][name]
        mine = self.namespace.get(name)
        if mine is None:
            return Verdict("grey", f"{name} is not defined yet. Run the cell where you write it.")
        found = []
        for case in entry["cases"]:
            try:
                found.append(self._run(mine, entry, case))
            except Exception as error:
                # PyTorch raises NotImplementedError too, but says what is not implemented.
                if isinstance(error, NotImplementedError) and not str(error):
                    return Verdict("grey", f"{name}: not started yet.")
                found.append(f"{type(error).__name__}: {error}")
        return self._judge(name, entry, found)

    def _run(self, mine, entry, case):
        if "build" in entry:
            mine = mine(**entry["build"])
            mine.load_state_dict({k: _decoded(v) for k, v in entry["parameters"].items()})
            mine.eval()
        args = [_decoded(x) for x in case["args"]]
        if "through" in entry:  # a function given in the notebook tries out what you wrote
            mine, args = self.namespace[entry["through"]], [mine, *args]
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # overflow shows in the numbers
            result = mine(*args)
        return list(result) if isinstance(result, tuple) else [result]

    def _judge(self, name, entry, found):
        cases = entry["cases"]
        wrong = [
            (case, mine, text)
            for case, mine in zip(cases, found, strict=True)
            if (text := _difference(mine, case["expected"], entry["names"]))
        ]
        if not wrong:
            right = "; ".join(case["label"] for case in cases)
            return Verdict("green", f"{name} is right on every recorded case ({right}).")
        case, _, text = wrong[0]
        details = f"With {case['label']}:\n{text}"
        for mistake in entry["mistakes"]:
            outcomes = [o or c["expected"] for o, c in zip(mistake["outcomes"], cases, strict=True)]
            if not any(
                _difference(m, o, entry["names"]) for m, o in zip(found, outcomes, strict=True)
            ):
                link = f"{self.recorded['book']}/{mistake['section']}"
                return Verdict("red", mistake["sentence"], details, link)
        passed = [c["label"] for c in cases if all(c is not w[0] for w in wrong)]
        headline = f"{name} is not right yet."
        if passed:
            headline += f" It is right with: {'; '.join(passed)}."
        return Verdict("red", headline, details, f"{self.recorded['book']}/{entry['read']}")


_LOOKS = {"green": ("✓", "#2e9e5b"), "red": ("✗", "#d1495b"), "grey": ("○", "#8a8f98")}


class Verdict:
    def __init__(self, colour, headline, details="", link=""):
        self.mark, self.colour = _LOOKS[colour]
        self.headline, self.details, self.link = headline, details, link

    def __repr__(self):
        lines = [f"{self.mark} {self.headline}"]
        lines += ["  " + line for line in self.details.splitlines()]
        return "\n".join(lines + ([f"  Read: {self.link}"] if self.link else []))

    def _repr_html_(self):
        details, link = html.escape(self.details), html.escape(self.link)
        return (
            f'<div style="border-left: 4px solid {self.colour}; padding: .3em .8em">'
            f"<strong>{self.mark} {html.escape(self.headline)}</strong>"
            + (
                f'<pre style="margin: .4em 0; white-space: pre-wrap">{details}</pre>'
                if details
                else ""
            )
            + (f'<a href="{link}" target="_blank">Read the section about it</a>' if link else "")
            + "</div>"
        )


def _decoded(recorded):
    if isinstance(recorded, list):
        return [_decoded(x) for x in recorded]
    if not isinstance(recorded, dict):
        return recorded
    if "tuple" in recorded:
        return tuple(_decoded(recorded["tuple"]))
    if "dict" in recorded:
        return {key: _decoded(value) for key, value in recorded["dict"].items()}
    dtype = getattr(torch, recorded["dtype"])
    x = torch.tensor(recorded["data"], dtype=dtype).reshape(recorded["shape"])
    return x.numpy() if recorded.get("array") else x


def _difference(found, expected, names):
    """The first difference, in words; empty when there is none. A string is an exception."""
    if isinstance(found, str) or isinstance(expected, str):
        if _without_names(found) == _without_names(expected):
            return ""
        return found if isinstance(found, str) else "no exception"
    if len(found) != len(expected):
        return f"you return {len(found)} value(s), expected {len(expected)}: {', '.join(names)}"
    for name, mine, recorded in zip(names, found, expected, strict=True):
        if text := _compare(name, mine, _decoded(recorded)):
            return text
    return ""


def _without_names(found):
    """A mistake raises the same as you, but under another name: `Layer.forward() missing ...`"""
    return re.sub(r"[\w.<>]+\(\)", "()", found) if isinstance(found, str) else found


def _compare(name, mine, right):
    if isinstance(right, (list, tuple, dict)):
        if type(mine) is not type(right):
            return f"{name} is a {type(mine).__name__}, expected a {type(right).__name__}"
        both = f"{name}: yours {_plain(mine)}, expected {_plain(right)}"
        if isinstance(right, dict):
            places, same = list(right), set(mine) == set(right)
        else:
            places, same = range(len(right)), len(mine) == len(right)
        if not same:
            return both
        texts = (_compare(f"{name}[{place!r}]", mine[place], right[place]) for place in places)
        first = next(filter(None, texts), "")
        return both if first and len(both) < 200 and "tensor(" not in both else first
    if not hasattr(right, "dtype"):
        equal = isinstance(mine, (numbers.Number, str, type(None))) and mine == right
        if isinstance(right, float) and isinstance(mine, numbers.Real):
            equal = math.isclose(mine, right, rel_tol=2e-4, abs_tol=1e-9) or _nan(mine, right)
        return "" if equal else f"{name}: yours {_plain(mine)}, expected {_plain(right)}"
    kind = "tensor" if isinstance(right, torch.Tensor) else "NumPy array"
    if not hasattr(mine, "dtype") or isinstance(mine, torch.Tensor) != (kind == "tensor"):
        return f"{name} is a {type(mine).__name__}, expected a {kind}"
    if mine.shape != right.shape:
        return f"{name} has shape {tuple(mine.shape)}, expected {tuple(right.shape)}"
    if mine.dtype != right.dtype:
        return f"{name} is {mine.dtype}, expected {right.dtype}"
    if kind == "NumPy array":
        mine, right = torch.tensor(mine.copy()), torch.tensor(right)
    if not torch.allclose(mine.double(), right.double(), rtol=0, atol=2e-4, equal_nan=True):
        return f"{name}: yours\n{_table(mine)}\n{name}: expected\n{_table(right)}"
    return ""


def _nan(a, b):
    return a != a and b != b


def _table(x):
    """Rows on lines of their own; for each further axis the place before them; True is 1."""
    x = torch.atleast_1d(x)
    while x.dim() > 2 and x.shape[0] == 1:
        x = x[0]
    if x.dim() > 2:
        return "\n".join(f"[{i}]\n{_table(part)}" for i, part in enumerate(x))
    return "\n".join("  " + " ".join(map(_number, row)) for row in x.reshape(-1, x.shape[-1]))


def _number(x):
    return f"{round(x.item(), 3) + 0.0:7.3f}" if x.is_floating_point() else f"{int(x)}"


def _plain(x):
    if isinstance(x, (list, tuple)):
        entries = ", ".join(map(_plain, x))
        return f"[{entries}]" if isinstance(x, list) else f"({entries})"
    if isinstance(x, dict):
        return f"{{{', '.join(f'{key!r}: {_plain(value)}' for key, value in x.items())}}}"
    return f"{x:.6g}" if isinstance(x, float) else str(x)
