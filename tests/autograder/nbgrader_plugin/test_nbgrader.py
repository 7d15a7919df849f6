"""nbgrader itself, with the project's configuration."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import toy_course as toy

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.slow
def test_nbgraders_own_commands(tmp_path):
    """As an nbgrader user types them: same marks, no hidden code in feedback, no text copied."""
    toy.write_course(tmp_path)
    config = (ROOT / "nbgrader_config.py").read_text()
    (tmp_path / "nbgrader_config.py").write_text(config)
    cheat = toy.without_tests()
    cheat.cells += [toy.cell(toy.release(), "add-values")] * 2  # stock nbgrader stops at these
    toy.hand_in(tmp_path / "submitted", "ada", cheat)
    toy.hand_in(tmp_path / "submitted", "product", toy.answered(add="return a * b"))
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in (
        ["generate_assignment", toy.ASSIGNMENT],
        ["autograde", toy.ASSIGNMENT],
        ["generate_feedback", toy.ASSIGNMENT],
        ["export"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "nbgrader", *command],
            cwd=tmp_path,
            env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    with (tmp_path / "grades.csv").open(newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"ada": 6, "product": 0}
    released = tmp_path / "_build" / "release" / toy.ASSIGNMENT
    assert [p.name for p in released.iterdir()] == ["sums.ipynb"]
    assert [p.name for p in (tmp_path / "autograded" / "ada" / toy.ASSIGNMENT).iterdir()] == [
        "sums.ipynb"
    ]
    text = (tmp_path / "feedback" / "product" / toy.ASSIGNMENT / "sums.html").read_text()
    assert "You multiply." in text
    assert toy.HIDDEN not in text + json.dumps(json.loads((released / "sums.ipynb").read_text()))
