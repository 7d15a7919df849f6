"""Positional encoding as a beginner may write it: one position, one pair of features at a time."""

import math

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
    frequencies = []
    for i in range(d_model // 2):
        frequencies.append(1 / math.pow(10000, 2 * i / d_model))
    return torch.tensor(frequencies, dtype=dtype)


def sinusoidal_table(length, d_model, dtype=torch.float32):
    require_even_width(d_model)
    require_length(length)
    table = torch.zeros(length, d_model, dtype=torch.float64)
    for p in range(length):
        for i in range(d_model // 2):
            angle = p / 10000 ** (2 * i / d_model)
            table[p, 2 * i] = math.sin(angle)
            table[p, 2 * i + 1] = math.cos(angle)
    return table.to(dtype)


def shift_block(angle):
    block = torch.empty(*angle.shape, 2, 2, dtype=angle.dtype)
    block[..., 0, 0] = torch.cos(angle)
    block[..., 0, 1] = torch.sin(angle)
    block[..., 1, 0] = -torch.sin(angle)
    block[..., 1, 1] = torch.cos(angle)
    return block


def shift_matrix(k, d_model, dtype=torch.float32):
    require_even_width(d_model)
    matrix = torch.zeros(d_model, d_model, dtype=torch.float64)
    for i in range(d_model // 2):
        angle = k / 10000 ** (2 * i / d_model)
        matrix[2 * i, 2 * i] = matrix[2 * i + 1, 2 * i + 1] = math.cos(angle)
        matrix[2 * i, 2 * i + 1] = math.sin(angle)
        matrix[2 * i + 1, 2 * i] = -math.sin(angle)
    return matrix.to(dtype)


def where_sine_alone_fails(omega):
    # One radian before the crest and one after it; then as far as the crest.
    crest = math.pi / 2
    return (crest - 1) / omega, (crest + 1) / omega, 1 / omega


class PositionalEncoding(nn.Module):
    rows: torch.Tensor

    def __init__(self, d_model, dropout=0.0, max_length=5000):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.register_buffer("rows", sinusoidal_table(max_length, d_model), persistent=False)

    def forward(self, x, start=0):
        require_width(x, self.rows.size(-1))
        T = x.size(1)
        require_positions_that_fit(start + T, len(self.rows))
        words = []
        for t in range(T):
            words.append(x[:, t] + self.rows[start + t].to(x.dtype))
        return self.drop(torch.stack(words, dim=1))


class TokenEmbedding(nn.Module):
    def __init__(self, vocabulary_size, d_model):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def forward(self, tokens):
        require_known_tokens(tokens, self.embedding.num_embeddings)
        sentences = []
        for sentence in tokens:
            rows = [self.embedding.weight[token] for token in sentence]
            sentences.append(torch.stack(rows))
        return self.scale * torch.stack(sentences)

    def to_logits(self, x):
        logits = []
        for row in self.embedding.weight:
            logits.append((x * row).sum(dim=-1))
        return torch.stack(logits, dim=-1)
