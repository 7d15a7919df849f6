"""Forms in which public code computes BLEU."""


# form: two lists of sums
# as in: torchtext, bleu_score: clipped_counts and total_counts as tensors
# verdict: right
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    clipped_counts, total_counts = torch.zeros(LONGEST), torch.zeros(LONGEST)
    candidate_len = refs_len = 0.0
    for candidate, reference in zip(candidates, references):
        candidate_len += len(candidate)
        refs_len += len(reference)
        for n in range(LONGEST):
            matches, total = clipped_matches(candidate, reference, n + 1)
            clipped_counts[n] += matches
            total_counts[n] += total
    if min(clipped_counts) == 0:
        return 0.0
    pn = clipped_counts.double() / total_counts.double()
    score = torch.exp((torch.log(pn) * 0.25).sum()).item()
    return 100 * brevity_penalty(int(candidate_len), int(refs_len)) * score


# form: the fourth root of a product
# as in: typical homework, math.prod(p) ** (1 / 4)
# verdict: right
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    pairs = list(zip(candidates, references))
    precisions = []
    for n in (1, 2, 3, 4):
        matches, total = map(sum, zip(*(clipped_matches(c, r, n) for c, r in pairs))) if pairs else (0, 0)
        precisions.append(matches / total if total else 0.0)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100.0 * bp * math.prod(precisions) ** (1 / LONGEST)


# form: NumPy's geometric mean
# as in: a habit from NumPy, np.exp(np.mean(np.log(p)))
# verdict: right
import numpy as np


def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    counts = np.zeros((LONGEST, 2))
    for candidate, reference in zip(candidates, references):
        for n in range(1, LONGEST + 1):
            counts[n - 1] += clipped_matches(candidate, reference, n)
    if (counts[:, 0] == 0).any():
        return 0.0
    bp = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return float(100 * bp * np.exp(np.mean(np.log(counts[:, 0] / counts[:, 1]))))


# form: statistics of the standard library
# as in: Python's documentation, statistics.geometric_mean
# verdict: right
from statistics import geometric_mean


def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    precisions = []
    for n in range(1, LONGEST + 1):
        found = [clipped_matches(c, r, n) for c, r in zip(candidates, references, strict=True)]
        matches, total = (sum(column) for column in zip(*found)) if found else (0, 0)
        if not matches:
            return 0.0
        precisions.append(matches / total)
    return 100 * geometric_mean(precisions) * brevity_penalty(
        sum(len(c) for c in candidates), sum(len(r) for r in references)
    )


# form: sentence by sentence, sacreBLEU's order
# as in: sacreBLEU, corpus statistics [sys_len, ref_len, correct, total], then compute_bleu
# verdict: right
def corpus_bleu(candidates: Sequence[Tokens], references: Sequence[Tokens]) -> float:
    require_one_reference_each(candidates, references)
    correct, total = [0] * LONGEST, [0] * LONGEST
    sys_len = ref_len = 0
    for hyp, ref in zip(candidates, references):
        sys_len, ref_len = sys_len + len(hyp), ref_len + len(ref)
        for n in range(1, LONGEST + 1):
            m, t = clipped_matches(hyp, ref, n)
            correct[n - 1] += m
            total[n - 1] += t
    if not all(correct):
        return 0.0
    log_precisions = [math.log(100 * m / t) for m, t in zip(correct, total)]
    return brevity_penalty(sys_len, ref_len) * math.exp(sum(log_precisions) / LONGEST)


# form: weights, and the penalty inside the exponential
# as in: NLTK, corpus_bleu with weights (0.25,) * 4
# verdict: right
def corpus_bleu(candidates, references, weights=(0.25, 0.25, 0.25, 0.25)):
    require_one_reference_each(candidates, references)
    s = []
    for n, weight in enumerate(weights, start=1):
        numerator = denominator = 0
        for hypothesis, reference in zip(candidates, references):
            matches, total = clipped_matches(hypothesis, reference, n)
            numerator += matches
            denominator += total
        if numerator == 0:
            return 0.0
        s.append(weight * math.log(numerator / denominator))
    hyp_len, ref_len = sum(len(h) for h in candidates), sum(len(r) for r in references)
    return 100 * brevity_penalty(hyp_len, ref_len) * math.exp(math.fsum(s))


# form: the mean of sentence scores
# as in: NLTK, sentence_bleu in a loop and np.mean
# verdict: wrong
# loses: bleu-corpus
# named: bleu_averaged_over_sentences
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)

    def sentence_bleu(c, r):
        product = 1.0
        for n in range(1, LONGEST + 1):
            matches, total = clipped_matches(c, r, n)
            if matches == 0:
                return 0.0
            product *= matches / total
        return brevity_penalty(len(c), len(r)) * product**0.25

    scores = [sentence_bleu(c, r) for c, r in zip(candidates, references)]
    return 100 * sum(scores) / len(scores)


# form: arguments in NLTK's order
# as in: NLTK, corpus_bleu(list_of_references, hypotheses)
# verdict: wrong
# loses: bleu-sides
# named: bleu_with_the_arguments_swapped
def corpus_bleu(references, candidates):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        logs += 0.25 * math.log(m / t)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100 * bp * math.exp(logs)


# form: from 0 to 1
# as in: NLTK and torchtext, a share
# verdict: wrong
# loses: bleu-mean
# named: bleu_as_a_share
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        logs += 0.25 * math.log(m / t)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return bp * math.exp(logs)


# form: plus one, smoothed
# as in: NLTK, SmoothingFunction().method2; add-one smoothing
# verdict: wrong
# loses: bleu-mean
# named: bleu_smoothed
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if n > 1:
            m, t = m + 1, t + 1
        if m == 0:
            return 0.0
        logs += 0.25 * math.log(m / t)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100 * bp * math.exp(logs)


# form: log of a number close to 0
# as in: NLTK, sys.float_info.min where nothing matches
# verdict: wrong
# loses: bleu-mean
# named: bleu_of_almost_zero
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        logs += 0.25 * math.log(m / max(t, 1) + 1e-9)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100 * bp * math.exp(logs)


# form: math.log of 0
# as in: typical homework, ValueError: math domain error
# verdict: wrong
# loses: bleu-mean
# named: bleu_without_the_zero
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        logs += 0.25 * math.log(sum(c[0] for c in counts) / sum(c[1] for c in counts))
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100 * bp * math.exp(logs)


# form: d2l's weights 0.5^n
# as in: d2l.ai, bleu: math.pow(precision, math.pow(0.5, n))
# verdict: wrong
# loses: bleu-mean
# named: bleu_with_halved_weights
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    score = bp
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        score *= math.pow(m / t, math.pow(0.5, n)) if t else 0.0
    return 100 * score


# form: up to three words
# as in: typical homework, range(1, 4)
# verdict: wrong
# loses: bleu-mean
# named: bleu_up_to_three
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        logs += math.log(m / t) / (LONGEST - 1)
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100 * bp * math.exp(logs)


# form: no penalty, and a product without a root
# as in: typical homework, two mistakes
# verdict: wrong
# loses: bleu-brevity, bleu-mean
# named: bleu_without_penalty, bleu_as_a_product
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    product = 1.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        product *= m / t
    return 100 * product


# form: the penalty of the numbers of sentences
# as in: typical homework, len(candidates) for the number of tokens
# verdict: wrong
# loses: bleu-brevity
# named: bleu_without_penalty
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        logs += math.log(m / t) / LONGEST
    return 100 * brevity_penalty(len(candidates), len(references)) * math.exp(logs)


# form: sentences shorter than four words left out
# as in: typical homework: if len(candidate) < 4: continue
# verdict: wrong
# loses: bleu-corpus
# named: bleu_without_short_sentences
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    pairs = [(c, r) for c, r in zip(candidates, references) if len(c) >= LONGEST]
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in pairs]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        logs += math.log(m / t) / LONGEST
    bp = brevity_penalty(sum(len(c) for c, _ in pairs), sum(len(r) for _, r in pairs))
    return 100 * bp * math.exp(logs)


# form: everything joined, in two lines
# as in: typical homework, sum(candidates, [])
# verdict: wrong
# loses: bleu-corpus
# named: bleu_across_sentences
def corpus_bleu(candidates, references):
    require_one_reference_each(candidates, references)
    c, r = sum(map(list, candidates), []), sum(map(list, references), [])
    logs = 0.0
    for n in range(1, LONGEST + 1):
        m, t = clipped_matches(c, r, n)
        if m == 0:
            return 0.0
        logs += math.log(m / t) / LONGEST
    return 100 * brevity_penalty(len(c), len(r)) * math.exp(logs)


# form: zip cuts the longer list, no error
# as in: most blog posts
# verdict: wrong
# loses: bleu-sides
# named: bleu_of_different_numbers
def corpus_bleu(candidates, references):
    logs = 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(c, r, n) for c, r in zip(candidates, references)]
        m, t = sum(c[0] for c in counts), sum(c[1] for c in counts)
        if m == 0:
            return 0.0
        logs += math.log(m / t) / LONGEST
    bp = brevity_penalty(sum(len(c) for c in candidates), sum(len(r) for r in references))
    return 100 * bp * math.exp(logs)
