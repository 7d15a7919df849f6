"""What notebook 03 says at once, and that its laboratory runs on the student's own layers."""

import pytest
import torch

from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions, with_mistake
from autograder.cells import is_test
from exercises.assignments import all_assignments
from solutions.alternatives import styles
from solutions.model import ablation

(MASTER,) = [m for m in all_assignments() if m.assignment == "03-residuals"]
STYLES = styles(MASTER.notebook)

# Right in evaluation, at the start, or in the numbers: hidden tests look at the rest.
NOT_AT_ONCE = {
    "GainFromZero",
    "ConstantStatistics",
    "FirstMapCutOff",
    "DropoutAfterTheNorm",
    "SublayerCutOff",
    "ResidualCutOff",
}


def run(nb):
    """Run all cells but the hidden tests: (the namespace, what each check says)."""
    namespace, said = {"__name__": "__main__"}, {}
    for cell in nb.cells:
        if cell.cell_type != "code" or is_test(cell):
            continue
        if cell.source.startswith("check("):
            said[cell.source.split('"')[1]] = eval(cell.source, namespace)
        else:
            exec(cell.source, namespace)
    return namespace, said


def test_every_exercise_is_answered_at_once():
    _, said = run(MASTER.source)
    assert {name: v.mark for name, v in said.items()} == dict.fromkeys(MASTER.symbols, "✓")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_no_right_style_is_accused(style):
    answers = {name: source_of(getattr(style, name)) for name in MASTER.symbols}
    _, said = run(fill_solutions(MASTER.source, answers))
    assert {name: repr(v) for name, v in said.items() if v.mark != "✓"} == {}


def test_what_is_not_written_is_not_wrong():
    for name, verdict in run(strip_solutions(MASTER.source))[1].items():
        assert repr(verdict) == f"○ {name}: not started yet."


@pytest.mark.parametrize("mistake", MASTER.mistakes, ids=lambda m: m.name)
def test_a_mistake_is_named_at_once_where_it_shows(mistake):
    wrong = with_mistake(MASTER.source, mistake.implementation, mistake.reference)
    verdict = run(wrong)[1][mistake.replaces]
    if mistake.name in NOT_AT_ONCE:
        assert verdict.mark == "✓"
    else:
        assert verdict.headline == mistake.sentence


def test_the_laboratory_is_built_from_what_the_student_wrote():
    namespace, _ = run(MASTER.source)
    assert namespace["TEXT"] == ablation.TEXT
    assert namespace["KINDS"] == ablation.KINDS
    layer = namespace["StackLayer"]("post-norm", 8)
    assert type(layer.feed_forward) is namespace["FeedForward"]
    assert type(layer.residual) is namespace["ResidualSublayer"]
    assert type(layer.residual.norm) is namespace["LayerNorm"]


def test_what_waits_behind_the_signs_runs():
    """The cells to try, without their # signs."""
    namespace, _ = run(MASTER.source)
    tried = [cell.source for cell in MASTER.source.cells if cell.id.startswith("try-")]
    to_run = [source for source in tried if "# My predictions" not in source]
    assert len(to_run) == len(tried) - 1
    for source in to_run:
        lines = [line for line in source.splitlines() if line.startswith("# ")]
        code = [line.removeprefix("# ") for line in lines if not line.endswith((".", "?"))]
        shorter = "\n".join(code).replace("N=16, steps=40", "N=2, steps=2")
        torch.manual_seed(0)
        exec(compile(shorter, "<try>", "exec"), namespace)
