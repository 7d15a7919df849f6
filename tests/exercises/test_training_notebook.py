"""What notebook 05 says at once, and that its places to play work."""

import ast
from functools import cache

import matplotlib as mpl
import pytest
import torch

from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions, with_mistake
from autograder.authoring.trusted_runner import run_tests_in_process
from autograder.cells import is_test
from exercises.assignments import all_assignments
from solutions.alternatives import styles

mpl.use("agg")  # a place to play draws
(MASTER,) = [m for m in all_assignments() if m.assignment == "05-training"]
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
def test_a_mistake_is_named_at_once(mistake):
    namespace, _ = everything_right()
    right = namespace[mistake.replaces]
    try:
        exec(mistake.source, namespace)
        verdict = namespace["check"](mistake.replaces)
    finally:
        namespace[mistake.replaces] = right
    assert verdict.headline == mistake.did
    assert verdict.link.endswith(mistake.section)


def places_to_play():
    """The code that a student uncomments: what stands below the sentences."""
    for cell in MASTER.source.cells:
        if cell.id.startswith("try-"):
            lines = [line.removeprefix("# ") for line in cell.source.splitlines()]
            for start in range(len(lines)):
                code = "\n".join(lines[start:])
                try:
                    ast.parse(code)
                except SyntaxError:
                    continue
                yield pytest.param(code, id=cell.id)
                break


@pytest.mark.parametrize("code", list(places_to_play()))
def test_the_places_to_play_work(code):
    namespace, _ = everything_right()
    exec(code, {**namespace})


def test_the_small_model_learns_with_the_students_own_parts(capsys):
    (code,) = [p.values[0] for p in places_to_play() if "train_step" in p.values[0]]
    namespace, _ = everything_right()
    exec(code, {**namespace})
    losses = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert losses[0] > 2
    assert losses[-1] < 0.7 * losses[0]


def test_a_wrong_rate_costs_no_points_in_the_schedule_that_uses_it():
    (larger,) = [m for m in MASTER.mistakes if m.name == "rate_takes_the_larger"]
    nb = with_mistake(MASTER.source, larger)
    ends = {name: end for name, end in run_tests_in_process(nb).items() if end}
    assert set(ends) >= {"noam-rate-shape", "noam-rate-size"}
    kept = [ends.get(name, "") for name in ("schedule-writes", "schedule-counts")]
    assert all(end.startswith("Passed with a right noam_rate") for end in kept if end)


def test_the_checks_leave_the_random_numbers_alone():
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    run(MASTER.source)
    assert torch.equal(torch.rand(1), expected)
