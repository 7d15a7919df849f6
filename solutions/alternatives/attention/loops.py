"""Attention as a beginner may write it: one query at a time, one head at a time."""

import math

import torch
from torch import nn

from solutions.model.attention import require_shapes_that_fit
from solutions.model.masks import require_batch_of_tokens
from solutions.model.shapes import require_width


def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    rows = []
    for sentence in tokens:
        rows.append([[bool(token != pad_id) for token in sentence]])
    return torch.tensor(rows, dtype=torch.bool, device=tokens.device)


def causal_mask(length, device=None):
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    mask = torch.zeros(length, length, dtype=torch.bool, device=device)
    for t in range(length):
        for s in range(t + 1):
            mask[t, s] = True
    return mask


def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    batch = []
    for sentence in padding_mask(tokens, pad_id):
        batch.append(causal_mask(tokens.size(1), tokens.device) & sentence)
    return torch.stack(batch)


def scaled_dot_product_attention(query, key, value, mask=None, dropout_p=0.0):
    require_shapes_that_fit(query, key, value, mask)
    T, S = query.size(-2), key.size(-2)
    rows = []
    for t in range(T):
        scores = (query[..., t, None, :] * key).sum(-1) / math.sqrt(query.size(-1))
        allowed = torch.ones_like(scores, dtype=torch.bool)
        if mask is not None:
            allowed = allowed & torch.broadcast_to(mask, (*query.shape[:-2], T, S))[..., t, :]
        # The softmax by hand. Subtracting the largest score changes nothing but the overflow.
        raised = torch.exp(scores - scores.max(dim=-1, keepdim=True).values) * allowed
        total = raised.sum(dim=-1, keepdim=True)
        rows.append(raised / torch.where(total == 0, torch.ones_like(total), total))
    weights = torch.stack(rows, dim=-2)
    if dropout_p > 0:
        survives = torch.rand_like(weights) > dropout_p
        weights = weights * survives / (1 - dropout_p)
    return weights @ value, weights


def split_heads(x, h):
    if h < 1 or x.size(-1) % h != 0:
        raise ValueError(f"{h} heads do not fit a width of {x.size(-1)}")
    d_k = x.size(-1) // h
    heads = []
    for i in range(h):
        heads.append(x[:, :, i * d_k : (i + 1) * d_k])
    return torch.stack(heads, dim=1)


def merge_heads(x):
    merged = x[:, 0]
    for i in range(1, x.size(1)):
        merged = torch.cat([merged, x[:, i]], dim=2)
    return merged


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, h, dropout=0.0):
        super().__init__()
        if h < 1 or d_model % h != 0:
            raise ValueError(f"{h} heads do not fit a width of {d_model}")
        self.d_model, self.h = d_model, h
        self.drop = nn.Dropout(dropout)
        self.W_q = nn.Linear(d_model, d_model, bias=False)
        self.W_k = nn.Linear(d_model, d_model, bias=False)
        self.W_v = nn.Linear(d_model, d_model, bias=False)
        self.W_o = nn.Linear(d_model, d_model, bias=False)

    def forward(self, query, key, value, mask=None):
        for x in (query, key, value):
            require_width(x, self.W_q.in_features)
        d_k = self.d_model // self.h
        q, k, v = self.W_q(query), self.W_k(key), self.W_v(value)
        heads = []
        for i in range(self.h):
            part = slice(i * d_k, (i + 1) * d_k)
            _, weights = scaled_dot_product_attention(
                q[..., part], k[..., part], v[..., part], mask
            )
            heads.append(self.drop(weights) @ v[..., part])
        return self.W_o(torch.cat(heads, dim=-1))
