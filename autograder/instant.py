# The instant checks. They compare what your code returns with recorded numbers: no network, and
# nothing to install but torch. You need not read this cell; run it and go on.
import html
import json  # noqa: F401  (for the recorded numbers, in the notebook)

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
            mine.load_state_dict({k: _tensor(v) for k, v in entry["parameters"].items()})
            mine.eval()
        with torch.no_grad():
            result = mine(*[_tensor(x) for x in case["args"]])
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


def _tensor(recorded):
    if not isinstance(recorded, dict):
        return recorded
    dtype = getattr(torch, recorded["dtype"])
    return torch.tensor(recorded["data"], dtype=dtype).reshape(recorded["shape"])


def _difference(found, expected, names):
    """The first difference, in words; empty when there is none. A string is an exception."""
    if isinstance(found, str) or isinstance(expected, str):
        return "" if found == expected else (found if isinstance(found, str) else "no exception")
    if len(found) != len(expected):
        return f"you return {len(found)} value(s), expected {len(expected)}: {', '.join(names)}"
    for name, mine, recorded in zip(names, found, expected, strict=True):
        right = _tensor(recorded)
        if not isinstance(mine, torch.Tensor):
            return f"{name} is a {type(mine).__name__}, expected a tensor"
        if mine.shape != right.shape:
            return f"{name} has shape {tuple(mine.shape)}, expected {tuple(right.shape)}"
        if mine.dtype != right.dtype:
            return f"{name} is {mine.dtype}, expected {right.dtype}"
        if not torch.allclose(mine.double(), right.double(), rtol=0, atol=2e-4, equal_nan=True):
            return f"{name}: yours\n{_table(mine)}\n{name}: expected\n{_table(right)}"
    return ""


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
