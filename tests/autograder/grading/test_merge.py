"""Whatever was done to a submission, the student's code stands in its place."""

import json
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from toy_course import HIDDEN, SECRET, answered, cell, master, release

from autograder.cells import grade_id_of, is_extra, is_test
from autograder.execution.carry_forward import ANSWERS, right_answers
from autograder.grading.merge import merge_submission
from autograder.ingest.notebook_reader import (
    UnreadableNotebook,
    normalize_notebook,
    read_submission,
)

MASTER = master()
IDS = [c.id for c in MASTER.cells]


def sources(notebook: NotebookNode) -> list[str]:
    return [c.source for c in notebook.cells]


def without(notebook: NotebookNode, *names: str) -> NotebookNode:
    notebook.cells = [c for c in notebook.cells if c.id not in names]
    return notebook


def deleted_tests(nb):
    return without(nb, "add-values", "add-sign", "twice-values")


def deleted_prose(nb):
    return without(nb, "intro", "setup", "add-text", "add-instant")


def reordered(nb):
    nb.cells = nb.cells[::-1]


def changed_points(nb):
    for c in nb.cells:
        if is_test(c):
            c.metadata.nbgrader.points = 1000


def unlocked_tests(nb):
    for c in nb.cells:
        if is_test(c):
            c.metadata.nbgrader |= {"grade": False, "locked": False, "solution": True}
            c.source = "add = lambda a, b: 5"


def retyped(nb):
    for name, kind in (("add", "markdown"), ("twice", "raw"), ("add-values", "markdown")):
        cell(nb, name).cell_type = kind


def renamed_grade_ids(nb):
    cell(nb, "add").metadata.nbgrader.grade_id = "something-else"


def equal_ids(nb):
    for c in nb.cells:
        c.id = "same"


def metadata_stripped(nb):
    for c in nb.cells:
        c.metadata = {}


def ids_and_metadata_stripped(nb):
    for number, c in enumerate(nb.cells):
        c.metadata, c.id = {}, f"new-{number}"


def other_kernel(nb):
    nb.metadata.kernelspec = {"name": "../evil", "display_name": "x", "language": "bash"}


def windows_line_ends(nb):
    for c in nb.cells:
        c.source = c.source.replace("\n", "\r\n")


def forged_outputs(nb):
    for c in nb.cells:
        if c.cell_type == "code":
            c.outputs = [nbformat.v4.new_output("stream", text="forged")]


def hostile_metadata(nb):
    nb.cells[0].metadata["nbgrader"] = ["no", "dict"]
    nb.cells[1].metadata["nbgrader"] = {"grade_id": ["no", "text"]}


EDITS = [
    *(deleted_tests, deleted_prose, reordered, changed_points, unlocked_tests, retyped),
    *(renamed_grade_ids, equal_ids, metadata_stripped, ids_and_metadata_stripped, other_kernel),
    *(windows_line_ends, forged_outputs, hostile_metadata),
]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_an_edit_outside_the_answers_changes_nothing(edit):
    submission = answered()
    edit(submission)
    merged = merge_submission(MASTER, submission)
    honest = merge_submission(MASTER, answered())
    if edit in (
        deleted_prose,
        reordered,
        equal_ids,
    ):  # the free cell's neighbors moved, and it is no answer
        honest, merged = without(honest, "free"), without(merged, "free")
    kept = [c for c in merged.cells if not is_extra(c)]
    assert [(c.id, c.source, c.metadata) for c in kept if c.id in IDS] == [
        (c.id, c.source, c.metadata) for c in honest.cells
    ]
    assert {**merged.metadata, ANSWERS: None} == {**MASTER.metadata, ANSWERS: None}


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_always_valid_unique_without_reference_and_stable(edit):
    submission = answered()
    edit(submission)
    merged = merge_submission(MASTER, submission)
    nbformat.validate(merged)
    ids = [c.id for c in merged.cells]
    assert len(set(ids)) == len(ids)
    assert SECRET not in json.dumps(merged.cells)
    assert merged.metadata[ANSWERS] == right_answers(MASTER)  # gone when it has run
    assert [c.source for c in merged.cells if is_test(c)] == [
        c.source for c in MASTER.cells if is_test(c)
    ]
    assert merge_submission(MASTER, merged) == merged
    assert all(c.get("outputs", []) == [] for c in merged.cells)


def test_nothing_given_is_changed():
    given = answered()
    before, master_before = deepcopy(given), deepcopy(MASTER)
    merge_submission(MASTER, given)
    assert given == before
    assert master_before == MASTER


def test_a_missing_answer_becomes_a_comment():
    merged = merge_submission(MASTER, without(answered(), "add"))
    assert cell(merged, "add").source.startswith("# This cell was missing")
    assert "def twice" in cell(merged, "twice").source


def test_an_empty_submission_has_all_tests_and_no_reference():
    merged = merge_submission(MASTER, new_notebook())
    assert [c.id for c in merged.cells] == [i for i in IDS if i != "free"]
    assert SECRET not in json.dumps(merged.cells)
    assert HIDDEN in json.dumps(merged)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (None, ["helper", "# Sums"]),
        ("add", ["helper", "print(add(1, 1))"]),
        ("add-sign", ["helper", "# try it here"]),
        ("twice-values", ["helper"]),
    ],
)
def test_extra_cells_stay_behind_the_cell_that_they_followed(after, expected):
    submission = answered()
    place = 0 if after is None else [c.id for c in submission.cells].index(after) + 1
    submission.cells.insert(place, new_code_cell("helper"))
    found = sources(merge_submission(MASTER, submission))
    place = found.index("helper")
    assert found[place : place + 2] == expected


def test_of_duplicates_all_run_in_order():
    submission = answered(add="return 'first'")
    second = deepcopy(cell(submission, "add"))
    second.source = "def add(a, b):\n    return 'second'"
    submission.cells.insert([c.id for c in submission.cells].index("add") + 1, second)
    found = sources(merge_submission(MASTER, submission))
    assert found.index("def add(a, b):\n    return 'first'") == found.index(second.source) - 1
    assert sum(HIDDEN in source for source in found) == 3


def test_a_note_under_an_answers_name_does_not_hide_the_code():
    submission = answered()
    note = new_markdown_cell("my notes", metadata={"nbgrader": {"grade_id": "add"}})
    submission.cells.insert(0, note)
    merged = merge_submission(MASTER, submission)
    assert cell(merged, "add").source.startswith("def add")
    assert merged.cells[0].source == "my notes"


def test_a_master_without_cell_ids_gets_them():
    old = deepcopy(MASTER)
    for c in old.cells:
        del c["id"]
    merged = merge_submission(old, answered())
    nbformat.validate(merged)
    assert [grade_id_of(c) for c in merged.cells] == [grade_id_of(c) for c in MASTER.cells]


def as_version(notebook: NotebookNode, minor: int) -> dict:
    data = json.loads(json.dumps(notebook))
    data["nbformat_minor"] = minor
    if minor < 5:
        for c in data["cells"]:
            del c["id"]
    return data


def as_v3(notebook: NotebookNode) -> dict:
    cells = json.loads(json.dumps(notebook.cells))
    for c in cells:
        c.pop("id")
        if c["cell_type"] == "code":
            c["input"] = c.pop("source").splitlines(keepends=True)
            c["language"] = "python"
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_version_is_read(minor, tmp_path: Path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(as_version(answered(), minor)))
    merged = merge_submission(MASTER, read_submission(path))
    assert cell(merged, "add").source == cell(answered(), "add").source


def test_version_3_is_read(tmp_path: Path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(as_v3(answered())))
    merged = merge_submission(MASTER, read_submission(path))
    assert cell(merged, "add").source == cell(answered(), "add").source


def test_windows_files_are_read(tmp_path: Path):
    path = tmp_path / "a.ipynb"
    text = json.dumps(answered(), indent=1).replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert sources(read_submission(path)) == sources(answered())


def test_text_that_utf8_cannot_hold_is_replaced(tmp_path: Path):
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps(answered(add="return '\\ud800'")).replace("\\\\ud800", "\\ud800"))
    nbformat.write(merge_submission(MASTER, read_submission(path)), tmp_path / "b.ipynb")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1, 2]", "not a Jupyter notebook"),
        (b'{"cells": []}', "not a Jupyter notebook"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 99, "cells": []}', "format 99"),
        (b'{"nbformat": 4, "cells": [1]}', "cell 1 is not a cell"),
        (b'{"nbformat": 4, "cells": [{"source": 7}]}', "cell 1 has no text"),
        (b'{"nbformat": 4, "cells": [' + b"{}," * 6000 + b"{}]}", "more than 5000 cells"),
        (b'{"nbformat": 4, "cells": [{"source": "' + b"x" * 3_000_000 + b'"}]}', "more than 2 MB"),
    ],
)
def test_what_is_no_notebook_is_said_in_one_line(content, reason, tmp_path: Path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(content)
    with pytest.raises(UnreadableNotebook, match=reason) as caught:
        read_submission(path)
    assert "\n" not in str(caught.value)


def test_links_folders_and_missing_files_are_not_read(tmp_path: Path):
    real = tmp_path / "real.ipynb"
    nbformat.write(answered(), real)
    (tmp_path / "link.ipynb").symlink_to(real)
    for path, reason in (
        (tmp_path / "link.ipynb", "symbolic link"),
        (tmp_path, "not a file"),
        (tmp_path / "none.ipynb", "missing"),
    ):
        with pytest.raises(UnreadableNotebook, match=reason):
            read_submission(path)


def test_the_release_is_not_taken_for_an_answer():
    merged = merge_submission(MASTER, normalize_notebook(release()))
    assert cell(merged, "add").source == cell(release(), "add").source
