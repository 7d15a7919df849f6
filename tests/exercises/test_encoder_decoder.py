"""What is special about notebook 04: stand-ins, one's own parts, and five broken models."""

import ast
import contextlib
import io
import json

import pytest

from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions
from autograder.authoring.trusted_runner import run_cells, run_tests_in_process, score
from autograder.cells import is_test, split_test
from exercises.assignments import all_assignments
from solutions import misconceptions
from solutions.alternatives.attention import einsum
from solutions.assignments.fault_diagnosis import diagnosis
from solutions.fallbacks.assignments_1_3 import STAND_INS
from solutions.model import attention, embeddings, feed_forward, masks, positional, residual

(MASTER,) = [m for m in all_assignments() if m.assignment == "04-encoder-decoder"]


def with_own_parts(*sources: str):
    """The perfect notebook with code in the cell for one's own parts."""
    nb = fill_solutions(MASTER.source, {})
    (cell,) = [c for c in nb.cells if "classes and functions from notebooks 1 to 3" in c.source]
    cell.source = "\n\n".join([cell.source, *sources])
    return nb


def what_is_said_of_own_parts(nb) -> str:
    """Run the notebook up to the cell that compares one's own parts with the stand-ins."""
    namespace, said = {"__name__": "__main__"}, io.StringIO()
    for cell in nb.cells:
        if cell.cell_type == "code":
            with contextlib.redirect_stdout(said):
                exec(cell.source, namespace)
            if "select_own_parts_1_3(globals())" in cell.source:
                return said.getvalue()
    raise AssertionError("no such cell")


def test_the_stand_ins_are_handed_out_folded_and_work_without_the_project():
    (cell,) = [c for c in MASTER.source.cells if c.id == "given-assignments-1-3"]
    assert cell.metadata.jupyter.source_hidden
    namespace = {}
    exec(cell.source, namespace)
    assert set(STAND_INS) <= set(namespace)
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.split(".")[0] for name in imported} == {"collections", "torch"}


def test_ones_own_parts_earn_everything_too():
    """The reference's answers of notebooks 1 to 3, as they are written there."""
    answers = [attention.scaled_dot_product_attention, attention.split_heads]
    answers += [attention.merge_heads, positional.angular_frequencies, positional.sinusoidal_table]
    parts = [masks.padding_mask, masks.causal_mask, masks.target_mask]
    parts += [attention.MultiHeadAttention, residual.LayerNorm, feed_forward.FeedForward]
    parts += [residual.ResidualSublayer, embeddings.TokenEmbedding, positional.PositionalEncoding]
    parts += [positional.LearnedPositionalEncoding]
    assert {part.__name__ for part in parts} == set(STAND_INS)
    nb = with_own_parts(*map(source_of, answers + parts))
    said = what_is_said_of_own_parts(nb)
    assert said.count("your own, and it agrees with the stand-in") == len(parts), said
    assert set(run_tests_in_process(nb).values()) == {""}
    whole = with_own_parts(source_of(einsum).replace("from solutions", "# from solutions"))
    assert set(run_tests_in_process(whole).values()) == {""}


def test_a_wrong_part_of_ones_own_costs_nothing():
    nb = with_own_parts(misconceptions.by_name("DropoutOnX").source)
    ends = run_cells(nb)
    assert {name: end for name, end in ends.items() if end} == {}
    wrong_norm = (
        "class LayerNorm(nn.Identity):\n    def __init__(self, d_model): super().__init__()"
    )
    assert set(run_tests_in_process(with_own_parts(wrong_norm)).values()) == {""}


def test_the_last_exercise_gives_a_point_for_each_model():
    answers = diagnosis() | {2: "padding", 4: "dropout"}
    nb = fill_solutions(MASTER.source, {"diagnosis": f"def diagnosis():\n    return {answers}\n"})
    ends = run_tests_in_process(nb)
    assert {name for name, end in ends.items() if end} == {"bug-2", "bug-4"}
    earned, points = score(nb, ends)
    assert points - earned == 2


@pytest.mark.parametrize("answer", [{}, {1: None, 2: 7, 3: ["future"], 4: "no such fault"}])
def test_what_feedback_says_of_a_wrong_diagnosis_is_not_the_right_one(answer):
    nb = fill_solutions(MASTER.source, {"diagnosis": f"def diagnosis():\n    return {answer}\n"})
    ends = run_tests_in_process(nb)
    for number, right in diagnosis().items():
        assert ends[f"bug-{number}"]
        assert right not in ends[f"bug-{number}"]


def test_the_release_holds_no_diagnosis():
    released = strip_solutions(MASTER.source)
    shown = "\n".join(
        split_test(cell)[0] if is_test(cell) else cell.source for cell in released.cells
    )
    for number, right in diagnosis().items():
        for quote in "\"'":
            assert f"{number}: {quote}{right}{quote}" not in shown
    assert "SourcePositionsForgotten" not in shown
    (data,) = [cell for cell in released.cells if cell.id == "data-observed"]
    recorded = json.loads(data.source.split("'''")[1])
    assert set(recorded) == {"experiments", "outputs"}
