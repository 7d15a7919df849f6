"""What PyTorch already has: its layer norm, functional layers, and `torch.func.vjp`."""

import torch
import torch.nn.functional as F
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
        return F.layer_norm(x, self.gain.shape, self.gain, self.bias, self.eps)


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)
        self.activation = nn.ReLU()

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(self.activation(self.W_1(x)))


class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, 1)
        self.W_2 = nn.Conv1d(d_ff, d_model, 1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        inner = F.relu(F.conv1d(x.mT, self.W_1.weight, self.W_1.bias))
        return F.conv1d(inner, self.W_2.weight, self.W_2.bias).mT


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.p = dropout
        self.pre_norm = pre_norm

    def forward(self, x, sublayer):
        made = sublayer(self.norm(x) if self.pre_norm else x)
        total = x + F.dropout(made, self.p, self.training)
        return total if self.pre_norm else self.norm(total)


def backward_norms(layers, x, upstream):
    backs, state = [], x.detach()
    for layer in layers:
        state, back, *_ = torch.func.vjp(layer, state)
        backs.append(back)
    gradient, norms = upstream, [upstream.norm()]
    for back in reversed(backs):
        (gradient,) = back(gradient)
        norms.insert(0, gradient.norm())
    return torch.stack(norms).detach()


def factor_per_layer(norms):
    return torch.pow(norms[0] / norms[-1], 1.0 / (len(norms) - 1))
