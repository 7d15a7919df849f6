"""Language models that fit on a page, and every hypothesis that they know: to test searches."""

from collections.abc import Iterator
from functools import cache

import torch
from torch import Tensor

from solutions.decoding.predictors import TablePredictor
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer

PAD, BOS, EOS = 0, 1, 2
SPECIALS = {"pad_id": PAD, "bos_id": BOS, "eos_id": EOS}


def table(*seeds: int, V: int = 5, sharpness: float = 1.5) -> Tensor:
    """(B, V, V, V) log-probabilities, a sentence for each seed, in float64."""
    logits = [
        torch.randn(V, V, V, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        for seed in seeds
    ]
    return (torch.stack(logits) * sharpness).log_softmax(dim=-1)


def chain(probabilities: dict[tuple[int, int], float], V: int = 5) -> Tensor:
    """(1, V, V, V): P(next | last) by hand; what is not named is impossible."""
    known = torch.zeros(V, V, dtype=torch.float64)
    for (last, token), probability in probabilities.items():
        known[last, token] = probability
    return known.log().expand(1, V, V, V)


def predictor(log_table: Tensor) -> TablePredictor:
    return TablePredictor(log_table, BOS)


def every_hypothesis(log_table: Tensor, limit: int) -> Iterator[tuple[list[int], float]]:
    """All (tokens, log-probability) of one sentence's (V, V, V): ended, or cut at the limit."""

    def grow(tokens: list[int], log_p: float) -> Iterator[tuple[list[int], float]]:
        if len(tokens) == limit or tokens[-1:] == [EOS]:
            yield tokens, log_p
            return
        before, last = [BOS, BOS, *tokens][-2:]
        for token in range(EOS, len(log_table)):
            yield from grow([*tokens, token], log_p + float(log_table[before, last, token]))

    return grow([], 0.0)


def log_probability(log_table: Tensor, tokens: list[int]) -> float:
    """Of these tokens, one after the other."""
    prefix = [BOS, BOS, *tokens]
    return sum(float(log_table[tuple(prefix[i : i + 3])]) for i in range(len(tokens)))


def without_end(tokens: list[int]) -> list[int]:
    return tokens[:-1] if tokens[-1:] == [EOS] else tokens


@cache
def model(seed: int, pre_norm: bool = False, **changes) -> Transformer:
    """An untrained one. Its norms turn features around: else a tied output repeats its input."""
    sizes = {"d_model": 12, "d_ff": 20, "h": 3, "N": 2, "dropout": 0.3}
    config = TransformerConfig(17, 9, PAD, pre_norm=pre_norm, **(sizes | changes))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Transformer(config).double().eval().requires_grad_(False)
        for name, parameter in made.named_parameters():
            if name.endswith("gain"):
                parameter.normal_(std=2)
    return made


def sources(lengths: list[int], seed: int) -> Tensor:
    """Sentences padded to the longest."""
    generator = torch.Generator().manual_seed(seed)
    batch = torch.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(batch, lengths, strict=True):
        row[:length] = torch.randint(1, 17, (length,), generator=generator)
    return batch
