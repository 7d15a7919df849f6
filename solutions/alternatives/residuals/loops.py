"""As a beginner may write it: position by position, layer by layer, step by step."""

import torch
from torch import nn

from solutions.model.shapes import require_width


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.d_model = d_model
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, self.gain.numel())
        rows = []
        for row in x.reshape(-1, self.d_model):
            mean = sum(row) / self.d_model
            variance = sum((feature - mean) ** 2 for feature in row) / self.d_model
            rows.append((row - mean) / (variance + self.eps) ** 0.5 * self.gain + self.bias)
        return torch.stack(rows).reshape(x.shape)


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        sentences = []
        for sentence in x:
            positions = []
            for position in sentence:
                inner = self.W_1(position)
                inner = torch.where(inner > 0, inner, torch.zeros_like(inner))
                positions.append(self.W_2(inner))
            sentences.append(torch.stack(positions))
        return torch.stack(sentences)


class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(in_channels=d_model, out_channels=d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(in_channels=d_ff, out_channels=d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        positions = []
        for t in range(x.size(1)):
            position = x[:, t].unsqueeze(-1)  # a sentence of one position, features first
            inner = self.W_1(position)
            inner = torch.max(inner, torch.zeros_like(inner))
            positions.append(self.W_2(inner).squeeze(-1))
        return torch.stack(positions, dim=1)


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.dropout = dropout
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        y = x
        if self.pre_norm:
            y = self.norm(y)
        y = sublayer(y)
        if self.training and self.dropout > 0:
            survives = torch.rand_like(y) >= self.dropout
            y = y * survives / (1 - self.dropout)
        y = x + y
        if not self.pre_norm:
            y = self.norm(y)
        return y


def backward_norms(layers, x, upstream):
    inputs, state = [], x
    for layer in layers:
        inputs.append(state)
        state = layer(state).detach()
    norms = [float((upstream**2).sum()) ** 0.5]
    gradient = upstream
    for layer, before in zip(reversed(layers), reversed(inputs), strict=True):
        before = before.detach().clone().requires_grad_(True)
        (gradient,) = torch.autograd.grad(layer(before), before, gradient)
        norms.append(float((gradient**2).sum()) ** 0.5)
    return torch.tensor(norms[::-1], dtype=x.dtype)


def factor_per_layer(norms):
    product = torch.ones((), dtype=norms.dtype)
    for after, before in zip(norms[1:], norms[:-1], strict=True):
        product = product * before / after
    return product ** (1 / (len(norms) - 1))
