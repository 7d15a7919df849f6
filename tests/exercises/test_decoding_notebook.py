"""What notebook 06 says at once, and that its cells to play with run."""

import io
from contextlib import redirect_stdout

import pytest
import torch

from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions, with_mistake
from autograder.cells import is_test
from exercises.assignments import all_assignments
from solutions.alternatives import styles

(MASTER,) = [m for m in all_assignments() if m.assignment == "06-decoding"]
STYLES = styles(MASTER.notebook)


def run(nb, until=None):
    """Run all cells but the hidden tests, or those up to a check: (namespace, what checks say)."""
    namespace, said = {"__name__": "__main__"}, {}
    for cell in nb.cells:
        if cell.cell_type != "code" or is_test(cell):
            continue
        if cell.source.startswith("check("):
            name = cell.source.split('"')[1]
            said[name] = eval(cell.source, namespace)
            if name == until:
                break
        else:
            exec(cell.source, namespace)
    return namespace, said


def test_every_exercise_is_answered_at_once():
    _, said = run(MASTER.source)
    assert {name: v.color for name, v in said.items()} == dict.fromkeys(MASTER.symbols, "green")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_no_right_style_is_accused(style):
    answers = {name: source_of(getattr(style, name)) for name in MASTER.symbols}
    _, said = run(fill_solutions(MASTER.source, answers))
    assert {name: repr(v) for name, v in said.items() if v.color != "green"} == {}


def test_what_is_not_written_is_not_wrong():
    for name, verdict in run(strip_solutions(MASTER.source))[1].items():
        assert repr(verdict) == f"○ {name}: not started yet."


@pytest.mark.parametrize("mistake", MASTER.mistakes, ids=lambda m: m.name)
def test_a_mistake_is_named_at_once_where_it_shows(mistake):
    wrong = with_mistake(MASTER.source, mistake)
    verdict = run(wrong, until=mistake.replaces)[1][mistake.replaces]
    assert (verdict.color, verdict.headline) == ("red", mistake.did)


def test_the_pair_that_is_counted_by_hand():
    """The numbers that the recorded cases expect are those of pencil and paper."""
    namespace, _ = run(MASTER.source)
    candidate, reference = (
        ["the", "cat", "the", "cat", "sat"],
        ["the", "cat", "sat", "on", "the", "mat"],
    )
    counted = [namespace["clipped_matches"](candidate, reference, n) for n in (1, 2, 3, 4)]
    assert counted == [(4, 5), (2, 4), (1, 3), (0, 2)]


def test_what_waits_behind_the_signs_runs():
    """The cells to try, without their # signs."""
    namespace, _ = run(MASTER.source)
    tried = [cell.source for cell in MASTER.source.cells if cell.id.startswith("try-")]
    assert len(tried) == 2
    for source in tried:
        lines = [line for line in source.splitlines() if not line.endswith((".", "?"))]
        torch.manual_seed(0)
        with redirect_stdout(io.StringIO()) as printed:
            exec("\n".join(line.removeprefix("# ") for line in lines), namespace)
        assert len(printed.getvalue().splitlines()) >= 2
