"""In notebook 02 a wrong table costs its own points, whoever uses it."""

import pytest

from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.authoring.trusted_runner import run_tests_in_process
from exercises.assignments import all_assignments

(MASTER,) = [m for m in all_assignments() if m.assignment == "02-positional-encoding"]
OWN_TABLE = """class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        angles = torch.arange(max_length)[:, None] * angular_frequencies(d_model, torch.float64)
        pe = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1).float()
        self.register_buffer("pe", pe, persistent=False)

    def forward(self, x, start=0):
        require_width(x, self.pe.size(1))
        require_positions_that_fit(start + x.size(1), self.pe.size(0))
        return self.dropout(x + self.pe[start : start + x.size(1)].to(x.dtype))
"""


@pytest.mark.parametrize("layer", [None, OWN_TABLE], ids=["calls the table", "has its own"])
def test_a_slip_in_the_table_costs_no_points_in_the_layer(layer):
    (halves,) = [m for m in MASTER.mistakes if m.name == "table_in_halves"]
    answers = {"sinusoidal_table": halves.source}
    if layer is not None:
        answers["PositionalEncoding"] = layer
    lost = {
        name
        for name, end in run_tests_in_process(fill_solutions(MASTER.source, answers)).items()
        if end
    }
    assert lost == {"table-values", "table-far"}
