"""The NumPy track equals PyTorch to 1e-6 and better, backward passes too."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from solutions.model.attention import MultiHeadAttention
from solutions.model.masks import causal_mask, padding_mask
from solutions.numpy_reference import backprop as track

NAMES = ("W_q", "W_k", "W_v", "W_o")


def drawn(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def close(a, b, atol=1e-9) -> None:
    b = b.detach().numpy() if isinstance(b, torch.Tensor) else b
    np.testing.assert_allclose(a, b, rtol=0, atol=atol)


MASKS = {
    "none": None,
    "causal": causal_mask(4).numpy(),
    "padding": padding_mask(torch.tensor([[3, 1, 1, 0], [2, 0, 0, 0]]), 0).numpy(),
    "a row that sees nothing": np.array([[True] * 4, [False] * 4, [True] * 4, [True] * 4]),
}


@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize("h", [1, 2, 3])
def test_multi_head_attention_and_its_backward_pass_are_pytorchs(mask, h):
    layer = MultiHeadAttention(6, h).double()
    parameters = {name: getattr(layer, name).weight.detach().numpy().copy() for name in NAMES}
    inputs = [drawn(2, 4, 6, seed=i) for i in range(3)]
    d_output = drawn(2, 4, 6, seed=3)

    output, kept = track.multi_head_attention_forward(*inputs, parameters, h, mask)
    d_inputs, d_parameters = track.multi_head_attention_backward(d_output, kept)

    tensors = [torch.tensor(x, requires_grad=True) for x in inputs]
    expected = layer(*tensors, None if mask is None else torch.tensor(mask))
    expected.backward(torch.tensor(d_output))
    close(output, expected)
    for name, tensor in zip(("query", "key", "value"), tensors, strict=True):
        close(d_inputs[name], tensor.grad)
    for name in NAMES:
        close(d_parameters[name], getattr(layer, name).weight.grad)


def test_source_and_target_may_differ_and_the_width_stays():
    parameters = {name: drawn(6, 6, seed=i) for i, name in enumerate(NAMES)}
    query, source = drawn(2, 3, 6, seed=7), drawn(2, 5, 6, seed=8)
    output, kept = track.multi_head_attention_forward(query, source, source, parameters, 2)
    assert output.shape == (2, 3, 6)  # d_model, not d_model * h
    d_inputs, _ = track.multi_head_attention_backward(np.ones_like(output), kept)
    assert d_inputs["key"].shape == source.shape


@pytest.mark.parametrize(("B", "T", "S", "h"), [(2, 3, 5, 2), (1, 4, 4, 3), (3, 1, 2, 1)])
def test_multi_head_attention_without_a_mask_is_pytorchs(B, T, S, h):
    layer = torch.nn.MultiheadAttention(6, h, bias=False, batch_first=True).double()
    rows = layer.in_proj_weight.detach().numpy()
    parameters = {"W_q": rows[:6], "W_k": rows[6:12], "W_v": rows[12:]}
    parameters["W_o"] = layer.out_proj.weight.detach().numpy()
    inputs = [drawn(B, n, 6, seed=10 + i) for i, n in enumerate((T, S, S))]
    expected = layer(*map(torch.tensor, inputs), average_attn_weights=False)
    for found, right in zip(
        track.multi_head_attention(*inputs, parameters, h), expected, strict=True
    ):
        close(found, right)


def test_the_heads_may_have_widths_of_their_own():
    d_model, h, d_k, d_v = 5, 3, 2, 4
    shapes = {"W_q": (h * d_k, d_model), "W_k": (h * d_k, d_model), "W_v": (h * d_v, d_model)}
    parameters = {name: drawn(*shape, seed=len(name)) for name, shape in shapes.items()}
    parameters["W_o"] = drawn(d_model, h * d_v, seed=4)
    query, source = drawn(2, 3, d_model, seed=5), drawn(2, 6, d_model, seed=6)
    output, weights = track.multi_head_attention(query, source, source, parameters, h)
    assert output.shape == query.shape
    assert weights.shape == (2, h, 3, 6)
    by_head = []
    for i in range(h):
        q = query @ parameters["W_q"][i * d_k : (i + 1) * d_k].T
        k = source @ parameters["W_k"][i * d_k : (i + 1) * d_k].T
        v = source @ parameters["W_v"][i * d_v : (i + 1) * d_v].T
        by_head.append(F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v))).numpy())
    close(output, np.concatenate(by_head, axis=-1) @ parameters["W_o"].T)
    also, _ = track.multi_head_attention_forward(query, source, source, parameters, h)
    close(also, output)


@pytest.mark.parametrize("front", [(), (2,), (2, 3)], ids=str)
def test_attention_is_pytorchs_whatever_stands_in_front(front):
    q, k, v = (drawn(*front, *shape, seed=i) for i, shape in enumerate(((3, 4), (5, 4), (5, 2))))
    output, weights = track.attention(q, k, v)
    close(output, F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v))))
    close(weights.sum(axis=-1), np.ones((*front, 3)))
    everything = np.ones((3, 5), dtype=bool)
    for masked, plain in zip(
        track.masked_attention(q, k, v, everything), (output, weights), strict=True
    ):
        close(masked, plain)


def test_the_backward_pass_against_finite_differences():
    q, k, v = (drawn(2, n, 3, seed=n) for n in (2, 4, 4))
    upstream = drawn(2, 2, 3, seed=9)
    _, weights = track.attention(q, k, v)
    gradients = track.attention_backward(q, k, v, weights, upstream)
    for x, gradient in zip((q, k, v), gradients, strict=True):
        for place in np.ndindex(x.shape):
            before, step = x[place], 1e-6
            x[place] = before + step
            up = (track.attention(q, k, v)[0] * upstream).sum()
            x[place] = before - step
            down = (track.attention(q, k, v)[0] * upstream).sum()
            x[place] = before
            assert gradient[place] == pytest.approx((up - down) / (2 * step), abs=1e-6)


@given(scale=st.floats(0.1, 1e4))
def test_the_softmax_does_not_overflow(scale):
    weights = track.softmax(scale * drawn(3, 5, seed=0))
    assert np.isfinite(weights).all()
    close(weights.sum(-1), np.ones(3))


@given(n=st.integers(1, 6), classes=st.integers(2, 7), scale=st.sampled_from([1.0, 100.0, 1e4]))
def test_cross_entropy_is_pytorchs(n, classes, scale):
    logits = scale * drawn(n, classes, seed=n)
    targets = np.random.default_rng(classes).integers(0, classes, n)
    loss, d_logits = track.cross_entropy(logits, targets)
    tensor = torch.tensor(logits, requires_grad=True)
    expected = F.cross_entropy(tensor, torch.tensor(targets))
    expected.backward()
    assert loss == pytest.approx(expected.item(), rel=1e-9, abs=1e-9)
    close(d_logits, tensor.grad)


def test_adam_is_pytorchs_step_by_step():
    arrays = {"a": drawn(3, 2, seed=0), "b": drawn(4, seed=1)}
    tensors = {name: torch.tensor(array, requires_grad=True) for name, array in arrays.items()}
    ours = track.Adam(arrays, lr=0.02)
    theirs = torch.optim.Adam(tensors.values(), lr=0.02, betas=(0.9, 0.98), eps=1e-9)
    for step in range(25):
        gradients = {n: drawn(*a.shape, seed=10 * step + len(n)) for n, a in arrays.items()}
        for name, tensor in tensors.items():
            tensor.grad = torch.tensor(gradients[name])
        ours.step(gradients)
        theirs.step()
        for name, array in arrays.items():
            close(array, tensors[name], atol=1e-12)


def test_a_step_of_adam_leaves_its_inputs_alone_and_counts_from_one():
    inputs = [drawn(3, 2, seed=i) for i in range(2)] + [np.zeros((3, 2))] * 2
    copies = [x.copy() for x in inputs]
    after, m, v = track.adam_step(*inputs, t=1, lr=0.1)
    close(after, inputs[0] - 0.1 * np.sign(inputs[1]), atol=1e-8)
    close(m, 0.1 * inputs[1])
    close(v, 0.02 * inputs[1] ** 2)
    for x, copy in zip(inputs, copies, strict=True):
        assert (x == copy).all()


def test_errors_say_what_is_wrong():
    parameters = dict.fromkeys(NAMES, np.eye(6))
    x = drawn(1, 2, 6, seed=0)
    for attend in (track.multi_head_attention, track.multi_head_attention_forward):
        with pytest.raises(ValueError, match="a width of 6 must be a multiple of h = 4"):
            attend(x, x, x, parameters, 4)
    for wrong in ([0, 3], [-1, 0]):
        with pytest.raises(ValueError, match=r"targets must be from 0 to 2, got"):
            track.cross_entropy(np.zeros((2, 3)), np.array(wrong))
