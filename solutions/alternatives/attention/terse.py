"""Attention by somebody who likes short code and computes in double precision to be safe."""

import torch
from torch import nn

from solutions.model.attention import require_shapes_that_fit
from solutions.model.masks import require_batch_of_tokens
from solutions.model.shapes import require_width


def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return (tokens != pad_id)[:, None]


def causal_mask(length, device=None):
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    return torch.tril(torch.full((length, length), True, device=device))


def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return padding_mask(tokens, pad_id) & causal_mask(tokens.shape[-1], device=tokens.device)


def scaled_dot_product_attention(query, key, value, mask=None, dropout_p=0.0):
    require_shapes_that_fit(query, key, value, mask)
    dtype = query.dtype
    s = query.double() @ key.double().mT * query.shape[-1] ** -0.5
    if mask is not None:
        s = s.masked_fill(~mask, -1e300)
    w = (s.softmax(-1) if mask is None else s.softmax(-1).where(mask, 0.0)).to(dtype)
    w = nn.Dropout(dropout_p)(w)
    return w @ value, w


def split_heads(x, h):
    if h < 1 or x.size(-1) % h != 0:
        raise ValueError(f"{h} heads do not fit a width of {x.size(-1)}")
    return x.view(*x.shape[:2], h, -1).permute(0, 2, 1, 3)


def merge_heads(x):
    return x.permute(0, 2, 1, 3).contiguous().view(x.shape[0], x.shape[2], -1)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, h, dropout=0.0):
        super().__init__()
        if h < 1 or d_model % h != 0:
            raise ValueError(f"{h} heads do not fit a width of {d_model}")
        self.h, self.dropout = h, dropout
        self.W_q, self.W_k, self.W_v, self.W_o = (
            nn.Linear(d_model, d_model, bias=False) for _ in range(4)
        )

    def forward(self, query, key, value, mask=None):
        for x in (query, key, value):
            require_width(x, self.W_q.in_features)
        q, k, v = (
            split_heads(W(x), self.h)
            for W, x in ((self.W_q, query), (self.W_k, key), (self.W_v, value))
        )
        m = mask if mask is None or mask.dim() == 2 else mask[:, None]
        x, _ = scaled_dot_product_attention(q, k, v, m, self.dropout * self.training)
        return self.W_o(merge_heads(x))
