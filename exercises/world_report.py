"""Grade the forms of public code: `python -m exercises.world_report [ASSIGNMENT ...]`.

Prints a line for each form that is not judged as its label says, and a table. Exit code 1 if a
right form loses a point.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import click
from rich.console import Console
from rich.table import Table

from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.authoring.trusted_runner import PASSED, prepared
from autograder.cells import is_test
from autograder.reporting.results import MISCONCEPTION

from .assignments import Assignment, chosen
from .world_forms import Form, read_forms


@dataclass(frozen=True)
class Judged:
    """A form and what came of it.

    Attributes:
        lost: test -> feedback, of those that failed.
    """

    form: Form
    lost: dict[str, str]
    elsewhere: frozenset[str]  # those among them that belong to other exercises

    @property
    def names(self) -> list[str]:
        """The mistake named in each lost test's feedback, or ""."""
        found = map(MISCONCEPTION.search, self.lost.values())
        return [match[1] if match else "" for match in found]

    @property
    def faults(self) -> list[str]:
        """What is not as the form's label says."""
        form, said = self.form, set(filter(None, self.names))
        if form.right:
            return [f"loses {name}: {text.splitlines()[0]}" for name, text in self.lost.items()]
        found = [f"keeps {name}" for name in sorted(form.loses - self.lost.keys())]
        found += [f"loses {name} too, which is not its own" for name in sorted(self.elsewhere)]
        found += [f"is called {name}" for name in sorted(said - form.named)]
        if form.named and not said:
            found.append(f"is not called {' or '.join(sorted(form.named))}")
        return found


def judge(master: Assignment, forms: list[Form]) -> Iterator[Judged]:
    """Run each form in the notebook that is right everywhere else."""
    symbols = {c.id: c.metadata.course.symbol for c in master.source.cells if is_test(c)}
    with prepared(fill_solutions(master.source, {})) as notebook:
        for form in forms:
            ends = notebook.tests_with(form.symbol, form.code, label=form.symbol)
            lost = {name: text for name, text in ends.items() if text != PASSED}
            elsewhere = frozenset(name for name in lost if symbols[name] != form.symbol)
            yield Judged(form, lost, elsewhere)


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--only", help="One exercise.")
def main(assignments: tuple[str, ...], only: str | None) -> None:
    """Grade the forms of public code, of all assignments or of those that are named."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(title="Forms of public code")
    for heading in (
        "assignment",
        "right",
        "lose a point",
        "wrong",
        "lose",
        "named",
        "silent",
        "false",
    ):
        table.add_column(heading)
    forms, bad = read_forms(), 0
    for master in chosen(assignments):
        mine = [f for f in forms if f.assignment == master.assignment and only in (None, f.symbol)]
        counts: Counter[str] = Counter()
        for judged in judge(master, mine):
            form = judged.form
            for fault in judged.faults:
                console.print(
                    f"{form.assignment} {form.symbol} [{form.title}] {fault}", markup=False
                )
            if form.right:
                counts["right"] += 1
                counts["unjust"] += bool(judged.lost)
            else:
                said = set(filter(None, judged.names))
                counts["wrong"] += 1
                counts["lose"] += bool(judged.lost)
                counts["named"] += bool(said & form.named)
                counts["false"] += bool(said - form.named)
                counts["silent"] += not said
        bad += counts["unjust"]
        keys = ("right", "unjust", "wrong", "lose", "named", "silent", "false")
        table.add_row(master.assignment, *(str(counts[key]) for key in keys))
    console.print(table)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
