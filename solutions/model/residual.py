"""Layer normalization and the residual sub-layer (paper, section 3.1).

Legend: B batch, T length, d_model width.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .shapes import require_width


class LayerNorm(nn.Module):
    """Normalize each position to mean 0 and variance 1, then apply a learned gain and bias.

    LayerNorm(x) = gain * (x - mean) / sqrt(variance + eps) + bias. Mean and variance are taken over
    the features of one position: not over the batch, and not over the positions. The variance is
    the biased one (divided by d_model), as in Ba et al. (2016).

    Args:
        d_model: width.
        eps: added to the variance under the root, so that it is never zero.

    Parameters: gain (d_model,), from 1; bias (d_model,), from 0.
    """

    def __init__(self, d_model: int, eps: float = 1e-5):
        super().__init__()
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x: Tensor) -> Tensor:
        """Normalize the last axis.

        Args:
            x: (..., d_model) float.

        Returns:
            (..., d_model).

        Raises:
            ValueError: if the last axis is not d_model long.
        """
        require_width(x, len(self.gain))
        mean = x.mean(dim=-1, keepdim=True)
        variance = (x - mean).square().mean(dim=-1, keepdim=True)
        return self.gain * (x - mean) / torch.sqrt(variance + self.eps) + self.bias


class ResidualSublayer(nn.Module):
    """x + Dropout(Sublayer(x)), with a layer norm after the sum or before the sub-layer.

    Post-norm, the paper: LayerNorm(x + Dropout(Sublayer(x))), section 3.1 with the dropout of
    section 5.4, which acts on the sub-layer's output *before* the sum.
    Pre-norm: x + Dropout(Sublayer(LayerNorm(x))), which leaves an identity path for x.

    Args:
        d_model: width.
        dropout: probability of dropping a feature of the sub-layer's output, in training only.
        pre_norm: normalize before the sub-layer instead of after the sum.

    Parameters: norm, a `LayerNorm`.
    """

    def __init__(self, d_model: int, dropout: float = 0.0, pre_norm: bool = False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = nn.Dropout(dropout)
        self.pre_norm = pre_norm

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """Add the output of the sub-layer to x.

        Args:
            x: (B, T, d_model) float.
            sublayer: keeps the shape.

        Returns:
            (B, T, d_model).
        """
        if self.pre_norm:
            return x + self.dropout(sublayer(self.norm(x)))
        return self.norm(x + self.dropout(sublayer(x)))
