"""What the lab says of its speed is what the two recorded runs hold."""

import pytest

from book.pagelib.throughput_results import PADDED, WAYS, Padding, StepTime, Throughput
from solutions.experiments.profile_step import KINDS, PRODUCTS, PYTHON, REST


def test_the_lab_is_as_fast_as_it_says():
    bench = Throughput("bench")
    assert [row["way"] for row in bench.rows] == list(WAYS)
    assert bench.ratio("naive", "naive") == bench.ratio("nn.Transformer", "torch") == 1
    assert bench.ratio("fast", "naive") >= 10
    assert bench.ratio("fast", "torch") >= 1.5
    assert bench.ratio("reference", "torch") >= 1
    assert bench.ratio("nn.Transformer", "naive") > bench.ratio("fast", "torch") > 1
    assert len(bench.table().rows) == len(WAYS)


def test_a_step_is_the_sum_of_its_kinds():
    step = StepTime("step-time")
    assert step.precisions == ["float32", "bfloat16"]
    for precision in step.precisions:
        assert step.share(precision, *KINDS, REST, PYTHON) == pytest.approx(1)
        assert 0 < step.of_peak(precision) < 1
        products = step.milliseconds(precision, PRODUCTS)
        assert step.share(precision, PRODUCTS) == products / step.milliseconds(precision)
    rows = step.table().rows
    assert [row[0] for row in rows[:-1]] == [*KINDS, REST, PYTHON]


def test_what_the_text_concludes_is_so():
    """Products rule the step in float32, and no longer in bfloat16."""
    step = StepTime("step-time")
    assert step.share("float32", PRODUCTS) > 0.5 > step.share("bfloat16", PRODUCTS)
    assert step.of_peak("float32") > step.of_peak("bfloat16")


def test_a_fixed_length_costs_more_than_a_random_order():
    padding = Padding("padding")
    assert [row["way"] for row in padding.rows] == list(PADDED)
    fixed, order = padding.saved("fixed", "longest"), padding.saved("longest", "by length")
    assert fixed > 2.5 > order > 1.5
    assert padding.saved("fixed", "by length") == pytest.approx(fixed * order)
    # What padding saves is less than the whole gain: the rest is left for the loss and the loader.
    assert fixed * order < Throughput("bench").ratio("reference", "naive")
    assert len(padding.table().rows) == len(PADDED)
