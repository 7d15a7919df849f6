"""Shapes and broadcasting: each move against PyTorch, and its laws."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from solutions.model.positional import PositionalEncoding, sinusoidal_table
from solutions.numpy_reference import broadcasting as moves

few = st.integers(1, 5)


def drawn(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def close(found, expected, atol=1e-12) -> None:
    np.testing.assert_allclose(found, np.asarray(expected), rtol=0, atol=atol)


@given(lengths=st.lists(few, min_size=1, max_size=6), pad_id=st.integers(0, 3))
def test_padding_a_batch_does_not_change_its_lengths(lengths, pad_id):
    rows = [[pad_id + 1] * n + [pad_id] * (7 - n) for n in lengths]
    assert moves.sentence_lengths(np.array(rows), pad_id).tolist() == lengths


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_positions_are_those_of_the_layer(dtype):
    x = drawn(3, 5, 8).astype(dtype)
    table = sinusoidal_table(20, 8, torch.float64).numpy()
    layer = PositionalEncoding(8).to(torch.float64).eval()
    found = moves.add_positions(x, table)
    assert found.dtype == dtype
    close(found, layer(torch.tensor(x)), atol=1e-6)


def test_a_table_that_is_too_short_is_refused_even_where_it_would_broadcast():
    for rows in (1, 2):
        with pytest.raises(ValueError, match=f"3 positions, but the table has only {rows} rows"):
            moves.add_positions(drawn(2, 3, 4), drawn(rows, 4))


@given(shape=st.lists(few, min_size=2, max_size=5))
def test_swapping_twice_is_nothing_and_once_is_pytorchs(shape):
    x = drawn(*shape)
    close(moves.swap_last_axes(x), torch.tensor(x).mT)
    close(moves.swap_last_axes(moves.swap_last_axes(x)), x)


@given(B=few, T=few, S=few, d=few)
def test_distances_are_pytorchs_and_know_dot_products(B, T, S, d):
    x, y = drawn(B, T, d, seed=1), drawn(B, S, d, seed=2)
    found = moves.pairwise_distances(x, y)
    close(found, torch.cdist(torch.tensor(x), torch.tensor(y)) ** 2, atol=1e-9)
    squares = (x**2).sum(-1)[:, :, None] + (y**2).sum(-1)[:, None]
    close((squares - found) / 2, x @ y.swapaxes(1, 2), atol=1e-9)  # |x|^2 + |y|^2 - 2 x y


@given(shape=st.lists(few, min_size=1, max_size=4), size=st.sampled_from([1e-6, 1.0, 1e6]))
def test_unit_vectors_are_pytorchs(shape, size):
    x = size * drawn(*shape)
    x[:1] *= x.ndim == 1  # a vector of zeros among others
    before = x.copy()
    found = moves.unit_vectors(x)
    close(found, F.normalize(torch.tensor(x), dim=-1, eps=1e-300))
    assert (x == before).all()
    close(moves.unit_vectors(found), found)


def test_float32_stays():
    x = drawn(2, 3).astype(np.float32)
    assert moves.unit_vectors(x).dtype == np.float32
