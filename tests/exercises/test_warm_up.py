"""What notebook 00 says at once, and that its places to play work."""

import ast
from functools import cache

import numpy as np
import pytest
import torch

from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions, with_mistake
from autograder.authoring.trusted_runner import run_tests_in_process
from autograder.cells import is_test
from exercises.assignments import all_assignments
from solutions.alternatives import styles

(MASTER,) = [m for m in all_assignments() if m.assignment == "00-warm-up"]
STYLES = styles(MASTER.notebook)


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


@cache
def everything_right():
    return run(MASTER.source)


def test_every_exercise_is_answered_at_once():
    _, said = everything_right()
    assert {name: v.color for name, v in said.items()} == dict.fromkeys(MASTER.symbols, "green")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_no_right_style_is_accused(style):
    answers = {name: source_of(getattr(style, name)) for name in MASTER.symbols}
    _, said = run(fill_solutions(MASTER.source, answers))
    assert {name: repr(v) for name, v in said.items() if v.color != "green"} == {}


def test_what_is_not_written_is_not_wrong():
    for name, verdict in run(strip_solutions(MASTER.source))[1].items():
        assert repr(verdict) == f"○ {name}: not started yet."


@pytest.mark.parametrize("mistake", MASTER.mistakes, ids=lambda m: m.name)
def test_a_mistake_is_named_at_once_where_it_shows(mistake):
    namespace, _ = everything_right()
    right = namespace[mistake.replaces]
    try:
        exec(mistake.source, namespace)
        verdict = namespace["check"](mistake.replaces)
    finally:
        namespace[mistake.replaces] = right
    assert verdict.headline == mistake.did
    assert verdict.link.endswith(mistake.section)


def test_the_line_that_the_text_asks_for_is_the_mistake_that_it_promises():
    text = "\n".join(c.source for c in MASTER.source.cells if c.cell_type == "markdown")
    line = "return np.full(tokens.shape[0], tokens.shape[1])"
    assert f"`{line}`" in text
    (rectangle,) = [m for m in MASTER.mistakes if m.name == "lengths_of_the_rectangle"]
    assert line in source_of(rectangle.implementation)


def places_to_play():
    """The code that a student uncomments: what stands below the sentences."""
    for cell in MASTER.source.cells:
        if cell.id.startswith("try-"):
            lines = [line.removeprefix("# ") for line in cell.source.splitlines()]
            code = "\n".join(line for line in lines if not is_prose(line))
            yield pytest.param(code, id=cell.id)


def is_prose(line):
    try:
        ast.parse(line.rstrip(":") if line.startswith("for ") else line)
    except SyntaxError:
        return not line.startswith((" ", "for ", "measured", "expected"))
    return False


@pytest.mark.parametrize("code", list(places_to_play()))
def test_the_places_to_play_work(code):
    namespace, _ = everything_right()
    exec(code, {**namespace})


def printed_by(what, capsys):
    (code,) = [p.values[0] for p in places_to_play() if what in p.values[0]]
    namespace, _ = everything_right()
    exec(code, {**namespace})
    return capsys.readouterr().out.splitlines()


def test_the_students_attention_is_pytorchs(capsys):
    (line,) = printed_by("MultiheadAttention", capsys)
    assert float(line.split()[-1]) < 1e-12


def test_the_small_model_knows_nothing_and_has_the_shapes_foretold(capsys):
    lines = printed_by("likeliest_tokens", capsys)
    assert "shapes as predicted: True" in lines
    (loss,) = [line.split() for line in lines if line.startswith("loss")]
    assert float(loss[1]) == pytest.approx(float(loss[-1]), abs=1.0)


def test_wrong_heads_cost_points_once_and_the_layer_on_top_keeps_its_own():
    (reshaped,) = [m for m in MASTER.mistakes if m.name == "heads_by_reshape_alone"]
    nb = with_mistake(MASTER.source, reshaped)
    ends = {name: end for name, end in run_tests_in_process(nb).items() if end}
    assert set(ends) == {"heads-cut"}
    assert ends["heads-cut"].startswith("You reshape")


def test_nobody_is_told_about_a_softmax_that_is_given():
    for cell in MASTER.source.cells:
        assert "This comes from softmax" not in cell.source


def test_the_checks_leave_the_random_numbers_alone():
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002 - the old state is the one that could be disturbed
    expected = torch.rand(1), np.random.rand(1)  # noqa: NPY002
    torch.manual_seed(1)
    np.random.seed(1)  # noqa: NPY002
    run(MASTER.source)
    assert torch.equal(torch.rand(1), expected[0])
    assert np.random.rand(1) == expected[1]  # noqa: NPY002
