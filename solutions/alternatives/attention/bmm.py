"""Attention as the first implementations wrote it: heads folded into the batch, `bmm`, -inf."""

import torch
from torch import nn

from solutions.model.attention import require_shapes_that_fit
from solutions.model.masks import require_batch_of_tokens
from solutions.model.shapes import require_width


def padding_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    B, S = tokens.shape
    return torch.logical_not(torch.eq(tokens, pad_id)).view(B, 1, S)


def causal_mask(length, device=None):
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    ones = torch.ones((length, length), device=device)
    return ones.cumsum(0) >= ones.cumsum(1)  # the number of the row, the number of the column


def target_mask(tokens, pad_id):
    require_batch_of_tokens(tokens)
    both = padding_mask(tokens, pad_id).int() + causal_mask(tokens.size(1), tokens.device).int()
    return both == 2


def scaled_dot_product_attention(query, key, value, mask=None, dropout_p=0.0):
    require_shapes_that_fit(query, key, value, mask)
    lead = query.shape[:-2]
    q = query.reshape(-1, *query.shape[-2:]) * query.size(-1) ** -0.5
    k, v = (x.expand(*lead, *x.shape[-2:]).reshape(-1, *x.shape[-2:]) for x in (key, value))
    scores = torch.bmm(q, k.mT).view(*lead, query.size(-2), key.size(-2))
    blind = torch.zeros_like(scores, dtype=torch.bool)
    if mask is not None:
        mask = mask.expand_as(scores)
        blind = ~mask.any(-1, keepdim=True).expand_as(scores)
        scores = torch.where(mask | blind, scores, torch.full_like(scores, -torch.inf))
    exp = torch.exp(scores - scores.detach().amax(-1, keepdim=True))
    weights = torch.where(blind, torch.zeros_like(exp), exp / exp.sum(-1, keepdim=True))
    weights = torch.dropout(weights, dropout_p, True)
    output = torch.bmm(weights.reshape(-1, *weights.shape[-2:]), v)
    return output.view(*lead, *output.shape[-2:]), weights


def split_heads(x, h):
    if h < 1 or x.size(-1) % h != 0:
        raise ValueError(f"{h} heads do not fit a width of {x.size(-1)}")
    return torch.stack(x.split(x.size(2) // h, dim=2), dim=1)


def merge_heads(x):
    return torch.cat([head.squeeze(1) for head in x.split(1, dim=1)], dim=-1)


class MultiHeadAttention(nn.Module):
    def __init__(self, d_model, h, dropout=0.0):
        super().__init__()
        if h < 1 or d_model % h != 0:
            raise ValueError(f"{h} heads do not fit a width of {d_model}")
        self.n_heads = h
        self.W_q = nn.Linear(d_model, d_model, False)
        self.W_k = nn.Linear(d_model, d_model, False)
        self.W_v = nn.Linear(d_model, d_model, False)
        self.W_o = nn.Linear(d_model, d_model, False)
        self.p = dropout

    def forward(self, query, key, value, mask=None):
        for x in (query, key, value):
            require_width(x, self.W_q.in_features)
        require_shapes_that_fit(query, key, value, mask)
        B, h = query.size(0), self.n_heads
        q, k, v = (
            layer(x).view(B, -1, h, layer.out_features // h).transpose(1, 2).contiguous()
            for layer, x in ((self.W_q, query), (self.W_k, key), (self.W_v, value))
        )
        if mask is not None:
            mask = mask.expand(B, query.size(1), key.size(1)).unsqueeze(1)
        attended, _ = scaled_dot_product_attention(q, k, v, mask, self.p if self.training else 0.0)
        return self.W_o(attended.transpose(1, 2).contiguous().view(B, -1, h * v.size(-1)))
