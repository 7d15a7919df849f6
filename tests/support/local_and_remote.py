"""The same code in this process and in another one: for the tests of remote calls."""

import copy

import torch
from rpc_to_fork import remote
from torch import Tensor, nn

LAYER = """
class Layer(nn.Module):
    def __init__(self, d=3, dropout=0.0):
        super().__init__()
        self.inner = nn.Linear(d, d)
        self.outer = nn.Sequential(nn.ReLU(), nn.Linear(d, 2, bias=False))
        self.drop = nn.Dropout(dropout)
        self.register_buffer("scale", torch.tensor(2.0))
        self.register_buffer("hidden", torch.ones(1), persistent=False)
        self.calls = 0

    def forward(self, x, y=None):
        self.calls += 1
        x = self.drop(self.inner(x)) * self.scale
        return self.outer(x if y is None else x + y)
"""


def local(source: str, name: str):
    """The same in this process."""
    namespace = {"torch": torch, "nn": nn, "Tensor": Tensor}
    exec(source, namespace)
    return namespace[name]


def both(source: str, name: str, *args, **kwargs):
    """What the function returns here and over there, on inputs of their own."""
    here = local(source, name)(*copy.deepcopy(args), **kwargs)
    with remote(source, name) as there:
        return here, there(*copy.deepcopy(args), **kwargs)
