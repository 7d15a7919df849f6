"""Make notebooks as students would hand them in, for release checks and sample classes."""

import copy
from collections.abc import Mapping
from typing import Protocol

from nbformat import NotebookNode

from autograder.cells import is_solution
from autograder.execution.carry_forward import ANSWERS, right_answers

from .reference_source import BEGIN, END, resolve_dotted

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"  # what nbgrader leaves of a solution


class WrongAnswer(Protocol):
    """A known mistake: the source that replaces a reference, under the reference's name."""

    @property
    def name(self) -> str: ...

    @property
    def replaces(self) -> str: ...

    @property
    def caught_by(self) -> str: ...

    @property
    def source(self) -> str: ...


def fill_solutions(master: NotebookNode, answers: Mapping[str, str]) -> NotebookNode:
    """Return the master with `answers` (symbol -> source) in the cells that students write.

    Cells without an answer keep the reference.
    """
    nb = _copy(master)
    for cell in nb.cells:
        symbol = cell.metadata.get("course", {}).get("symbol")
        if is_solution(cell) and symbol in answers:
            cell.source = answers[symbol].rstrip("\n")
    return nb


def strip_solutions(master: NotebookNode) -> NotebookNode:
    """Return the master as it is released: nbgrader's stub replaces every solution."""
    nb = _copy(master)
    for cell in nb.cells:
        if is_solution(cell):
            cell.source = _without_solutions(cell.source)
    return nb


def with_mistake(master: NotebookNode, mistake: WrongAnswer) -> NotebookNode:
    """Return the master with one known mistake, and correct everywhere else."""
    return fill_solutions(master, {mistake.replaces: mistake.source})


def files_of(master: NotebookNode) -> Mapping[str, bytes]:
    """Return the attachments of a perfect student: name -> contents."""
    made_by = master.metadata.get("course", {}).get("reference_files")
    return {} if made_by is None else resolve_dotted(made_by)()


def _copy(master: NotebookNode) -> NotebookNode:
    """Return a copy that carries the right answers, as a notebook that is graded does."""
    nb = copy.deepcopy(master)
    nb.metadata.setdefault(ANSWERS, right_answers(master))
    return nb


def _without_solutions(source: str) -> str:
    kept, inside = [], False
    for line in source.splitlines():
        if line.strip() == BEGIN:
            inside = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + stub_line for stub_line in STUB.splitlines()]
        elif line.strip() == END:
            inside = False
        elif not inside:
            kept.append(line)
    return "\n".join(kept)
