"""Predictors: log-probabilities of the next token for a set of prefixes (section 6.1).

Searches (`greedy`, `beam_search`) use a model through `Predictor` only, so that they can search a
Transformer with or without a cache, and a table that is checked by hand.

Legend: B sentences, R rows (prefixes that are being written), t length of a prefix with its <s>,
V size of the target vocabulary, S source length.
"""

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from solutions.model.transformer import Transformer

from .kv_cache import DecoderCache


class Predictor(Protocol):
    """A model in decoding. At first it has one row for each sentence, and nothing is written.

    A predictor may keep what it has computed for each row. So `log_probabilities` is called once
    for each length, and `reorder` says which rows the next prefixes continue.
    """

    def log_probabilities(self, prefixes: Tensor) -> Tensor:
        """Return log P(next token | prefix).

        Args:
            prefixes: (R, t) integers, beginning with <s>. Row i without its last token is the row i
                of the call before, or, after a `reorder(rows)`, its row rows[i].

        Returns:
            (R, V) float, none positive; -inf is allowed where a token is impossible.
        """
        ...

    def reorder(self, rows: Tensor) -> None:
        """Let row i continue what row rows[i] was. Rows may be repeated, moved and dropped.

        Args:
            rows: (new R,) integers below the old R.
        """
        ...


def next_log_probabilities(
    model: Transformer, prefixes: Tensor, memory: Tensor, source_mask: Tensor
) -> Tensor:
    """Compute log P(next token | prefix, source): the last position's logits, normalized.

    The decoder computes every position, as in training; only the last one is needed.

    Args:
        model: in evaluation mode.
        prefixes: (R, t) integers, beginning with <s>, without padding.
        memory: (R, S, d_model), from `model.encode`.
        source_mask: (R, 1, S) boolean, from `model.encode`.

    Returns:
        (R, V): the probabilities of a row sum to 1.
    """
    x = model.decode(prefixes, memory, source_mask)  # (R, t, d_model)
    return model.target_embedding.to_logits(x[:, -1]).log_softmax(dim=1)  # (R, V)


class UncachedPredictor:
    """A Transformer that reads each prefix from its beginning at every step.

    Args:
        model: in evaluation mode.
        source: (B, S) integers, padded with the model's pad_id.
    """

    def __init__(self, model: Transformer, source: Tensor):
        self.model = model
        self.memory, self.source_mask = model.encode(source)

    def log_probabilities(self, prefixes: Tensor) -> Tensor:
        """See `Predictor.log_probabilities`."""
        return next_log_probabilities(self.model, prefixes, self.memory, self.source_mask)

    def reorder(self, rows: Tensor) -> None:
        """See `Predictor.reorder`."""
        self.memory, self.source_mask = self.memory[rows], self.source_mask[rows]


class CachedPredictor:
    """A Transformer that computes each position once: the same numbers, faster.

    Args:
        model: in evaluation mode.
        source: (B, S) integers, padded with the model's pad_id.
    """

    def __init__(self, model: Transformer, source: Tensor):
        self.cache = DecoderCache(model, source)

    def log_probabilities(self, prefixes: Tensor) -> Tensor:
        """See `Predictor.log_probabilities`; reads the last token only."""
        return self.cache.step(prefixes[:, -1]).log_softmax(dim=-1)

    def reorder(self, rows: Tensor) -> None:
        """See `Predictor.reorder`."""
        self.cache.reorder(rows)


class TablePredictor:
    """A language model small enough to check by hand: log P(next | the two tokens before).

    Like a cache it reads the last token only and remembers the one before. A search that does not
    reorder it gets the numbers of another prefix.

    Args:
        table: (B, V, V, V) float, table[b, before, last, next] for sentence b. The token before
            <s> is another <s>.
        bos_id: the id of <s>.
    """

    def __init__(self, table: Tensor, bos_id: int):
        self.table = table
        self.last = torch.full((len(table),), bos_id, device=table.device)

    def log_probabilities(self, prefixes: Tensor) -> Tensor:
        """See `Predictor.log_probabilities`."""
        before, self.last = self.last, prefixes[:, -1]
        rows = torch.arange(len(prefixes), device=prefixes.device)
        return self.table[rows, before, self.last]  # (R, V)

    def reorder(self, rows: Tensor) -> None:
        """See `Predictor.reorder`."""
        self.table, self.last = self.table[rows], self.last[rows]


class Without:
    """Another predictor, in which some tokens are impossible.

    Args:
        predictor: the other one.
        ids: tokens that are never to be written, such as "<unk>", which no reader wants.
    """

    def __init__(self, predictor: Predictor, ids: Sequence[int]):
        self.predictor, self.ids = predictor, ids

    def log_probabilities(self, prefixes: Tensor) -> Tensor:
        """See `Predictor.log_probabilities`; the others' numbers stay as they are."""
        return forbid(self.predictor.log_probabilities(prefixes), self.ids)

    def reorder(self, rows: Tensor) -> None:
        """See `Predictor.reorder`."""
        self.predictor.reorder(rows)


def forbid(log_probabilities: Tensor, ids: Sequence[int]) -> Tensor:
    """Make tokens impossible. The others keep their log-probabilities.

    Padding and <s> are never written; a model has learned nothing about them as outputs.

    Args:
        log_probabilities: (R, V) float; stays as it is.
        ids: the tokens.

    Returns:
        (R, V), -inf at the ids.

    Raises:
        ValueError: if there is a NaN: every comparison with it is false, so no search can go on.
    """
    if log_probabilities.isnan().any():
        raise ValueError(
            "the model's log-probabilities hold NaN; look for it with "
            "model(source, target).isnan(): a diverged training run, or a softmax over nothing?"
        )
    where = torch.tensor(ids, device=log_probabilities.device)
    return log_probabilities.index_fill(1, where, -math.inf)


def require_a_possible_search(limits: Tensor, pad_id: int, bos_id: int, eos_id: int) -> None:
    """Raise ValueError, with the fix, unless every sentence may have a token and can end."""
    if limits.dim() != 1 or limits.is_floating_point():
        raise ValueError(
            "limits must be integers of shape (B,), one for each sentence, got "
            f"{limits.dtype} of shape {tuple(limits.shape)}"
        )
    if len(limits) > 0 and int(limits.min()) < 1:
        raise ValueError(f"every sentence needs a limit of at least 1 token, got {limits.tolist()}")
    if eos_id in (pad_id, bos_id):
        raise ValueError(
            f"eos_id = {eos_id} must differ from pad_id = {pad_id} and bos_id = {bos_id}, "
            "which are never written"
        )
