"""What a graded class says of the forms in its notebooks."""

from types import SimpleNamespace

from exercises.assignments import chosen
from exercises.world_class import Student, judged
from exercises.world_forms import Form

(MASTER,) = chosen(["01-attention"])


def form(symbol: str, right: bool) -> Form:
    loses = frozenset() if right else frozenset(MASTER.tests_of(symbol))
    where = MASTER.assignment, symbol, "a form", "nowhere"
    return Form(*where, right, loses, frozenset(), "")


def graded(*forms: Form, lost: str) -> list:
    """What becomes of a notebook that has lost one test."""
    checks = [
        SimpleNamespace(
            check=name,
            exercise="its title",
            points=1,
            score=float(name != lost),
            message="No.",
            misconception="",
        )
        for symbol in MASTER.symbols
        for name in sorted(MASTER.tests_of(symbol))
    ]
    row = SimpleNamespace(student="ada", assignment=MASTER.assignment, checks=checks)
    student = Student("ada", MASTER, forms)
    return list(judged([student], SimpleNamespace(submissions=[row])))


def test_of_right_forms_in_one_notebook_the_one_whose_test_is_lost_is_blamed():
    first, second = graded(
        form("padding_mask", True), form("causal_mask", True), lost="causal-mask-values"
    )
    assert first.lost == {}
    assert list(second.lost) == ["causal-mask-values"]
    assert [*second.faults] == ["loses causal-mask-values: No."]


def test_a_wrong_form_may_lose_tests_of_its_own_exercise_only():
    (one,) = graded(form("padding_mask", False), lost="target-mask-values")
    assert one.elsewhere == {"target-mask-values"}
    assert "loses target-mask-values too, which is not its own" in list(one.faults)
    (other,) = graded(form("padding_mask", False), lost="padding-mask-values")
    assert other.elsewhere == frozenset()
