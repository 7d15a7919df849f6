"""A step taken apart: every product counted, all of its time told, and the highest peak."""

from itertools import cycle

import pytest
import torch
from click.testing import CliRunner
from torch.utils.flop_counter import FlopCounterMode

from solutions.data.batching import make_batches
from solutions.data.corpora import TranslationData
from solutions.experiments import profile_step
from solutions.experiments.profile_step import (
    KINDS,
    PRODUCTS,
    PYTHON,
    REST,
    Watch,
    kind_of,
    peak,
    taken_apart,
)
from solutions.experiments.throughput import fast_steps
from solutions.model.config import tiny
from solutions.tooling.run_log import read_run_log


def step(precision: torch.dtype = torch.float32):
    """Of the fast model, on one batch of the corpus again and again."""
    data = TranslationData.load("corpus")
    config = tiny(len(data.source_vocabulary), len(data.target_vocabulary))
    return fast_steps(cycle(make_batches(data.pairs("train"), 300, seed=0)[:1]), config, precision)


def test_a_name_has_one_kind():
    names = [name for kind in KINDS.values() for name in kind]
    assert len(names) == len(set(names))
    assert kind_of("addmm") == PRODUCTS
    assert kind_of("scatter_add_") == kind_of("expand") == REST


def test_products_are_counted_as_pytorch_counts_them():
    one = step()
    with FlopCounterMode(display=False) as counter:
        one()
    with Watch() as watch:
        one()
    assert watch.multiply_adds == counter.get_total_flops() // 2 > 0


def test_a_product_and_its_way_back():
    x, W = torch.randn(5, 3), torch.randn(3, 7, requires_grad=True)
    with Watch() as watch:
        (x @ W).sum().backward()  # x asks for no gradient
    assert watch.multiply_adds == 2 * 5 * 3 * 7
    assert set(watch.seconds) <= {*KINDS, REST}
    assert watch.seconds[PRODUCTS] > 0


def test_in_both_precisions_every_kind_of_the_step_is_seen():
    """A new name of an operator would move its time to the rest without a word."""
    seen = set()
    for precision in (torch.float32, torch.bfloat16):
        with Watch() as watch:
            step(precision)()
        seen |= {kind for kind, seconds in watch.seconds.items() if seconds}
    assert seen == {*KINDS, REST}


def test_what_no_operator_took_is_told_too(monkeypatch):
    """A second at every look at the clock: the operators take one each, the step as a whole 100."""
    ticks = iter([0, 200, *range(1000, 9000)])
    monkeypatch.setattr(profile_step.time, "perf_counter", lambda: next(ticks))
    x = torch.ones(2, 2)
    seconds, multiply_adds = taken_apart(lambda: torch.mm(x, x).relu(), steps=2)
    assert (seconds[PRODUCTS], seconds[REST], seconds[PYTHON]) == (1, 1, 98)
    assert multiply_adds == 8


def test_the_peak_is_the_fastest_product(monkeypatch):
    ticks = iter([0, 4, 10, 12, 20, 21, 30, 40])  # 2 widths, 2 tries: 4, 2, 1 and 10 seconds
    monkeypatch.setattr(profile_step.time, "perf_counter", lambda: next(ticks))
    assert peak(torch.float32, widths=(4, 8), tries=2) == 8**3


@pytest.mark.slow
def test_the_command_writes_what_it_prints(tmp_path, monkeypatch):
    monkeypatch.setattr(profile_step, "SQUARES", (64,))
    monkeypatch.setattr(profile_step, "fastest_precision", lambda: torch.float32)
    monkeypatch.setattr(profile_step.TrainConfig, "config", lambda self, s, t: tiny(s, t))
    words = f"--source corpus --steps 1 --threads 1 --out {tmp_path}"
    result = CliRunner().invoke(profile_step.main, words)
    assert result.exit_code == 0, result.output
    about, rows = read_run_log(tmp_path)
    assert about["command"].startswith("python -m solutions profile-step")
    assert [row["kind"] for row in rows] == [*KINDS, REST, PYTHON]
    assert sum(row["share"] for row in rows) == pytest.approx(1, abs=0.001)
    assert "of the most that this machine manages" in result.output
