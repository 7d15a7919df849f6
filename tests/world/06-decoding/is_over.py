"""Forms in which public code decides that a search is over."""


# form: best score against the bound
# as in: tensor2tensor, _is_not_finished: lower_bound_alive_scores
# verdict: right
def is_over(finished, log_probability, limit, alpha):
    if len(finished) == 0:
        return False
    best = max(score for _, score in rank_hypotheses(finished, alpha))
    return bool(best >= score_bound(log_probability, limit, alpha))


# form: max with a default of -inf
# as in: typical Python
# verdict: right
def is_over(finished, log_probability, limit, alpha):
    scores = (lp / length_penalty(len(t), alpha) for t, lp in finished)
    return max(scores, default=-math.inf) >= score_bound(log_probability, limit, alpha)


# form: any
# as in: typical Python
# verdict: right
def is_over(finished, log_probability, limit, alpha):
    bound = score_bound(log_probability, limit, alpha)
    return any(score >= bound for _, score in rank_hypotheses(finished, alpha))


# form: not overtaken
# as in: typical homework, double negation
# verdict: right
def is_over(finished: list, log_probability: float, limit: int, alpha: float) -> bool:
    may_still_win = not finished or (
        score_bound(log_probability, limit, alpha) > rank_hypotheses(finished, alpha)[0][1]
    )
    return not may_still_win


# form: a loop with a best so far
# as in: typical homework
# verdict: right
def is_over(finished, log_probability, limit, alpha):
    best_score = None
    for tokens, lp in finished:
        score = lp / length_penalty(len(tokens), alpha)
        if best_score is None or score > best_score:
            best_score = score
    if best_score is None:
        return False
    attainable = score_bound(log_probability, limit, alpha)
    return not best_score < attainable


# form: one expression
# as in: typical homework
# verdict: right
is_over = lambda finished, log_probability, limit, alpha: bool(finished) and (
    rank_hypotheses(finished, alpha)[0][1] >= score_bound(log_probability, limit, alpha)
)


# form: something is finished
# as in: HF transformers, early_stopping=True
# verdict: wrong
# loses: search-over
# named: over_at_the_first_finished
def is_over(finished, log_probability, limit, alpha):
    return len(finished) > 0


# form: against the plain log-probability
# as in: typical homework
# verdict: wrong
# loses: search-over
# named: over_by_the_plain_log_probability
def is_over(finished, log_probability, limit, alpha):
    if not finished:
        return False
    return rank_hypotheses(finished, alpha)[0][1] >= log_probability


# form: strictly better
# as in: typical homework, > for >=
# verdict: wrong
# loses: search-over
# named: over_only_if_better
def is_over(finished, log_probability, limit, alpha):
    if not finished:
        return False
    return rank_hypotheses(finished, alpha)[0][1] > score_bound(log_probability, limit, alpha)


# form: both as log-probabilities
# as in: OpenNMT-like beam searches without normalisation
# verdict: wrong
# loses: search-over
# named: over_by_two_log_probabilities
def is_over(finished, log_probability, limit, alpha):
    if not finished:
        return False
    return max(lp for _, lp in finished) >= log_probability


# form: the first finished one, not the best
# as in: typical homework, finished[0]
# verdict: wrong
# loses: search-over
# named: over_by_the_first
def is_over(finished, log_probability, limit, alpha):
    if not finished:
        return False
    tokens, lp = finished[0]
    return lp / length_penalty(len(tokens), alpha) >= score_bound(log_probability, limit, alpha)


# form: the worst finished one must hold
# as in: HF transformers, worst_score >= highest_attainable_score
# verdict: wrong
# loses: search-over
# named: over_by_the_worst
def is_over(finished, log_probability, limit, alpha):
    if not finished:
        return False
    return rank_hypotheses(finished, alpha)[-1][1] >= score_bound(log_probability, limit, alpha)


# form: an empty list crashes
# as in: typical homework, IndexError
# verdict: wrong
# loses: search-over
# named: over_fails_with_nothing_finished
def is_over(finished, log_probability, limit, alpha):
    return rank_hypotheses(finished, alpha)[0][1] >= score_bound(log_probability, limit, alpha)


# form: an empty list is over
# as in: typical homework, all() of nothing
# verdict: wrong
# loses: search-over
# named: over_with_nothing_finished
def is_over(finished, log_probability, limit, alpha):
    bound = score_bound(log_probability, limit, alpha)
    return all(bound <= score for _, score in rank_hypotheses(finished, alpha)[:1])


# form: the comparison turned round
# as in: typical homework, negative numbers
# verdict: wrong
# loses: search-over
# named: over_while_it_can_be_beaten
def is_over(finished, log_probability, limit, alpha):
    if not finished:
        return False
    return rank_hypotheses(finished, alpha)[0][1] <= score_bound(log_probability, limit, alpha)


# form: no return for an empty list, and >
# as in: typical homework, two mistakes: None, and a strict comparison
# verdict: wrong
# loses: search-over
# named: over_only_if_better
def is_over(finished, log_probability, limit, alpha):
    if finished:
        best = rank_hypotheses(finished, alpha)[0][1]
        return best > score_bound(log_probability, limit, alpha)
