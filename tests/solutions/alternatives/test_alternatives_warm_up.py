"""Other right ways to write the warm-up: each style gives what the reference gives."""

import numpy as np
import pytest

from solutions.alternatives import styles
from solutions.numpy_reference import backprop, broadcasting, one_batch

STYLES = styles("warm-up")
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
dtypes = pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=["single", "double"])
BROADCASTING = (
    "sentence_lengths",
    "add_positions",
    "swap_last_axes",
    "pairwise_distances",
    "unit_vectors",
)
PIPELINE = ("shapes_on_the_way", "embed", "likeliest_tokens", "mean_loss")
ATTENTION = ("attention", "into_heads", "multi_head_attention")


def arrays(seed, *shape, dtype=np.float64):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def close(found, expected, atol=1e-9):
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=atol)


def test_there_are_five_and_none_is_the_reference():
    assert len(STYLES) >= 5
    for module in STYLES.values():
        for name in (*BROADCASTING, *PIPELINE, *ATTENTION):
            assert getattr(module, name).__module__ == module.__name__


@each_style
@pytest.mark.parametrize("pad_id", [0, 3])
def test_lengths(style, pad_id):
    tokens = np.random.default_rng(1).integers(0, 5, (4, 6))
    expected = broadcasting.sentence_lengths(tokens, pad_id)
    close(style.sentence_lengths(tokens, pad_id), expected)


@each_style
@dtypes
def test_positions(style, dtype):
    x, table = arrays(0, 2, 3, 4, dtype=dtype), arrays(1, 5, 4)
    before = x.copy()
    close(style.add_positions(x, table), broadcasting.add_positions(x, table), atol=1e-6)
    assert (x == before).all()


@each_style
@pytest.mark.parametrize("shape", [(2, 3), (1, 1), (2, 3, 4), (3, 1, 4, 2)], ids=str)
def test_axes(style, shape):
    x = arrays(2, *shape)
    close(style.swap_last_axes(x), broadcasting.swap_last_axes(x))
    turned = x.swapaxes(0, -1)
    close(style.swap_last_axes(turned), broadcasting.swap_last_axes(turned))


@each_style
@pytest.mark.parametrize(("B", "T", "S", "d"), [(1, 1, 1, 1), (2, 3, 4, 5), (3, 3, 3, 2)])
def test_pairs(style, B, T, S, d):
    x, y = arrays(3, B, T, d), arrays(4, B, S, d)
    close(style.pairwise_distances(x, y), broadcasting.pairwise_distances(x, y))
    assert (style.pairwise_distances(x, x) >= 0).all()


@each_style
@dtypes
@pytest.mark.parametrize("shape", [(3,), (1, 4), (2, 3, 4)], ids=str)
def test_unit_vectors(style, dtype, shape):
    x = arrays(5, *shape, dtype=dtype)
    x[:1] = 0
    before = x.copy()
    close(style.unit_vectors(x), broadcasting.unit_vectors(x), atol=1e-6)
    assert (x == before).all()


@each_style
@pytest.mark.parametrize("sizes", [(2, 5, 7, 11, 12, 3), (1, 1, 1, 4, 6, 1)], ids=str)
def test_shapes(style, sizes):
    assert style.shapes_on_the_way(*sizes) == one_batch.shapes_on_the_way(*sizes)


@each_style
@dtypes
def test_embedding(style, dtype):
    tokens, matrix = np.array([[0, 6, 2], [5, 5, 1]]), arrays(6, 7, 4, dtype=dtype)
    before = matrix.copy()
    close(style.embed(tokens, matrix), one_batch.embed(tokens, matrix), atol=1e-6)
    assert (matrix == before).all()


@each_style
@pytest.mark.parametrize("end", ["</s>", "d"])
def test_reading(style, end):
    spellings = ["<pad>", "</s>", "a", "b", "c", "d"]
    logits = arrays(7, 8, 5, 6)
    expected = one_batch.likeliest_tokens(logits, spellings, end)
    assert {len(sentence) for sentence in expected} > {5}
    assert style.likeliest_tokens(logits, spellings, end) == expected


@each_style
@pytest.mark.parametrize("pad_id", [0, 4])
def test_loss(style, pad_id):
    raised = np.exp(arrays(8, 3, 4, 5))
    probabilities = raised / raised.sum(axis=-1, keepdims=True)
    targets = np.random.default_rng(9).integers(0, 5, (3, 4))
    found = style.mean_loss(probabilities, targets, pad_id)
    assert found == pytest.approx(one_batch.mean_loss(probabilities, targets, pad_id), rel=1e-12)


@each_style
@pytest.mark.parametrize("front", [(), (2,), (2, 3)], ids=str)
def test_attention(style, front):
    shapes = ((2, 4), (5, 4), (5, 3))
    inputs = [arrays(10 + i, *front, *shape) for i, shape in enumerate(shapes)]
    for found, expected in zip(style.attention(*inputs), backprop.attention(*inputs), strict=True):
        close(found, expected)


@each_style
@pytest.mark.parametrize(("h", "d_k", "d_v"), [(1, 6, 6), (2, 3, 3), (3, 1, 4)])
def test_heads(style, h, d_k, d_v):
    widths = {"W_q": h * d_k, "W_k": h * d_k, "W_v": h * d_v}
    parameters = {name: arrays(ord(name[-1]), n, 6) for name, n in widths.items()}
    parameters["W_o"] = arrays(14, 6, h * d_v)
    query, key, value = (arrays(15 + n, 2, n, 6) for n in (3, 5, 5))
    cut = style.into_heads(query, parameters["W_q"], h)
    close(cut, backprop.into_heads(query, parameters["W_q"], h))
    found, expected = (
        module.multi_head_attention(query, key, value, parameters, h)
        for module in (style, backprop)
    )
    for a, b in zip(found, expected, strict=True):
        close(a, b)
