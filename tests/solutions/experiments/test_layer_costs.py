"""Costs of layers: the formulas are what is really multiplied, and the command writes them down."""

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from solutions.experiments import layer_costs
from solutions.experiments.layer_costs import (
    HEAD,
    counted_multiply_adds,
    forward_and_backward,
    kept_for_backward,
    layers_of_width,
    main,
    multiply_adds,
    seconds_in_turns,
)
from solutions.tooling.run_log import read_run_log

KINDS = tuple(layers_of_width(8))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "fused" not in kind])
@given(B=st.integers(1, 3), n=st.integers(1, 9), d=st.sampled_from([8, 24, 2 * HEAD]))
def test_the_formula_is_what_pytorch_counts(kind, B, n, d):
    layer, x = layers_of_width(d)[kind], torch.randn(B, n, d)
    assert counted_multiply_adds(layer, x) == B * multiply_adds(kind, n, d)


def test_inside_the_fused_kernel_the_counter_is_blind():
    """So the record says less than the formula there: the projections alone."""
    layer, x = layers_of_width(8)["self-attention, fused"], torch.randn(2, 5, 8)
    assert counted_multiply_adds(layer, x) == 2 * 4 * 5 * 8**2


@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_keeps_the_shape_and_learns(kind):
    layer, x = layers_of_width(16)[kind], torch.randn(2, 7, 16, requires_grad=True)
    assert layer(x).shape == x.shape
    forward_and_backward(layer, x)()
    assert x.grad.abs().sum() > 0
    assert all(p.grad is not None for p in layer.parameters())


def test_heads_are_as_wide_as_in_the_paper():
    layers = layers_of_width(256)
    for kind in ("self-attention", "self-attention, fused"):
        assert layers[kind].attention.h == 256 // 64
        assert layers_of_width(8)[kind].attention.h == 1


@pytest.mark.parametrize("kind", KINDS)
def test_paths_are_as_long_as_the_table_says(kind):
    """How far back a gradient comes from one output: three neighbors, the past, or everything."""
    layer, x = layers_of_width(8)[kind], torch.randn(1, 9, 8, requires_grad=True)
    layer(x)[0, 5].sum().backward()
    seen = (x.grad[0] != 0).any(-1).nonzero().flatten().tolist()
    far = {"self": range(9), "recurrent": range(6), "convolution": range(4, 7)}
    assert seen == list(next(reach for name, reach in far.items() if kind.startswith(name)))


def test_what_attention_keeps_grows_with_the_square_and_the_fused_does_not():
    def kept(kind, n):
        layer = layers_of_width(8)[kind]
        return kept_for_backward(layer, torch.randn(1, n, 8, requires_grad=True))

    weights = {n: 4 * n * n for n in (64, 128)}  # one head, four bytes a number
    linear = {n: kept("self-attention", n) - weights[n] for n in weights}
    assert linear[128] == 2 * linear[64]
    assert kept("self-attention, fused", 128) == 2 * kept("self-attention, fused", 64)


def test_a_tensor_that_is_kept_twice_counts_once_and_parameters_not_at_all():
    class Square(torch.nn.Module):
        def forward(self, x):
            return x * x * x

    x = torch.randn(10, requires_grad=True)
    assert kept_for_backward(Square(), x) == 2 * 10 * 4  # x, and x * x
    assert kept_for_backward(torch.nn.Linear(10, 3), x) == 10 * 4


def test_works_take_turns_and_each_time_follows_a_run_without_a_clock(monkeypatch):
    clock, done, told = iter(range(100)), [], []
    monkeypatch.setattr(layer_costs.time, "process_time", lambda: next(clock))
    works = {name: (lambda name=name: done.append(name)) for name in "ab"}
    seconds = seconds_in_turns(works, 3, lambda n, name: told.append((n, name)))
    assert seconds == {"a": [1, 1, 1], "b": [1, 1, 1]}
    assert "".join(done) == "aabb" * 3
    assert told == [(i + 1, "ab"[i % 2]) for i in range(6)]


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_writes_a_row_for_each_layer_length_and_width(tmp_path):
    result = run("--lengths", "4, 8", "--widths", 16, "--repeats", 2, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    about, rows = read_run_log(tmp_path)
    assert about["command"].startswith(
        "python -m solutions layer-costs --lengths '4, 8' --widths 16"
    )
    assert about["threads"] == 1
    assert set(about["machine"]) == {"cores", "processor", "instructions", "system", "python"}
    assert [(row["layer"], row["n"], row["d"]) for row in rows] == [
        (kind, n, 16) for kind in KINDS for n in (4, 8)
    ]
    for row in rows:
        assert 0 <= row["least_ms"] <= row["median_ms"] <= row["most_ms"]
        assert row["multiply_adds"] == multiply_adds(row["layer"], row["n"], 16)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lengths", "16,x"], "--lengths takes positive numbers like 16,32,64, not '16,x'"),
        (["--widths", "0"], "--widths takes positive numbers"),
        (["--widths", "100"], "--widths: 100 is not a multiple of a head's width, 64"),
        (["--repeats", "0"], "'--repeats': 0 is not in the range"),
    ],
)
def test_wrong_options_are_one_line_and_exit_code_2(options, words, tmp_path):
    result = run(*options, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
