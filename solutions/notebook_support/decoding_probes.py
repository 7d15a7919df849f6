"""Probes of searches and caches, which return plain numbers.

Predictors, models and caches cannot be recorded as numbers, but their results can. Each function
runs a student's part, right or wrong, and returns its observable behavior.

Legend: B sentences, R rows (prefixes that are being written), V size of the vocabulary, S source
length, t length of a prefix with its <s>.
"""

from collections.abc import Callable, Sequence
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


def renamed(chances: Tensor, ids: tuple[int, int, int]) -> Tensor:
    """Give padding, <s> and </s> other ids than 0, 1 and 2; the words keep their order.

    Args:
        chances: of `log_table`.
        ids: the new ids of padding, <s> and </s>, all different.
    """
    words = [number for number in range(chances.size(-1)) if number not in ids]
    before = torch.tensor([*ids, *words]).argsort()  # the old id of each new one
    for axis in range(1, chances.dim()):
        chances = chances.index_select(axis, before)
    return chances


def written(
    search: Callable,
    chances: Tensor,
    limits: Tensor,
    ids: tuple[int, int, int] = (PAD, BOS, EOS),
) -> tuple[list, list]:
    """Run a greedy search; return the tokens that it writes.

    Args:
        search: is called like `greedy`.
        chances: of `log_table`.
        limits: (B,) integers.
        ids: of padding, <s> and </s>.

    Returns:
        the tokens of each sentence, with a predictor that remembers its rows; and with one that
        reads the prefix each time.
    """
    table = log_table(chances)
    return tuple(
        search(predictor(table, ids[1]), limits, *ids)
        for predictor in (TablePredictor, ForgetfulTable)
    )


def _watched(chances, limits, bos_id):
    predictor, asked = TablePredictor(log_table(chances), bos_id), []

    def answer(prefixes):
        asked.append(prefixes.size(1))
        if len(asked) > int(limits.max()) + 20:
            raise RuntimeError("the search goes on and on after the maximum length")
        return predictor.log_probabilities(prefixes)

    return SimpleNamespace(log_probabilities=answer, reorder=predictor.reorder), asked


def best_found(
    search: Callable,
    chances: Tensor,
    limits: Tensor,
    beam_size: int,
    alpha: float,
    ids: tuple[int, int, int] = (PAD, BOS, EOS),
) -> list[tuple[list[int], float]]:
    """Run a beam search; return the best hypothesis of each sentence, as (tokens, score).

    Args:
        search: is called like `beam_search`.
        chances: of `log_table`.
        limits: (B,) integers.
        beam_size, alpha: of the search.
        ids: of padding, <s> and </s>.
    """
    predictor, _ = _watched(chances, limits, ids[1])
    found = search(predictor, limits, *ids, beam_size, alpha)
    return [tuple(hypotheses[0]) for hypotheses in found]


def all_found(
    search: Callable, chances: Tensor, limits: Tensor, beam_size: int, alpha: float
) -> tuple[list[list[tuple]], int]:
    """Run a beam search; return all that it finds, and how often it asks the predictor.

    Args:
        search: is called like `beam_search`.
        chances: of `log_table`; the tokens 0, 1 and 2 are padding, <s> and </s>.
        limits: (B,) integers.
        beam_size, alpha: of the search.

    Returns:
        the hypotheses of each sentence, as (tokens, score); and the number of calls.
    """
    predictor, asked = _watched(chances, limits, BOS)
    found = search(predictor, limits, PAD, BOS, EOS, beam_size, alpha)
    return [[tuple(one) for one in hypotheses] for hypotheses in found], len(asked)


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
        torch.default_generator.manual_seed(0)
        model = ToyTranslator(7).double().eval()
    return predict(model, prefixes, *model.encode(source)).float()


def read_on(cache: Callable, weights: Tensor, h: int, x: Sequence[Tensor], rows: list) -> Tensor:
    """Run a cache token by token; return its outputs.

    Args:
        cache: is built like `SelfAttentionCache`.
        weights: (4, d_model, d_model), of W_q, W_k, W_v and W_o.
        h: number of heads.
        x: T tensors (R, d_model), what is written in each step.
        rows: T entries, for `reorder` before each step; None leaves the rows as they are.

    Returns:
        (rows of all steps, 1, d_model), one step after the other.
    """
    return torch.cat(_run(cache, weights, h, x, rows)[1])


def kept(
    cache: Callable, weights: Tensor, h: int, x: Sequence[Tensor], rows: list
) -> tuple[Tensor, Tensor]:
    """Run a cache token by token; return the keys and the values that it keeps.

    The arguments are those of `read_on`.

    Returns:
        `keys` and `values`, each (R, h, T, d_k), with rising numbers: the order of the tokens is
        free.
    """
    tried, _ = _run(cache, weights, h, x, rows)
    return tried.keys.sort(dim=2).values, tried.values.sort(dim=2).values


def _run(cache, weights, h, x, rows):
    attention = SimpleNamespace(
        **{name: _linear(w) for name, w in zip(("W_q", "W_k", "W_v", "W_o"), weights, strict=True)}
    )
    tried, outputs = cache(attention, h, x[0].size(0)), []
    for newest, order in zip(x, rows, strict=True):
        if order is not None:
            tried.reorder(torch.tensor(order))
        outputs.append(tried.step(newest.unsqueeze(1)))  # (R, 1, d_model)
    return tried, outputs


def _linear(weight: Tensor) -> nn.Linear:
    made = nn.Linear(weight.size(0), weight.size(1), bias=False, dtype=weight.dtype)
    made.weight = nn.Parameter(weight)
    return made
