"""The laboratory of notebook 03 runs on the student's own layers."""

import torch

from autograder.cells import is_test
from exercises.assignments import all_assignments
from solutions.model import ablation

(MASTER,) = [m for m in all_assignments() if m.assignment == "03-residuals"]


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
