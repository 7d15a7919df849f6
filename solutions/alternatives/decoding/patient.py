"""Decoding in double precision that never drops a row: each goes on until all are over."""

import math

import torch
import torch.nn.functional as F

from solutions.decoding.beam_search import (
    Hypothesis,
    first_largest,
    pick,
    require_beams_and_penalty,
)
from solutions.decoding.bleu import ngrams
from solutions.decoding.kv_cache import merge_heads, split_heads
from solutions.decoding.predictors import forbid, require_a_possible_search


def next_log_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    logits = model.target_embedding.to_logits(x[:, -1, :])
    return F.log_softmax(logits.double(), dim=-1).to(logits.dtype)


def length_limits(source, pad_id, extra=50):
    if source.dim() != 2:
        raise ValueError("a batch of sentences has two axes")
    lengths = torch.count_nonzero(source != pad_id, dim=1)
    for number, length in enumerate(lengths):
        if length == 0:
            raise ValueError(f"source {number} holds nothing but padding")
    return lengths + extra


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    prefixes = torch.full((len(limits), 1), bos_id)
    for _ in range(max(limits.tolist())):
        answer = forbid(predictor.log_probabilities(prefixes).double(), (pad_id, bos_id))
        tokens = answer.sort(dim=1, descending=True, stable=True).indices[:, :1]
        prefixes = torch.cat((prefixes, tokens), dim=1)
    result = []
    for prefix, limit in zip(prefixes.tolist(), limits.tolist(), strict=True):
        sentence = prefix[1 : limit + 1]
        result.append(sentence[: sentence.index(eos_id)] if eos_id in sentence else sentence)
    return result


def length_penalty(length, alpha):
    return math.exp(alpha * (math.log(5 + length) - math.log(6)))


def rank_hypotheses(hypotheses, alpha):
    scores = [log_p / length_penalty(len(tokens), alpha) for tokens, log_p in hypotheses]
    order = sorted(range(len(scores)), key=lambda i: (-scores[i], i))
    return [(hypotheses[i][0], scores[i]) for i in order]


def score_bound(log_probability, limit, alpha):
    return log_probability * math.exp(-alpha * math.log((5 + limit) / 6))


def is_over(finished, log_probability, limit, alpha):
    best = -math.inf
    for tokens, log_p in finished:
        best = max(best, log_p / ((5 + len(tokens)) / 6) ** alpha)
    return best >= log_probability / ((5 + limit) / 6) ** alpha


def extend_beams(scores, log_probabilities, count):
    V = log_probabilities.size(-1)
    dtype = (scores[:1, :1] + log_probabilities[:1, :1, 0]).dtype
    longer = scores.double().repeat_interleave(V, dim=1) + log_probabilities.double().flatten(1)
    best, index = first_largest(longer, count)
    parents = torch.arange(scores.size(1)).repeat_interleave(V)[index]
    return best.to(dtype), parents, index - parents * V


def beam_step(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    scores, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    prefixes = torch.cat((pick(prefixes, parents), tokens.unsqueeze(-1)), dim=-1)
    first = torch.arange(2 * k) < k
    out = first & scores.isfinite() & ((tokens == eos_id) | at_limit[:, None])
    finished = [
        [(y[1:].tolist(), float(s)) for y, s in zip(ys[where], ss[where], strict=True)]
        for ys, ss, where in zip(prefixes, scores, out, strict=True)
    ]
    rank = (tokens != eos_id).cumsum(dim=1)  # 1 for the first that lives on, 2 for the second
    chosen = (tokens != eos_id) & (rank <= k)
    living = (x[chosen].unflatten(0, (-1, k)) for x in (prefixes, scores, parents))
    return *living, finished


def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    B, k = len(limits), beam_size
    predictor.reorder(torch.arange(B * k) // k)
    prefixes = torch.full((B, k, 1), bos_id)
    scores = torch.full((B, k), -math.inf, dtype=torch.float64)
    scores[:, 0] = 0
    finished: list[list] = [[] for _ in range(B)]
    goes_on, length = set(range(B)), 0
    while goes_on:
        length += 1
        answer = forbid(
            predictor.log_probabilities(prefixes.reshape(B * k, length)), (pad_id, bos_id)
        )
        step = beam_step(prefixes, scores, answer.reshape(B, k, -1), eos_id, limits == length)
        prefixes, scores, parents, new = step
        for b in sorted(goes_on):
            finished[b].extend(new[b])
            living, limit = float(scores[b, 0]), int(limits[b])
            if length == limit or is_over(finished[b], living, limit, alpha):
                goes_on.remove(b)
        predictor.reorder((torch.arange(B)[:, None] * k + parents).flatten())
    result = []
    for hypotheses in finished:
        ranked = rank_hypotheses(hypotheses, alpha)
        result.append([Hypothesis([t for t in y if t != eos_id], score) for y, score in ranked])
    return result


class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        self.attention = attention
        self.h = h
        self.keys = torch.zeros(rows, h, 0, attention.W_k.out_features // h)
        self.values = self.keys

    def step(self, x):
        q, k, v = (
            split_heads(F.linear(x, W.weight), self.h)
            for W in (self.attention.W_q, self.attention.W_k, self.attention.W_v)
        )
        self.keys = torch.cat((self.keys.to(k), k), dim=-2)
        self.values = torch.cat((self.values.to(v), v), dim=-2)
        heads = F.scaled_dot_product_attention(q, self.keys, self.values)
        return F.linear(merge_heads(heads), self.attention.W_o.weight)

    def reorder(self, rows):
        self.keys = self.keys.index_select(0, rows)
        self.values = self.values.index_select(0, rows)


def clipped_matches(candidate, reference, n):
    wanted = ngrams(reference, n)
    found = ngrams(candidate, n)
    clipped = {piece: min(count, wanted.get(piece, 0)) for piece, count in found.items()}
    return sum(clipped.values()), sum(found.values())


def brevity_penalty(candidate_length, reference_length):
    try:
        return min(1.0, math.exp(1 - reference_length / candidate_length))
    except ZeroDivisionError:
        return 0.0 if reference_length else 1.0


def corpus_bleu(candidates, references):
    if len(candidates) != len(references):
        raise ValueError("one reference for each translation, please")
    logarithms = []
    for n in range(4, 0, -1):
        pairs = [clipped_matches(*pair, n) for pair in zip(candidates, references, strict=True)]
        found = math.fsum(matches for matches, _ in pairs)
        written = math.fsum(total for _, total in pairs)
        logarithms.append(math.log(found / written) if found else -math.inf)
    c, r = (sum(len(sentence) for sentence in some) for some in (candidates, references))
    return 100 * math.exp(math.fsum(logarithms) / 4 + math.log(brevity_penalty(c, r) or 1e-300))
