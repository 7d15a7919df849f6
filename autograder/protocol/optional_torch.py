"""PyTorch, or what stands in for it where it is not installed.

    from autograder.protocol.optional_torch import Tensor, nn, torch

Without PyTorch no value is a `Tensor` or an `nn.Module`, the state of the random-number generator
is always None, and gradients are off. The grader's own code therefore needs no second branch, and
grades notebooks that use plain Python and NumPy. Any other use of `torch` raises
ModuleNotFoundError.
"""

import contextlib
from importlib.util import find_spec
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

INSTALLED = find_spec("torch") is not None


class _NoTensor:
    """The class of no value."""


class _NoGradients(contextlib.ContextDecorator):
    """A block or function in which nothing changes."""

    def __init__(self, *_: Any) -> None: ...

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


class _NoTorch:
    """The few names that the grader uses wherever it runs."""

    Tensor = Size = dtype = device = _NoTensor
    no_grad = set_grad_enabled = _NoGradients
    nn = SimpleNamespace(Module=type("Module", (), {}), Parameter=_NoTensor)
    autograd = SimpleNamespace(Function=object)
    default_generator = SimpleNamespace(manual_seed=lambda seed: None)

    def __getattr__(self, name: str) -> Any:
        raise ModuleNotFoundError(
            f"torch.{name} needs PyTorch, which is not installed", name="torch"
        )

    def set_num_threads(self, count: int) -> None: ...

    def get_rng_state(self) -> None: ...

    def set_rng_state(self, state: None) -> None: ...

    def equal(self, a: object, b: object) -> bool:
        return a is b

    def is_grad_enabled(self) -> bool:
        return False


if TYPE_CHECKING or INSTALLED:
    import torch
    from torch import Tensor, nn
else:
    torch = _NoTorch()
    Tensor, nn = torch.Tensor, torch.nn

__all__ = ["INSTALLED", "Tensor", "is_lazy", "nn", "torch"]


def is_lazy(x: Any) -> bool:
    """Return True for a parameter of a lazy layer, which has no shape yet."""
    return INSTALLED and nn.parameter.is_lazy(x)
