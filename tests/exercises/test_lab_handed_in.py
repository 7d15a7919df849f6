"""Files that are no good, handed in with a perfect notebook 07, in the isolated grader."""

import json
from dataclasses import asdict

import pytest
import torch
from safetensors.torch import load, save

from autograder.cells import is_test
from autograder.grading.grade import grade
from autograder.reporting.results import read_results
from exercises.assignments import HERE, all_assignments
from exercises.synthetic_class import submissions
from solutions.fallbacks.assignments_4_6 import Transformer
from solutions.model.config import TransformerConfig
from solutions.notebook_support.lab_recipes import recipe

pytestmark = pytest.mark.slow(seconds=50)

(MASTER,) = [m for m in all_assignments() if m.assignment == "07-multi30k-lab"]
WEIGHTS, ABOUT, LOG = "translator.safetensors", "translator.json", "log.csv"
OF_THE_FILES = ("log-handed-in", "weights-15", "weights-30", "weights-45")


def changed(how) -> dict[str, bytes]:
    return {WEIGHTS: save(how(load(MASTER.files[WEIGHTS])))}


def as_large_as_multi30k_wants() -> dict[str, bytes]:
    """A model of the full budget that has learnt nothing, and so never ends a sentence."""
    torch.manual_seed(0)
    names = ("N", "d_model", "d_ff", "h", "dropout")
    sizes = {name: recipe("full")[name] for name in names}
    config = TransformerConfig(7853, 5893, **sizes, pre_norm=True)
    ids = ({f"{side}{i}": i for i in range(4, n)} for side, n in (("s", 7853), ("t", 5893)))
    about = {"config": asdict(config), **dict(zip(("source_ids", "target_ids"), ids, strict=True))}
    return {WEIGHTS: save(Transformer(config).state_dict()), ABOUT: json.dumps(about).encode()}


NO_WEIGHTS = "no weights handed in: translator.safetensors is not beside the notebook"
# Functions, because the right files have to be trained: what is handed in, whether the log still
# counts, and what is said of the weights.
WRONG = {
    "right": (lambda: {}, True, ""),
    "without a log": (lambda: {LOG: None}, False, ""),
    "none": (lambda: {WEIGHTS: None}, False, NO_WEIGHTS),
    "too large": (lambda: {WEIGHTS: bytes(64 * 2**20 + 1)}, False, NO_WEIGHTS),
    "of another model": (
        lambda: changed(lambda x: {"w": torch.ones(2)}),
        False,
        "is of another model",
    ),
    "of other shapes": (
        lambda: changed(lambda x: {k: v[:1] for k, v in x.items()}),
        False,
        "has shape (1",
    ),
    "not numbers": (
        lambda: changed(lambda x: {k: v * float("nan") for k, v in x.items()}),
        False,
        "NaN",
    ),
    "a pickle": (lambda: {WEIGHTS: b"PK\x03\x04 torch.save"}, False, "is no such file"),
    "without sizes": (lambda: {ABOUT: b"{}"}, False, "translator.json is not a translator's"),
    "learnt nothing": (as_large_as_multi30k_wants, False, "on the hidden sentences"),
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory, warm_pool):
    folder = tmp_path_factory.mktemp("lab")
    text = dict(submissions(MASTER, ["perfect"]))["perfect"]
    for student, (files, _, _) in WRONG.items():
        place = folder / "class" / student / MASTER.assignment
        place.mkdir(parents=True)
        (place / f"{MASTER.notebook}.ipynb").write_text(text, encoding="utf-8")
        for name, data in (MASTER.files | files()).items():
            if data is not None:
                (place / name).write_bytes(data)
    grade(folder / "class", HERE, folder / "out", cluster=warm_pool)
    return {row.student: row for row in read_results(folder / "out").submissions}


@pytest.mark.parametrize("student", WRONG)
def test_files_cost_their_own_points_and_say_why(student, graded):
    _, log_counts, said = WRONG[student]
    row = graded[student]
    checks = {check.check: check for check in row.checks}
    right = not said
    points = {c.id: c.metadata.nbgrader.points for c in MASTER.source.cells if is_test(c)}
    lost = [n for n in OF_THE_FILES if not (log_counts if n == "log-handed-in" else right)]
    assert row.score == sum(points.values()) - sum(points[name] for name in lost)
    if student == "learnt nothing" and row.status == "time limit":
        return  # every sentence as long as it may be: too much for a busy machine
    assert row.status == "graded", row.reason
    assert all(check.passed for name, check in checks.items() if name not in OF_THE_FILES)
    for name in OF_THE_FILES[1:]:
        assert said in checks[name].message
    too_large = "translator.safetensors is larger than 64 MB"
    assert row.reason == (too_large if student == "too large" else "")
    if student == "without a log":
        assert "log.csv is not beside the notebook" in checks["log-handed-in"].message
