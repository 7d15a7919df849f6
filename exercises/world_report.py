"""Are marks and feedback true? `python -m exercises.world_report [ASSIGNMENT ...]`.

Grades every right answer that the course knows (the reference, other styles, right forms of public
code) and every wrong one (wrong forms of public code; for the known mistakes see
`record_kill_table`), and runs the instant checks on all of them. Prints a line for each answer that
is not judged as its label says, and a table, which is recorded. Exit code 1 if a right answer loses
a point, sees red or is accused of a mistake, if a known mistake is green, or if a mark depends on
the hidden inputs.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields

import click
from rich.console import Console
from rich.table import Table

from autograder.atomic_write import atomic_write_text
from autograder.authoring.instant_gate import GREEN, RED, InstantGate
from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.authoring.trusted_runner import PASSED, Prepared, Scope, prepared
from autograder.cells import is_test
from autograder.execution.diagnosis_switch import without_diagnosis
from autograder.reporting.results import MISCONCEPTION
from solutions.alternatives import styles

from .assignments import HERE, Assignment, chosen
from .record_kill_table import read_matrix
from .world_forms import Form, read_forms

RECORD = HERE / "world-report.json"
REFERENCE, STYLE = "the reference", "another style"


@dataclass(frozen=True)
class Judged:
    """An answer and what came of it.

    Attributes:
        lost: test -> feedback, of those that failed.
        elsewhere: those among them that belong to other exercises.
        color: of the instant check.
        sometimes: the tests that failed on some hidden inputs only.
    """

    form: Form
    lost: dict[str, str]
    elsewhere: frozenset[str]
    color: str
    sometimes: frozenset[str]

    def names_in(self, test: str) -> set[str]:
        """Return the mistakes that the feedback of a lost test names."""
        return set(MISCONCEPTION.findall(self.lost[test]))

    @property
    def said(self) -> set[str]:
        """All mistakes that the feedback names."""
        return {name for test in self.lost for name in self.names_in(test)}

    @property
    def faults(self) -> Iterator[str]:
        """What is not as the form's label says."""
        form = self.form
        for test in sorted(self.sometimes):
            yield f"loses {test} on some hidden inputs only"
        if form.right:
            for test, text in self.lost.items():
                yield f"loses {test}: {text.splitlines()[0]}"
            if self.color == RED:
                yield "sees a red check"
            return
        for test in sorted(form.loses - self.lost.keys()):
            yield f"keeps {test}"
        for test in sorted(self.elsewhere):
            yield f"loses {test} too, which is not its own"
        for name in sorted(self.said - form.named):
            yield f"is called {name}"
        if form.named and not self.said:
            yield f"is not called {' or '.join(sorted(form.named))}"


@dataclass
class Figures:
    """What is counted for one assignment.

    Attributes:
        mistakes: known ones; `green` of them have a green check, `unnamed` are not named by the
            test that is foretold to catch them.
        right: right answers; `unjust` of them lose a point, `red` see a red check, `accused` are
            called a mistake.
        wrong: wrong forms; `lose` of them lose a point, `named` are called what they are, `silent`
            get no name, `false` a name that is not theirs.
        tests: lost by wrong forms; the feedback of `told` of them names the mistake.
        lucky: answers and mistakes whose marks depend on the hidden inputs.
    """

    assignment: str
    mistakes: int = 0
    green: int = 0
    unnamed: int = 0
    right: int = 0
    unjust: int = 0
    red: int = 0
    accused: int = 0
    wrong: int = 0
    lose: int = 0
    named: int = 0
    silent: int = 0
    false: int = 0
    tests: int = 0
    told: int = 0
    lucky: int = 0

    @property
    def broken(self) -> int:
        """How many of the promises that allow no exception are broken."""
        return self.green + self.unjust + self.red + self.accused + self.lucky

    def count(self, judged: Judged) -> None:
        """Add an answer."""
        form, said = judged.form, judged.said
        self.lucky += bool(judged.sometimes)
        if form.right:
            self.right += 1
            self.unjust += bool(judged.lost)
            self.red += judged.color == RED
            self.accused += bool(said)
            return
        self.wrong += 1
        self.lose += bool(judged.lost)
        self.named += bool(said) and said <= form.named
        self.silent += not said
        self.false += bool(said - form.named)
        self.tests += len(judged.lost)
        self.told += sum(bool(judged.names_in(test) & form.named) for test in judged.lost)

    def count_mistakes(self, master: Assignment, gate: InstantGate) -> Iterator[str]:
        """Add the known mistakes; yield a line for each that is green."""
        rows = {row.mistake: row for row in read_matrix()[master.assignment]}
        for known in master.mistakes:
            row = rows[known.name]
            self.mistakes += 1
            self.unnamed += not row.diagnosed
            self.lucky += bool(row.sometimes)
            if color_of(gate, known.replaces, known.source, known.name) == GREEN:
                self.green += 1
                yield f"{master.assignment} {known.replaces} [{known.name}] sees a green check"


def right_answers(master: Assignment) -> Iterator[Form]:
    """Yield the reference and its other styles, as forms."""
    for title, module in [(REFERENCE, None), *styles(master.notebook).items()]:
        for symbol in master.symbols:
            answer = getattr(module, symbol) if module else master.references[symbol]
            source = REFERENCE if module is None else STYLE
            yield Form(
                master.assignment,
                symbol,
                title,
                source,
                True,
                frozenset(),
                frozenset(),
                source_of(answer),
            )


def judge(
    master: Assignment, forms: Iterable[Form], seeds: Sequence[str], gate: InstantGate
) -> Iterator[Judged]:
    """Run each form in the notebook that is right everywhere else.

    Args:
        seeds: of the hidden inputs; with all but the first, only the exercise's own tests run.
    """
    symbols = {c.id: c.metadata.course.symbol for c in master.source.cells if is_test(c)}
    with prepared(fill_solutions(master.source, {})) as notebook:
        for form in forms:
            code = _with_its_parts(master, form)
            first = _lost(notebook, form.symbol, code, seeds[0], "reached")
            with without_diagnosis():
                others = [_lost(notebook, form.symbol, code, seed, "own") for seed in seeds[1:]]
            own = {name for name in first if symbols[name] == form.symbol}
            sometimes = frozenset(name for lost in others for name in own ^ lost.keys())
            color = color_of(gate, form.symbol, code, form.title)
            yield Judged(form, first, frozenset(first.keys() - own), color, sometimes)


def _with_its_parts(master: Assignment, form: Form) -> str:
    """Return the code of a form; of another style the whole, whose parts may need each other."""
    if form.source != STYLE:
        return form.code
    module = styles(master.notebook)[form.title]
    return "\n\n".join(source_of(getattr(module, symbol)) for symbol in master.symbols)


def _lost(notebook: Prepared, symbol: str, code: str, seed: str, scope: Scope) -> dict[str, str]:
    ends = notebook.tests_with(symbol, code, scope, symbol, seed)
    return {name: text for name, text in ends.items() if text != PASSED}


def color_of(gate: InstantGate, symbol: str, code: str, label: str) -> str:
    """Return the color of an answer's instant check; what cannot even be defined is red."""
    try:
        return gate.verdict_on(symbol, code, label).color
    except Exception:
        return RED


def measured(
    master: Assignment, only: str | None, seeds: Sequence[str], console: Console
) -> Figures:
    """Print what is not as it should be in one assignment; return the figures.

    Args:
        only: one exercise, without the known mistakes.
    """
    figures = Figures(master.assignment)
    public = [form for form in read_forms() if form.assignment == master.assignment]
    forms = [f for f in [*right_answers(master), *public] if only in (None, f.symbol)]
    with InstantGate(master.source) as gate:
        for line in figures.count_mistakes(master, gate) if only is None else ():
            console.print(line, markup=False)
        for judged in judge(master, forms, seeds, gate):
            figures.count(judged)
            form = judged.form
            for fault in judged.faults:
                console.print(
                    f"{form.assignment} {form.symbol} [{form.title}] {fault}", markup=False
                )
    return figures


def read_figures() -> list[Figures]:
    """Return the figures of all assignments, as they were last recorded."""
    return [Figures(**row) for row in json.loads(RECORD.read_text(encoding="utf-8"))]


def record(rows: Iterable[Figures]) -> None:
    """Write the figures of some assignments, and keep those of the others."""
    kept = read_figures() if RECORD.is_file() else []
    by_name = {row.assignment: row for row in [*kept, *rows]}
    lines = ",\n".join(json.dumps(asdict(by_name[name])) for name in sorted(by_name))
    atomic_write_text(RECORD, f"[\n{lines}\n]\n")


def total(rows: Iterable[Figures]) -> Figures:
    """Return the sums of all figures."""
    rows = list(rows)
    names = [field.name for field in fields(Figures)][1:]
    return Figures("all", **{name: sum(getattr(row, name) for row in rows) for name in names})


def table_of(rows: list[Figures]) -> Table:
    """Return the table that is printed."""
    table = Table(title="Are marks and feedback true?")
    names = [field.name for field in fields(Figures)]
    for name in names:
        table.add_column(name, justify="left" if name == "assignment" else "right")
    for row in [*rows, total(rows)]:
        table.add_row(*(str(getattr(row, name)) for name in names))
    return table


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--only", help="One exercise; nothing is recorded.")
@click.option("--seeds", default=3, show_default=True, help="How many draws of hidden inputs.")
def main(assignments: tuple[str, ...], only: str | None, seeds: int) -> None:
    """Grade right and wrong answers of all assignments, or of those that are named."""
    console = Console(width=None if sys.stdout.isatty() else 170)
    draws = [str(number) for number in range(seeds)]
    rows = [measured(master, only, draws, console) for master in chosen(assignments)]
    console.print(table_of(rows))
    if only is None:
        record(rows)
        console.print(f"Recorded in {RECORD.parent.name}/{RECORD.name}.")
    sys.exit(1 if total(rows).broken else 0)


if __name__ == "__main__":
    main()
