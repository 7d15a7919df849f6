"""Work for one notebook in the grader's main process is bounded: no student holds up the class.

Each case took seconds to minutes, or gigabytes.
"""

import json

import pytest
import toy_course as toy
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.grading.shortcut_detection import MOST_SEARCHED, shortcuts
from autograder.ingest.notebook_reader import MAX_PARTS, UnreadableNotebook, read_submission
from autograder.reporting import feedback
from autograder.reporting.feedback import exercises, highlighted


def with_cells(*sources: str) -> NotebookNode:
    notebook = toy.answered()
    for source in sources:
        notebook.cells.append(new_code_cell(source, metadata={"autograder": {"extra": True}}))
    notebook.metadata["course"]["shortcuts"] = ["torch.nn.Transformer*"]
    return notebook


def test_a_name_of_many_parts_is_not_joined_again_and_again():
    """Each line makes the name longer: all of them together would be gigabytes."""
    lines = ["import torch", "a = torch.nn.TransformerEncoder", *["a = a.b"] * 10_000]
    found = shortcuts(with_cells("\n".join(lines)))
    assert found
    assert max(map(len, found)) < 400


def test_thousands_of_cells_are_searched():
    """4,000 cells of imports took 55 seconds: each copied the names of all before it."""
    cells = [f"import torch.nn as n{i}" for i in range(4000)]
    assert shortcuts(with_cells(*cells, "n7.TransformerEncoder()")) == (
        "torch.nn.TransformerEncoder",
    )


def test_code_of_the_course_does_not_count():
    notebook = with_cells("import torch", "torch.nn.Transformer")
    toy.cell(notebook, "setup").source = "x = 1\n" * MOST_SEARCHED
    assert shortcuts(notebook) == ("torch.nn.Transformer",)


def test_what_is_not_searched_is_said():
    found = "import torch\ntorch.nn.Transformer\n"
    notebook = with_cells(found, "a\n" * MOST_SEARCHED, found.replace("er", "erEncoder"))
    assert shortcuts(notebook) == (
        "torch.nn.Transformer",
        f"not searched: what follows the first {MOST_SEARCHED} characters of code",
    )


@pytest.fixture
def lexed(monkeypatch) -> list[int]:
    """The number of characters that are highlighted."""
    seen: list[int] = []
    monkeypatch.setattr(feedback, "highlight", lambda source, *_: seen.append(len(source)) or "")
    return seen


def test_blank_regions_are_not_highlighted(lexed):
    highlighted("x = 1\n" + " \n" * 9000 + "y = 2")
    highlighted('"""' + "\n" * 9000 + '"""')
    assert lexed == []
    highlighted("x = 1\n\n\n    y = 2\n")
    assert len(lexed) == 1


def test_a_page_of_very_much_code_is_not_highlighted(lexed):
    notebook = with_cells(*["x = 1\n" * 3000] * 100)
    assert len(exercises(notebook)) == 2
    assert sum(lexed) == 0
    exercises(with_cells("x = 1"))
    assert sum(lexed) > 0


BOMBS = {
    "objects": '{"nbformat": 4, "cells": [' + "{}," * MAX_PARTS + "{}]}",
    "lists": '{"nbformat": 4, "x": [' + "[]," * MAX_PARTS + "[]]}",
    "strings": '{"nbformat": 4, "cells": [' + '"",' * MAX_PARTS + '""]}',
    "in metadata": '{"nbformat": 4, "cells": [], "metadata": ' + '{"a":' * MAX_PARTS + "1",
}


@pytest.mark.parametrize("bomb", BOMBS, ids=range(len(BOMBS)))
def test_a_notebook_of_empty_objects_is_not_parsed(bomb, tmp_path, monkeypatch):
    path = tmp_path / "sums.ipynb"
    path.write_text(BOMBS[bomb])
    parsed = []
    monkeypatch.setattr(json, "loads", lambda *_: parsed.append(1))
    with pytest.raises(UnreadableNotebook, match="parts: clear its outputs"):
        read_submission(path)
    assert parsed == []


TEXTS = [
    "[{" * (MAX_PARTS // 2),
    '\\"[' * MAX_PARTS,
    "\\\\",
    "\x1b[0m" * MAX_PARTS,
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_brackets_in_an_output_do_not_count(text, tmp_path):
    notebook = toy.answered()
    output = {"output_type": "stream", "name": "stdout", "text": [text, text]}
    notebook.cells[3]["outputs"] = [output]
    path = tmp_path / "sums.ipynb"
    path.write_text(json.dumps(notebook))
    assert len(read_submission(path).cells) == len(notebook.cells)


def test_text_that_never_ends_is_scanned_once(tmp_path):
    path = tmp_path / "sums.ipynb"
    path.write_text("[" * MAX_PARTS + '[["' + '\\"' * 2_000_000 + "\\")
    with pytest.raises(UnreadableNotebook):
        read_submission(path)
