"""By somebody who likes short code and computes the norm in double precision to be safe."""

import torch
from torch import nn

from solutions.model.shapes import require_width


class LayerNorm(nn.Module):
    def __init__(self, d_model, eps=1e-5):
        super().__init__()
        self.gain, self.bias = (nn.Parameter(torch.full((d_model,), n)) for n in (1.0, 0.0))
        self.eps = eps

    def forward(self, x):
        require_width(x, self.gain.numel())
        v, m = torch.var_mean(x.double(), dim=-1, correction=0, keepdim=True)
        return ((x - m) * (v + self.eps) ** -0.5).to(x.dtype) * self.gain + self.bias


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1, self.W_2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        return self.W_2(self.W_1(x).clamp(min=0))


class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1, self.W_2 = nn.Conv1d(d_model, d_ff, 1), nn.Conv1d(d_ff, d_model, 1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        return self.W_2(self.W_1(x.movedim(-1, 1)).relu_()).movedim(1, -1)


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm, self.drop, self.pre = LayerNorm(d_model), nn.Dropout(dropout), pre_norm

    def forward(self, x, f):
        n, d = self.norm, self.drop
        return x + d(f(n(x))) if self.pre else n(x + d(f(x)))


def backward_norms(layers, x, upstream):
    xs = [x.detach().requires_grad_()]
    for f in layers:
        xs.append(f(xs[-1]))
    gs = torch.autograd.grad((xs[-1] * upstream).sum(), xs)
    return torch.tensor([g.pow(2).sum().sqrt() for g in gs], dtype=x.dtype)


def factor_per_layer(norms):
    return (norms[:-1] / norms[1:]).log().mean().exp()
