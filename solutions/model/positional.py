"""Positional encoding (paper, section 3.5): the position of a token as a vector.

Attention treats its keys as a set, so all information about order has to be added to the tokens.
The paper adds sines and cosines; a learned table is here for comparison.

Legend: B batch, T length, d_model width, p position, k offset, i number of a pair of features.
"""

import math

import torch
from torch import Tensor, nn

from .shapes import require_width


def angular_frequencies(d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return omega_i = 1 / 10000^(2i / d_model), in radians per position, for every feature pair.

    The wavelengths go from 2 pi to nearly 10000 * 2 pi in a geometric series.

    Args:
        d_model: width; even.
        dtype: of the result; it is computed in float64 whatever dtype says.

    Returns:
        (d_model / 2,), falling from 1.

    Raises:
        ValueError: if d_model is odd or not positive.
    """
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2, dtype=torch.float64)  # 2i
    return (10000.0 ** (-even / d_model)).to(dtype)


def sinusoidal_table(length: int, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the table PE(p, 2i) = sin(p omega_i), PE(p, 2i + 1) = cos(p omega_i).

    Frequencies and angles are computed in float64, because float32 has few digits left for the
    fraction of an angle of thousands of radians.

    Args:
        length: number of positions, from 0.
        d_model: width; even.
        dtype: of the result, with all its digits.

    Returns:
        (length, d_model).

    Raises:
        ValueError: if d_model is odd or the length negative.
    """
    require_length(length)
    positions = torch.arange(length, dtype=torch.float64)
    omega = angular_frequencies(d_model, torch.float64)
    angles = positions[:, None] * omega  # (length, d_model / 2)
    pairs = torch.stack([angles.sin(), angles.cos()], dim=-1)  # (length, d_model / 2, 2)
    return pairs.flatten(1).to(dtype)  # sine and cosine of one frequency side by side


def shift_block(angle: Tensor) -> Tensor:
    """Return the matrix that turns (sin a, cos a) into (sin(a + angle), cos(a + angle)).

    The addition theorems give its entries, which are the same for every a.

    Args:
        angle: (...) float, in radians.

    Returns:
        (..., 2, 2), one matrix for each angle, the dtype of angle.
    """
    cos, sin = angle.cos(), angle.sin()
    upper = torch.stack([cos, sin], dim=-1)  # (..., 2)
    lower = torch.stack([-sin, cos], dim=-1)  # (..., 2)
    return torch.stack([upper, lower], dim=-2)  # (..., 2, 2)


def shift_matrix(k: float, d_model: int, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return M_k with M_k PE(p) = PE(p + k) for every p: one rotation per pair of features.

    The pair i is turned by the angle k omega_i (see `shift_block`). M_k does not depend on p: this
    is the paper's reason for sines *and* cosines ("PE(pos+k) can be represented as a linear
    function of PE(pos)"). M_a M_b = M_(a+b), and M_(-k) is the transpose of M_k.

    Args:
        k: the offset, in positions; may be negative, and need not be whole.
        d_model: width; even.
        dtype: of the result; it is computed in float64 whatever dtype says.

    Returns:
        (d_model, d_model), block-diagonal and orthogonal.

    Raises:
        ValueError: if d_model is odd.
    """
    angles = k * angular_frequencies(d_model, torch.float64)
    blocks = shift_block(angles)  # (d_model / 2, 2, 2)
    return torch.block_diag(*blocks).to(dtype)


def where_sine_alone_fails(omega: float) -> tuple[float, float, float]:
    """Return two positions with the same sine, and an offset after which their sines differ.

    Nothing can be computed from sin(p omega) alone that is sin((p + k) omega) for every p: find p,
    q and k with sin(p omega) = sin(q omega), and with sin((p + k) omega) and sin((q + k) omega) at
    least 1 apart. There are many.

    Args:
        omega: the frequency, in radians per position; positive.

    Returns:
        p, q, k: two positions and the offset, which need not be whole numbers.
    """
    half_a_turn = math.pi / omega
    return 0.0, half_a_turn, half_a_turn / 2


class PositionalEncoding(nn.Module):
    """Add the sinusoidal table to the embeddings, then apply dropout (sections 3.5 and 5.4).

    The table is not trained, and it is not saved, because it can be computed. It moves with the
    layer to another device, as a buffer does.

    Args:
        d_model: width; even.
        dropout: probability of dropping a feature of the sum, in training only.
        max_length: positions that are computed in advance; longer input raises.
    """

    table: Tensor

    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("table", sinusoidal_table(max_length, d_model), persistent=False)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """Add the encodings of positions start, start + 1, ...

        Args:
            x: (B, T, d_model) float.
            start: position of the first token; not 0 when decoding goes on with a cache.

        Returns:
            (B, T, d_model), the dtype of x.

        Raises:
            ValueError: if the positions go beyond max_length, or the last axis is not d_model long.
        """
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        require_width(x, self.table.size(1))
        return self.dropout(x + self.table[start:end].to(x.dtype))


class LearnedPositionalEncoding(nn.Module):
    """A trained vector for each position, in place of the sinusoids (table 3, row E).

    Args:
        d_model: width.
        dropout: probability of dropping a feature of the sum, in training only.
        max_length: number of positions that have a vector; longer input raises.

    Parameters: table (max_length, d_model), from N(0, 1 / d_model).
    """

    def __init__(self, d_model: int, dropout: float = 0.0, max_length: int = 5000):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.table = nn.Parameter(torch.randn(max_length, d_model) * d_model**-0.5)

    def forward(self, x: Tensor, start: int = 0) -> Tensor:
        """See `PositionalEncoding.forward`."""
        end = start + x.size(1)
        require_positions_that_fit(end, self.table.size(0))
        require_width(x, self.table.size(1))
        return self.dropout(x + self.table[start:end])


def require_positions_that_fit(end: int, max_length: int) -> None:
    """Raise ValueError, with the fix, if the last position is beyond the table."""
    if end > max_length:
        raise ValueError(
            f"the sequence reaches position {end - 1}, but the table ends at {max_length - 1}; "
            "build the layer with a larger max_length or cut the sequence"
        )


def require_even_width(d_model: int) -> None:
    """Raise ValueError if the features cannot be paired."""
    if d_model < 2 or d_model % 2 != 0:
        raise ValueError(f"d_model = {d_model} must be even: sine and cosine come in pairs")


def require_length(length: int) -> None:
    """Raise ValueError if there cannot be so many positions."""
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
