"""A notebook of the course runs in a folder of its own, with the perfect student's files in it."""

import sys
from pathlib import Path
from types import ModuleType

from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring.trusted_runner import loses_points, run_cells


def notebook(*sources, **course):
    cells = [new_code_cell(source, id=f"c{i}") for i, source in enumerate(sources)]
    return new_notebook(cells=cells, metadata={"course": course})


def test_it_runs_in_an_empty_folder_that_is_gone_afterwards():
    here = Path.cwd()
    nb = notebook(
        "from pathlib import Path\nassert not list(Path().iterdir())\nPath('mine').write_text('x')",
        "assert Path('mine').read_text() == 'x'\nraise ValueError(Path.cwd())",
    )
    ends = run_cells(nb)
    assert ends["c0"] == ""
    folder = Path(ends["c1"].removeprefix("ValueError: "))
    assert not folder.exists()
    assert Path.cwd() == here
    assert not loses_points(nb)


def test_the_files_of_the_perfect_student_lie_in_it(monkeypatch):
    made = ModuleType("made_up")
    made.files = lambda: {"weights.bin": b"123", "log.csv": b""}
    monkeypatch.setitem(sys.modules, "made_up", made)
    nb = notebook(
        "from pathlib import Path\nassert {p.name for p in Path().iterdir()} == "
        "{'weights.bin', 'log.csv'}\nassert Path('weights.bin').read_bytes() == b'123'",
        reference_files="made_up.files",
    )
    assert run_cells(nb) == {"c0": ""}
