"""Forms in which public code bounds the score of a living hypothesis."""


# form: the penalty of the limit
# as in: tensor2tensor, beam search: max_length_penalty and lower_bound_alive_scores
# verdict: right
def score_bound(log_probability, limit, alpha):
    max_length_penalty = length_penalty(limit, alpha)
    return log_probability / max_length_penalty


# form: by a ranking of one hypothesis of that length
# as in: typical homework, rank_hypotheses used again
# verdict: right
def score_bound(log_probability, limit, alpha):
    [(_, score)] = rank_hypotheses([([0] * limit, log_probability)], alpha)
    return score


# form: the formula written out
# as in: OpenNMT-py-like
# verdict: right
def score_bound(log_probability: float, limit: int, alpha: float) -> float:
    return log_probability * (6 / (5 + limit)) ** alpha


# form: the largest over all lengths
# as in: typical homework, max by brute force
# verdict: right
def score_bound(log_probability, limit, alpha):
    return max(log_probability / length_penalty(n, alpha) for n in range(1, limit + 1))


# form: lambda, exponential of a logarithm
# as in: typical numerics
# verdict: right
score_bound = lambda log_probability, limit, alpha: log_probability * math.exp(-alpha * math.log((5 + limit) / 6))


# form: the log-probability itself
# as in: fairseq and others, is_finished without a bound
# verdict: wrong
# loses: bound-value
# named: score_bound_without_penalty
def score_bound(log_probability, limit, alpha):
    return float(log_probability)


# form: multiplied
# as in: typical homework
# verdict: wrong
# loses: bound-value
# named: score_bound_multiplies
def score_bound(log_probability, limit, alpha):
    return log_probability * length_penalty(limit, alpha)


# form: the penalty of one more token than the limit
# as in: typical homework, limit "with </s>" counted again
# verdict: wrong
# loses: bound-value
# named: score_bound_one_token_too_long
def score_bound(log_probability, limit, alpha):
    return log_probability / length_penalty(limit + 1, alpha)


# form: the shortest length
# as in: typical homework, "the smallest penalty is best"
# verdict: wrong
# loses: bound-value
# named: score_bound_without_penalty
def score_bound(log_probability, limit, alpha):
    return log_probability / length_penalty(1, alpha)


# form: the limit as divisor
# as in: HF transformers, highest_attainable_score = best_sum_logprobs / cur_len ** length_penalty
# verdict: wrong
# loses: bound-value
# named: score_bound_by_the_plain_limit
def score_bound(log_probability, limit, alpha):
    return log_probability / limit**alpha


# form: the absolute value
# as in: typical homework, a score that should be positive
# verdict: wrong
# loses: bound-value
# named: -
def score_bound(log_probability, limit, alpha):
    return abs(log_probability) / length_penalty(limit, alpha)


# form: rounded
# as in: typical homework, two decimals
# verdict: wrong
# loses: bound-value
# named: -
def score_bound(log_probability, limit, alpha):
    return round(log_probability / length_penalty(limit, alpha), 1)


# form: 0, because every further token is certain
# as in: typical homework, the bound of a probability of 1
# verdict: wrong
# loses: bound-value
# named: -
def score_bound(log_probability, limit, alpha):
    return 0.0


# form: a probability over the penalty of the wrong length
# as in: typical homework, two mistakes: exp and limit - 1
# verdict: wrong
# loses: bound-value
# named: -
def score_bound(log_probability, limit, alpha):
    return math.exp(log_probability) / length_penalty(limit - 1, alpha)


# form: divided by the limit
# as in: typical homework, the mean log-probability per token
# verdict: wrong
# loses: bound-value
# named: -
def score_bound(log_probability, limit, alpha):
    return log_probability / limit if alpha else log_probability


# form: a guard against a penalty of 0
# as in: a habit from Keras, max(x, eps) in the denominator
# verdict: right
def score_bound(log_probability, limit, alpha):
    return log_probability / max(length_penalty(limit, alpha), 1e-12)
