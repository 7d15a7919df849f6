"""Broken models whose faults can be found from their outputs.

All models have the same parameters and differ in one thing; `fault_diagnosis` knows which. The
record contains what each returns in a few experiments; comparing them is enough to name the fault,
without seeing any code.
"""

from collections.abc import Iterator

import torch

from solutions import misconceptions
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer

PAD = 0
CONFIG = TransformerConfig(12, 6, PAD, N=2, d_model=16, d_ff=32, h=4, dropout=0.0, max_length=8)
MISTAKES = (  # of the models 1 to 5; number 0 is healthy
    "SourcePositionsForgotten",
    "CausalityForgotten",
    "ProbabilitiesForLogits",
    "MemoryNotPassedOn",
    "DecoderReadsPadding",
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
        "outputs": [dict(_outputs(number)) for number in range(len(MISTAKES) + 1)],
    }


def _outputs(number: int) -> Iterator[tuple[str, list]]:
    model_class = (
        misconceptions.by_name(MISTAKES[number - 1]).implementation if number else Transformer
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        model = model_class(CONFIG).double().eval()
    for name, pair in EXPERIMENTS.items():
        with torch.no_grad():
            (output,) = model(*(torch.tensor([ids]) for ids in pair))
        yield name, [[round(x, 3) for x in row] for row in output.tolist()]
