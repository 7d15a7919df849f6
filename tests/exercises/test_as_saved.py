"""However an honest notebook was saved, it gets the same marks."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading.grade import grade
from autograder.reporting.results import read_results
from exercises.assignments import HERE, all_assignments
from exercises.synthetic_class import submissions

pytestmark = pytest.mark.slow(seconds=40)
(MASTER,) = [master for master in all_assignments() if master.assignment == "01-attention"]
MOST = 50 * 2**20  # bytes of outputs


def version(minor: int) -> Callable[[dict], bytes]:
    """As an editor of that time wrote it: cells have ids since version 4.5."""

    def saved(notebook: dict) -> bytes:
        notebook["nbformat_minor"] = minor
        for cell in notebook["cells"] if minor < 5 else ():
            del cell["id"]
        return as_json(notebook)

    return saved


def as_json(notebook: dict, **how: object) -> bytes:
    return json.dumps(notebook, **how).encode()


def by_another_editor(notebook: dict) -> bytes:
    """Text as one string in place of a list of lines, notes of its own, keys in another order."""
    for number, cell in enumerate(notebook["cells"]):
        cell["source"] = "".join(cell["source"])
        cell["id"] = f"vscode-{number}"
        cell["metadata"]["vscode"] = {"languageId": "python"}
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.13.0"}
    return as_json(notebook, sort_keys=True)


def with_windows_line_ends(notebook: dict) -> bytes:
    for cell in notebook["cells"]:
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]
    return as_json(notebook, indent=1).replace(b"\n", b"\r\n")


def with_large_outputs(notebook: dict) -> bytes:
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        text = "x" * (MOST // len(cells))
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]
    return as_json(notebook)


def with_another_kernel(notebook: dict) -> bytes:
    kernel = {"name": "conda-env-nlp-py", "display_name": "nlp", "language": "python"}
    notebook["metadata"]["kernelspec"] = kernel
    return as_json(notebook)


FORMS = {
    "as-it-was": as_json,
    "renamed": as_json,
    **{f"version-4-{minor}": version(minor) for minor in range(6)},
    "another-editor": by_another_editor,
    "windows": with_windows_line_ends,
    "large-outputs": with_large_outputs,
    "another-kernel": with_another_kernel,
}


@pytest.fixture(scope="module", params=["perfect", "half-done"])
def rows(request, tmp_path_factory, warm_pool):
    """The results of one person's work, saved in each of these forms."""
    folder = tmp_path_factory.mktemp(request.param)
    text = dict(submissions(MASTER, [request.param]))[request.param]
    for form, saved in FORMS.items():
        name = "attention (2).ipynb" if form == "renamed" else f"{MASTER.notebook}.ipynb"
        path: Path = folder / "class" / form / MASTER.assignment / name
        path.parent.mkdir(parents=True)
        path.write_bytes(saved(json.loads(text)))
    grade(folder / "class", HERE, folder / "out", cluster=warm_pool)
    return {row.student: row for row in read_results(folder / "out").submissions}


def test_every_form_gets_the_same_marks(rows):
    assert set(rows) == set(FORMS)
    usual = rows["as-it-was"]
    assert usual.score > 0
    for form, row in rows.items():
        assert (row.status, row.score, row.max_score) == (
            *(usual.status, usual.score, usual.max_score),
        ), form
        scores = [(one.check, one.score) for one in row.checks]
        assert scores == [(one.check, one.score) for one in usual.checks], form
