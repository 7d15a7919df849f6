"""Attention (paper, section 3.2), the one operation that lets positions exchange information.

In reading order: the formula, the two reshapes that make heads, and the layer with the parameters.

Legend: B batch, T target (query) length, S source (key) length, h heads,
d_model width of the model, d_k = d_v = d_model / h width of one head.
Masks are boolean, True = may attend (see `solutions.model.masks`).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .shapes import require_width


def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    dropout_p: float = 0.0,
) -> tuple[Tensor, Tensor]:
    """Compute Attention(Q, K, V) = softmax(Q K^T / sqrt(d_k)) V  (equation 1).

    Every query is compared with every key; the softmax turns the scores of one query into
    weights over the keys; the output is the weighted mean of the values. The inputs are left as
    they are.

    Args:
        query: (..., T, d_k) float.
        key: (..., S, d_k), same dtype.
        value: (..., S, d_v), same dtype.
        mask: boolean, broadcastable to (..., T, S), True = may attend; None lets all attend.
            A query that may attend to nothing gets weights and an output of exactly zero.
        dropout_p: probability with which a weight is set to zero; the others grow by
            1 / (1 - dropout_p). Applied whenever it is positive: the caller decides when.

    Returns:
        output: (..., T, d_v), the dtype of the inputs.
        weights: (..., T, S), the weights that were used, after mask and dropout.

    Raises:
        ValueError: if the shapes do not fit or the mask is not boolean.
    """
    require_shapes_that_fit(query, key, value, mask)
    d_k = query.size(-1)
    scores = query @ key.transpose(-2, -1) / math.sqrt(d_k)  # (..., T, S)
    if mask is not None:
        # The lowest finite number, not -inf: the softmax of a row of -inf is NaN.
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        # Changes only the rows with nothing to attend to: elsewhere these weights are zero already.
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights  # (..., T, S) @ (..., S, d_v) -> (..., T, d_v)


def split_heads(x: Tensor, h: int) -> Tensor:
    """Split the width into h heads and move the heads in front of the positions.

    Head i takes the features i * d_k to (i + 1) * d_k - 1 of every position.

    Args:
        x: (B, T, d_model); need not be contiguous.
        h: number of heads; divides d_model.

    Returns:
        (B, h, T, d_k) with d_k = d_model / h.

    Raises:
        ValueError: if h does not divide d_model.
    """
    B, T, d_model = x.shape
    if h < 1 or d_model % h != 0:
        raise ValueError(f"a width of {d_model} cannot be cut into {h} equal heads")
    return x.reshape(B, T, h, d_model // h).transpose(1, 2)  # (B, T, h, d_k) -> (B, h, T, d_k)


def merge_heads(x: Tensor) -> Tensor:
    """Compute Concat(head_1, ..., head_h); the inverse of `split_heads`.

    Args:
        x: (B, h, T, d_k); need not be contiguous.

    Returns:
        (B, T, d_model) with d_model = h * d_k.
    """
    B, h, T, d_k = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_k)  # (B, T, h, d_k) -> (B, T, d_model)


class MultiHeadAttention(nn.Module):
    """MultiHead(Q, K, V) = Concat(head_1, ..., head_h) W_o  (section 3.2.2).

    head_i = Attention(Q W_q_i, K W_k_i, V W_v_i). The h projections of one kind form
    one matrix, so that one product makes all heads. As in the paper, there are no biases.

    Args:
        d_model: width of inputs and output.
        h: number of heads; divides d_model.
        dropout: probability of dropping an attention weight, in training only.

    Parameters: W_q, W_k, W_v, W_o, each `nn.Linear(d_model, d_model, bias=False)`.

    Raises:
        ValueError: if h does not divide d_model.
    """

    def __init__(self, d_model: int, h: int, dropout: float = 0.0):
        super().__init__()
        if h < 1 or d_model % h != 0:
            raise ValueError(
                f"d_model = {d_model} must be a multiple of the number of heads h = {h}"
            )
        self.h = h
        self.dropout = dropout
        self.W_q = nn.Linear(d_model, d_model, bias=False)
        self.W_k = nn.Linear(d_model, d_model, bias=False)
        self.W_v = nn.Linear(d_model, d_model, bias=False)
        self.W_o = nn.Linear(d_model, d_model, bias=False)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Attend with all heads at once.

        Self-attention: the three inputs are the same tensor. Cross-attention: the queries come
        from the decoder (length T), keys and values from the encoder (length S).

        Args:
            query: (B, T, d_model) float.
            key: (B, S, d_model).
            value: (B, S, d_model).
            mask: boolean, (T, S), (B, 1, S) or (B, T, S), True = may attend, the same for
                every head; None lets all attend.

        Returns:
            (B, T, d_model). Dropout acts on the attention weights, in training mode only.

        Raises:
            ValueError: if the shapes do not fit or the mask is not boolean.
        """
        require_width(query, self.W_q.in_features)
        require_width(key, self.W_k.in_features)
        require_width(value, self.W_v.in_features)
        q = split_heads(self.W_q(query), self.h)  # (B, h, T, d_k)
        k = split_heads(self.W_k(key), self.h)  # (B, h, S, d_k)
        v = split_heads(self.W_v(value), self.h)  # (B, h, S, d_k)
        if mask is not None:
            mask = mask.unsqueeze(-3)  # an axis for the heads: (B, T, S) -> (B, 1, T, S)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)  # (B, h, T, d_k)
        return self.W_o(merge_heads(heads))  # (B, T, d_model)


def require_shapes_that_fit(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> None:
    """Raise ValueError, with the fix, unless the inputs of attention fit together."""
    if query.size(-1) != key.size(-1):
        raise ValueError(
            f"query {tuple(query.shape)} and key {tuple(key.shape)} must agree in the last axis d_k"
        )
    if key.size(-2) != value.size(-2):
        raise ValueError(
            f"key {tuple(key.shape)} and value {tuple(value.shape)} must have the same length S"
        )
    if mask is None:
        return
    if mask.dtype != torch.bool:
        raise ValueError(
            f"mask must be boolean with True = may attend, got {mask.dtype}; use mask.bool()"
        )
    scores = (*query.shape[:-1], key.size(-2))
    stretched = zip(reversed(mask.shape), reversed(scores), strict=False)
    if mask.dim() > len(scores) or any(m not in (1, s) for m, s in stretched):
        raise ValueError(
            f"mask {tuple(mask.shape)} does not fit the scores {scores}: its last axes are the "
            "queries T and the keys S, and each axis is as long as theirs or 1"
        )
