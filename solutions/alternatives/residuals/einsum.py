"""In Einstein notation, with the mean taken out by a matrix."""

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
        d = x.shape[-1]
        center = torch.eye(d, dtype=x.dtype, device=x.device) - 1 / d  # symmetric: I - 11^T / d
        centered = torch.einsum("...i,ij->...j", x, center)
        variance = torch.einsum("...i,...i->...", centered, centered) / d
        scale = torch.rsqrt(variance + self.eps)
        return torch.einsum("...i,...,i->...i", centered, scale, self.gain) + self.bias


class FeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Linear(d_model, d_ff)
        self.W_2 = nn.Linear(d_ff, d_model)

    def forward(self, x):
        require_width(x, self.W_1.in_features)
        inner = torch.einsum("btm,fm->btf", x, self.W_1.weight) + self.W_1.bias
        return torch.einsum("btf,mf->btm", inner.relu(), self.W_2.weight) + self.W_2.bias


class ConvolutionalFeedForward(nn.Module):
    def __init__(self, d_model, d_ff):
        super().__init__()
        self.W_1 = nn.Conv1d(d_model, d_ff, kernel_size=1)
        self.W_2 = nn.Conv1d(d_ff, d_model, kernel_size=1)

    def forward(self, x):
        require_width(x, self.W_1.in_channels)
        (W_1, b_1), (W_2, b_2) = self.W_1.parameters(), self.W_2.parameters()
        inner = torch.einsum("btm,fmk->btf", x, W_1) + b_1
        return torch.einsum("btf,mfk->btm", inner.relu(), W_2) + b_2


class ResidualSublayer(nn.Module):
    def __init__(self, d_model, dropout=0.0, pre_norm=False):
        super().__init__()
        self.norm = LayerNorm(d_model)
        self.drop = nn.Dropout(dropout)
        self.before = self.norm if pre_norm else nn.Identity()
        self.after = nn.Identity() if pre_norm else self.norm

    def state_dict(self, *args, **kwargs):
        shown = super().state_dict(*args, **kwargs)
        return {name: value for name, value in shown.items() if ".norm." in f".{name}"}

    def load_state_dict(self, state_dict, strict=True, assign=False):
        return self.norm.load_state_dict(
            {name.removeprefix("norm."): value for name, value in state_dict.items()}, strict
        )

    def forward(self, x, sublayer):
        return self.after(x + self.drop(sublayer(self.before(x))))


def backward_norms(layers, x, upstream):
    states = [x.detach().clone().requires_grad_()]
    for layer in layers:
        states += [layer(states[-1])]
    weighted = torch.einsum("i,i->", states[-1].flatten(), upstream.flatten())
    gradients = torch.autograd.grad(weighted, states)
    return torch.stack([torch.einsum("i,i->", g.flatten(), g.flatten()) for g in gradients]).sqrt()


def factor_per_layer(norms):
    steps = norms.log().diff()
    return torch.exp(-torch.einsum("i->", steps) / steps.numel())
