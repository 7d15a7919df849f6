"""Probes of searches and caches, which return plain numbers.

Predictors, models and caches cannot be recorded as numbers, but their results can. Each function
runs a student's part, right or wrong, and returns its observable behavior.

Legend: B sentences, R rows (prefixes that are being written), V size of the vocabulary, S source
length, t length of a prefix with its <s>.
"""

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from solutions.decoding.predictors import TablePredictor

from .training_probes import ToyTranslator

PAD, BOS, EOS = 0, 1, 2


class ForgetfulTable(TablePredictor):
    """A `TablePredictor` without memory, which reads the two last tokens from the prefix."""

    def log_probabilities(self, prefixes: Tensor) -> Tensor:
        """See `Predictor.log_probabilities`."""
        before = prefixes[:, -2] if prefixes.size(1) > 1 else self.last
        return self.table[torch.arange(len(prefixes)), before, prefixes[:, -1]]


def log_table(chances: Tensor) -> Tensor:
    """Convert probabilities to the table of a `TablePredictor`.

    Args:
        chances: (B, V, V), P(next | last) of each sentence; or (B, V, V, V),
            P(next | before, last).

    Returns:
        (B, V, V, V), their logarithms.
    """
    if chances.dim() == 3:
        chances = chances.unsqueeze(1).expand(-1, chances.size(1), -1, -1)
    return chances.log()


def ending(scores: Tensor) -> Tensor:
    """Convert scores to probabilities with which every sentence comes to an end.

    After a word there is only a word with a larger number, or </s>; padding and <s> may tempt a
    search anywhere. So no sentence without them needs more than V - 2 tokens.

    Args:
        scores: (..., V, V) of each token (last axis) after each token.

    Returns:
        the same shape, probabilities.
    """
    word = torch.arange(scores.size(-1))
    never = (word > EOS) & (word <= word.unsqueeze(1))
    return scores.masked_fill(never, -torch.inf).softmax(dim=-1)


def written(search: Callable, chances: Tensor, limits: Tensor) -> tuple[list, list]:
    """Run a greedy search; return the tokens that it writes.

    Args:
        search: is called like `greedy`.
        chances: of `log_table`; the tokens 0, 1 and 2 are padding, <s> and </s>.
        limits: (B,) integers.

    Returns:
        the tokens of each sentence, with a predictor that remembers its rows; and with one that
        reads the prefix each time.
    """
    table = log_table(chances)
    return tuple(
        search(predictor(table, BOS), limits, PAD, BOS, EOS)
        for predictor in (TablePredictor, ForgetfulTable)
    )


def best_found(
    search: Callable, chances: Tensor, limits: Tensor, beam_size: int, alpha: float
) -> list[tuple[list[int], float]]:
    """Run a beam search; return the best hypothesis of each sentence, as (tokens, score).

    Args:
        search: is called like `beam_search`.
        chances: of `log_table`; the tokens 0, 1 and 2 are padding, <s> and </s>.
        limits: (B,) integers.
        beam_size, alpha: of the search.
    """
    predictor = TablePredictor(log_table(chances), BOS)
    found = search(predictor, limits, PAD, BOS, EOS, beam_size, alpha)
    return [tuple(hypotheses[0]) for hypotheses in found]


def following(predict: Callable, source: Tensor, prefixes: Tensor) -> Tensor:
    """Return the next-token log-probabilities of a new `ToyTranslator` in float64.

    Args:
        predict: is called like `next_log_probabilities`.
        source: (R, S) integers from 0 to 6, padded with 0.
        prefixes: (R, t) likewise.

    Returns:
        (R, 7) float32.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = ToyTranslator(7).double().eval()
    return predict(model, prefixes, *model.encode(source)).float()


def read_on(cache: Callable, weights: Tensor, h: int, x: Tensor, rows: list) -> Tensor:
    """Run a cache token by token; return its outputs.

    Args:
        cache: is built like `SelfAttentionCache`.
        weights: (4, d_model, d_model), of W_q, W_k, W_v and W_o.
        h: number of heads.
        x: (T, R, d_model), what is written in each step.
        rows: T entries, for `reorder` before each step; None leaves the rows as they are.

    Returns:
        (T, R, d_model).
    """
    attention = SimpleNamespace(
        **{name: _linear(w) for name, w in zip(("W_q", "W_k", "W_v", "W_o"), weights, strict=True)}
    )
    tried, outputs = cache(attention, h, x.size(1)), []
    for newest, order in zip(x, rows, strict=True):
        if order is not None:
            tried.reorder(torch.tensor(order))
        outputs.append(tried.step(newest.unsqueeze(1)).squeeze(1))  # (R, 1, d_model)
    return torch.stack(outputs)


def _linear(weight: Tensor) -> nn.Linear:
    made = nn.Linear(weight.size(0), weight.size(1), bias=False, dtype=weight.dtype)
    made.weight = nn.Parameter(weight)
    return made
