"""Ways to compare hypotheses wrongly (right: `solutions.decoding.length_penalty`)."""

from solutions.decoding.length_penalty import is_over, length_penalty, rank_hypotheses, score_bound
from solutions.misconceptions import misconception

# ---- length_penalty ------------------------------------------------------------------------------

misconception(
    length_penalty,
    "length_penalty_with_negative_exponent",
    did="Your exponent has the wrong sign.",
    causes="Dividing by your penalty makes long translations even worse, although the penalty "
    "should help them.",
    fix="Raise the quotient to alpha.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"** alpha": "** -alpha"},
)

misconception(
    length_penalty,
    "length_penalty_is_the_length",
    did="Your penalty is the plain length.",
    causes="A search then ranks by the mean log-probability per token, which ignores alpha and "
    "favors long translations much more.",
    fix="Use equation 14, with the 5 and with alpha.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"((5 + length) / (5 + 1)) ** alpha": "float(length)"},
)

misconception(
    length_penalty,
    "length_penalty_without_the_five",
    did="Your penalty is length^alpha, without the 5 and the 6 of equation 14.",
    causes="The penalties of short translations differ from each other much more than they should.",
    fix="Add 5 to the length, and divide by 5 + 1.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"((5 + length) / (5 + 1)) ** alpha": "length**alpha"},
)

misconception(
    length_penalty,
    "length_penalty_raises_the_numerator_only",
    did="You raise only the numerator to alpha: (5 + length)^alpha / 6.",
    causes="A single token no longer has penalty 1, and with alpha = 0 your penalty is 1/6.",
    fix="Raise the whole quotient to alpha.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"((5 + length) / (5 + 1)) ** alpha": "(5 + length) ** alpha / (5 + 1)"},
)

misconception(
    length_penalty,
    "length_penalty_without_alpha",
    did="Your penalty ignores alpha.",
    causes="It is right for alpha = 1 only, but the paper uses 0.6, and 0 must switch the penalty "
    "off.",
    fix="Use alpha as the exponent.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-alpha",
    change={"((5 + length) / (5 + 1)) ** alpha": "(5 + length) / (5 + 1)"},
)

misconception(
    length_penalty,
    "length_penalty_raises_the_denominator_only",
    did="You raise only the denominator to alpha.",
    causes="** binds more tightly than /, so your penalty is (5 + length) / 6^alpha, and with "
    "alpha = 0 it is not 1.",
    fix="Put brackets around the quotient.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"((5 + length) / (5 + 1)) ** alpha": "(5 + length) / (5 + 1) ** alpha"},
)

misconception(
    length_penalty,
    "length_penalty_times_alpha",
    did="You multiply by alpha.",
    causes="alpha is an exponent: with alpha = 0 your penalty is 0, and nothing can be divided by "
    "it.",
    fix="Raise the quotient to alpha: ** alpha.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-alpha",
    change={"** alpha": "* alpha"},
)

misconception(
    length_penalty,
    "length_penalty_divides_the_length_only",
    did="You divide only the length by 6, not the 5.",
    causes="/ binds more tightly than +, so your penalty is (5 + length / 6)^alpha, and a single "
    "token has more than 1.",
    fix="Put brackets around the sum 5 + length.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"((5 + length) / (5 + 1)) ** alpha": "(5 + length / (5 + 1)) ** alpha"},
)

misconception(
    length_penalty,
    "length_penalty_without_remainder",
    did="You divide with //, which drops the remainder.",
    causes="Six lengths in a row get the same penalty.",
    fix="Divide with /.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"((5 + length) / (5 + 1)) ** alpha": "float(((5 + length) // (5 + 1)) ** alpha)"},
)

misconception(
    length_penalty,
    "length_penalty_with_a_caret",
    did="You write ^ for the power.",
    causes="In Python ^ is the exclusive or of two integers, and floating-point numbers have none.",
    fix="Write ** alpha.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"** alpha": "^ alpha"},
)

misconception(
    length_penalty,
    "length_penalty_counts_one_more",
    did="You add one more token to the length.",
    causes="`length` counts </s> already, so a single token no longer has penalty 1.",
    fix="Use length as it is.",
    section="decoding.html#decode-length-penalty",
    caught_by="length-penalty-values",
    change={"(5 + length)": "(5 + length + 1)"},
)

# ---- rank_hypotheses -----------------------------------------------------------------------------

misconception(
    rank_hypotheses,
    "rank_multiplies_by_the_penalty",
    did="You multiply by the length penalty.",
    causes="A log-probability is negative, so the product makes long translations worse instead "
    "of better.",
    fix="Divide the log-probability by the penalty.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={"log_p / length": "log_p * length"},
)

misconception(
    rank_hypotheses,
    "rank_without_penalty",
    did="Your ranking has no length penalty.",
    causes="You compare plain log-probabilities, so short translations win.",
    fix="Divide each log-probability by the length penalty of its hypothesis.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={"log_p / length_penalty(len(tokens), alpha)": "log_p"},
)

misconception(
    rank_hypotheses,
    "rank_by_probability",
    did="You divide the probability by the penalty, not its logarithm.",
    causes="A probability is positive, so the division makes a long translation worse instead of "
    "better.",
    fix="Divide the log-probability itself, without exp.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={
        "    scored =": ("    import math\n    scored ="),
        "log_p / length_penalty(len(tokens), alpha)": (
            "math.exp(log_p) / length_penalty(len(tokens), alpha)"
        ),
    },
)

misconception(
    rank_hypotheses,
    "rank_without_counting_the_end",
    did="Your length leaves out </s>.",
    causes="The log-probability of </s> is part of the sum, so its length must count as well.",
    fix="Count all the tokens of the hypothesis, with </s>.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={"len(tokens)": "len(tokens) - 1"},
)

misconception(
    rank_hypotheses,
    "rank_counts_an_end_that_was_cut",
    did="You count </s> in the length of a hypothesis that was cut without it.",
    causes="A hypothesis that reached the maximum length has no </s>, so its penalty is too large "
    "and its score too good.",
    fix="Count the tokens that are there: len(tokens).",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={"len(tokens)": "len(tokens) + (tokens[-1] != 2)"},
)

misconception(
    rank_hypotheses,
    "rank_worst_first",
    did="You rank the worst hypothesis first.",
    causes="The scores are negative, and the best score is the one nearest to zero.",
    fix="Sort by falling score.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-order",
    change={"-hypothesis[1]": "hypothesis[1]"},
)

misconception(
    rank_hypotheses,
    "rank_turns_ties_round",
    did="You sort by rising score and reverse the list, which reverses equal ones too.",
    causes="Equal hypotheses must keep their order.",
    fix="Sort by the negative score, or with reverse=True.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-order",
    change={
        "    return sorted(scored, key=lambda hypothesis: -hypothesis[1])": (
            "    return sorted(scored, key=lambda hypothesis: hypothesis[1])[::-1]"
        ),
    },
)

misconception(
    rank_hypotheses,
    "rank_compares_tokens",
    did="You sort pairs of score and tokens, so equal scores are ordered by their tokens.",
    causes="Equal hypotheses must keep their order.",
    fix="Sort by the score alone, with `key`.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-order",
    change={
        "    return sorted(scored, key=lambda hypothesis: -hypothesis[1])": (
            "    return [(t, s) for s, t in sorted([(s, t) for t, s in scored], reverse=True)]"
        ),
    },
)

misconception(
    rank_hypotheses,
    "rank_returns_log_probabilities",
    did="Your order is right, but you return log-probabilities instead of scores.",
    causes="A caller who compares them with a score bound compares two different scales.",
    fix="Return the log-probability divided by the penalty.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={
        (
            "    scored = [(tokens, log_p / length_penalty(len(tokens), alpha)) for tokens, "
            "log_p in hypotheses]\n"
            "    return sorted(scored, key=lambda hypothesis: -hypothesis[1])"
        ): (
            "    return sorted(hypotheses, key=lambda h: -h[1] / length_penalty(len(h[0]), alpha))"
        ),
    },
)

misconception(
    rank_hypotheses,
    "rank_returns_the_best_only",
    did="You return only the best hypothesis.",
    causes="A ranking is a list of all of them.",
    fix="Sort the list, do not take its maximum.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-order",
    change={
        "    return sorted(scored, key=lambda hypothesis: -hypothesis[1])": (
            "    return max(scored, key=lambda hypothesis: hypothesis[1])"
        ),
    },
)

misconception(
    rank_hypotheses,
    "rank_by_a_plain_power_of_the_length",
    did="You divide by length^alpha, without the 5 and the 6 of equation 14.",
    causes="The penalties of short translations differ from each other much more than they should.",
    fix="Call length_penalty.",
    section="decoding.html#decode-length-penalty",
    caught_by="rank-scores",
    change={"length_penalty(len(tokens), alpha)": "len(tokens) ** alpha"},
)

# ---- score_bound and is_over ---------------------------------------------------------------------

misconception(
    score_bound,
    "score_bound_without_penalty",
    did="Your bound is the log-probability itself.",
    causes="A hypothesis that still grows is divided by a larger penalty in the end, so your "
    "search stops too early.",
    fix="Divide by the largest penalty that a continuation can have.",
    section="decoding.html#decode-beam",
    caught_by="bound-value",
    change={" / length_penalty(limit, alpha)": ""},
)

misconception(
    is_over,
    "over_at_the_first_finished",
    did="Your search stops at the first finished hypothesis.",
    causes="A living hypothesis can still overtake it, because of its probability or its length "
    "penalty.",
    fix="Compare the best finished score with the bound of the best living hypothesis.",
    section="decoding.html#decode-beam",
    caught_by="search-over",
    change={
        "    best_score = rank_hypotheses(finished, alpha)[0][1]\n": "",
        "best_score >= score_bound(log_probability, limit, alpha)": "True",
    },
)

misconception(
    is_over,
    "over_by_the_plain_log_probability",
    did="You compare the best finished score with a plain log-probability.",
    causes="The score was divided by a length penalty and the log-probability was not, so the two "
    "have different scales.",
    fix="Compare the score with score_bound of the living hypothesis.",
    section="decoding.html#decode-beam",
    caught_by="search-over",
    change={"score_bound(log_probability, limit, alpha)": "log_probability"},
)

misconception(
    score_bound,
    "score_bound_multiplies",
    did="You multiply by the length penalty.",
    causes="Your number is below the score that a continuation can reach, so your search stops "
    "too early.",
    fix="Divide by the penalty.",
    section="decoding.html#decode-stopping",
    caught_by="bound-value",
    change={"log_probability /": "log_probability *"},
)

misconception(
    score_bound,
    "score_bound_by_the_plain_limit",
    did="You divide by limit^alpha, without the 5 and the 6 of equation 14.",
    causes="Your bound is not on the scale of the scores that it is compared with.",
    fix="Divide by length_penalty(limit, alpha).",
    section="decoding.html#decode-stopping",
    caught_by="bound-value",
    change={"length_penalty(limit, alpha)": "limit**alpha"},
)

misconception(
    score_bound,
    "score_bound_one_token_too_long",
    did="You use the penalty of one token more than the limit.",
    causes="`limit` counts </s> already, so no continuation gets that long, and a smaller bound "
    "holds.",
    fix="Use length_penalty(limit, alpha).",
    section="decoding.html#decode-stopping",
    caught_by="bound-value",
    change={"length_penalty(limit, alpha)": "length_penalty(limit + 1, alpha)"},
)

misconception(
    is_over,
    "over_only_if_better",
    did="Your search goes on if a living hypothesis can still become equal.",
    causes="Equal is not better, because of equal ones the one that was found first wins.",
    fix="Compare with >=.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={"best_score >= ": "best_score > "},
)

misconception(
    is_over,
    "over_by_the_worst",
    did="You compare the worst finished hypothesis with the bound.",
    causes="Only the best one is the result, so your search goes on for nothing.",
    fix="Take the first of the ranking.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={"[0][1]": "[-1][1]"},
)

misconception(
    is_over,
    "over_by_the_first",
    did="You compare the hypothesis that was finished first.",
    causes="A later one may be better, so your search goes on for nothing.",
    fix="Take the best one: the first of the ranking.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={
        "rank_hypotheses(finished, alpha)[0][1]": "rank_hypotheses(finished[:1], alpha)[0][1]",
    },
)

misconception(
    is_over,
    "over_by_two_log_probabilities",
    did="You compare the log-probabilities, without a length penalty on either side.",
    causes="A longer hypothesis with a lower log-probability can still have the better score.",
    fix="Compare the best score with score_bound of the living hypothesis.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={
        "rank_hypotheses(finished, alpha)[0][1]": "max(log_p for _, log_p in finished)",
        "score_bound(log_probability, limit, alpha)": "log_probability",
    },
)

misconception(
    is_over,
    "over_with_nothing_finished",
    did="Your search is over if nothing is finished.",
    causes="Then there is no translation at all.",
    fix="Return False for an empty list.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={"        return False": "        return True"},
)

misconception(
    is_over,
    "over_fails_with_nothing_finished",
    did="You do not handle the case that nothing is finished.",
    causes="An empty ranking has no first entry, so your code raises an exception at the first "
    "steps of every search.",
    fix="Return False for an empty list.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={
        ("    if not finished:\n        return False\n"): "",
    },
)

misconception(
    is_over,
    "over_while_it_can_be_beaten",
    did="Your comparison is the wrong way round.",
    causes="Your search stops while a living hypothesis can still win, and goes on when none can.",
    fix="It is over if the best score is at least the bound.",
    section="decoding.html#decode-stopping",
    caught_by="search-over",
    change={"best_score >= ": "best_score <= "},
)
