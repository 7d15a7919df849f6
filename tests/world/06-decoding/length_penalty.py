"""Forms in which public code writes the length penalty."""


# form: the formula
# as in: OpenNMT-py, GNMTGlobalScorer: ((5 + cur_len) / 6.0) ** alpha
# verdict: right
def length_penalty(length, alpha):
    return ((5.0 + length) / 6.0) ** alpha


# form: two powers
# as in: tensor2tensor and OpenNMT: (5 + len)^alpha / (5 + 1)^alpha
# verdict: right
def length_penalty(length: int, alpha: float) -> float:
    return (5 + length) ** alpha / (5 + 1) ** alpha


# form: exp and log
# as in: typical numerics, log1p
# verdict: right
def length_penalty(length, alpha):
    return math.exp(alpha * math.log1p((length - 1) / 6))


# form: math.pow in a lambda
# as in: typical homework
# verdict: right
length_penalty = lambda length, alpha: math.pow((5 + length) / 6, alpha)


# form: through a tensor, a float at the end
# as in: tensor2tensor, tf.pow, here with torch
# verdict: right
def length_penalty(length, alpha):
    lp = torch.pow(torch.tensor((5 + length) / 6, dtype=torch.float64), alpha)
    return lp.item()


# form: names for the constants
# as in: ChatGPT-like code
# verdict: right
def length_penalty(length, alpha, k=5):
    """GNMT length normalisation."""
    numerator = float(k + length)
    denominator = float(k + 1)
    ratio = numerator / denominator
    return ratio**alpha


# form: the plain length to the power of alpha
# as in: HF transformers, BeamHypotheses: sum_logprobs / (length ** length_penalty); fairseq too
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_without_the_five
def length_penalty(length, alpha):
    return math.pow(length, alpha)


# form: the mean per token
# as in: Stack Overflow, "normalise by length"
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_is_the_length
def length_penalty(length, alpha):
    return 1.0 * length


# form: brackets forgotten
# as in: typical homework, precedence of **
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_raises_the_denominator_only
def length_penalty(length, alpha):
    return (5 + length) / (5 + 1) ** alpha


# form: the quotient without the first bracket
# as in: typical homework, precedence of /
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_divides_the_length_only
def length_penalty(length, alpha):
    return (5 + length / 6) ** alpha


# form: integer division
# as in: typical homework, Python 2 code brought over
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_without_remainder
def length_penalty(length, alpha):
    return float(((5 + length) // (5 + 1)) ** alpha)


# form: a product in place of a power
# as in: typical homework
# verdict: wrong
# loses: length-penalty-values, length-penalty-alpha
# named: length_penalty_times_alpha
def length_penalty(length, alpha):
    return alpha * (5 + length) / 6


# form: ^ for the power
# as in: a habit from LaTeX and R: TypeError: unsupported operand
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_with_a_caret
def length_penalty(length, alpha):
    return ((5 + length) / (5 + 1)) ^ alpha


# form: the reciprocal
# as in: typical homework, a penalty that is multiplied
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_with_negative_exponent
def length_penalty(length, alpha):
    return 1 / (((5 + length) / 6) ** alpha)


# form: the reciprocal of the plain power
# as in: typical homework, two mistakes: no 5, and multiplied
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_with_negative_exponent, length_penalty_without_the_five
def length_penalty(length, alpha):
    return 1.0 / length**alpha


# form: a default that wins over the argument
# as in: typical homework, the paper's alpha in the code
# verdict: wrong
# loses: length-penalty-alpha
# named: -
def length_penalty(length, alpha=0.6):
    alpha = alpha or 0.6
    return ((5 + length) / 6) ** alpha


# form: </s> counted once more
# as in: typical homework, length + 1
# verdict: wrong
# loses: length-penalty-values
# named: length_penalty_counts_one_more
def length_penalty(length, alpha):
    return ((5 + length + 1) / 6) ** alpha
