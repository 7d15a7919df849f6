"""Decoding with plain Python data: hypotheses are tuples, the best of them come from a heap."""

import heapq
import math
from collections import defaultdict

import torch

from solutions.decoding.beam_search import Hypothesis, require_beams_and_penalty
from solutions.decoding.kv_cache import merge_heads, scaled_dot_product_attention, split_heads
from solutions.decoding.predictors import require_a_possible_search


def next_log_probabilities(model, prefixes, memory, source_mask):
    hidden = model.decode(prefixes, memory, source_mask)
    logits = model.target_embedding.to_logits(hidden.select(1, prefixes.size(1) - 1))
    return logits - logits.logsumexp(dim=1, keepdim=True)


def length_limits(source, pad_id, extra=50):
    if source.dim() != 2:
        raise ValueError("a batch of sentences has two axes")
    lengths = [len([token for token in row if token != pad_id]) for row in source.tolist()]
    if 0 in lengths:
        raise ValueError(f"sentence {lengths.index(0)} is empty")
    return torch.tensor(lengths).add(extra)


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    allowed = None
    prefixes = {sentence: [bos_id] for sentence in range(len(limits))}
    result = {}
    while prefixes:
        answers = predictor.log_probabilities(torch.tensor(list(prefixes.values())))
        if answers.isnan().any():
            raise ValueError("NaN")
        answers = answers.tolist()
        allowed = allowed or [v for v in range(len(answers[0])) if v not in (pad_id, bos_id)]
        kept = []
        for row, (sentence, answer) in enumerate(zip(list(prefixes), answers, strict=True)):
            token = max(allowed, key=answer.__getitem__)
            prefixes[sentence].append(token)
            if token == eos_id:
                result[sentence] = prefixes.pop(sentence)[1:-1]
            elif len(prefixes[sentence]) - 1 == limits[sentence]:
                result[sentence] = prefixes.pop(sentence)[1:]
            else:
                kept.append(row)
        predictor.reorder(torch.tensor(kept, dtype=torch.int64))
    return [result[sentence] for sentence in range(len(limits))]


def length_penalty(length, alpha):
    return pow((5 + length) / 6, alpha)


def rank_hypotheses(hypotheses, alpha):
    scored = [
        (-log_p / length_penalty(len(tokens), alpha), place)
        for place, (tokens, log_p) in enumerate(hypotheses)
    ]
    heapq.heapify(scored)
    ranked = []
    while scored:
        cost, place = heapq.heappop(scored)
        ranked.append((hypotheses[place][0], -cost))
    return ranked


def score_bound(log_probability, limit, alpha):
    return log_probability / pow((limit + 5) / 6, alpha)


def is_over(finished, log_probability, limit, alpha):
    if len(finished) == 0:
        return False
    return rank_hypotheses(finished, alpha)[0][1] >= score_bound(log_probability, limit, alpha)


def extend_beams(scores, log_probabilities, count):
    longer = scores.unsqueeze(-1) + log_probabilities
    found = []
    for row in longer.tolist():
        entries = [
            (total, parent, token)
            for parent, totals in enumerate(row)
            for token, total in enumerate(totals)
        ]
        found.append(heapq.nlargest(count, entries, key=lambda entry: entry[0]))
    best, parents, tokens = (
        torch.tensor([[entry[i] for entry in row] for row in found], dtype=dtype)
        for i, dtype in enumerate((longer.dtype, torch.int64, torch.int64))
    )
    return best, parents, tokens


def beam_step(prefixes, scores, log_probabilities, eos_id, at_limit):
    k = prefixes.size(1)
    extended = extend_beams(scores, log_probabilities, 2 * k)
    alive, finished = [], []
    for row, limit, *columns in zip(
        prefixes.tolist(), at_limit.tolist(), *(x.tolist() for x in extended), strict=True
    ):
        entries = [(s, p, [*row[p], token]) for s, p, token in zip(*columns, strict=True)]
        best = [entry for entry in entries[:k] if not math.isinf(entry[0])]
        finished.append([(y[1:], s) for s, _, y in best if limit or y[-1] == eos_id])
        alive.append([entry for entry in entries if entry[2][-1] != eos_id][:k])
    return (
        torch.tensor([[y for _, _, y in row] for row in alive]),
        torch.tensor([[s for s, _, _ in row] for row in alive], dtype=extended[0].dtype),
        torch.tensor([[p for _, p, _ in row] for row in alive]),
        finished,
    )


def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    # A living hypothesis is (score, prefix, its row in the predictor). At first there is one each.
    living = {sentence: [(0.0, [bos_id], sentence)] for sentence in range(len(limits))}
    finished: dict[int, list] = defaultdict(list)
    while living:
        beams = [hypothesis for each in living.values() for hypothesis in each]
        predictor.reorder(torch.tensor([row for _, _, row in beams]))
        prefixes = torch.tensor([prefix for _, prefix, _ in beams])
        answers = predictor.log_probabilities(prefixes)
        if answers.isnan().any():
            raise ValueError("NaN")
        row = 0
        for sentence, each in list(living.items()):
            entries = []
            for score, prefix, _ in each:
                for token, log_p in enumerate(answers[row].tolist()):
                    if token not in (pad_id, bos_id) and log_p > -math.inf:
                        entries.append((score + log_p, [*prefix, token], row))
                row += 1
            best = heapq.nlargest(2 * beam_size, entries, key=lambda entry: entry[0])
            cut = prefixes.size(1) == limits[sentence]
            finished[sentence] += [
                (y[1:], s) for s, y, _ in best[:beam_size] if cut or y[-1] == eos_id
            ]
            living[sentence] = [entry for entry in best if entry[1][-1] != eos_id][:beam_size]
            hopeless = not living[sentence] or is_over(
                finished[sentence], living[sentence][0][0], int(limits[sentence]), alpha
            )
            if cut or hopeless:
                del living[sentence]
    return [
        [
            Hypothesis(y[:-1] if y[-1] == eos_id else y, score)
            for y, score in rank_hypotheses(finished[sentence], alpha)
        ]
        for sentence in range(len(limits))
    ]


class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        self.attention, self.h = attention, h
        self.tokens = []  # for each token that is written, (key, value), both (R, h, 1, d_k)
        self.keys = self.values = torch.zeros(rows, h, 0, attention.W_k.out_features // h)

    def step(self, x):
        query, key, value = (
            split_heads(W(x), self.h)
            for W in (self.attention.W_q, self.attention.W_k, self.attention.W_v)
        )
        self.tokens.append((key, value))
        self._join()
        heads, _ = scaled_dot_product_attention(query, self.keys, self.values)
        return self.attention.W_o(merge_heads(heads))

    def reorder(self, rows):
        self.tokens = [(key[rows], value[rows]) for key, value in self.tokens]
        self._join()

    def _join(self):
        if not self.tokens:
            return
        parts = zip(*self.tokens, strict=True)
        self.keys, self.values = (torch.cat(part, dim=2) for part in parts)


def clipped_matches(candidate, reference, n):
    left: dict[tuple, int] = defaultdict(int)
    for i in range(len(reference) - n + 1):
        left[tuple(reference[i : i + n])] += 1
    pieces = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]
    matches = 0
    for piece in pieces:
        matches += left[piece] > 0
        left[piece] -= 1
    return matches, len(pieces)


def brevity_penalty(candidate_length, reference_length):
    missing = max(0, reference_length - candidate_length)
    if missing and not candidate_length:
        return 0.0
    return math.exp(-missing / candidate_length) if missing else 1.0


def corpus_bleu(candidates, references):
    matches, totals = [0] * 4, [0] * 4
    c = r = 0
    for candidate, reference in zip(candidates, references, strict=True):
        c, r = c + len(candidate), r + len(reference)
        for n in range(4):
            found, total = clipped_matches(candidate, reference, n + 1)
            matches[n] += found
            totals[n] += total
    if min(matches) == 0:
        return 0.0
    logarithms = sum(math.log(m) - math.log(t) for m, t in zip(matches, totals, strict=True))
    return 100 * math.exp(logarithms / 4) * brevity_penalty(c, r)
