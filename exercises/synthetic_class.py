"""A class of students made from the reference: `python -m exercises.synthetic_class DIR`.

Nobody wrote these submissions by hand, so they cannot drift from the course. Among them are honest
work in other styles, every known mistake alone, and the files that break graders.
"""

import copy
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import click
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring.reference_source import BEGIN, END, source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions, with_mistake
from autograder.cells import is_solution, is_test, split_test, to_text
from solutions.alternatives import styles
from solutions.misconceptions import Misconception

from .assignments import Assignment, all_assignments

WITH_EVERYBODY = "01-attention"
ENDLESS = "def {name}(*args, **kwargs):\n    while True:\n        pass\n"
RAISES = "def {name}(*args, **kwargs):\n    return undefined_variable + 1\n"
NOISY = (
    "import sys\nimport warnings\n\nprint('importing things')\n"
    "warnings.warn('this is only a warning')\nprint('and a word on stderr', file=sys.stderr)\n"
)


def submissions(
    master: Assignment, only: Collection[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Pairs of a student's name and the text of the file that this student hands in.

    Args:
        only: the students to make submissions for; by default all.
    """
    made = _makers(master)
    return ((student, make()) for student, make in made.items() if only is None or student in only)


def students_of(master: Assignment) -> list[str]:
    """Return the names of all students of one assignment."""
    return list(_makers(master))


def _makers(master: Assignment) -> dict[str, Callable[[], str]]:
    """Student -> what makes the text of the file; each takes a while, and not all are wanted."""
    source = as_released(master.source)  # still with the reference in it: the perfect answer
    last = master.symbols[-1]

    def perfect() -> str:
        return to_text(source)

    def untouched() -> NotebookNode:
        return as_released(strip_solutions(master.source))

    def filled(answers: dict[str, str]) -> str:
        return to_text(fill_solutions(source, answers))

    def in_style(module: ModuleType) -> str:
        return filled({name: source_of(getattr(module, name)) for name in master.symbols})

    def mistaken(mistake: Misconception) -> str:
        return to_text(with_mistake(source, mistake))

    return {
        "perfect": perfect,
        "perfect-but-noisy": lambda: to_text(_with_first_cell(source, NOISY)),
        "blank": lambda: to_text(untouched()),
        "half-done": lambda: to_text(_half_done(source, untouched(), master.symbols)),
        "raises": lambda: filled({last: RAISES.format(name=last)}),
        "endless-loop": lambda: filled({last: ENDLESS.format(name=last)}),
        "syntax-error": lambda: filled({last: "def oops(:\n    pass"}),
        "tests-deleted": lambda: to_text(_without_tests(source)),
        "corrupt-file": lambda: perfect()[: len(perfect()) // 2],
        "not-a-notebook": lambda: "Dear teacher, here is my homework.\n",
        **{
            f"style-{s}": partial(in_style, module) for s, module in styles(master.notebook).items()
        },
        **{f"mistake-{m.name}": partial(mistaken, m) for m in master.mistakes},
    }


def brief_class(master: Assignment) -> Iterator[tuple[str, str]]:
    """A few of the submissions: honest ones, and one mistake in each thing that is asked for."""
    chosen = {"perfect", "blank", "half-done"}
    chosen |= {f"style-{style}" for style in styles(master.notebook)}
    for name in master.references:
        chosen |= {f"mistake-{m.name}" for m in master.mistakes_in(name)[:1]}
    return submissions(master, chosen)


def write_class(out: Path) -> list[Path]:
    """Write the class as `<out>/<student>/<assignment>/<notebook>.ipynb`; return the files.

    In one assignment everybody takes part, in the others a few. Where more than the notebook is
    handed in, all but the one who did nothing hand in the perfect student's files.
    """
    written = []
    for master in all_assignments():
        class_of = submissions if master.assignment == WITH_EVERYBODY else brief_class
        for student, text in class_of(master):
            path = out / student / master.assignment / f"{master.notebook}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
            for name, data in master.files.items() if student != "blank" else ():
                path.with_name(name).write_bytes(data)
    return written


def as_released(nb: NotebookNode) -> NotebookNode:
    """Return the notebook without hidden tests and the marks of the solutions."""
    nb = copy.deepcopy(nb)
    for cell in nb.cells:
        if is_test(cell):
            cell.source, _ = split_test(cell)
        lines = cell.source.splitlines()
        cell.source = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))
    return nb


def _with_first_cell(nb: NotebookNode, source: str) -> NotebookNode:
    nb = copy.deepcopy(nb)
    nb.cells.insert(0, new_code_cell(source, id="my-own-cell"))
    return nb


def _without_tests(nb: NotebookNode) -> NotebookNode:
    nb = copy.deepcopy(nb)
    nb.cells = [cell for cell in nb.cells if not is_test(cell)]
    return nb


def _half_done(solved: NotebookNode, untouched: NotebookNode, symbols: list[str]) -> NotebookNode:
    """The first half of the exercises solved, the rest untouched."""
    stubs = {c.metadata.course.symbol: c.source for c in untouched.cells if is_solution(c)}
    return fill_solutions(solved, {name: stubs[name] for name in symbols[len(symbols) // 2 :]})


@click.command()
@click.argument("out", type=click.Path(path_type=Path))
def main(out: Path) -> None:
    """Write the submissions of an invented class to the folder OUT."""
    print(f"{len(write_class(out))} submissions in {out}")


if __name__ == "__main__":
    main()
