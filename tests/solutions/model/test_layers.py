"""Embeddings, feed-forward network, layer norm, residual sub-layers."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from solutions.model.embeddings import TokenEmbedding
from solutions.model.feed_forward import ConvolutionalFeedForward, FeedForward
from solutions.model.residual import LayerNorm, ResidualSublayer

DOUBLE = {"rtol": 0, "atol": 1e-9}


def drawn(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# ---- embeddings ----------------------------------------------------------------------------------


def test_an_embedding_is_a_row_times_the_root_of_the_width():
    embed = TokenEmbedding(11, 9)
    tokens = torch.tensor([[0, 10, 3]])
    torch.testing.assert_close(embed(tokens), embed.embedding.weight[tokens] * 3.0)


def test_features_start_with_variance_one_and_logits_near_it():
    torch.manual_seed(0)
    embed = TokenEmbedding(4000, 256)
    features = embed(torch.arange(4000)[None])
    assert features.var().item() == pytest.approx(1, abs=0.02)
    normalized = F.layer_norm(torch.randn(1, 200, 256), (256,))
    logits = embed.to_logits(normalized)
    loss = F.cross_entropy(logits.flatten(0, 1), torch.randint(4000, (200,)))
    # Logits of variance 1 cost half a nat over a uniform guess: ln V + 1/2.
    assert loss.item() == pytest.approx(math.log(4000) + 0.5, abs=0.25)


def test_logits_use_the_same_matrix():
    embed = TokenEmbedding(7, 4)
    x = torch.randn(2, 3, 4)
    torch.testing.assert_close(embed.to_logits(x), x @ embed.embedding.weight.T)
    assert sum(p.numel() for p in embed.parameters()) == 28


@pytest.mark.parametrize(("tokens", "wrong"), [([[1, 7]], 7), ([[-1, 2]], -1)])
def test_an_unknown_token_is_named(tokens, wrong):
    with pytest.raises(ValueError, match=f"token id {wrong} is not in a vocabulary of 7; encode"):
        TokenEmbedding(7, 4)(torch.tensor(tokens))


# ---- feed-forward network ------------------------------------------------------------------------


@given(b=st.integers(1, 3), t=st.integers(1, 5), d=st.integers(1, 6), d_ff=st.integers(1, 9))
def test_two_convolutions_of_kernel_size_one_are_the_same(b, t, d, d_ff):
    linear = FeedForward(d, d_ff).double()
    convolution = ConvolutionalFeedForward(d, d_ff).double()
    with torch.no_grad():
        for name in ("W_1", "W_2"):
            source, target = getattr(linear, name), getattr(convolution, name)
            target.weight.copy_(source.weight[:, :, None])
            target.bias.copy_(source.bias)
    x = drawn(b, t, d, seed=t)
    torch.testing.assert_close(convolution(x), linear(x), **DOUBLE)


def test_every_position_is_treated_alike_and_by_itself():
    layer = FeedForward(4, 7).double()
    x = drawn(2, 5, 4, seed=0)
    order = torch.tensor([3, 1, 4, 0, 2])
    torch.testing.assert_close(layer(x[:, order]), layer(x)[:, order], **DOUBLE)
    changed = x.clone()
    changed[:, 2] += 1
    same = [0, 1, 3, 4]
    assert torch.equal(layer(changed)[:, same], layer(x)[:, same])


def test_equation_2():
    layer = FeedForward(3, 5).double()
    x = drawn(2, 4, 3, seed=1)
    inner = torch.clamp(x @ layer.W_1.weight.T + layer.W_1.bias, min=0)
    torch.testing.assert_close(layer(x), inner @ layer.W_2.weight.T + layer.W_2.bias, **DOUBLE)


# ---- layer norm ----------------------------------------------------------------------------------


@given(d=st.integers(2, 9), rows=st.integers(1, 5), seed=st.integers(0, 99))
def test_layer_norm_is_pytorchs(d, rows, seed):
    ours, theirs = LayerNorm(d).double(), nn.LayerNorm(d).double()
    with torch.no_grad():
        theirs.weight.copy_(ours.gain.copy_(drawn(d, seed=seed + 1)))
        theirs.bias.copy_(ours.bias.copy_(drawn(d, seed=seed + 2)))
    x = (3 * drawn(2, rows, d, seed=seed) + 5).requires_grad_()
    upstream = drawn(2, rows, d, seed=seed + 3)
    found, expected = ours(x), theirs(x)
    torch.testing.assert_close(found, expected, **DOUBLE)
    gradients = [torch.autograd.grad(y, x, upstream)[0] for y in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-7, atol=1e-7)


def test_layer_norm_sees_one_position_only():
    layer = LayerNorm(6)
    x = torch.randn(2, 4, 6)
    y = layer(x)
    torch.testing.assert_close(y.mean(-1), torch.zeros(2, 4), rtol=0, atol=1e-6)
    torch.testing.assert_close(y.var(-1, unbiased=False), torch.ones(2, 4), rtol=0, atol=1e-3)
    torch.testing.assert_close(layer(7 * x[:, 1] + 3), y[:, 1], rtol=0, atol=1e-4)


# ---- residual sub-layers -------------------------------------------------------------------------


def test_post_norm_is_the_papers_and_pre_norm_leaves_the_sum_alone():
    x = drawn(2, 3, 4, seed=2)
    post = ResidualSublayer(4).double()
    pre = ResidualSublayer(4, pre_norm=True).double()
    norm = nn.LayerNorm(4).double()
    torch.testing.assert_close(post(x, torch.sin), norm(x + torch.sin(x)), **DOUBLE)
    torch.testing.assert_close(pre(x, torch.sin), x + torch.sin(norm(x)), **DOUBLE)


@pytest.mark.parametrize("pre_norm", [False, True])
def test_dropout_is_on_the_sublayers_output_and_never_on_x(pre_norm):
    layer = ResidualSublayer(50, dropout=0.5, pre_norm=pre_norm)
    x = torch.full((1, 40, 50), 7.0)
    seen = []
    layer.norm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    y = layer(x, torch.ones_like)
    total = y if pre_norm else seen[0]  # x + Dropout(1), before a norm after it
    # A dropped feature leaves x; a kept one adds 1 / (1 - 0.5).
    assert set(total.unique().tolist()) == {7.0, 9.0}
    layer.eval()
    seen.clear()
    y = layer(x, torch.ones_like)
    assert set((y if pre_norm else seen[0]).unique().tolist()) == {8.0}


def test_the_gradient_of_pre_norm_has_a_way_on_which_nothing_changes_it():
    layer = ResidualSublayer(4, pre_norm=True).double()
    x = drawn(1, 2, 4, seed=3).requires_grad_()
    upstream = drawn(1, 2, 4, seed=4)
    (gradient,) = torch.autograd.grad(layer(x, torch.zeros_like), x, upstream)
    assert torch.equal(gradient, upstream)
