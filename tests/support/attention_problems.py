"""Inputs of attention for tests, and how close its results must be."""

import pytest
import torch
from hypothesis import strategies as st

from solutions.model.attention import (
    MultiHeadAttention,
)

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
