"""Beam search (paper, section 6.1): several hypotheses per sentence, of which the best wins.

In reading order: one step of the beams, and the search. `solutions.decoding.length_penalty`
compares hypotheses and decides when a search is over.

Legend: B sentences, R sentences that are still open, k beams, V size of the target vocabulary,
t length of a prefix with its <s>.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from .length_penalty import is_over, rank_hypotheses
from .predictors import Predictor, forbid, require_a_possible_search


def extend_beams(
    scores: Tensor, log_probabilities: Tensor, count: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Select the best hypotheses that are one token longer: the step of a beam search.

    Each of the k hypotheses of a sentence can go on with each of V tokens. All k * V compete with
    each other: a good hypothesis may have several children, and a bad one none.

    Args:
        scores: (R, k), log-probability of each hypothesis so far.
        log_probabilities: (R, k, V), of the next token after each of them.
        count: how many to keep, at most k * V.

    Returns:
        scores: (R, count), log-probabilities of the longer hypotheses, falling. Equal ones come in
            the order of their parents, then of their tokens.
        parents: (R, count) integers from 0 to k - 1, the hypothesis that each continues.
        tokens: (R, count) integers from 0 to V - 1, the token that it appends.
    """
    V = log_probabilities.size(2)
    longer = scores.unsqueeze(2) + log_probabilities  # log of a product: (R, k, 1) + (R, k, V)
    best, index = first_largest(longer.flatten(1), count)  # (R, k * V) -> (R, count)
    return best, index // V, index % V


def first_largest(x: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the largest numbers like `topk`, but equal numbers in their original order.

    Args:
        x: (R, n) float without NaN.
        count: from 1 to n. Of equal numbers at the cut, the earlier ones are taken.

    Returns:
        values (R, count), falling, and their indices (R, count).
    """
    threshold = x.topk(count).values[:, -1:]
    several = int((x >= threshold).sum(dim=1).max())  # more than count if equals stand at the cut
    index = x.topk(several).indices.sort(dim=1).values
    order = x.gather(1, index).argsort(dim=1, descending=True, stable=True)
    index = index.gather(1, order[:, :count])
    return x.gather(1, index), index


def pick(x: Tensor, index: Tensor) -> Tensor:
    """Select columns row by row: (R, n, ...) and (R, m) integers to (R, m, ...)."""
    return x[torch.arange(len(x), device=x.device).unsqueeze(1), index]


def beam_step(
    prefixes: Tensor, scores: Tensor, log_probabilities: Tensor, eos_id: int, at_limit: Tensor
) -> tuple[Tensor, Tensor, Tensor, list[list[tuple[list[int], float]]]]:
    """Append one token to every beam, and take out the finished hypotheses.

    Of the k best continuations, those with </s> are finished. The k best continuations without
    </s> live on. At the maximum length the k best continuations are finished as they are.

    Args:
        prefixes: (R, k, t) integers, beginning with <s>.
        scores: (R, k), their log-probabilities; -inf for a beam that is not in use.
        log_probabilities: (R, k, V), of the next token after each of them.
        eos_id: the id of </s>.
        at_limit: (R,) boolean, True where this token is the last that the sentence may have.

    Returns:
        prefixes: (R, k, t + 1), of the beams that live on, best first.
        scores: (R, k), their log-probabilities.
        parents: (R, k) integers from 0 to k - 1, the beam that each continues.
        finished: for each sentence, best first, (tokens, log-probability) of what is finished;
            tokens without <s>, with </s> if it is there. Nothing of probability zero.
    """
    k = prefixes.size(1)
    # Each beam has one continuation with </s>: so k of the best 2 k are without.
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([pick(prefixes, parents), tokens.unsqueeze(2)], dim=2)  # (R, 2k, t + 1)
    ended = tokens == eos_id
    complete = (ended | at_limit.unsqueeze(1)) & scores.isfinite()
    finished: list[list[tuple[list[int], float]]] = [[] for _ in prefixes]
    for row, column in complete[:, :k].nonzero().tolist():
        finished[row].append((prefixes[row, column, 1:].tolist(), scores[row, column].item()))
    _, living = first_largest((~ended).float(), k)  # the first k without </s>
    return pick(prefixes, living), pick(scores, living), pick(parents, living), finished


class Hypothesis(NamedTuple):
    """A translation: its token ids without <s> and </s>, and log P / lp, by which it was ranked."""

    tokens: list[int]
    score: float


def beam_search(
    predictor: Predictor,
    limits: Tensor,
    pad_id: int,
    bos_id: int,
    eos_id: int,
    beam_size: int = 4,
    alpha: float = 0.6,
) -> list[list[Hypothesis]]:
    """Extend the k most likely prefixes of each sentence; return the finished hypotheses.

    `beam_step` after `beam_step`. A sentence is over at its maximum length, or when no beam can
    beat its best finished hypothesis any more (`is_over`). To search on until the maximum length
    takes longer and finds the same best hypothesis.

    Args:
        predictor: one row per sentence, nothing written yet; it is used up.
        limits: (B,) integers, the maximum number of tokens of each sentence, with </s>.
        pad_id, bos_id: never written.
        eos_id: ends a hypothesis; counts in its log-probability and in its length.
        beam_size: k; the paper takes 4.
        alpha: of `length_penalty`, not negative; the paper takes 0.6.

    Returns:
        for each sentence its finished hypotheses, best first; the one found first if equal. The
        result is the first one; the search ends when that is certain, the others may not be.

    Raises:
        ValueError: if an argument is out of range or the model's numbers are NaN.
    """
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished: list[list[tuple[list[int], float]]] = [[] for _ in limits]
    sentences = torch.arange(len(limits), device=limits.device)  # the open ones, (R,)
    predictor.reorder(sentences.repeat_interleave(beam_size))
    prefixes = limits.new_full((len(limits), beam_size, 1), bos_id)
    # k equal beginnings: only one may count, or the k best continuations would be k times the same.
    scores = limits.new_zeros((len(limits), beam_size), dtype=torch.float32)
    scores[:, 1:] = -math.inf
    while len(sentences) > 0:
        at_limit = limits[sentences] == prefixes.size(2)  # the length of the longer ones
        next_token = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        next_token = next_token.unflatten(0, (-1, beam_size))  # (R * k, V) -> (R, k, V)
        prefixes, scores, parents, new = beam_step(prefixes, scores, next_token, eos_id, at_limit)
        over, best = at_limit.clone(), scores[:, 0].tolist()
        still_open = torch.stack([sentences, limits[sentences]], dim=1).tolist()
        for row, (sentence, limit) in enumerate(still_open):
            finished[sentence] += new[row]
            over[row] |= is_over(finished[sentence], best[row], limit, alpha)
        kept = (~over).nonzero().squeeze(1)
        first_row = torch.arange(len(over), device=limits.device).unsqueeze(1) * beam_size
        predictor.reorder((first_row + parents)[kept].flatten())  # (R, k) -> (new R * k,)
        sentences, scores, prefixes = sentences[kept], scores[kept], prefixes[kept]
    return [
        [
            Hypothesis(tokens[:-1] if tokens[-1] == eos_id else tokens, score)
            for tokens, score in rank_hypotheses(hypotheses, alpha)
        ]
        for hypotheses in finished
    ]


def require_beams_and_penalty(beam_size: int, alpha: float) -> None:
    """Raise ValueError, with the fix, unless there is a beam and the search can tell its end."""
    if beam_size < 1:
        raise ValueError(f"beam_size must be at least 1, got {beam_size}")
    if not 0 <= alpha < math.inf:
        raise ValueError(f"alpha must be 0 (no length penalty) or positive, got {alpha}")
