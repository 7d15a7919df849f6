"""Stacks with and without the residual, the norms of their gradients, and a short training run."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from solutions.model.ablation import (
    KINDS,
    TEXT,
    NextCharacter,
    StackLayer,
    backward_norms,
    factor_per_layer,
    train_on_text,
)

DOUBLE = {"rtol": 0, "atol": 1e-12}
depths, seeds = st.integers(1, 6), st.integers(0, 2**31)


def drawn(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def layer(kind: str, d_model: int = 6) -> StackLayer:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(len(kind))
        return StackLayer(kind, d_model).double()


# ---- the four kinds ------------------------------------------------------------------------------


def test_what_each_kind_computes():
    x, norm = drawn(2, 3, 6, seed=0), nn.LayerNorm(6).double()
    for kind, expected in {
        "plain": lambda ffn: ffn(x),
        "norm only": lambda ffn: norm(ffn(x)),
        "post-norm": lambda ffn: norm(x + ffn(x)),
        "pre-norm": lambda ffn: x + ffn(norm(x)),
    }.items():
        made = layer(kind)
        torch.testing.assert_close(made(x), expected(made.feed_forward), **DOUBLE)


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match=r"unknown kind 'post'; choose one of plain, norm only, p"):
        StackLayer("post", 4)


# ---- gradients -----------------------------------------------------------------------------------


@given(depths, seeds, st.floats(0.25, 3))
def test_the_norms_of_scalings_are_powers(N, seed, scale):
    x, upstream = drawn(2, 3, seed=seed), drawn(2, 3, seed=seed + 1)
    norms = backward_norms([lambda y: scale * y] * N, x, upstream)
    expected = [upstream.norm().item() * scale ** (N - place) for place in range(N + 1)]
    assert norms.tolist() == pytest.approx(expected, rel=1e-12)
    assert factor_per_layer(norms).item() == pytest.approx(scale, rel=1e-12)


@given(st.lists(st.sampled_from([torch.sin, torch.tanh, torch.exp, torch.neg]), min_size=1), seeds)
def test_the_norms_are_those_that_backward_leaves_at_the_input(layers, seed):
    x, upstream = drawn(2, 3, seed=seed).clamp(-1, 1), drawn(2, 3, seed=seed + 1)
    layers = layers[:5]
    norms = backward_norms(layers, x, upstream)
    state = start = x.clone().requires_grad_()
    for one in layers:
        state = one(state)
    state.backward(upstream)
    assert norms[0].item() == pytest.approx(start.grad.norm().item(), rel=1e-12)
    assert norms[-1] == upstream.norm()


@given(st.integers(2, 6), seeds)
def test_cutting_a_stack_leaves_the_norms_above_the_cut(N, seed):
    x, upstream = drawn(3, 2, seed=seed), drawn(3, 2, seed=seed + 1)
    whole = backward_norms([torch.sin] * N, x, upstream)
    upper = backward_norms([torch.sin] * (N - 1), torch.sin(x), upstream)
    torch.testing.assert_close(whole[1:], upper, **DOUBLE)


def test_measuring_leaves_no_trace():
    x = drawn(2, 6, seed=1).requires_grad_()
    layers = [layer(kind) for kind in KINDS]
    norms = backward_norms(layers, x, drawn(2, 6, seed=2))
    assert norms.shape == (5,)
    assert not norms.requires_grad
    assert x.grad is None
    assert all(p.grad is None for one in layers for p in one.parameters())


@given(st.lists(st.floats(0.1, 10), min_size=2, max_size=9))
def test_the_factor_taken_n_times_is_the_whole_ratio(norms):
    norms = torch.tensor(norms, dtype=torch.float64)
    factor = factor_per_layer(norms)
    assert factor.shape == ()
    assert (factor ** (len(norms) - 1) * norms[-1]).item() == pytest.approx(norms[0].item())


def test_a_plain_layer_takes_the_factor_of_its_initialization():
    """Two uniform maps and a ReLU between them: 1/12 * 1/2 * 4/3 = 1/18 of a gradient's square."""
    torch.manual_seed(0)
    d_model = 256
    layers = [StackLayer("plain", d_model) for _ in range(4)]
    norms = backward_norms(layers, torch.randn(64, d_model), torch.randn(64, d_model))
    assert factor_per_layer(norms).item() == pytest.approx(1 / math.sqrt(18), rel=0.02)


# ---- training ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_guesses_one_of_v_characters(kind):
    model = NextCharacter(V=11, kind=kind, N=2, d_model=12, context=3)
    assert model(torch.zeros(5, 3, dtype=torch.int64)).shape == (5, 11)
    assert len(model.layers) == 2
    assert isinstance(model.norm, nn.Identity) == (kind != "pre-norm")


def test_training_lowers_the_loss_and_starts_where_guessing_does():
    losses = train_on_text(TEXT, "post-norm", N=2, steps=30, learning_rate=1e-2)
    assert len(losses) == 30
    assert losses[0] == pytest.approx(math.log(len(set(TEXT))), abs=0.3)
    assert losses[-1] < 1


def test_the_same_seed_gives_the_same_run_and_nothing_global_moves():
    before = torch.random.get_rng_state()
    first, again, other = (train_on_text(TEXT, "pre-norm", 2, 3, seed=s) for s in (1, 1, 2))
    assert first == again != other
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_deep_stack_learns_with_the_residual_and_not_without():
    """What the chapter shows; frequencies alone give 2.83 nats."""
    counts = torch.tensor([TEXT.count(character) for character in set(TEXT)]).double()
    shares = counts / counts.sum()
    frequencies = -(shares * shares.log()).sum().item()
    last = {kind: train_on_text(TEXT, kind, N=24, steps=30)[-1] for kind in KINDS}
    assert last["plain"] > frequencies - 0.1
    assert last["norm only"] > frequencies - 0.1
    assert last["post-norm"] < 1.5
    assert last["pre-norm"] < 1.5
