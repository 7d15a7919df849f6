"""Laws of attention, then its equality with PyTorch's own."""

import math

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from solutions.model.attention import (
    MultiHeadAttention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from solutions.model.masks import causal_mask, padding_mask

TIGHT = {torch.float32: 1e-6, torch.float64: 1e-12}
dtypes = pytest.mark.parametrize("dtype", TIGHT)


def normal(seed: int, *shape: int, dtype: torch.dtype = torch.float64) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def random_mask(seed: int, *shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed)) < 0.6


def layer(d_model: int, h: int, dropout: float = 0.0, dtype=torch.float64) -> MultiHeadAttention:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(d_model * 31 + h)
        return MultiHeadAttention(d_model, h, dropout).to(dtype).eval()


def close(found: torch.Tensor, expected: torch.Tensor, atol: float = 1e-12) -> None:
    torch.testing.assert_close(found, expected, rtol=0, atol=atol)


@st.composite
def problems(draw, masked=False):
    """Queries, keys and values, every axis free, each tensor from its own seed."""
    size, seed = st.integers(1, 5), draw(st.integers(0, 2**31))
    lead = tuple(draw(st.lists(st.integers(1, 3), max_size=2)))
    T, S, d_k, d_v = (draw(size) for _ in range(4))
    q, k, v = (
        normal(seed + i, *lead, *shape) for i, shape in enumerate([(T, d_k), (S, d_k), (S, d_v)])
    )
    return (q, k, v, random_mask(seed + 3, *lead, T, S)) if masked else (q, k, v)


@st.composite
def self_attention(draw):
    """A layer and a batch for it."""
    h, d_k, seed = draw(st.integers(1, 4)), draw(st.integers(1, 4)), draw(st.integers(0, 2**31))
    x = normal(seed, draw(st.integers(1, 3)), draw(st.integers(2, 6)), h * d_k)
    return layer(h * d_k, h), x


# ---- scaled dot-product attention ----------------------------------------------------------------


@given(problems())
def test_each_query_shares_out_exactly_one(problem):
    output, weights = scaled_dot_product_attention(*problem)
    assert bool((weights >= 0).all())
    close(weights.sum(-1), torch.ones_like(weights[..., 0]))
    close(output, weights @ problem[2])


@given(problems(masked=True))
def test_masked_rows_sum_to_one_or_to_zero(problem):
    _, weights = scaled_dot_product_attention(*problem)
    mask = problem[3]
    assert not bool(weights[~mask].any())
    close(weights.sum(-1), mask.any(-1).double())


@given(problems(masked=True), st.randoms())
def test_the_order_of_keys_and_values_does_not_matter(problem, random):
    q, k, v, mask = problem
    order = random.sample(range(k.size(-2)), k.size(-2))
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    shuffled = scaled_dot_product_attention(q, k[..., order, :], v[..., order, :], mask[..., order])
    close(shuffled[0], output)
    close(shuffled[1], weights[..., order])


@given(problems(masked=True), st.randoms())
def test_the_order_of_queries_is_the_order_of_outputs(problem, random):
    q, k, v, mask = problem
    order = random.sample(range(q.size(-2)), q.size(-2))
    output, weights = scaled_dot_product_attention(q, k, v, mask)
    shuffled = scaled_dot_product_attention(q[..., order, :], k, v, mask[..., order, :])
    close(shuffled[0], output[..., order, :])
    close(shuffled[1], weights[..., order, :])


@given(problems(), st.data())
def test_hiding_a_key_is_removing_it(problem, data):
    q, k, v = problem
    S = k.size(-2)
    kept = torch.tensor(data.draw(st.lists(st.booleans(), min_size=S, max_size=S).filter(any)))
    output, weights = scaled_dot_product_attention(q, k, v, kept)
    without = scaled_dot_product_attention(q, k[..., kept, :], v[..., kept, :])
    close(output, without[0])
    close(weights[..., kept], without[1])


@given(problems(masked=True), st.floats(-50, 50))
def test_hidden_keys_and_values_may_hold_anything(problem, anything):
    q, k, v, mask = problem
    hidden = ~mask.flatten(0, -2).any(0)  # from every query
    changed = [x.masked_fill(hidden[:, None], anything) for x in (k, v)]
    found = scaled_dot_product_attention(q, *changed, mask)
    for mine, right in zip(found, scaled_dot_product_attention(q, k, v, mask), strict=True):
        assert torch.equal(mine, right)


def test_the_scale_is_one_over_the_root_of_d_k():
    q, k = torch.full((1, 9), 1.0), torch.stack([torch.zeros(9), torch.ones(9)])
    _, weights = scaled_dot_product_attention(q, k, torch.eye(2))
    close(weights, torch.tensor([[0.0, 9 / math.sqrt(9)]]).softmax(-1), 1e-7)


def test_equal_keys_give_the_mean_of_the_values():
    v = normal(1, 4, 3)
    output, _ = scaled_dot_product_attention(normal(2, 5, 6), normal(3, 1, 6).expand(4, 6), v)
    close(output, v.mean(0).expand(5, 3))


@dtypes
def test_a_row_that_sees_nothing_gives_zeros_and_finite_gradients(dtype):
    mask = torch.tensor([[True, False, True], [False, False, False]])
    inputs = [normal(i, 2, n, 4, dtype=dtype).requires_grad_() for i, n in enumerate((2, 3, 3))]
    output, weights = scaled_dot_product_attention(*inputs, mask)
    assert not output[:, 1].any()
    assert not weights[:, 1].any()
    assert output[:, 0].any()
    (output.sum() + weights.square().sum()).backward()
    assert all(bool(x.grad.isfinite().all()) for x in inputs)
    assert not inputs[0].grad[:, 1].any()


def test_gradients_are_those_of_finite_differences():
    q, k, v = (
        normal(i, 2, n, m).requires_grad_() for i, (n, m) in enumerate([(3, 4), (5, 4), (5, 2)])
    )
    mask = random_mask(7, 2, 3, 5)
    mask[0, 1] = False
    assert torch.autograd.gradcheck(scaled_dot_product_attention, (q, k, v))
    assert torch.autograd.gradcheck(scaled_dot_product_attention, (q, k, v, mask))


@dtypes
@pytest.mark.parametrize("lead", [(), (1,), (2, 3)])
@pytest.mark.parametrize("masked", [False, True])
def test_equals_pytorch_with_its_gradients(dtype, lead, masked):
    shapes = [(4, 6), (7, 6), (7, 5)]
    mask = random_mask(9, *lead, 4, 7) if masked else None
    if masked:
        mask[..., 0] = True  # PyTorch's own rows that see nothing are another matter
    mine = [normal(i, *lead, *s, dtype=dtype).requires_grad_() for i, s in enumerate(shapes)]
    theirs = [x.detach().clone().requires_grad_() for x in mine]
    output = scaled_dot_product_attention(*mine, mask)[0]
    expected = F.scaled_dot_product_attention(*theirs, mask)
    close(output, expected, TIGHT[dtype])
    upstream = normal(20, *output.shape, dtype=dtype)
    output.backward(upstream)
    expected.backward(upstream)
    for x, y in zip(mine, theirs, strict=True):
        close(x.grad, y.grad, 2 * TIGHT[dtype])


@given(problems(masked=True))
def test_a_mask_that_broadcasts_is_the_mask_written_out(problem):
    q, k, v, mask = problem
    one_row = mask[..., :1, :]
    found = scaled_dot_product_attention(q, k, v, one_row)
    whole = scaled_dot_product_attention(q, k, v, one_row.expand(mask.shape))
    assert all(torch.equal(x, y) for x, y in zip(found, whole, strict=True))


@pytest.mark.parametrize("p", [0.5, 0.2])
def test_dropout_drops_its_share_and_the_survivors_grow_by_exactly_as_much(p):
    q, k, v = normal(1, 4, 60, 8), normal(2, 4, 70, 8), normal(3, 4, 70, 3)
    _, plain = scaled_dot_product_attention(q, k, v)
    torch.manual_seed(0)
    output, weights = scaled_dot_product_attention(q, k, v, dropout_p=p)
    kept = weights != 0
    close(weights[kept], plain[kept] / (1 - p))
    deviation = math.sqrt(p * (1 - p) / kept.numel())
    assert abs(float((~kept).double().mean()) - p) < 5 * deviation
    close(output, weights @ v)


def test_dropout_is_drawn_anew_at_each_call():
    x = normal(1, 30, 4)
    first, second = (scaled_dot_product_attention(x, x, x, dropout_p=0.5)[1] for _ in range(2))
    assert not torch.equal(first, second)


@dtypes
def test_the_dtype_stays(dtype):
    q, k, v = (normal(i, 2, 3, 4, dtype=dtype) for i in range(3))
    for x in scaled_dot_product_attention(q, k, v, causal_mask(3)):
        assert x.dtype == dtype


def test_inputs_need_not_be_contiguous():
    q, k, v = (normal(i, 2, 5, n).mT for i, n in enumerate((3, 4, 4)))
    assert not q.is_contiguous()
    found = scaled_dot_product_attention(q, k, v)
    expected = scaled_dot_product_attention(q.contiguous(), k.contiguous(), v.contiguous())
    for x, y in zip(found, expected, strict=True):
        close(x, y)


@pytest.mark.parametrize(
    ("shapes", "mask", "words"),
    [
        ([(3, 4), (5, 6), (5, 2)], None, r"\(3, 4\).*\(5, 6\).*last axis d_k"),
        ([(3, 4), (5, 4), (6, 4)], None, r"\(5, 4\).*\(6, 4\).*same length S"),
        ([(3, 4), (5, 4), (5, 4)], torch.ones(3, 5), r"boolean.*True = may.*float32.*mask\.bool"),
        ([(3, 4), (5, 4), (5, 4)], torch.ones(3, 5, dtype=torch.int64), r"int64.*mask\.bool"),
    ],
)
def test_inputs_that_do_not_fit_are_refused_with_their_shapes(shapes, mask, words):
    q, k, v = (normal(i, *shape) for i, shape in enumerate(shapes))
    with pytest.raises(ValueError, match=words):
        scaled_dot_product_attention(q, k, v, mask)


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
def test_head_i_holds_its_block_of_neighboring_features(B, T, h, d_k):
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
