"""Multi-head attention: its heads, its laws, and what PyTorch's layer computes."""

import pytest
import torch
from attention_problems import TIGHT, close, dtypes, layer, normal, random_mask, self_attention
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from solutions.model.attention import (
    MultiHeadAttention,
    merge_heads,
    split_heads,
)
from solutions.model.masks import causal_mask, padding_mask

# ---- the heads -----------------------------------------------------------------------------------

sizes = st.integers(1, 4)


@given(sizes, sizes, sizes, sizes)
def test_merging_undoes_splitting_and_splitting_undoes_merging(B, T, h, d_k):
    x = normal(B, B, T, h * d_k)
    heads = split_heads(x, h)
    assert heads.shape == (B, h, T, d_k)
    assert torch.equal(merge_heads(heads), x)
    y = normal(T, B, h, T, d_k)
    assert torch.equal(split_heads(merge_heads(y), h), y)


@given(sizes, sizes, sizes, sizes)
def test_head_i_holds_its_block_of_neighbouring_features(B, T, h, d_k):
    x = normal(B, B, T, h * d_k)
    for i, head in enumerate(split_heads(x, h).unbind(1)):
        assert torch.equal(head, x[..., i * d_k : (i + 1) * d_k])


def test_heads_of_non_contiguous_inputs():
    x = normal(1, 2, 6, 5).mT
    assert torch.equal(split_heads(x, 3), split_heads(x.contiguous(), 3))
    y = normal(2, 2, 4, 3, 5).transpose(1, 2)
    assert torch.equal(merge_heads(y), merge_heads(y.contiguous()))


@pytest.mark.parametrize("h", [0, -1, 4, 12])
def test_a_width_that_h_does_not_divide_is_refused(h):
    with pytest.raises(ValueError, match=f"width of 6 cannot be cut into {h} equal heads"):
        split_heads(normal(1, 2, 3, 6), h)
    with pytest.raises(ValueError, match=f"d_model = 6 must be a multiple of .* h = {h}"):
        MultiHeadAttention(6, h)


# ---- the layer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("h", [1, 2, 3, 6])
def test_the_parameters_are_four_square_matrices_whatever_h_is(h):
    shapes = {name: tuple(p.shape) for name, p in MultiHeadAttention(6, h).named_parameters()}
    assert shapes == {f"W_{x}.weight": (6, 6) for x in "qkvo"}
    assert sum(p.numel() for p in MultiHeadAttention(6, h).parameters()) == 4 * 6**2


@dtypes
@pytest.mark.parametrize(
    ("B", "T", "S", "h"), [(1, 3, 5, 1), (2, 4, 3, 2), (3, 1, 6, 3), (1, 5, 1, 6)]
)
@pytest.mark.parametrize("masked", [False, True])
def test_equals_pytorchs_layer_with_its_gradients(dtype, B, T, S, h, masked):
    mine, theirs = (
        layer(6, h, dtype=dtype),
        nn.MultiheadAttention(6, h, bias=False, batch_first=True),
    )
    theirs = theirs.to(dtype)
    with torch.no_grad():
        three = torch.cat([mine.W_q.weight, mine.W_k.weight, mine.W_v.weight])
        theirs.in_proj_weight.copy_(three)
        theirs.out_proj.weight.copy_(mine.W_o.weight)
    mask = random_mask(5, B, T, S) if masked else None
    hidden = None
    if masked:
        mask[..., 0] = True
        hidden = ~mask.repeat_interleave(h, 0)
    inputs = [normal(i, B, n, 6, dtype=dtype) for i, n in enumerate((T, S, S))]
    a, b = ([x.clone().requires_grad_() for x in inputs] for _ in range(2))
    output, expected = mine(*a, mask), theirs(*b, attn_mask=hidden, need_weights=False)[0]
    close(output, expected, TIGHT[dtype])
    upstream = normal(30, B, T, 6, dtype=dtype)
    output.backward(upstream)
    expected.backward(upstream)
    for x, y in zip(a, b, strict=True):
        close(x.grad, y.grad, 2 * TIGHT[dtype])
    grads = torch.cat([mine.W_q.weight.grad, mine.W_k.weight.grad, mine.W_v.weight.grad])
    close(grads, theirs.in_proj_weight.grad, 5 * TIGHT[dtype])
    close(mine.W_o.weight.grad, theirs.out_proj.weight.grad, 5 * TIGHT[dtype])


@given(self_attention(), st.data())
def test_a_change_at_t_leaves_every_earlier_output_bit_equal(attention, data):
    mha, x = attention
    t = data.draw(st.integers(1, x.size(1) - 1))
    changed = x.clone()
    changed[:, t:] += 1
    mask = causal_mask(x.size(1))
    before, after = mha(x, x, x, mask), mha(changed, changed, changed, mask)
    assert torch.equal(before[:, :t], after[:, :t])
    assert not torch.equal(before[:, t:], after[:, t:])


@given(self_attention(), st.integers(1, 4), st.floats(-9, 9))
def test_padding_and_what_stands_in_it_changes_nothing(attention, more, filling):
    mha, x = attention
    B, T, d_model = x.shape
    padded = torch.cat([x, torch.full((B, more, d_model), filling, dtype=x.dtype)], dim=1)
    tokens = torch.ones(B, T + more, dtype=torch.int64)
    tokens[:, T:] = 0
    output = mha(padded, padded, padded, padding_mask(tokens, 0))
    close(output[:, :T], mha(x, x, x))


@given(self_attention(), st.randoms())
def test_shuffled_words_give_shuffled_outputs(attention, random):
    mha, x = attention
    order = random.sample(range(x.size(1)), x.size(1))
    y = x[:, order]
    close(mha(y, y, y), mha(x, x, x)[:, order])


@given(self_attention())
def test_sentences_of_a_batch_do_not_see_each_other(attention):
    mha, x = attention
    alone = torch.cat([mha(s, s, s) for s in x.split(1)])
    close(mha(x, x, x), alone)


def test_a_query_that_sees_nothing_gives_zeros():
    mha, x = layer(6, 2), normal(1, 2, 3, 6).requires_grad_()
    mask = torch.ones(2, 3, 3, dtype=torch.bool)
    mask[1, 2] = False
    output = mha(x, x, x, mask)
    assert not output[1, 2].any()
    assert output[1, 1].any()
    output.sum().backward()
    assert bool(x.grad.isfinite().all())


def test_the_three_forms_of_a_mask_agree():
    mha, x = layer(6, 3), normal(1, 3, 4, 6)  # as many sentences as heads: the treacherous case
    one = random_mask(2, 3, 1, 4)
    one[..., 0] = True
    assert torch.equal(mha(x, x, x, one), mha(x, x, x, one.expand(3, 4, 4)))
    causal = causal_mask(4)
    assert torch.equal(mha(x, x, x, causal), mha(x, x, x, causal.expand(3, 4, 4)))


def test_gradients_of_the_layer_are_those_of_finite_differences():
    mha = layer(4, 2)
    inputs = [normal(i, 2, n, 4).requires_grad_() for i, n in enumerate((2, 3, 3))]
    assert torch.autograd.gradcheck(mha, (*inputs, torch.tensor([True, False, True])[None, None]))


def test_dropout_acts_in_training_and_not_in_evaluation():
    mha, x = layer(8, 2, dropout=0.5), normal(1, 2, 9, 8)
    plain = layer(8, 2)
    assert torch.equal(mha(x, x, x), plain(x, x, x))
    mha.train()
    assert not torch.equal(mha(x, x, x), mha(x, x, x))
    plain.train()  # training mode alone drops nothing
    assert torch.equal(plain(x, x, x), plain(x, x, x))


def test_the_layer_takes_non_contiguous_inputs_and_keeps_their_dtype():
    mha, x = layer(6, 2), normal(1, 2, 6, 4).mT
    output = mha(x, x, x)
    assert output.dtype == torch.float64
    close(output, mha(*[x.contiguous()] * 3))


def test_a_layer_loads_what_another_saved():
    first, second, x = layer(6, 2), MultiHeadAttention(6, 2).double(), normal(1, 1, 3, 6)
    assert not torch.equal(first(x, x, x), second(x, x, x))
    second.load_state_dict(first.state_dict())
    assert torch.equal(first(x, x, x), second(x, x, x))
