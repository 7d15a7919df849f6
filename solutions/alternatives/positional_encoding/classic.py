"""The style of many tutorials: exp of a logarithm, every second column filled, a buffer with an
axis for the batch; but in float64."""

import math

import torch
from torch import nn

from solutions.model.embeddings import require_known_tokens
from solutions.model.positional import require_even_width, require_length
from solutions.model.shapes import require_width


def angular_frequencies(d_model, dtype=torch.float32):
    require_even_width(d_model)
    even = torch.arange(0, d_model, 2).double()
    return torch.exp(even * -(math.log(10000.0) / d_model)).to(dtype)


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_even_width(d_model)
    require_length(length)
    pe = torch.zeros(length, d_model, dtype=torch.float64)
    position = torch.arange(0, length).double().unsqueeze(1)
    div_term = torch.exp(torch.arange(0, d_model, 2).double() * -(math.log(10000.0) / d_model))
    pe[:, 0::2] = torch.sin(position * div_term)
    pe[:, 1::2] = torch.cos(position * div_term)
    return pe.to(dtype)


def shift_block(angle):
    entries = [angle.cos(), angle.sin(), -angle.sin(), angle.cos()]
    return torch.stack(entries, dim=-1).reshape(*angle.shape, 2, 2)


def shift_matrix(k, d_model, dtype=torch.float32):
    angle = k * angular_frequencies(d_model, torch.float64)
    matrix = torch.zeros(d_model, d_model, dtype=torch.float64)
    even = torch.arange(0, d_model, 2)
    matrix[even, even] = matrix[even + 1, even + 1] = angle.cos()
    matrix[even, even + 1] = angle.sin()
    matrix[even + 1, even] = -angle.sin()
    return matrix.to(dtype)


def where_sine_alone_fails(omega):
    turn = 2 * math.pi / omega
    return turn, 1.5 * turn, 0.25 * turn


class PositionalEncoding(nn.Module):
    pe: torch.Tensor

    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        pe = sinusoidal_table(max_length, d_model).unsqueeze(0)
        self.register_buffer("pe", pe, persistent=False)

    def forward(self, x, start=0):
        require_width(x, self.pe.size(-1))
        if start + x.size(1) > self.pe.size(1):
            raise ValueError("too long")
        x = x + self.pe[:, start : start + x.size(1)].to(x)
        return self.dropout(x)


class TokenEmbedding(nn.Module):
    def __init__(self, vocabulary_size, d_model):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)
        self.d_model = d_model

    def forward(self, tokens):
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding(tokens) * math.sqrt(self.d_model)

    def to_logits(self, x):
        return torch.matmul(x, self.embedding.weight.transpose(0, 1))
