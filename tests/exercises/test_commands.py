"""The commands that prove the tests take assignments by name."""

import pytest
from click.testing import CliRunner

from exercises import mutation_report, record_kill_table
from exercises.assignments import all_assignments, chosen


@pytest.mark.parametrize(
    "command", [record_kill_table.main, mutation_report.main], ids=["kill_table", "mutants"]
)
def test_an_unknown_assignment_is_one_line_and_exit_code_2(command):
    done = CliRunner().invoke(command, ["01-attentoin"])
    assert done.exit_code == 2
    assert done.output.startswith("01-attentoin: no such assignment; there are 00-warm-up, 01-")
    assert len(done.output.splitlines()) == 1


def test_named_assignments_come_in_their_order():
    names = [master.assignment for master in all_assignments()]
    assert [master.assignment for master in chosen([])] == names
    assert [master.assignment for master in chosen([names[2], names[0]])] == [names[0], names[2]]
