"""Attention in Einstein notation, with the heads kept beside the width until the end."""

import math

import torch
from torch import nn

from solutions.model.attention import require_shapes_that_fit
from solutions.model.masks import require_batch_of_tokens
from solutions.model.shapes import require_width


def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return torch.ne(tokens, pad_id)[:, None, :]


def causal_mask(length, device=None):
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    place = torch.arange(length, device=device)
    return place[None, :] <= place[:, None]


def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    return torch.logical_and(
        padding_mask(tokens, pad_id), causal_mask(tokens.shape[1], tokens.device)
    )


def scaled_dot_product_attention(query, key, value, mask=None, dropout_p=0.0):
    require_shapes_that_fit(query, key, value, mask)
    scores = torch.einsum("...td,...sd->...ts", query * query.shape[-1] ** -0.5, key)
    if mask is None:
        weights = torch.softmax(scores, -1)
    else:
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
        weights = torch.softmax(scores, -1) * mask
    weights = torch.dropout(weights, dropout_p, dropout_p > 0)
    return torch.einsum("...ts,...sd->...td", weights, value), weights


def split_heads(x, h):
    if h < 1 or x.size(-1) % h != 0:
        raise ValueError(f"{h} heads do not fit a width of {x.size(-1)}")
    return torch.stack(x.chunk(h, dim=-1), dim=1)


def merge_heads(x):
    return torch.cat(x.unbind(dim=1), dim=-1)


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
        d_model = query.shape[-1]
        d_k = d_model // self.h
        W_q, W_k, W_v = (
            W.weight.view(self.h, d_k, d_model) for W in (self.W_q, self.W_k, self.W_v)
        )
        q = torch.einsum("btm,hdm->bhtd", query, W_q)
        k = torch.einsum("bsm,hdm->bhsd", key, W_k)
        v = torch.einsum("bsm,hdm->bhsd", value, W_v)
        require_shapes_that_fit(query, key, value, mask)
        scores = torch.einsum("bhtd,bhsd->bhts", q, k) / math.sqrt(d_k)
        if mask is not None:
            allowed = mask if mask.dim() == 2 else mask[:, None]
            scores = torch.where(allowed, scores, torch.finfo(scores.dtype).min)
            weights = scores.softmax(-1) * allowed
        else:
            weights = scores.softmax(-1)
        weights = nn.functional.dropout(weights, self.dropout, self.training)
        W_o = self.W_o.weight.view(d_model, self.h, d_k)
        return torch.einsum("bhts,bhsd,mhd->btm", weights, v, W_o)
