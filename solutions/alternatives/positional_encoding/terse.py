"""Positional encoding by somebody who likes short code."""

import torch
from torch import nn

from solutions.model.embeddings import require_known_tokens
from solutions.model.positional import (
    require_even_width,
    require_length,
    require_positions_that_fit,
)
from solutions.model.shapes import require_width


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return (1e4 ** (torch.arange(0, -d_model, -2).double() / d_model)).to(dtype)


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    a = torch.arange(length).double().outer(angular_frequencies(d_model, torch.float64))
    return torch.dstack([a.sin(), a.cos()]).view(length, d_model).to(dtype)


def shift_block(angle):
    s, c = angle.sin(), angle.cos()
    return torch.stack([c, s, -s, c], -1).unflatten(-1, (2, 2))


def shift_matrix(k, d_model, dtype=torch.float32):
    a = (k * angular_frequencies(d_model, torch.double)).repeat_interleave(2)
    s = a.sin()
    s[1::2] = 0  # the sines above the diagonal: in even rows only
    return (a.cos().diag() + s[:-1].diag(1) - s[:-1].diag(-1)).to(dtype)


def where_sine_alone_fails(omega):
    return -0.3 / omega, 0.3 / omega + 3.141592653589793 / omega, 1.5 / omega


class PositionalEncoding(nn.Module):
    pe: torch.Tensor

    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("pe", sinusoidal_table(max_length, d_model), False)

    def forward(self, x, start=0):
        require_width(x, self.pe.size(-1))
        require_positions_that_fit(start + x.shape[1], self.pe.shape[0])
        return self.dropout(x + self.pe.to(x.dtype).narrow(0, start, x.shape[1])[None])


class TokenEmbedding(nn.Module):
    def __init__(self, vocabulary_size, d_model):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def forward(self, tokens):
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding.weight[tokens] * self.embedding.weight.shape[1] ** 0.5

    def to_logits(self, x):
        return x @ self.embedding.weight.mT
