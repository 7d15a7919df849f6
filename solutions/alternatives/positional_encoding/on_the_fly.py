"""No table at all: the layer computes the rows that it needs; a shift is a matrix exponential."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from solutions.model.embeddings import require_known_tokens
from solutions.model.positional import require_even_width, require_length
from solutions.model.shapes import require_width


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    return torch.logspace(
        0, -4 * (d_model - 2) / d_model, d_model // 2, base=10, dtype=torch.float64
    ).to(dtype)


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_even_width(d_model)
    require_length(length)
    # A cosine is a sine that is a quarter of a turn ahead.
    omega = angular_frequencies(d_model, torch.float64).repeat_interleave(2)
    ahead = torch.tensor([0, math.pi / 2], dtype=torch.float64).repeat(d_model // 2)
    return torch.sin(torch.arange(length)[:, None] * omega + ahead).to(dtype)


def shift_block(angle):
    generator = torch.tensor([[0.0, 1.0], [-1.0, 0.0]], dtype=torch.float64)
    return torch.matrix_exp((angle[..., None, None] * generator).contiguous()).to(angle.dtype)


def shift_matrix(k, d_model, dtype=torch.float32):
    require_even_width(d_model)
    omega = angular_frequencies(d_model, torch.float64)
    generator = torch.zeros(d_model, d_model, dtype=torch.float64)
    generator.diagonal(1)[::2] = omega
    generator.diagonal(-1)[::2] = -omega
    return torch.matrix_exp(k * generator).to(dtype)


def where_sine_alone_fails(omega):
    turns = torch.tensor([0.05, 0.45, 0.3])
    p, q, k = (turns.double() * 2 * math.pi / omega).tolist()
    return p, q, k


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.d_model, self.dropout, self.max_length = d_model, dropout, max_length

    def forward(self, x, start=0):
        require_width(x, self.d_model)
        end = start + x.shape[1]
        if end > self.max_length:
            raise ValueError(f"position {end - 1} is beyond {self.max_length - 1}")
        rows = sinusoidal_table(end, self.d_model)[start:]
        return F.dropout(x + rows.to(x.device, x.dtype), self.dropout, self.training)


class TokenEmbedding(nn.Module):
    def __init__(self, vocabulary_size, d_model):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def forward(self, tokens):
        require_known_tokens(tokens, self.embedding.num_embeddings)
        weight = self.embedding.weight
        one_hot = F.one_hot(tokens, weight.size(0)).to(weight.dtype)
        return one_hot @ weight * weight.size(1) ** 0.5

    def to_logits(self, x):
        return torch.einsum("btd,vd->btv", x, self.embedding.weight)
