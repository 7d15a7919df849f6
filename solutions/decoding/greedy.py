"""Greedy decoding, and the translation of a batch (paper, section 6.1).

In reading order: the maximum output length, greedy search, and one function for both searches. Beam
search is in `solutions.decoding.beam_search`.

Legend: B sentences, R sentences that are still open, S source length, V size of the target
vocabulary.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from solutions.model.masks import require_batch_of_tokens
from solutions.model.transformer import Transformer

from .beam_search import beam_search
from .predictors import (
    CachedPredictor,
    Predictor,
    UncachedPredictor,
    Without,
    forbid,
    require_a_possible_search,
)


def length_limits(source: Tensor, pad_id: int, extra: int = 50) -> Tensor:
    """Return the maximum output length: input length + 50 (section 6.1).

    A model that never writes </s> must be stopped.

    Args:
        source: (B, S) integers, padded; </s> counts if it is there.
        pad_id: the id of padding.
        extra: how many tokens more than the source a translation may have, with </s>.

    Returns:
        (B,) integers.

    Raises:
        ValueError: if a sentence has no token or `source` is not two-dimensional.
    """
    require_a_token_each(source, pad_id)
    return (source != pad_id).sum(dim=1) + extra


def require_a_token_each(source: Tensor, pad_id: int) -> None:
    """Raise ValueError, with the fix, unless this is a batch in which no sentence is empty."""
    require_batch_of_tokens(source)
    empty = (source == pad_id).all(dim=1)
    if empty.any():
        number = int(empty.nonzero()[0])
        raise ValueError(f"the source {number} is empty; a sentence has at least its end symbol")


def greedy(
    predictor: Predictor, limits: Tensor, pad_id: int, bos_id: int, eos_id: int
) -> list[list[int]]:
    """Append the most likely next token until it is </s>.

    All sentences are decoded in parallel. Each ends with </s> or at its own maximum length.

    Args:
        predictor: one row per sentence, nothing written yet; it is used up.
        limits: (B,) integers, the maximum number of tokens of each sentence, with </s>.
        pad_id, bos_id: never written; each prefix begins with bos_id.
        eos_id: ends a sentence.

    Returns:
        for each sentence its token ids, without <s> and </s>. Of equally likely tokens, the one
        with the smallest id is written.

    Raises:
        ValueError: if an argument is out of range or the model's numbers are NaN.
    """
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    written: list[list[int]] = [[] for _ in limits]
    sentences = torch.arange(len(limits), device=limits.device)  # the open ones, (R,)
    prefixes = limits.new_full((len(limits), 1), bos_id)
    while len(sentences) > 0:
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])  # (R, V)
        tokens = next_token.argmax(dim=1)
        for sentence, token in torch.stack([sentences, tokens], dim=1).tolist():
            if token != eos_id:
                written[sentence].append(token)
        still_open = (tokens != eos_id) & (prefixes.size(1) < limits[sentences])
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
        kept = still_open.nonzero().squeeze(1)
        predictor.reorder(kept)
        sentences, prefixes = sentences[kept], prefixes[kept]
    return written


def translate(
    model: Transformer,
    source: Tensor,
    bos_id: int,
    eos_id: int,
    *,
    beam_size: int = 4,
    alpha: float = 0.6,
    extra: int = 50,
    cached: bool = True,
    never: Sequence[int] = (),
) -> list[list[int]]:
    """Translate a batch, without dropout and gradients; the model's mode does not change.

    Args:
        model: trained.
        source: (B, S) integers, padded with the model's pad_id.
        bos_id, eos_id: <s> and </s> of the target vocabulary.
        beam_size: 1 is greedy search, which ignores alpha; the paper takes 4.
        alpha: length penalty of the beam search; the paper takes 0.6.
        extra: a translation has at most this many tokens more than its source, and never more
            than the model has positions.
        cached: whether to compute each position once. The tokens are the same, up to rounding.
        never: ids that are not written, beside those of padding and <s>.

    Returns:
        for each sentence the token ids of its translation, without <s> and </s>.

    Raises:
        ValueError: if a source is empty, an id unknown, an argument out of range, or the model's
            numbers are NaN.
    """
    pad_id = model.config.pad_id
    limits = length_limits(source, pad_id, extra).clamp(max=model.config.max_length)
    with evaluating(model):
        predictor: Predictor = (CachedPredictor if cached else UncachedPredictor)(model, source)
        if never:
            predictor = Without(predictor, never)
        if beam_size == 1:
            return greedy(predictor, limits, pad_id, bos_id, eos_id)
        found = beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size, alpha)
    return [hypotheses[0].tokens for hypotheses in found]


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Set evaluation mode without gradients, and restore each module's mode afterwards."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, training in modes.items():
            module.training = training
