"""Checks that an assignment must pass before its release: `autograder build --check`.

Here are those of one assignment; `release_grading` grades all of them.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from autograder.cells import is_solution, is_test, read, split_test

from . import instant_runtime
from .assignment_markdown import read_text
from .builder import build_with_mistakes, is_up_to_date
from .instant_gate import untrue_verdicts
from .reference_source import hidden_lines, resolve_dotted, source_of
from .release import release
from .synthetic_submissions import strip_solutions
from .trusted_runner import PASSED, run_cells

MOST_BYTES = 400_000  # of a released notebook, which students download and upload
SHORT = 12  # shorter lines, such as `else:`, reveal nothing


class StaleNotebook(Exception):
    """A source notebook is missing, or older than its text."""


def release_problems(path: Path) -> Iterator[str]:
    """Yield one line for each problem of the assignment in `path`.

    Raises:
        StaleNotebook: its notebook is not what the text gives.
    """
    target = path.with_suffix(".ipynb")
    built, mistakes = build_with_mistakes(path)
    if not is_up_to_date(target, built):
        raise StaleNotebook(
            f"{target} is not what {path} gives: run `autograder build` and commit the notebook"
        )
    ends = run_cells(built)
    tests = {cell.id for cell in built.cells if is_test(cell)}
    for cell_id, end in ends.items():
        if end != PASSED and cell_id not in tests:
            yield f"{path}: with the reference, the cell {cell_id} fails: {end.splitlines()[0]}"
    if all(end == PASSED for end in ends.values()):
        for line in untrue_verdicts(built, mistakes):
            yield f"{path}: {line}"
    with tempfile.TemporaryDirectory() as scratch:
        (released,) = release(path.parent.parent, Path(scratch), [path.parent.name])
        notebook = read(released)
        size = released.stat().st_size
        if size > MOST_BYTES:
            yield f"{path}: the release has {size:,} bytes, more than {MOST_BYTES:,}"
    if [c.source for c in notebook.cells if is_solution(c)] != [
        c.source for c in strip_solutions(built).cells if is_solution(c)
    ]:
        yield f"{path}: the released stubs are not the ones that were graded"
    for line in sorted(confidential_lines(path, built) & _lines(notebook)):
        yield f"{path}: the release shows a line of the reference or of a hidden test: {line}"


def confidential_lines(path: Path, master: NotebookNode) -> set[str]:
    """Return the lines of references and hidden tests that no released file may contain."""
    _, blocks = read_text(path)
    given = [resolve_dotted(b.argument) for b in blocks if b.kind == "given" and b.argument]
    handed_out = [source_of(function, decorated=True) for function in given]
    handed_out += [block.body for block in blocks if block.kind in ("given", "try")]
    handed_out.append(source_of(instant_runtime))
    public = {line.strip() for source in handed_out for line in source.splitlines()}
    names = {function.__name__ for function in given}
    hidden: set[str] = set()
    for block in blocks:
        if block.kind == "exercise":
            reference, keep = (
                resolve_dotted(block.options["reference"]),
                block.options.get("keep", ()),
            )
            inside = set(hidden_lines(reference, keep, names))
            hidden |= inside
            shown = {line.strip() for line in source_of(reference).splitlines()} - inside
            public |= shown  # signatures, docstrings, methods handed out in full
    for cell in master.cells:
        if is_test(cell):
            hidden |= {line.strip() for line in split_test(cell)[1].splitlines()}
    return {line for line in hidden - public if len(line) >= SHORT}


def _lines(nb: NotebookNode) -> set[str]:
    return {line.strip() for cell in nb.cells for line in cell.source.splitlines()}
