"""Broken models whose faults can be found from their outputs.

All models have the same parameters and differ in one thing. The record contains what each returns
in a few experiments; comparing them is enough to name the fault, without seeing any code.
"""

from collections.abc import Callable, Iterator

import torch

from solutions.misconceptions.model.transformer import (
    CausalityForgotten,
    DecoderReadsPadding,
    MemoryNotPassedOn,
    ProbabilitiesForLogits,
    SourcePositionsForgotten,
)
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer

PAD = 0
CONFIG = TransformerConfig(12, 6, PAD, N=2, d_model=16, d_ff=32, h=4, dropout=0.0, max_length=8)
MODELS = (
    Transformer,  # number 0 is healthy
    SourcePositionsForgotten,
    CausalityForgotten,
    ProbabilitiesForLogits,
    MemoryNotPassedOn,
    DecoderReadsPadding,
)
SOURCE, TARGET = [5, 7, 4, 9, 3], [1, 2, 5, 4]
EXPERIMENTS = {
    "as it is": (SOURCE, TARGET),
    "the same once more": (SOURCE, TARGET),
    "another source word": ([5, 7, 11, 9, 3], TARGET),
    "two source words swapped": ([5, 9, 4, 7, 3], TARGET),
    "source padded": ([*SOURCE, PAD, PAD], TARGET),
    "another first target word": (SOURCE, [3, 2, 5, 4]),
    "another last target word": (SOURCE, [1, 2, 5, 3]),
    "two target words swapped": (SOURCE, [2, 1, 5, 4]),
}


def observations() -> dict:
    """Return the outputs of the six models as plain data.

    Returns:
        experiments: name -> [source ids, target ids];
        outputs: for each model, name -> [T][V] numbers, rounded to three decimals.
    """
    return {
        "experiments": {name: list(pair) for name, pair in EXPERIMENTS.items()},
        "outputs": [dict(_outputs(number)) for number in range(len(MODELS))],
    }


def diagnosis() -> dict[int, str]:
    """Return the fault of each of the five models.

    The faults to choose from; each belongs to one model or to none:

    - "future": a target position sees words that come later.
    - "no self-attention": no target position sees another one.
    - "no memory": the decoder never reads the source.
    - "source order": the source has no positions.
    - "target order": the target has no positions.
    - "padding": padding of the source is read.
    - "dropout": numbers are dropped in evaluation too.
    - "probabilities": a softmax follows the logits.

    Returns:
        number of the model, 1 to 5 -> name of its fault.
    """
    return {1: "source order", 2: "future", 3: "probabilities", 4: "no memory", 5: "padding"}


def form_of(answer: Callable) -> tuple[list[int], list[str]]:
    """Return the models that an answer names, and its values that are not in the list of faults."""
    faults = [
        *("future", "no self-attention", "no memory", "source order", "target order"),
        *("padding", "dropout", "probabilities"),
    ]
    said = answer()
    return sorted(said), [fault for fault in said.values() if fault not in faults]


def _outputs(number: int) -> Iterator[tuple[str, list]]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = MODELS[number](CONFIG).double().eval()
    for name, pair in EXPERIMENTS.items():
        with torch.no_grad():
            (output,) = model(*(torch.tensor([ids]) for ids in pair))
        yield name, [[round(x, 3) for x in row] for row in output.tolist()]
