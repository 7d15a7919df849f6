"""Shapes and broadcasting in NumPy: the operations that every layer is made of.

PyTorch follows the same rules. Axes are compared from the right; two sizes fit if they are equal or
one of them is 1; missing axes on the left count as 1. Two wrong shapes may be compatible too, and
then no error is raised.

Legend: B sentences in a batch, T and S positions, d width of a vector.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def sentence_lengths(tokens: NDArray[np.integer], pad_id: int) -> NDArray[np.integer]:
    """Count the tokens of each sentence of a batch, without padding.

    Args:
        tokens: (B, T) integers, one sentence in each row.
        pad_id: the id that stands for padding, whichever it is.

    Returns:
        (B,) int64.
    """
    return (tokens != pad_id).sum(axis=1)  # (B, T) -> (B,)


def add_positions(x: Array, table: Array) -> Array:
    """Add to each position a vector of its own, the same one in every sentence.

    Row p of the table belongs to position p, and positions count from 0. The table may have more
    rows than there are positions.

    Args:
        x: (B, T, d) float; it is left as it is.
        table: (length, d) float; length is at least T.

    Returns:
        (B, T, d), the dtype of x.

    Raises:
        ValueError: if the table is too short; a single row would fit every position unnoticed.
    """
    require_rows(table, x.shape[1])
    return x + table[: x.shape[1]].astype(x.dtype)  # (B, T, d) + (T, d)


def swap_last_axes(x: Array) -> Array:
    """Exchange the last two axes and leave all others where they are.

    Args:
        x: (..., T, d): two axes or more.

    Returns:
        (..., d, T): the number at [..., t, i] is now at [..., i, t].
    """
    return x.swapaxes(-2, -1)


def pairwise_distances(x: Array, y: Array) -> Array:
    """Compute the squared distance of every vector of one sentence to every one of another.

    Entry [b, t, s] is the sum over i of (x[b, t, i] - y[b, s, i])^2. Sentence b of x meets sentence
    b of y and no other.

    Args:
        x: (B, T, d) float.
        y: (B, S, d) float.

    Returns:
        (B, T, S), nowhere negative.
    """
    apart = x[:, :, None] - y[:, None]  # (B, T, 1, d) - (B, 1, S, d) -> (B, T, S, d)
    return (apart**2).sum(axis=-1)


def unit_vectors(x: Array) -> Array:
    """Divide each vector by its length, so that it points where it did and has length 1.

    The length is the root of the sum of squares over the last axis. A vector of zeros points
    nowhere and stays as it is.

    Args:
        x: (..., d) float, with any number of axes in front; it is left as it is.

    Returns:
        (..., d).
    """
    lengths = np.sqrt((x**2).sum(axis=-1, keepdims=True))  # (..., 1)
    return x / np.where(lengths == 0, 1, lengths)


def require_rows(table: Array, T: int) -> None:
    """Raise ValueError unless the table has a row for each of T positions."""
    if len(table) < T:
        raise ValueError(f"there are {T} positions, but the table has only {len(table)} rows")
