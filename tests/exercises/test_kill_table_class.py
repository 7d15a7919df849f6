"""The kill table, graded as a class: what differs from the record is told."""

from autograder.authoring.kill_table_runner import Row
from autograder.reporting.results import CheckOutcome, Graded
from exercises.kill_table_class import differences

ROW = Row("inverted", "mask", "mask-values", lost=("mask-values",), named=("mask-values",))


def graded(named: str = "inverted", lost: tuple[str, ...] = ("mask-values",), status="graded"):
    checks = tuple(
        CheckOutcome(
            name,
            "Mask",
            name,
            1.0,
            0.0 if name in lost else 1.0,
            misconception=named if name in lost else "",
        )
        for name in ("mask-values", "mask-shape")
    )
    reason = "" if status == "graded" else "why"
    return Graded("inverted", "01", "attention", status, reason, 1.0, 2.0, checks)


def test_a_mistake_that_is_graded_as_recorded_differs_in_nothing():
    assert differences(ROW, graded()) == []


def test_other_tests_and_other_names_are_told():
    assert differences(ROW, graded(lost=("mask-values", "mask-shape"))) == [
        "loses ['mask-values', 'mask-shape'], in the kill table ['mask-values']"
    ]
    assert differences(ROW, graded(named="")) == ["is not named by ['mask-values']"]
    assert differences(ROW, graded(named="forgotten")) == [
        "is not named by ['mask-values']",
        "is taken for ['forgotten']",
    ]
    assert differences(ROW, graded(status="time limit")) == ["time limit: why"]
