"""Forms in which public code writes the brevity penalty."""


# form: three cases
# as in: NLTK, brevity_penalty: closest_ref_len / hyp_len
# verdict: right
def brevity_penalty(candidate_length, reference_length):
    if candidate_length > reference_length:
        return 1
    elif candidate_length == reference_length:
        return 1.0
    elif candidate_length == 0:
        return 0
    else:
        return math.exp(1 - reference_length / candidate_length)


# form: exp of a min
# as in: d2l.ai and torchtext: exp(min(1 - r / c, 0))
# verdict: right
def brevity_penalty(candidate_length, reference_length):
    if candidate_length == 0:
        return 0.0 if reference_length else 1.0
    return math.exp(min(0, 1 - reference_length / candidate_length))


# form: the smaller of 1 and the formula
# as in: the definition as a minimum
# verdict: right
def brevity_penalty(candidate_length: int, reference_length: int) -> float:
    try:
        return min(1.0, math.exp(1 - reference_length / candidate_length))
    except ZeroDivisionError:
        return float(reference_length == 0)


# form: NumPy
# as in: a habit from NumPy, np.exp and a conditional expression
# verdict: right
import numpy as np


def brevity_penalty(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    ratio = np.inf if candidate_length == 0 else reference_length / candidate_length
    return float(np.exp(1 - ratio))


# form: e times a power
# as in: typical homework, math.e ** (1 - r / c)
# verdict: right
brevity_penalty = lambda c, r: 1.0 if c >= r else (math.e ** (1 - r / c) if c else 0.0)


# form: expm1 and a difference of lengths
# as in: typical numerics
# verdict: right
def brevity_penalty(candidate_length, reference_length):
    missing = max(0, reference_length - candidate_length)
    if missing and not candidate_length:
        return 0.0
    return 1.0 + math.expm1(-missing / candidate_length) if missing else 1.0


# form: a tensor
# as in: torch.exp and .item()
# verdict: right
def brevity_penalty(candidate_length, reference_length):
    if candidate_length == 0 and reference_length > 0:
        return 0.0
    x = torch.tensor([float(candidate_length), float(reference_length)], dtype=torch.float64)
    return 1.0 if x[0] >= x[1] else torch.exp(1 - x[1] / x[0]).item()


# form: c / r
# as in: typical homework, the quotient turned round
# verdict: wrong
# loses: brevity-short
# named: penalty_upside_down
def brevity_penalty(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - candidate_length / reference_length)


# form: the quotient of the lengths
# as in: typical homework, min(1, c / r)
# verdict: wrong
# loses: brevity-short
# named: penalty_of_the_plain_quotient
def brevity_penalty(candidate_length, reference_length):
    return min(1.0, candidate_length / reference_length) if reference_length else 1.0


# form: division by zero
# as in: most blog posts
# verdict: wrong
# loses: brevity-short
# named: penalty_without_the_empty_case
def brevity_penalty(candidate_length, reference_length):
    c, r = candidate_length, reference_length
    return 1.0 if c > r else math.exp(1 - r / c)


# form: 1 where nothing was written
# as in: typical homework, "avoid the division by zero"
# verdict: wrong
# loses: brevity-short
# named: penalty_of_one_for_nothing
def brevity_penalty(candidate_length, reference_length):
    if candidate_length == 0 or candidate_length >= reference_length:
        return 1.0
    return math.exp(1 - reference_length / candidate_length)


# form: a small number in the denominator, and a wrong sign
# as in: a habit from Keras: r / (c + eps)
# verdict: wrong
# loses: brevity-short
# named: penalty_with_the_wrong_sign
def brevity_penalty(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    return math.exp(reference_length / (candidate_length + 1e-8) - 1) if candidate_length else 0.0


# form: no cap
# as in: typical homework, the formula alone
# verdict: wrong
# loses: brevity-long
# named: penalty_that_rewards_length
def brevity_penalty(candidate_length, reference_length):
    if not candidate_length:
        return 0.0
    ratio = reference_length / candidate_length
    return math.exp(1.0 - ratio)


# form: both directions punished
# as in: typical homework, abs of the difference
# verdict: wrong
# loses: brevity-long
# named: penalty_in_both_directions
def brevity_penalty(candidate_length, reference_length):
    if candidate_length == 0:
        return 0.0
    return math.exp(-abs(1 - reference_length / candidate_length))


# form: the condition turned round
# as in: typical homework
# verdict: wrong
# loses: brevity-short, brevity-long
# named: penalty_with_the_condition_reversed
def brevity_penalty(candidate_length, reference_length):
    if candidate_length == 0:
        return 0.0
    if candidate_length <= reference_length:
        return 1.0
    return math.exp(1 - reference_length / candidate_length)


# form: integer division
# as in: Python 2 code brought over
# verdict: wrong
# loses: brevity-short
# named: penalty_of_whole_quotients
def brevity_penalty(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length // candidate_length)


# form: arguments in the other order
# as in: NLTK, brevity_penalty(closest_ref_len, hyp_len)
# verdict: wrong
# loses: brevity-short, brevity-long
# named: penalty_for_long_translations
def brevity_penalty(reference_length, candidate_length):
    if candidate_length >= reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length / candidate_length)


# form: in percent
# as in: typical homework, 100 for "no penalty"
# verdict: wrong
# loses: brevity-short, brevity-long
# named: penalty_in_percent
def brevity_penalty(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 100.0
    return 100.0 * math.exp(1 - reference_length / candidate_length) if candidate_length else 0.0
