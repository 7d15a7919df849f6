"""Scaled dot-product attention: its laws, and what PyTorch computes."""

import math

import pytest
import torch
import torch.nn.functional as F
from attention_problems import (
    TIGHT,
    close,
    dtypes,
    normal,
    problems,
    random_mask,
)
from hypothesis import given
from hypothesis import strategies as st

from solutions.model.attention import (
    scaled_dot_product_attention,
)
from solutions.model.masks import causal_mask


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
