"""What notebook 02 says at once: by recorded numbers, and by a law where many answers are right."""

import pytest

from autograder.authoring.reference_source import apply_misconception, source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions, with_mistake
from autograder.authoring.trusted_runner import run_tests_in_process
from autograder.cells import is_test
from exercises.assignments import all_assignments
from solutions.alternatives import styles

(MASTER,) = [m for m in all_assignments() if m.assignment == "02-positional-encoding"]
STYLES = styles(MASTER.notebook)
BY_LAW = "where_sine_alone_fails"
OWN_TABLE = """class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        angles = torch.arange(max_length)[:, None] * angular_frequencies(d_model, torch.float64)
        pe = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()
        self.register_buffer("pe", pe, persistent=False)

    def forward(self, x, start=0):
        require_positions_that_fit(start + x.size(1), self.pe.size(0))
        return self.dropout(x + self.pe[start : start + x.size(1)].to(x.dtype))
"""


def verdicts(nb):
    """What each check says: run all cells but the hidden tests, keep what the checks return."""
    namespace, said = {"__name__": "__main__"}, {}
    for cell in nb.cells:
        if cell.cell_type != "code" or is_test(cell):
            continue
        if cell.source.startswith("check("):
            said[cell.source.split('"')[1]] = eval(cell.source, namespace)
            continue
        exec(cell.source, namespace)
    return said


def test_every_exercise_is_answered_at_once():
    assert list(verdicts(MASTER.source)) == MASTER.symbols


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_no_right_style_is_accused(style):
    answers = {name: source_of(getattr(style, name)) for name in MASTER.symbols}
    said = verdicts(fill_solutions(MASTER.source, answers))
    assert {name: repr(v) for name, v in said.items() if v.mark != "\N{CHECK MARK}"} == {}


def test_what_is_not_written_is_not_wrong():
    for name, verdict in verdicts(strip_solutions(MASTER.source)).items():
        assert repr(verdict) == f"\N{WHITE CIRCLE} {name}: not started yet."


def test_most_wrong_numbers_are_named_at_once():
    # Not what shows in training, in a gradient or far from the start: hidden tests do that.
    named = [
        m.name
        for m in MASTER.mistakes
        if verdicts(with_mistake(MASTER.source, m.implementation, m.reference))[m.replaces].headline
        == m.sentence
    ]
    assert {m.name for m in MASTER.mistakes if m.replaces == BY_LAW} <= set(named)
    assert {"table_in_halves", "block_of_a_textbook", "TableIsSaved", "LogitsUntied"} <= set(named)
    assert len(named) > 0.7 * len(MASTER.mistakes)


@pytest.mark.parametrize("layer", [None, OWN_TABLE], ids=["calls the table", "has its own"])
def test_a_slip_in_the_table_costs_no_points_in_the_layer(layer):
    (halves,) = [m for m in MASTER.mistakes if m.name == "table_in_halves"]
    answers = {"sinusoidal_table": apply_misconception(halves.implementation, halves.reference)}
    if layer is not None:
        answers["PositionalEncoding"] = layer
    lost = {
        name
        for name, end in run_tests_in_process(fill_solutions(MASTER.source, answers)).items()
        if end
    }
    assert lost == {"table-values", "table-far"}
