"""Other right ways to write attention: each style gives what the reference gives."""

import pytest
import torch

from solutions.alternatives import styles
from solutions.model import attention, masks

STYLES = styles("attention")
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
dtypes = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
ATOL = {torch.float32: 2e-6, torch.float64: 1e-12}


def normal(seed, *shape, dtype):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def a_mask(*shape):
    """Random, with the second query of the first sentence blind."""
    mask = torch.rand(*shape, generator=torch.Generator().manual_seed(99)) < 0.6
    mask[..., 0] = True
    mask[(0,) * (len(shape) - 2) + (1,)] = False
    return mask


def test_every_style_defines_what_the_assignment_asks_for():
    for module in STYLES.values():
        for name in ("padding_mask", "causal_mask", "target_mask", "split_heads", "merge_heads"):
            assert callable(getattr(module, name))
        assert issubclass(module.MultiHeadAttention, torch.nn.Module)
        assert not issubclass(module.MultiHeadAttention, attention.MultiHeadAttention)


@each_style
def test_masks(style):
    tokens = torch.tensor([[4, 2, 0, 1], [2, 2, 1, 1], [1, 1, 1, 1]])
    for pad_id in (0, 1, 9):
        assert torch.equal(style.padding_mask(tokens, pad_id), masks.padding_mask(tokens, pad_id))
        assert torch.equal(style.target_mask(tokens, pad_id), masks.target_mask(tokens, pad_id))
    for length in (1, 2, 7):
        assert torch.equal(style.causal_mask(length), masks.causal_mask(length))
    for made in (style.padding_mask(tokens, 1), style.target_mask(tokens, 1)):
        assert made.dtype == torch.bool


@each_style
@dtypes
@pytest.mark.parametrize("lead", [(), (1,), (2, 3)], ids=str)
@pytest.mark.parametrize("masked", [False, True])
def test_scaled_dot_product_attention(style, dtype, lead, masked):
    inputs = [
        normal(i, *lead, *shape, dtype=dtype) for i, shape in enumerate([(4, 6), (7, 6), (7, 5)])
    ]
    if masked:
        inputs.append(a_mask(*lead, 4, 7))
    found = style.scaled_dot_product_attention(*inputs)
    expected = attention.scaled_dot_product_attention(*inputs)
    for mine, right in zip(found, expected, strict=True):
        assert mine.dtype == dtype
        torch.testing.assert_close(mine, right, rtol=0, atol=ATOL[dtype])
    if masked:
        blind = (0,) * len(lead) + (1,)
        assert not found[0][blind].any()


@each_style
@pytest.mark.parametrize(("B", "T", "h", "d_k"), [(1, 2, 2, 2), (2, 5, 3, 4), (3, 4, 1, 5)])
def test_heads(style, B, T, h, d_k):
    x = normal(1, B, T, h * d_k, dtype=torch.float32)
    heads = style.split_heads(x, h)
    assert torch.equal(heads, attention.split_heads(x, h))
    assert torch.equal(style.merge_heads(heads), x)


@each_style
@dtypes
@pytest.mark.parametrize("mask", [None, "(T, S)", "(B, 1, S)", "(B, T, S)"])
@pytest.mark.parametrize("h", [1, 2, 6])
def test_multi_head_attention_with_the_same_parameters(style, dtype, mask, h):
    right = attention.MultiHeadAttention(6, h).to(dtype)
    mine = style.MultiHeadAttention(6, h).to(dtype)
    mine.load_state_dict(right.state_dict())
    B, T, S = 2, 3, 5
    shape = {"(T, S)": (T, S), "(B, 1, S)": (B, 1, S), "(B, T, S)": (B, T, S)}.get(mask)
    allowed = None
    if shape is not None:
        allowed = torch.rand(shape, generator=torch.Generator().manual_seed(3)) < 0.6
        allowed[..., 0] = True
        if mask == "(B, T, S)":
            allowed[0, 1] = False
    inputs = [normal(i, B, n, 6, dtype=dtype) for i, n in enumerate((T, S, S))]
    found, expected = mine(*inputs, allowed), right(*inputs, allowed)
    assert found.dtype == dtype
    torch.testing.assert_close(found, expected, rtol=0, atol=ATOL[dtype])


@each_style
def test_dropout_acts_in_training_only(style):
    mine = style.MultiHeadAttention(8, 2, dropout=0.5)
    x = normal(1, 2, 9, 8, dtype=torch.float32)
    assert not torch.equal(mine(x, x, x), mine(x, x, x))
    mine.eval()
    assert torch.equal(mine(x, x, x), mine(x, x, x))
