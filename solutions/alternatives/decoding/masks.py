"""Decoding without dropping a row: what is over is masked, and sorting is PyTorch's stable one."""

import math
from collections import Counter

import torch
import torch.nn.functional as F

from solutions.decoding.beam_search import Hypothesis, require_beams_and_penalty
from solutions.decoding.kv_cache import attend, keys_and_values
from solutions.decoding.predictors import require_a_possible_search


def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return F.log_softmax(model.target_embedding.to_logits(x), dim=-1)[:, -1]


def length_limits(source, pad_id, extra=50):
    if source.dim() != 2:
        raise ValueError("a batch of sentences has two axes")
    lengths = torch.where(source == pad_id, 0, 1).sum(-1)
    if lengths.min() == 0:
        raise ValueError("there is an empty sentence")
    return lengths + extra


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    longest = int(limits.max())
    tokens = torch.full((len(limits), longest + 1), bos_id)
    lengths = limits.clone()  # how many tokens each sentence has, </s> not counted
    for t in range(longest):
        answer = predictor.log_probabilities(tokens[:, : t + 1]).clone()
        if torch.isnan(answer).any():
            raise ValueError("NaN among the log-probabilities")
        answer[:, [pad_id, bos_id]] = -math.inf
        tokens[:, t + 1] = answer.argmax(dim=-1)
        ends_here = (tokens[:, t + 1] == eos_id) & (lengths > t)
        lengths = torch.where(ends_here, t, lengths)
    return [row[1 : n + 1] for row, n in zip(tokens.tolist(), lengths.tolist(), strict=True)]


def length_penalty(length, alpha):
    return ((length + 5) / 6) ** alpha


def rank_hypotheses(hypotheses, alpha):
    if not hypotheses:
        return []
    lengths = torch.tensor([len(tokens) for tokens, _ in hypotheses])
    log_p = torch.tensor([log_p for _, log_p in hypotheses], dtype=torch.float64)
    scores = log_p / ((5 + lengths.double()) / 6).pow(alpha)
    order = scores.argsort(descending=True, stable=True).tolist()
    return [(hypotheses[i][0], scores[i].item()) for i in order]


def score_bound(log_probability, limit, alpha):
    return log_probability * ((5 + limit) / 6) ** -alpha


def is_over(finished, log_probability, limit, alpha):
    scores = [log_p / length_penalty(len(tokens), alpha) for tokens, log_p in finished]
    return max(scores, default=-math.inf) >= score_bound(log_probability, limit, alpha)


def extend_beams(scores, log_probabilities, count):
    V = log_probabilities.shape[-1]
    longer = (scores[:, :, None] + log_probabilities).reshape(len(scores), -1)
    values, index = longer.sort(dim=1, descending=True, stable=True)
    index = index[:, :count]
    parents = torch.div(index, V, rounding_mode="floor")
    return values[:, :count], parents, torch.remainder(index, V)


def beam_step(prefixes, scores, log_probabilities, eos_id, at_limit):
    R, k, t = prefixes.shape
    best, parents, tokens = extend_beams(scores, log_probabilities, k)
    before = prefixes.gather(1, parents.unsqueeze(2).expand(-1, -1, t))
    longer = torch.cat([before, tokens.unsqueeze(2)], dim=2)
    out = torch.logical_or(tokens == eos_id, at_limit[:, None]) & (best != -math.inf)
    finished = [
        [(longer[r, i, 1:].tolist(), best[r, i].item()) for i in range(k) if out[r, i]]
        for r in range(R)
    ]
    # Those that go on are the best of a vocabulary without </s>.
    going_on = log_probabilities.clone()
    going_on[:, :, eos_id] = -math.inf
    best, parents, tokens = extend_beams(scores, going_on, k)
    before = prefixes.gather(1, parents.unsqueeze(2).expand(-1, -1, t))
    return torch.cat([before, tokens.unsqueeze(2)], dim=2), best, parents, finished


def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    B, k = len(limits), beam_size
    first_row = torch.arange(B).unsqueeze(1) * k
    predictor.reorder(torch.arange(B).repeat_interleave(k))
    prefixes = torch.full((B, k, 1), bos_id)
    scores = torch.where(torch.arange(k) == 0, 0.0, -math.inf).expand(B, k)
    finished: list[list] = [[] for _ in range(B)]
    over = [False] * B
    while not all(over):
        answer = predictor.log_probabilities(prefixes.flatten(0, 1)).view(B, k, -1).clone()
        if torch.isnan(answer).any():
            raise ValueError("NaN among the log-probabilities")
        answer[..., [pad_id, bos_id]] = -math.inf
        at_limit = limits <= prefixes.size(2)
        prefixes, scores, parents, new = beam_step(prefixes, scores, answer, eos_id, at_limit)
        for b in range(B):
            if not over[b]:
                finished[b] += new[b]
                best = scores[b, 0].item()
                over[b] = bool(at_limit[b]) or is_over(finished[b], best, int(limits[b]), alpha)
        predictor.reorder((first_row + parents).reshape(-1))
    return [
        [
            Hypothesis(tokens[:-1] if tokens[-1] == eos_id else tokens, score)
            for tokens, score in rank_hypotheses(hypotheses, alpha)
        ]
        for hypotheses in finished
    ]


class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        self.attention, self.h = attention, h
        self.x = None

    def step(self, x):
        # Keeps what was read, and makes keys and values of it anew: right, though not fast.
        self.x = x if self.x is None else torch.cat([self.x, x], dim=1)
        self._compute(self.x)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows):
        if self.x is not None:
            self.x = self.x.index_select(0, rows)
            self._compute(self.x)

    def _compute(self, x):
        self.keys, self.values = keys_and_values(self.attention, x, self.h)


def clipped_matches(candidate, reference, n):
    found, wanted = (
        Counter(zip(*(tokens[i:] for i in range(n)), strict=False))
        for tokens in (candidate, reference)
    )
    too_many = found - wanted
    return sum(found.values()) - sum(too_many.values()), sum(found.values())


def brevity_penalty(candidate_length, reference_length):
    if not candidate_length:
        return float(not reference_length)
    return math.exp(min(0.0, 1 - reference_length / candidate_length))


def corpus_bleu(candidates, references):
    counts = torch.zeros(4, 2, dtype=torch.float64)
    for candidate, reference in zip(candidates, references, strict=True):
        counts += torch.tensor([clipped_matches(candidate, reference, n) for n in (1, 2, 3, 4)])
    if (counts == 0).any():
        return 0.0
    precisions = counts[:, 0] / counts[:, 1]
    lengths = sum(len(c) for c in candidates), sum(len(r) for r in references)
    return float(100 * brevity_penalty(*lengths) * precisions.log().mean().exp())
