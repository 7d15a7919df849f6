"""Puts a student's code on the frame of the master notebook.

The submission decides nothing but the student's own code: which cells exist, what they are
called, their types, their points and the kernel come from the master. So deleting, duplicating,
renaming, retyping or reordering cells, or changing points, changes no grade.
"""

import re
from copy import deepcopy
from itertools import count

from nbformat import NotebookNode

from .checker.prelude import definitions_in
from .notebook import is_solution, is_test
from .submission import bare_cell, clean_text, notebook_of

MISSING = "# This cell was missing from the notebook that was handed in."


def name_of(cell: NotebookNode) -> str | None:
    """The cell's grade id, if it has one."""
    about = cell.metadata.get("nbgrader")
    name = about.get("grade_id") if isinstance(about, dict) else None
    return name if isinstance(name, str) else None


def is_extra(cell: NotebookNode) -> bool:
    """Whether the student added this cell (only in a rebuilt notebook)."""
    return bool(cell.metadata.get("autograder", {}).get("extra"))


def rebuild(master: NotebookNode, submission: NotebookNode) -> NotebookNode:
    """A new notebook: the master's cells in the master's order, the student's code in its places.

    - Locked and test cells come from the master.
    - A solution cell gets the student's source of the cell of that grade id, or else of that cell
      id, or else of the first spare code cell that defines its symbol. Without one it becomes a
      comment, never the reference.
    - A free cell of the master is the student's version of it, or gone.
    - All other cells of the student follow the master's cell that they followed there.

    The result is valid nbformat 4.5, has unique cell ids, and holds no source of a master's
    solution cell. Rebuilding it again changes nothing.
    """
    theirs = submission.cells
    places = _places(master, theirs)
    anchors = {index: position for position, index in places.items()}
    extras: dict[int, list[NotebookNode]] = {}
    last = -1  # before the first cell of the master
    for index, cell in enumerate(theirs):
        if index in anchors:
            last = anchors[index]
        else:
            extras.setdefault(last, []).append(cell)

    cells = [_extra(cell) for cell in extras.get(-1, [])]
    for position, cell in enumerate(master.cells):
        found = theirs[places[position]] if position in places else None
        cells += _placed(cell, found)
        cells += [_extra(cell) for cell in extras.get(position, [])]
    return _with_unique_ids(notebook_of(cells, deepcopy(master.metadata)))


def _places(master: NotebookNode, theirs: list[NotebookNode]) -> dict[int, int]:
    """Which of the student's cells stands for which of the master's: position -> index."""
    places: dict[int, int] = {}
    taken: set[int] = set()

    def claim(matches) -> None:
        for position, cell in enumerate(master.cells):
            if position in places:
                continue
            found = [i for i, c in enumerate(theirs) if i not in taken and matches(cell, c)]
            if found:
                # A note under a solution's name must not stand for the code of that name.
                same_type = [i for i in found if theirs[i].cell_type == cell.cell_type]
                places[position] = (same_type or found)[0]
                taken.add(places[position])

    claim(lambda cell, c: name_of(cell) is not None and name_of(c) == name_of(cell))
    names = {name_of(cell) for cell in master.cells} - {None}
    claim(lambda cell, c: name_of(c) not in names and "id" in c and c.id == cell.get("id"))
    claim(lambda cell, c: not is_solution(cell) and clean_text(c.source) == cell.source)
    claim(_defines_its_symbol)
    return places


def _defines_its_symbol(cell: NotebookNode, candidate: NotebookNode) -> bool:
    symbol = cell.metadata.get("course", {}).get("symbol") if is_solution(cell) else None
    if symbol is None or candidate.cell_type != "code":
        return False
    pattern = rf"^(?:def|class)\s+{re.escape(symbol)}\b"
    return re.search(pattern, clean_text(candidate.source), re.MULTILINE) is not None


def _placed(cell: NotebookNode, found: NotebookNode | None) -> list[NotebookNode]:
    """The master's cell as it stands in the rebuilt notebook; a free one may be gone."""
    if is_solution(cell):
        placed = _fresh(cell, MISSING if found is None else clean_text(found.source))
        names = {name for names, _ in definitions_in(cell.source) for name in names}
        placed.metadata["autograder"] = {"defines": sorted(names)}
        return [placed]
    locked = is_test(cell) or cell.metadata.get("nbgrader", {}).get("locked")
    if locked or cell.cell_type != "code":
        return [_fresh(cell, cell.source)]
    return [] if found is None else [_fresh(cell, clean_text(found.source))]


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
