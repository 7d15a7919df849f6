"""Ways to compare hypotheses wrongly (right: `solutions.decoding.length_penalty`)."""

import math

from solutions.decoding.length_penalty import length_penalty, rank_hypotheses
from solutions.misconceptions import misconception

# ---- length_penalty ------------------------------------------------------------------------------


@misconception(
    "length_penalty",
    caught_by="length-penalty-values",
    section="decoding.html#decode-length-penalty",
    sentence="Your exponent has the wrong sign: dividing by your penalty punishes long "
    "translations still more, though they are the ones to be helped.",
)
def length_penalty_with_negative_exponent(length, alpha):
    return ((5 + length) / (5 + 1)) ** -alpha


@misconception(
    "length_penalty",
    caught_by="length-penalty-values",
    section="decoding.html#decode-length-penalty",
    sentence="Your penalty is the plain length: that is the mean log-probability per token, which "
    "ignores alpha and favors long translations much more.",
)
def length_penalty_is_the_length(length, alpha):
    return float(length)


@misconception(
    "length_penalty",
    caught_by="length-penalty-values",
    section="decoding.html#decode-length-penalty",
    sentence="Your penalty is length^alpha, without the 5 and the 6 of equation 14: short "
    "translations differ from each other much more than they should.",
)
def length_penalty_without_the_five(length, alpha):
    return length**alpha


@misconception(
    "length_penalty",
    caught_by="length-penalty-values",
    section="decoding.html#decode-length-penalty",
    sentence="Your exponent belongs to the numerator only: (5 + length)^alpha / 6. In equation 14 "
    "the 5 + 1 is raised to alpha as well.",
)
def length_penalty_raises_the_numerator_only(length, alpha):
    return (5 + length) ** alpha / (5 + 1)


@misconception(
    "length_penalty",
    caught_by="length-penalty-alpha",
    section="decoding.html#decode-length-penalty",
    sentence="Your penalty ignores alpha: it is right for alpha = 1 only, while the paper takes "
    "0.6 and 0 must switch it off.",
)
def length_penalty_without_alpha(length, alpha):
    return (5 + length) / (5 + 1)


# ---- rank_hypotheses -----------------------------------------------------------------------------


@misconception(
    "rank_hypotheses",
    caught_by="rank-scores",
    section="decoding.html#decode-length-penalty",
    sentence="Your score multiplies by the length penalty. A log-probability is negative, so that "
    "makes long translations worse; it must be divided.",
)
def rank_multiplies_by_the_penalty(hypotheses, alpha):
    scored = [(tokens, log_p * length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return sorted(scored, key=lambda hypothesis: -hypothesis[1])


@misconception(
    "rank_hypotheses",
    caught_by="rank-scores",
    section="decoding.html#decode-length-penalty",
    sentence="Your ranking has no length penalty: it compares plain log-probabilities, so short "
    "translations win.",
)
def rank_without_penalty(hypotheses, alpha):
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis[1])


@misconception(
    "rank_hypotheses",
    caught_by="rank-scores",
    section="decoding.html#decode-length-penalty",
    sentence="Your score divides the probability by the penalty, not its logarithm: that makes a "
    "long translation worse instead of better.",
)
def rank_by_probability(hypotheses, alpha):
    scored = [
        (tokens, math.exp(log_p) / length_penalty(len(tokens), alpha))
        for tokens, log_p in hypotheses
    ]
    return sorted(scored, key=lambda hypothesis: -hypothesis[1])


@misconception(
    "rank_hypotheses",
    caught_by="rank-scores",
    section="decoding.html#decode-length-penalty",
    sentence="Your length leaves out </s>: its log-probability is in the sum, so it has to count "
    "in the length too.",
)
def rank_without_counting_the_end(hypotheses, alpha):
    scored = [
        (tokens, log_p / length_penalty(len(tokens) - 1, alpha)) for tokens, log_p in hypotheses
    ]
    return sorted(scored, key=lambda hypothesis: -hypothesis[1])


@misconception(
    "rank_hypotheses",
    caught_by="rank-order",
    section="decoding.html#decode-length-penalty",
    sentence="Your ranking puts the worst first: scores are negative, and the best is the one "
    "nearest to zero.",
)
def rank_worst_first(hypotheses, alpha):
    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, log_p in hypotheses]
    return sorted(scored, key=lambda hypothesis: hypothesis[1])


# ---- score_bound and is_over ---------------------------------------------------------------------


@misconception(
    "score_bound",
    caught_by="bound-value",
    section="decoding.html#decode-beam",
    sentence="Your bound is the log-probability itself: a hypothesis that still grows is divided "
    "by a larger penalty in the end, so your search stops too soon.",
)
def score_bound_without_penalty(log_probability, limit, alpha):
    return log_probability


@misconception(
    "is_over",
    caught_by="search-over",
    section="decoding.html#decode-beam",
    sentence="Your search stops at the first finished hypothesis: a living one may still overtake "
    "it, by its probability or by its length penalty.",
)
def over_at_the_first_finished(finished, log_probability, limit, alpha):
    return bool(finished)


@misconception(
    "is_over",
    caught_by="search-over",
    section="decoding.html#decode-beam",
    sentence="Your search compares the best finished score with the plain log-probability of the "
    "living one: they are on different scales until both are divided by a penalty.",
)
def over_by_the_plain_log_probability(finished, log_probability, limit, alpha):
    return bool(finished) and rank_hypotheses(finished, alpha)[0][1] >= log_probability
