"""The comparison of hypotheses of different lengths (paper, section 6.1).

In reading order: the length penalty, the ranking, and the test whether a search may stop because
the best hypothesis is certain.
"""


def length_penalty(length: int, alpha: float) -> float:
    """Return lp(Y) = ((5 + |Y|) / (5 + 1))^alpha  (Wu et al. 2016, equation 14).

    Every further token makes a translation less likely, so short ones win without a penalty. An
    alpha of 0 does nothing; with 1, long translations are ranked nearly by their mean
    log-probability per token (times six). The 5 softens the difference between short lengths.

    Args:
        length: |Y|, number of tokens, with </s>.
        alpha: the paper takes 0.6.

    Returns:
        what a log-probability is to be divided by; 1 for a single token.
    """
    return ((5 + length) / (5 + 1)) ** alpha


def rank_hypotheses(
    hypotheses: list[tuple[list[int], float]], alpha: float
) -> list[tuple[list[int], float]]:
    """Order hypotheses by log P(Y | X) / lp(Y), best first (Wu et al. 2016, equation 14).

    Args:
        hypotheses: (tokens, log-probability) each; </s> is one of the tokens, unless the
            hypothesis was cut at the maximum length.
        alpha: of `length_penalty`.

    Returns:
        (tokens, score) each, by falling score. Equal ones keep their order.
    """
    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return sorted(scored, key=lambda hypothesis: -hypothesis[1])


def score_bound(log_probability: float, limit: int, alpha: float) -> float:
    """Return the score that no continuation of a hypothesis can exceed.

    Proof: a continuation Y has log P(Y) <= log_probability <= 0, because every further token adds a
    logarithm of at most 0. It has at most `limit` tokens, so for alpha >= 0 its penalty is
    0 < lp(|Y|) <= lp(limit). Hence log P(Y) / lp(|Y|) <= log P(Y) / lp(limit) <=
    log_probability / lp(limit). A certain continuation of that length attains it, so no smaller
    bound holds. For alpha < 0 the second step fails.

    Args:
        log_probability: of the living hypothesis.
        limit: the maximum length, with </s>.
        alpha: of `length_penalty`, not negative.
    """
    return log_probability / length_penalty(limit, alpha)


def is_over(
    finished: list[tuple[list[int], float]], log_probability: float, limit: int, alpha: float
) -> bool:
    """Return True if the best finished hypothesis of a sentence must stay the best.

    Args:
        finished: (tokens, log-probability) each; may be empty.
        log_probability: of the best living hypothesis.
        limit: the maximum length, with </s>.
        alpha: of `length_penalty`, not negative.
    """
    if not finished:
        return False
    best_score = rank_hypotheses(finished, alpha)[0][1]
    return best_score >= score_bound(log_probability, limit, alpha)
