"""A pair of features as one complex number cos + i sin: a shift is a multiplication."""

import math

import torch
from torch import nn

from solutions.model.embeddings import require_known_tokens
from solutions.model.positional import require_even_width, require_length
from solutions.model.shapes import require_width


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    steps = torch.arange(d_model // 2, dtype=torch.float64) * (2 / d_model)
    return torch.pow(10000, -steps).to(dtype)


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_length(length)
    angles = torch.outer(
        torch.arange(length, dtype=torch.float64), angular_frequencies(d_model, torch.float64)
    )
    points = torch.polar(torch.ones_like(angles), angles)
    return torch.view_as_real(points).flip(-1).reshape(length, d_model).to(dtype)


def shift_block(angle):
    # e^(i angle) times the two unit vectors, which are i (sine alone) and 1 (cosine alone).
    turn = torch.polar(torch.ones_like(angle), angle)
    columns = [torch.view_as_real(turn * unit).flip(-1) for unit in (1j, 1)]
    return torch.stack(columns, dim=-1)


def shift_matrix(k, d_model, dtype=torch.float32):
    angle = k * angular_frequencies(d_model, torch.float64)
    turns = torch.polar(torch.ones_like(angle), angle)
    units = torch.eye(d_model, dtype=torch.float64).view(d_model, -1, 2).flip(-1).contiguous()
    images = torch.view_as_real(torch.view_as_complex(units) * turns).flip(-1)
    return images.reshape(d_model, d_model).T.to(dtype)


def where_sine_alone_fails(omega):
    here = 1 / omega
    return here, (math.pi - 1) / omega, math.pi / 2 / omega


class PositionalEncoding(nn.Module):
    table: torch.Tensor

    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.p = dropout
        self.register_buffer("table", sinusoidal_table(max_length, d_model), persistent=False)

    def forward(self, x, start=0):
        require_width(x, self.table.size(-1))
        positions = torch.arange(start, start + x.size(1), device=x.device)
        if start + x.size(1) > self.table.size(0):
            raise ValueError("build the layer with a larger max_length")
        rows = self.table.index_select(0, positions).type_as(x)
        return nn.functional.dropout(torch.add(x, rows), self.p, self.training)


class TokenEmbedding(nn.Module):
    def __init__(self, vocabulary_size, d_model):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def forward(self, tokens):
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding.weight.mul(self.scale)[tokens]

    def to_logits(self, x):
        return torch.tensordot(x, self.embedding.weight, dims=([2], [1]))
