"""Grade the forms of public code as a class: `python -m exercises.world_class [ASSIGNMENT ...]`.

`world_report` runs them in one process, which is quick. Here they are notebooks of students, graded
by `autograder grade`, with all its walls: each wrong form in a notebook of its own, and right ones
together, one for each exercise. Exit code 1 if a right notebook loses a point or is told of a
mistake.
"""

import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.cells import to_text
from autograder.grading.grade import grade
from autograder.reporting.results import ClassResults, Graded

from .assignments import HERE, Assignment, chosen
from .synthetic_class import as_released
from .world_forms import Form, read_forms
from .world_report import Figures, Judged, right_answers, table_of


@dataclass(frozen=True)
class Student:
    """A notebook of the class, and the forms in it, at most one for each exercise."""

    name: str
    master: Assignment
    forms: tuple[Form, ...]


def students(master: Assignment, forms: Iterable[Form], every: int = 1) -> Iterator[Student]:
    """Yield the class of one assignment.

    Args:
        forms: of all assignments.
        every: take only each so many-th of the wrong forms.
    """
    mine = [form for form in forms if form.assignment == master.assignment]
    wrong = [form for form in mine if not form.right][::every]
    for number, form in enumerate(wrong):
        yield Student(f"wrong-{number:03}", master, (form,))
    right = defaultdict(list)
    for form in [*right_answers(master), *(form for form in mine if form.right)]:
        right[form.symbol].append(form)
    for number, together in enumerate(zip_longest(*right.values())):
        yield Student(f"right-{number:03}", master, tuple(filter(None, together)))


def write(folder: Path, class_: Iterable[Student]) -> None:
    """Write the notebooks, and the perfect student's files beside them."""
    for student in class_:
        master = student.master
        answers = {form.symbol: form.code for form in student.forms}
        place = folder / student.name / master.assignment
        place.mkdir(parents=True)
        text = to_text(as_released(fill_solutions(master.source, answers)))
        (place / f"{master.notebook}.ipynb").write_text(text, encoding="utf-8")
        for name, data in master.files.items():
            (place / name).write_bytes(data)


def graded(
    write_class: Callable[[Path], None],
    console: Console,
    assignment: str | None = None,
    jobs: int | None = None,
) -> ClassResults:
    """Grade a class in a temporary folder, and show how far it is.

    Args:
        write_class: writes the submissions into a folder.
    """
    with tempfile.TemporaryDirectory() as folder, Progress(console=console) as bar:
        write_class(Path(folder, "class"))
        task = bar.add_task("Grading", total=None)
        return grade(
            Path(folder, "class"),
            HERE,
            Path(folder, "out"),
            assignment=assignment,
            jobs=jobs,
            progress=lambda what, done, total: bar.update(
                task, description=what, completed=done, total=total
            ),
        )


def judged(class_: Iterable[Student], results: ClassResults) -> Iterator[Judged]:
    """Yield what came of each form; a right one is blamed for the lost tests of its exercise."""
    rows = {(row.student, row.assignment): row for row in results.submissions}
    for student in class_:
        row = rows[student.name, student.master.assignment]
        for form in student.forms:
            own = student.master.tests_of(form.symbol)
            lost = {
                check.check: f"{check.message}\n{_tags(check.misconception)}"
                for check in row.checks
                if check.score < check.points and (check.check in own or not form.right)
            }
            yield Judged(form, lost, frozenset(lost) - own, "", frozenset())


def _tags(names: str) -> str:
    return "\n".join(f"[misconception: {name}]" for name in names.split(";") if name)


def not_graded(results: ClassResults) -> Iterator[Graded]:
    """Yield the notebooks that the grader did not get through."""
    return (row for row in results.submissions if row.status != "graded")


@click.command()
@click.argument("assignments", nargs=-1)
@click.option("--every", default=1, show_default=True, help="Take each so many-th wrong form.")
@click.option("--jobs", type=int, help="Notebooks to run at a time.  [default: one per core]")
def main(assignments: tuple[str, ...], every: int, jobs: int | None) -> None:
    """Grade the forms of all assignments, or of those that are named, as a class."""
    console = Console(width=None if sys.stdout.isatty() else 170)
    masters = chosen(assignments)
    class_ = [student for master in masters for student in students(master, read_forms(), every)]
    results = graded(lambda folder: write(folder, class_), console, jobs=jobs)
    for row in not_graded(results):
        if row.student in {student.name for student in class_}:
            console.print(f"{row.student} {row.assignment}: {row.status}, {row.reason}")
    figures = {master.assignment: Figures(master.assignment) for master in masters}
    for one in judged(class_, results):
        figures[one.form.assignment].count(one)
        for fault in one.faults:
            where = f"{one.form.assignment} {one.form.symbol} [{one.form.title}]"
            console.print(f"{where} {fault}", markup=False)
    rows = list(figures.values())
    console.print(table_of(rows))
    sys.exit(1 if sum(row.broken for row in rows) else 0)


if __name__ == "__main__":
    main()
