"""What the docstrings of the exercises promise, and which hidden test holds each sentence."""

from exercises.assignments import Assignment, all_assignments
from exercises.promises import Promise, read_promises, titles

from .figures import Table
from .symptom_table import prose

HEAD = ("Sentence", "Held by")


class PromiseTables:
    """For each assignment the sentences of its docstrings, and the tests that hold them."""

    def __init__(self) -> None:
        self.of = [(master, read_promises(master)) for master in all_assignments()]

    @property
    def summary(self) -> str:
        """How many sentences there are, and how many of them the tests hold."""
        every = [one for _, names in self.of for entries in names.values() for one in entries]
        promised = [one for one in every if not one.explains]
        held = sum(not one.missing for one in promised)
        return (
            f"{len(every)} sentences: {len(promised)} promise something, "
            f"{len(every) - len(promised)} explain.\n"
            f"Hidden tests hold {held} of the promises completely."
        )

    def _repr_html_(self) -> str:
        return "\n".join(_section(master, names) for master, names in self.of)


def _section(master: Assignment, names: dict[str, list[Promise]]) -> str:
    of_tests = titles(master)
    count = sum(map(len, names.values()))
    parts = [f"<details><summary>{master.assignment}: {count} sentences</summary>"]
    for name, promises in names.items():
        rows = [[prose(one.says), _held_by(one, of_tests)] for one in promises]
        table = Table(HEAD, rows, f"What {name} promises", stack=True)
        parts.append(f"<p><strong><code>{name}</code></strong></p>{table._repr_html_()}")
    return "\n".join([*parts, "</details>"])


def _held_by(promise: Promise, of_tests: dict[str, str]) -> str:
    if promise.explains:
        return "explains, promises nothing"
    lines = [f"<code>{test}</code>: {prose(of_tests[test])}" for test in promise.tests]
    if promise.missing:
        lines.append("<em>not held completely</em>" if lines else "<em>no test yet</em>")
    return "<br>".join(lines)
