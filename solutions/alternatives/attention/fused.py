"""Attention with PyTorch's fused kernel and one product for the three projections."""

import torch
import torch.nn.functional as F
from torch import nn

from solutions.model.attention import require_shapes_that_fit
from solutions.model.masks import require_batch_of_tokens
from solutions.model.shapes import require_width


def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return ~tokens.eq(pad_id).unsqueeze(-2)


def causal_mask(length, device=None):
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    return ~torch.triu(torch.ones(length, length, device=device), diagonal=1).bool()


def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    T = tokens.size(1)
    return causal_mask(T, tokens.device).unsqueeze(0) * padding_mask(tokens, pad_id)


def scaled_dot_product_attention(query, key, value, mask=None, dropout_p=0.0):
    require_shapes_that_fit(query, key, value, mask)
    shape = (*query.shape[:-1], key.size(-2))
    allowed = torch.ones(shape, dtype=torch.bool, device=query.device)
    if mask is not None:
        allowed = allowed & mask
    # The identity as values brings out the weights.
    eye = torch.eye(key.size(-2), dtype=query.dtype, device=query.device)
    eye = eye.expand(*key.shape[:-2], -1, -1)
    sees_something = allowed.any(-1, keepdim=True)
    weights = F.scaled_dot_product_attention(query, key, eye, allowed | ~sees_something)
    weights = F.dropout(weights.masked_fill(~allowed, 0.0), dropout_p)
    return torch.matmul(weights, value), weights


def split_heads(x, h):
    if h < 1 or x.size(-1) % h != 0:
        raise ValueError(f"{h} heads do not fit a width of {x.size(-1)}")
    return x.unflatten(-1, (h, -1)).movedim(2, 1)


def merge_heads(x):
    return x.movedim(1, 2).flatten(2)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, h, dropout=0.0):
        super().__init__()
        if h < 1 or d_model % h != 0:
            raise ValueError(f"{h} heads do not fit a width of {d_model}")
        self.h = h
        self.dropout = dropout
        self.W_q = nn.Linear(d_model, d_model, bias=False)
        self.W_k = nn.Linear(d_model, d_model, bias=False)
        self.W_v = nn.Linear(d_model, d_model, bias=False)
        self.W_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query, key, value, mask=None):
        for x in (query, key, value):
            require_width(x, self.W_q.in_features)
        if query is key and key is value:
            every = torch.cat([self.W_q.weight, self.W_k.weight, self.W_v.weight])
            q, k, v = F.linear(query, every).chunk(3, dim=-1)
        else:
            q, k, v = self.W_q(query), self.W_k(key), self.W_v(value)
        q, k, v = (split_heads(x, self.h) for x in (q, k, v))
        if mask is not None:
            mask = mask[..., None, :, :]
        require_shapes_that_fit(q, k, v, mask)
        heads = F.scaled_dot_product_attention(
            q, k, v, attn_mask=mask, dropout_p=self.dropout if self.training else 0
        )
        return self.W_o(merge_heads(heads))
