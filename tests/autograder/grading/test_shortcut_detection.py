"""Shortcuts are found by what a name stands for, and cost nothing."""

import nbformat
import pytest
import toy_course as toy
from nbformat.v4 import new_code_cell

from autograder.grading.grade import grade
from autograder.grading.merge import merge_submission
from autograder.grading.shortcut_detection import shortcuts
from autograder.reporting.results import read_results

WATCHED = ["torch.nn.MultiheadAttention", "torch.nn.functional.scaled_dot_*", "builtins_like.sum"]
LAYER = "torch.nn.MultiheadAttention"
FUNCTION = "torch.nn.functional.scaled_dot_product_attention"


def found(*cells: str, add: str = "return a + b") -> tuple[str, ...]:
    """What is found in a hand-in with these cells added after the first."""
    master = toy.master()
    master.metadata["course"]["shortcuts"] = WATCHED
    notebook = toy.answered(add=add)
    notebook.cells[1:1] = [new_code_cell(cell) for cell in cells]
    return shortcuts(merge_submission(master, notebook))


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("import torch\nlayer = torch.nn.MultiheadAttention(8, 2)", LAYER),
        ("import torch.nn as n\ndef f():\n    return n.MultiheadAttention", LAYER),
        ("from torch import nn\nclass A(nn.MultiheadAttention):\n    pass", LAYER),
        ("from torch.nn import MultiheadAttention as M\nM(8, 2)", LAYER),
        ("from torch import nn\nlibrary = nn\nlibrary.MultiheadAttention(8, 2)", LAYER),
        ("from torch import nn\ngetattr(nn, 'MultiheadAttention')(8, 2)", LAYER),
        ("import torch.nn.functional as F\nF.scaled_dot_product_attention(1, 2, 3)", FUNCTION),
        ("from torch import nn\nnn.MultiheadAttention.forward", f"{LAYER}.forward"),
    ],
)
def test_what_a_name_stands_for_is_what_counts(cell, name):
    assert found(cell) == (name,)


def test_imports_of_other_cells_count_and_each_name_is_told_once():
    body = "return nn.MultiheadAttention(a, b)"
    assert found("from torch import nn", "nn.MultiheadAttention", add=body) == (LAYER,)


@pytest.mark.parametrize(
    "cell",
    [
        "import torch\ntorch.nn.Linear(2, 2)",
        "def MultiheadAttention():\n    return 1\nMultiheadAttention()",
        "class nn:\n    MultiheadAttention = 3\nnn.MultiheadAttention",
        "'torch.nn.MultiheadAttention'  # torch.nn.MultiheadAttention",
        "import torch\ngetattr(torch, 3)\ngetattr(torch)",
        "def oops(:",
        "(" * 3000 + ")" * 3000,
        "import torch\ntorch" + ".nn" * 900,
        "import torch\ntorch" + ".nn" * 90_000,
        "x = '\\x00'\n" + "y = 1\x00",
    ],
)
def test_what_is_no_shortcut_is_not_told(cell):
    assert found(cell) == ()


@pytest.mark.slow
def test_the_instructor_is_told_and_it_costs_nothing(tmp_path, warm_pool):
    toy.write_course(tmp_path)
    path = tmp_path / "exercises" / toy.ASSIGNMENT / f"{toy.NOTEBOOK}.ipynb"
    master = nbformat.read(path, as_version=4)
    master.metadata["course"]["shortcuts"] = ["math.fsum"]
    nbformat.write(master, path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    toy.hand_in(tmp_path / "class", "grace", toy.answered(add="return int(math.fsum([a, b]))"))
    where = tmp_path / "class", tmp_path / "exercises", tmp_path / "out"
    results = grade(*where, cluster=warm_pool)
    assert [(row.student, row.score, row.shortcuts) for row in results.submissions] == [
        *(("ada", 6, ()), ("grace", 6, ("math.fsum",))),
    ]
    assert read_results(tmp_path / "out") == results
    report = (tmp_path / "out" / "report.html").read_text()
    assert report.count("math.fsum") == 1
    told = (tmp_path / "out" / "feedback" / "grace" / toy.ASSIGNMENT / "sums.html").read_text()
    assert "shortcut" not in told.lower()


def test_a_course_that_watches_nothing_reads_nothing():
    notebook = toy.answered()
    notebook.cells[1:1] = [new_code_cell("import torch\ntorch.nn.MultiheadAttention")]
    assert shortcuts(merge_submission(toy.master(), notebook)) == ()
