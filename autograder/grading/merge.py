"""Merge a student's code into the source notebook.

The submission decides nothing but the student's own code: which cells exist, what they are
called, their types, their points and the kernel come from the master. Therefore no grade changes
when a student deletes, duplicates, renames, retypes or reorders cells, or changes points.
"""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from copy import deepcopy
from functools import cache
from itertools import count

from nbformat import NotebookNode

from autograder.cells import MISSING, grade_id_of, is_extra, is_solution, is_test
from autograder.execution.carry_forward import ANSWERS, right_answers
from autograder.execution.hidden_test_dependencies import definitions_in
from autograder.ingest.notebook_reader import bare_cell, clean_text, notebook_from_cells

Marks = dict[str | None, list[int]]
DEFINITION = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)


def merge_submission(master: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """Return a new notebook: the master's cells in their order, with the student's code.

    - Locked and test cells come from the master.
    - A solution cell gets the student's source of the cell with that grade id, or else with that
      cell id, or else of the first unclaimed code cell that defines its symbol. Without one it
      becomes a comment, never the reference.
    - A free cell of the master becomes the student's version of it, or is left out.
    - All other cells of the student follow the master's cell that they followed in the submission.

    The result is valid nbformat 4.5, has unique cell ids, and no cell of it holds a source of a
    master's solution cell; those are in its metadata until it has run, see `carry_forward`.
    Merging it again changes nothing.
    """
    submitted = submission.cells
    places = _places(master, submitted)
    anchors = {index: position for position, index in places.items()}
    extras: dict[int, list[NotebookNode]] = {}
    last = -1  # before the first cell of the master
    for index, cell in enumerate(submitted):
        if index in anchors:
            last = anchors[index]
        else:
            extras.setdefault(last, []).append(cell)

    cells = [_extra(cell) for cell in extras.get(-1, [])]
    for position, cell in enumerate(master.cells):
        found = submitted[places[position]] if position in places else None
        cells += _placed(cell, found)
        cells += [_extra(cell) for cell in extras.get(position, [])]
    metadata = {**deepcopy(master.metadata), ANSWERS: right_answers(master)}
    return _with_unique_ids(notebook_from_cells(cells, metadata))


def with_contained(merged: NotebookNode, contained: Container[str]) -> NotebookNode:
    """Mark the tests of a merged notebook that run in the student's process; returns it.

    Args:
        contained: their grade ids.
    """
    for cell in filter(is_test, merged.cells):
        if cell.metadata.nbgrader.grade_id in contained:
            cell.metadata["autograder"] = {"contained": True}
    return merged


def _places(master: NotebookNode, submitted: list[NotebookNode]) -> dict[int, int]:
    """Match cells: position in the master -> index in the submission."""
    places: dict[int, int] = {}
    taken: set[int] = set()

    def claim(mark: Callable[[NotebookNode], str | None], cells_by_mark: Marks) -> None:
        for position, cell in enumerate(master.cells):
            known = None if position in places else mark(cell)
            found = [i for i in cells_by_mark.get(known, []) if i not in taken]
            if known is not None and found:
                # A note under a solution's name must not stand for the code of that name.
                same_type = [i for i in found if submitted[i].cell_type == cell.cell_type]
                places[position] = (same_type or found)[0]
                taken.add(places[position])

    names = {grade_id_of(cell) for cell in master.cells} - {None}
    unknown_ids = [None if grade_id_of(c) in names else c.get("id") for c in submitted]
    sources = [clean_text(c.source) for c in submitted]
    claim(grade_id_of, _by_mark([[grade_id_of(c)] for c in submitted]))
    claim(lambda cell: cell.get("id"), _by_mark([[mark] for mark in unknown_ids]))
    claim(lambda cell: None if is_solution(cell) else cell.source, _by_mark([[s] for s in sources]))
    claim(_symbol, _by_mark([_defined_symbols(c) for c in submitted]))
    return places


def _by_mark(marks: Iterable[Sequence[str | None]]) -> Marks:
    """Return the indices of the student's cells that have each mark."""
    found: Marks = {}
    for index, marks_of_cell in enumerate(marks):
        for mark in dict.fromkeys(marks_of_cell):
            found.setdefault(mark, []).append(index)
    return found


def _symbol(cell: NotebookNode) -> str | None:
    return cell.metadata.get("course", {}).get("symbol") if is_solution(cell) else None


def _defined_symbols(cell: NotebookNode) -> list[str]:
    return DEFINITION.findall(clean_text(cell.source)) if cell.cell_type == "code" else []


def _placed(cell: NotebookNode, found: NotebookNode | None) -> list[NotebookNode]:
    """Return the master's cell as it appears in the merged notebook, or nothing."""
    if is_solution(cell):
        placed = _fresh(cell, MISSING if found is None else clean_text(found.source))
        placed.metadata["autograder"] = {"defines": list(_defined_in(cell.source))}
        return [placed]
    locked = is_test(cell) or cell.metadata.get("nbgrader", {}).get("locked")
    if locked or cell.cell_type != "code":
        return [_fresh(cell, cell.source)]
    return [] if found is None else [_fresh(cell, clean_text(found.source))]


@cache
def _defined_in(source: str) -> tuple[str, ...]:
    return tuple(sorted({name for names, _ in definitions_in(source) for name in names}))


def _fresh(cell: NotebookNode, source: str) -> NotebookNode:
    copy = deepcopy(cell)
    copy.source = source
    if copy.cell_type == "code":
        copy.outputs, copy.execution_count = [], None
    return copy


def _extra(cell: NotebookNode) -> NotebookNode:
    extra = bare_cell(cell.cell_type, clean_text(cell.source))
    extra.metadata["autograder"] = {"extra": True}
    return extra


def _with_unique_ids(notebook: NotebookNode) -> NotebookNode:
    """Number the extra cells, and the cells of an old master without ids; other ids stay."""
    used = {cell.id for cell in notebook.cells if "id" in cell and not is_extra(cell)}
    counts = count(1)
    for cell in notebook.cells:
        if is_extra(cell) or "id" not in cell:
            kind = "extra" if is_extra(cell) else "cell"
            cell.id = next(name for n in counts if (name := f"{kind}-{n}") not in used)
    return notebook
