"""What the terminal shows of a graded class."""

from pathlib import Path

import pytest

from autograder.console import A_FEW, show
from autograder.reporting.results import ClassResults, Graded


@pytest.mark.parametrize("absent", [A_FEW, A_FEW + 1])
def test_many_absent_students_take_one_line(absent, capsys):
    rows = [Graded("ada", "01-sums", "sums", "graded", "", 5.0, 6.0)]
    rows += [
        Graded(f"absent-{i}", "01-sums", "sums", "missing", "there is no folder 01-sums", 0.0, 6.0)
        for i in range(absent)
    ]
    show(ClassResults(tuple(rows), ()), Path("out"))
    shown = capsys.readouterr().out
    assert "ada" in shown
    named, told = "absent-0" in shown, f"{absent} students handed in nothing" in shown
    assert (named, told) == (absent <= A_FEW, absent > A_FEW)
    assert f"{1 + absent if named else 1} notebooks" in shown
