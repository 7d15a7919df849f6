"""Where mistakes show: for every reference, small situations to run right and wrong in.

Each module has `SITUATIONS`: reference -> name of the situation -> a function of the implementation
that gives labelled tensors to compare. The first situation in which they differ is the symptom.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import torch
from torch import Tensor


@cache
def situations() -> dict[str, dict[str, Callable[[Callable], dict[str, Tensor]]]]:
    """All of them, by the name of the reference."""
    found = {}
    for module in iter_modules(__path__):
        found |= import_module(f"{__name__}.{module.name}").SITUATIONS
    return found


def randn(*shape: int, seed: int) -> Tensor:
    """Standard normal numbers, the same in every build."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
