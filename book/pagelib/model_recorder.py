"""Watch a trained model: what its heads compare, and how its beam search decides.

Legend: S source length, T target length, h heads, k beams, V size of the target vocabulary.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from solutions.data.vocabulary import BOS, EOS, PAD
from solutions.decoding.beam_search import beam_step, is_over
from solutions.decoding.greedy import evaluating, length_limits
from solutions.decoding.length_penalty import length_penalty
from solutions.decoding.predictors import CachedPredictor, forbid
from solutions.model.attention import split_heads
from solutions.model.transformer import Transformer

BEAM, ALPHA = 4, 0.6  # the paper's, section 6.1
KINDS = {"encoder": "self_attention", "decoder": "self_attention", "cross": "cross_attention"}


def attention_scores(model: Transformer, source: Tensor, target: Tensor) -> dict[str, list[Tensor]]:
    """The products of queries and keys in one pass over one sentence pair.

    Args:
        model: a trained Transformer.
        source: (1, S) integers.
        target: (1, T) integers, beginning with <s>.

    Returns:
        "encoder", "decoder" and "cross" -> for each layer (h, queries, keys), not yet scaled.
    """
    found: dict[str, list[Tensor]] = {kind: [] for kind in KINDS}

    def note(kind: str):
        def before(attention, inputs: tuple[Tensor, ...]) -> None:
            query, key = inputs[:2]
            q = split_heads(attention.W_q(query), attention.h)  # (1, h, queries, d_k)
            k = split_heads(attention.W_k(key), attention.h)
            found[kind].append((q @ k.transpose(-1, -2)).squeeze(0).float())

        return before

    hooks = []
    for kind, name in KINDS.items():
        layers = model.encoder.layers if kind == "encoder" else model.decoder.layers
        hooks += [getattr(x, name).register_forward_pre_hook(note(kind)) for x in layers]
    try:
        with evaluating(model):
            model(source, target)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def search_steps(
    model: Transformer, source: Tensor, spell: Callable[[int], str]
) -> list[dict[str, object]]:
    """Every step of a beam search for one sentence.

    Args:
        model: a trained Transformer.
        source: (1, S) integers.
        spell: token id -> token.

    Returns:
        for each step: "beams", the beginnings it starts from (tokens, log-probability);
        "candidates", the 2k best continuations (beam, token, log-probability, fate), where fate is
        "lives", "ends" or "cut"; "finished", all that has ended so far, best first (tokens,
        log-probability, rank), where rank is log P divided by the length penalty.
    """
    steps: list[dict[str, object]] = []
    with evaluating(model):
        limit = int(length_limits(source, PAD).clamp(max=model.config.max_length)[0])
        predictor = CachedPredictor(model, source)
        predictor.reorder(torch.zeros(BEAM, dtype=torch.int64))
        prefixes = torch.full((1, BEAM, 1), BOS)
        scores = torch.tensor([[0.0] + [-math.inf] * (BEAM - 1)])
        finished: list[tuple[list[int], float]] = []
        over = False
        while not over:
            log_p = forbid(predictor.log_probabilities(prefixes[0]), [PAD, BOS])[None]  # (1, k, V)
            total = scores[..., None] + log_p
            best, places = total.flatten().topk(2 * BEAM)
            beams = [
                (list(map(spell, tokens[1:])), round(score, 3))
                for tokens, score in zip(prefixes[0].tolist(), scores[0].tolist(), strict=True)
                if score > -math.inf
            ]
            prefixes, scores, parents, new = beam_step(
                prefixes, scores, log_p, EOS, torch.tensor([prefixes.size(2) == limit])
            )
            living = {(int(p), int(y[-1])) for p, y in zip(parents[0], prefixes[0], strict=True)}
            ended = {tuple(map(spell, tokens)) for tokens, _ in new[0]}
            candidates = []
            for score, place in zip(best.tolist(), places.tolist(), strict=True):
                beam, token = divmod(place, log_p.size(2))
                ends = (*beams[beam][0], spell(token)) in ended
                fate = "ends" if ends else "lives" if (beam, token) in living else "cut"
                candidates.append((beam, spell(token), round(score, 3), fate))
            finished += new[0]
            ranked = sorted((_rank(tokens, p, spell) for tokens, p in finished), key=_by_rank)
            steps.append({"beams": beams, "candidates": candidates, "finished": ranked})
            over = prefixes.size(2) > limit or is_over(finished, float(scores[0, 0]), limit, ALPHA)
            predictor.reorder(parents[0])
    return steps


def _rank(
    tokens: list[int], log_p: float, spell: Callable[[int], str]
) -> tuple[list[str], float, float]:
    rank = log_p / length_penalty(len(tokens), ALPHA)
    return list(map(spell, tokens)), round(log_p, 3), round(rank, 4)


def _by_rank(hypothesis: tuple[list[str], float, float]) -> float:
    return -hypothesis[2]
