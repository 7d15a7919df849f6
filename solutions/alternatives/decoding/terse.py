"""Decoding in as few lines as possible."""

import math
from collections import Counter

import torch

from solutions.decoding.beam_search import Hypothesis, pick, require_beams_and_penalty
from solutions.decoding.kv_cache import attend, keys_and_values
from solutions.decoding.predictors import forbid, require_a_possible_search


def next_log_probabilities(model, prefixes, memory, source_mask):
    last = model.decode(prefixes, memory, source_mask)[:, -1:]
    return model.target_embedding.to_logits(last).squeeze(1).log_softmax(1)


def length_limits(source, pad_id, extra=50):
    if source.ndim != 2 or not (lengths := source.ne(pad_id).sum(1)).all():
        raise ValueError("no batch, or an empty sentence")
    return lengths + extra


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    done: dict[int, list[int]] = {}
    rows, prefixes = torch.arange(len(limits)), torch.full((len(limits), 1), bos_id)
    while len(rows):
        answer = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        prefixes = torch.cat([prefixes, answer.max(1, keepdim=True).indices], 1)
        goes_on = (prefixes[:, -1] != eos_id) & (prefixes.shape[1] <= limits[rows])
        done |= dict(zip(rows.tolist(), prefixes[:, 1:].tolist(), strict=True))
        predictor.reorder(kept := goes_on.nonzero().flatten())
        rows, prefixes = rows[kept], prefixes[kept]
    return [[token for token in done[i] if token != eos_id] for i in range(len(limits))]


def length_penalty(length, alpha):
    return (5 / 6 + length / 6) ** alpha


def rank_hypotheses(hypotheses, alpha):
    scored = ((y, p / length_penalty(len(y), alpha)) for y, p in hypotheses)
    return sorted(scored, key=lambda one: one[1], reverse=True)


def score_bound(log_probability, limit, alpha):
    return log_probability / length_penalty(limit, alpha)


def is_over(finished, log_probability, limit, alpha):
    bound = score_bound(log_probability, limit, alpha)
    return any(score >= bound for _, score in rank_hypotheses(finished, alpha))


def extend_beams(scores, log_probabilities, count):
    longer = (scores[..., None] + log_probabilities).flatten(1)
    best, index = (x[:, :count] for x in longer.sort(dim=1, descending=True, stable=True))
    return best, *torch.unravel_index(index, log_probabilities.shape[1:])


def beam_step(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.shape[1]
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat([pick(prefixes, parents), tokens[..., None]], -1)
    finished = [
        [
            (y[1:], p)
            for y, p in zip(row[:k], row_scores, strict=False)
            if p > -math.inf and (y[-1] == eos_id or limit)
        ]
        for row, row_scores, limit in zip(
            prefixes.tolist(), scores.tolist(), at_limit.tolist(), strict=True
        )
    ]
    alive = (tokens == eos_id).to(torch.uint8).sort(dim=1, stable=True).indices[:, :k]
    return pick(prefixes, alive), pick(scores, alive), pick(parents, alive), finished


def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    ids = torch.arange(len(limits))
    done: list[list] = [[] for _ in limits]
    predictor.reorder(ids.repeat_interleave(beam_size))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.tensor([0.0] + [-math.inf] * (beam_size - 1)).repeat(len(limits), 1)
    while len(ids):
        answer = forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])
        last = limits[ids] == prefixes.shape[-1]
        step = beam_step(prefixes, scores, answer.unflatten(0, (-1, beam_size)), eos_id, last)
        prefixes, scores, parents, new = step
        for i, found in zip(ids.tolist(), new, strict=True):
            done[i] = done[i] + found
        kept = torch.tensor(
            [
                r
                for r, i in enumerate(ids.tolist())
                if not last[r] and not is_over(done[i], float(scores[r, 0]), int(limits[i]), alpha)
            ],
            dtype=torch.int64,
        )
        predictor.reorder((kept[:, None] * beam_size + parents[kept]).flatten())
        ids, prefixes, scores = ids[kept], prefixes[kept], scores[kept]
    return [
        [Hypothesis(y[: -1 if y[-1] == eos_id else None], s) for y, s in rank_hypotheses(d, alpha)]
        for d in done
    ]


class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        self.attention, self.h = attention, h
        self.kv = torch.zeros(2, rows, h, 0, attention.W_k.out_features // h)

    @property
    def keys(self):
        return self.kv[0]

    @property
    def values(self):
        return self.kv[1]

    def step(self, x):
        new = torch.stack(keys_and_values(self.attention, x, self.h))
        self.kv = torch.cat([self.kv, new], -2)
        return attend(self.attention, x, *self.kv)

    def reorder(self, rows):
        self.kv = self.kv[:, rows]


def clipped_matches(candidate, reference, n):
    x, y = (
        Counter(tuple(s[i : i + n]) for i in range(len(s) + 1 - n)) for s in (candidate, reference)
    )
    return sum(min(x[g], y[g]) for g in x), max(0, len(candidate) - n + 1)


def brevity_penalty(candidate_length, reference_length):
    c, r = candidate_length, reference_length
    return 1.0 if c >= r else math.exp(1 - r / c) if c else 0.0


def corpus_bleu(candidates, references):
    counts = [
        [
            sum(clipped_matches(c, r, n)[i] for c, r in zip(candidates, references, strict=True))
            for i in (0, 1)
        ]
        for n in range(1, 5)
    ]
    if not all(matches for matches, _ in counts):
        return 0.0
    bp = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * bp * math.prod(matches / total for matches, total in counts) ** (1 / 4)
