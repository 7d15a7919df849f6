"""Decoding with lists and loops, one number after the other."""

import math

import torch

from solutions.decoding.beam_search import Hypothesis, require_beams_and_penalty
from solutions.decoding.kv_cache import attend, keys_and_values
from solutions.decoding.predictors import require_a_possible_search


def next_log_probabilities(model, prefixes, memory, source_mask):
    logits = model.target_embedding.to_logits(model.decode(prefixes, memory, source_mask))
    rows = []
    for row in logits:
        last = row[-1]
        rows.append(last - torch.logsumexp(last, dim=0))
    return torch.stack(rows)


def length_limits(source, pad_id, extra=50):
    if source.dim() != 2:
        raise ValueError("a batch of sentences has two axes")
    limits = []
    for sentence in source.tolist():
        length = 0
        for token in sentence:
            if token != pad_id:
                length += 1
        if length == 0:
            raise ValueError("a sentence of the batch has no token")
        limits.append(length + extra)
    return torch.tensor(limits)


def greedy(predictor, limits, pad_id, bos_id, eos_id):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    limits = limits.tolist()
    prefixes = [[bos_id] for _ in limits]
    ended = [False for _ in limits]
    result: list[list[int]] = [[] for _ in limits]
    while not all(ended):
        answers = predictor.log_probabilities(torch.tensor(prefixes)).tolist()
        for i, answer in enumerate(answers):
            best = -1
            for token, log_p in enumerate(answer):
                if math.isnan(log_p):
                    raise ValueError(f"token {token} has the log-probability NaN")
                if token not in (pad_id, bos_id) and (best < 0 or log_p > answer[best]):
                    best = token
            if not ended[i] and best != eos_id:
                result[i].append(best)
            prefixes[i].append(best)
            if best == eos_id or len(prefixes[i]) > limits[i]:
                ended[i] = True
    return result


def length_penalty(length, alpha):
    return math.pow(5 + length, alpha) / math.pow(6, alpha)


def rank_hypotheses(hypotheses, alpha):
    ranked: list[tuple] = []
    for tokens, log_p in hypotheses:
        score = log_p / length_penalty(len(tokens), alpha)
        place = 0
        while place < len(ranked) and ranked[place][1] >= score:
            place += 1
        ranked.insert(place, (tokens, score))
    return ranked


def score_bound(log_probability, limit, alpha):
    _, score = rank_hypotheses([([0] * limit, log_probability)], alpha)[0]
    return score


def is_over(finished, log_probability, limit, alpha):
    bound = score_bound(log_probability, limit, alpha)
    certain = False
    for tokens, log_p in finished:
        certain = certain or log_p / length_penalty(len(tokens), alpha) >= bound
    return certain


def extend_beams(scores, log_probabilities, count):
    dtype = torch.promote_types(scores.dtype, log_probabilities.dtype)
    rows = []
    for before, following in zip(scores.tolist(), log_probabilities.tolist(), strict=True):
        longer = []
        for parent, chances in enumerate(following):
            for token, log_p in enumerate(chances):
                longer.append((before[parent] + log_p, parent, token))
        longer.sort(key=lambda entry: -entry[0])
        rows.append(longer[:count])
    parts = [[[entry[i] for entry in row] for row in rows] for i in range(3)]
    return torch.tensor(parts[0], dtype=dtype), torch.tensor(parts[1]), torch.tensor(parts[2])


def beam_step(prefixes, scores, log_probabilities, eos_id, at_limit):
    R, k, _ = prefixes.shape
    best, parents, tokens = extend_beams(scores, log_probabilities, 2 * k)
    rows, all_finished = [], []
    for r in range(R):
        living: list[tuple] = []
        finished: list[tuple] = []
        for i in range(2 * k):
            parent, token = int(parents[r, i]), int(tokens[r, i])
            prefix = [*prefixes[r, parent].tolist(), token]
            exists = float(best[r, i]) > -math.inf
            if i < k and exists and (token == eos_id or at_limit[r]):
                finished.append((prefix[1:], float(best[r, i])))
            if token != eos_id and len(living) < k:
                living.append((prefix, best[r, i], parent))
        rows.append(living)
        all_finished.append(finished)
    return (
        torch.tensor([[prefix for prefix, _, _ in row] for row in rows]),
        torch.stack([torch.stack([score for _, score, _ in row]) for row in rows]),
        torch.tensor([[parent for _, _, parent in row] for row in rows]),
        all_finished,
    )


def beam_search(predictor, limits, pad_id, bos_id, eos_id, beam_size=4, alpha=0.6):
    require_a_possible_search(limits, pad_id, bos_id, eos_id)
    require_beams_and_penalty(beam_size, alpha)
    finished: list[list] = [[] for _ in limits]
    still_open = list(range(len(limits)))
    predictor.reorder(torch.tensor([b for b in still_open for _ in range(beam_size)]))
    prefixes = torch.full((len(limits), beam_size, 1), bos_id)
    scores = torch.tensor([[0.0] + [-math.inf] * (beam_size - 1)] * len(limits))
    length = 0
    while still_open:
        length += 1
        answer = predictor.log_probabilities(prefixes.reshape(-1, length)).clone()
        if any(math.isnan(log_p) for row in answer.tolist() for log_p in row):
            raise ValueError("a log-probability is NaN")
        for token in (pad_id, bos_id):
            answer[:, token] = -math.inf
        answer = answer.reshape(len(still_open), beam_size, -1)
        at_limit = torch.tensor([length == int(limits[b]) for b in still_open])
        prefixes, scores, parents, new = beam_step(prefixes, scores, answer, eos_id, at_limit)
        kept, rows = [], []
        for r, b in enumerate(still_open):
            finished[b].extend(new[r])
            if at_limit[r] or is_over(finished[b], float(scores[r, 0]), int(limits[b]), alpha):
                continue
            kept.append(r)
            for i in range(beam_size):
                rows.append(r * beam_size + int(parents[r, i]))
        predictor.reorder(torch.tensor(rows, dtype=torch.int64))
        still_open = [still_open[r] for r in kept]
        prefixes, scores = prefixes[kept], scores[kept]
    result = []
    for hypotheses in finished:
        ranked = []
        for tokens, score in rank_hypotheses(hypotheses, alpha):
            ranked.append(Hypothesis([t for t in tokens if t != eos_id], score))
        result.append(ranked)
    return result


class SelfAttentionCache:
    def __init__(self, attention, h, rows):
        self.attention = attention
        self.h = h
        self.written = []

    def step(self, x):
        self.written.append(keys_and_values(self.attention, x, self.h))
        return attend(self.attention, x, self.keys, self.values)

    @property
    def keys(self):
        return torch.cat([key for key, _ in self.written], dim=2)

    @property
    def values(self):
        return torch.cat([value for _, value in self.written], dim=2)

    def reorder(self, rows):
        for i, (key, value) in enumerate(self.written):
            self.written[i] = key[rows], value[rows]


def clipped_matches(candidate, reference, n):
    left = [tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)]
    matches = total = 0
    for i in range(len(candidate) - n + 1):
        piece = tuple(candidate[i : i + n])
        total += 1
        if piece in left:
            left.remove(piece)
            matches += 1
    return matches, total


def brevity_penalty(candidate_length, reference_length):
    if candidate_length == 0 < reference_length:
        return 0.0
    if candidate_length < reference_length:
        return math.exp((candidate_length - reference_length) / candidate_length)
    return 1.0


def corpus_bleu(candidates, references):
    product = 1.0
    for n in (1, 2, 3, 4):
        matches = total = 0
        for candidate, reference in zip(candidates, references, strict=True):
            some, all_of_them = clipped_matches(candidate, reference, n)
            matches += some
            total += all_of_them
        if total == 0:
            return 0.0
        product *= matches / total
    written = sum(len(candidate) for candidate in candidates)
    wanted = sum(len(reference) for reference in references)
    return 100 * brevity_penalty(written, wanted) * product**0.25
