"""Forms in which public code ranks hypotheses."""


# form: sorted with reverse
# as in: HF transformers, sorted(beam_hyps.beams, key=lambda x: x[0]), and from the end
# verdict: right
def rank_hypotheses(hypotheses, alpha):
    scored = [(toks, lp / length_penalty(len(toks), alpha)) for toks, lp in hypotheses]
    return sorted(scored, key=lambda pair: pair[1], reverse=True)


# form: list.sort on an own list
# as in: typical homework
# verdict: right
from operator import itemgetter


def rank_hypotheses(hypotheses, alpha):
    result = []
    for tokens, log_p in hypotheses:
        result.append((tokens, log_p / length_penalty(len(tokens), alpha)))
    result.sort(key=itemgetter(1), reverse=True)
    return result


# form: order by index, NumPy
# as in: a habit from NumPy, argsort(kind="stable") of negative scores
# verdict: right
import numpy as np


def rank_hypotheses(hypotheses, alpha):
    scores = [log_p / length_penalty(len(tokens), alpha) for tokens, log_p in hypotheses]
    order = np.argsort([-s for s in scores], kind="stable")
    return [(hypotheses[i][0], scores[i]) for i in order]


# form: torch.sort, stable
# as in: OpenNMT-py-like tensors of scores
# verdict: right
def rank_hypotheses(hypotheses, alpha):
    scores = torch.tensor(
        [log_p / length_penalty(len(t), alpha) for t, log_p in hypotheses], dtype=torch.float64
    )
    values, order = torch.sort(scores, descending=True, stable=True)
    return [(hypotheses[i][0], v) for i, v in zip(order.tolist(), values.tolist())]


# form: a heap with a counter for ties
# as in: heapq's documentation, priority queue entries with a count
# verdict: right
import heapq


def rank_hypotheses(hypotheses, alpha):
    heap = []
    for number, (tokens, log_p) in enumerate(hypotheses):
        score = log_p / length_penalty(len(tokens), alpha)
        heapq.heappush(heap, (-score, number, tokens))
    ranked = []
    while heap:
        score, _, tokens = heapq.heappop(heap)
        ranked.append((tokens, -score))
    return ranked


# form: insertion by hand
# as in: typical homework without sorted
# verdict: right
def rank_hypotheses(hypotheses, alpha):
    ranked = []
    for tokens, log_p in hypotheses:
        score = log_p / length_penalty(len(tokens), alpha)
        place = 0
        while place < len(ranked) and ranked[place][1] >= score:
            place += 1
        ranked.insert(place, (tokens, score))
    return ranked


# form: named tuples
# as in: typed code with NamedTuple
# verdict: right
from typing import NamedTuple


class Scored(NamedTuple):
    tokens: list[int]
    score: float


def rank_hypotheses(hypotheses: list[tuple[list[int], float]], alpha: float):
    scored = (Scored(t, lp / length_penalty(len(t), alpha)) for t, lp in hypotheses)
    return sorted(scored, key=lambda s: -s.score)


# form: ascending
# as in: typical homework, sorted without reverse
# verdict: wrong
# loses: rank-order
# named: rank_worst_first
def rank_hypotheses(hypotheses, alpha):
    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return sorted(scored, key=lambda h: h[1])


# form: reversed after sorting
# as in: Stack Overflow, sorted(...)[::-1] turns ties round
# verdict: wrong
# loses: rank-order
# named: rank_turns_ties_round
def rank_hypotheses(hypotheses, alpha):
    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return sorted(scored, key=lambda h: h[1])[::-1]


# form: tuples sorted as they are
# as in: typical homework, sorted of (score, tokens): equal ones by their tokens
# verdict: wrong
# loses: rank-order
# named: rank_compares_tokens
def rank_hypotheses(hypotheses, alpha):
    scored = sorted(((log_p / length_penalty(len(t), alpha), t) for t, log_p in hypotheses), reverse=True)
    return [(tokens, score) for score, tokens in scored]


# form: plain log-probabilities
# as in: bentrevett-like beam searches without a penalty
# verdict: wrong
# loses: rank-scores
# named: rank_without_penalty
def rank_hypotheses(hypotheses, alpha):
    return sorted(hypotheses, key=lambda h: h[1], reverse=True)


# form: ordered by the score, returned with the log-probability
# as in: typical homework, key without a new list
# verdict: wrong
# loses: rank-scores
# named: rank_returns_log_probabilities
def rank_hypotheses(hypotheses, alpha):
    return sorted(hypotheses, key=lambda h: -h[1] / length_penalty(len(h[0]), alpha))


# form: multiplied
# as in: typical homework, a penalty is a factor
# verdict: wrong
# loses: rank-scores
# named: rank_multiplies_by_the_penalty
def rank_hypotheses(hypotheses, alpha):
    scored = [(tokens, length_penalty(len(tokens), alpha) * log_p) for tokens, log_p in hypotheses]
    return sorted(scored, key=lambda h: h[1], reverse=True)


# form: the length without its end
# as in: typical homework, len(tokens[:-1])
# verdict: wrong
# loses: rank-scores
# named: rank_without_counting_the_end
def rank_hypotheses(hypotheses, alpha):
    ranked = [(t, p / length_penalty(len(t[:-1]), alpha)) for t, p in hypotheses]
    ranked.sort(key=lambda pair: -pair[1])
    return ranked


# form: exp, then the quotient
# as in: typical homework, probabilities are easier to read
# verdict: wrong
# loses: rank-scores
# named: rank_by_probability
def rank_hypotheses(hypotheses, alpha):
    from math import exp

    out = [(t, exp(p) / length_penalty(len(t), alpha)) for t, p in hypotheses]
    return sorted(out, key=lambda pair: pair[1], reverse=True)


# form: the best alone
# as in: typical homework, max instead of sorted
# verdict: wrong
# loses: rank-scores, rank-order
# named: rank_returns_the_best_only
def rank_hypotheses(hypotheses, alpha):
    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return max(scored, key=lambda h: h[1])


# form: the caller's list sorted in place
# as in: typical homework, hypotheses.sort
# verdict: wrong
# loses: rank-scores
# named: rank_returns_log_probabilities
def rank_hypotheses(hypotheses, alpha):
    hypotheses.sort(key=lambda h: h[1] / length_penalty(len(h[0]), alpha), reverse=True)
    return hypotheses


# form: sort returns None
# as in: Stack Overflow, why does list.sort() return None
# verdict: wrong
# loses: rank-scores, rank-order
# named: -
def rank_hypotheses(hypotheses, alpha):
    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return scored.sort(key=lambda h: -h[1])


# form: multiplied, and worst first
# as in: typical homework, two signs wrong
# verdict: wrong
# loses: rank-scores, rank-order
# named: rank_multiplies_by_the_penalty, rank_worst_first
def rank_hypotheses(hypotheses, alpha):
    return sorted(
        [(tokens, log_p * length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses],
        key=lambda h: h[1],
    )
