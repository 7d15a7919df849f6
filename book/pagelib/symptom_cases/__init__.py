"""Where mistakes show: for every reference, small situations to run right and wrong in.

Each module has `SITUATIONS`: reference -> name of the situation -> a function of the implementation
that gives labeled tensors to compare. The first situation in which they differ is the symptom.

1. `one_batch`: shapes, one batch, and attention in NumPy.
2. `attention`: masks and attention.
3. `positional_encoding`: positional encoding and embeddings.
4. `residuals`: layer normalization, feed-forward networks and residual connections.
5. `encoder_decoder`: encoder, decoder and the whole model.
6. `training`: vocabulary, batches, loss, optimizer and training step.
7. `decoding`: searches, the cache and BLEU.
8. `lab`: the data pipeline, the training loop and the translator.
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


def exception_of(function: Callable, *inputs: object) -> str:
    """Return the name of the exception that a call raises."""
    try:
        function(*inputs)
    except Exception as error:
        return type(error).__name__
    return "no exception"
