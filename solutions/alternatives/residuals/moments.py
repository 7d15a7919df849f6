"""With the moments E[x] and E[x^2], dropout by hand, and gradients caught by hooks."""

import torch
from torch import nn

from solutions.model.shapes import require_width


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.gain = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))

    def forward(self, x):
        require_width(x, self.gain.numel())
        first = x.mean(-1, keepdim=True)
        second = (x * x).mean(-1, keepdim=True)
        # Rounding can push the difference below zero, where the variance is 0.
        deviation = ((second - first * first).clamp(min=0) + self.eps).sqrt()
        return x * (self.gain / deviation) + (self.bias - first * self.gain / deviation)


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        inner = x @ self.W_1.weight.mT + self.W_1.bias
        inner = inner * (inner > 0)
        return inner @ self.W_2.weight.mT + self.W_2.bias


class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        # A sentence of all positions of the batch, one after the other: the kernel does not mind.
        B, T, d_model = x.shape
        line = x.reshape(1, B * T, d_model).permute(0, 2, 1)
        line = self.W_2(self.W_1(line).clamp_min(0))
        return line.permute(0, 2, 1).reshape(B, T, d_model)


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.keep = 1 - dropout
        self.forward = self.pre if pre_norm else self.post

    def dropped(self, y):
        if not self.training:
            return y
        return y * torch.bernoulli(torch.full_like(y, self.keep)) / self.keep

    def pre(self, x, sublayer):
        return torch.add(x, self.dropped(sublayer(self.norm(x))))

    def post(self, x, sublayer):
        return self.norm(torch.add(self.dropped(sublayer(x)), x))


def backward_norms(layers, x, upstream):
    norms = []
    state = x.detach().clone().requires_grad_()
    start = state
    state.register_hook(lambda gradient: norms.append(gradient.norm()))
    for layer in layers:
        state = layer(state)
        state.register_hook(lambda gradient: norms.append(gradient.norm()))
    torch.autograd.grad(state, start, upstream)
    return torch.stack(norms[::-1])


def factor_per_layer(norms):
    return torch.exp((norms[0].log() - norms[-1].log()) / (norms.shape[0] - 1))
