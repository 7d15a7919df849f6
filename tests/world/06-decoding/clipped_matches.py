"""Forms in which public code counts matching pieces."""


# form: Counter &, values summed
# as in: torchtext, bleu_score: clipped_counter = candidate_counter & references_counter
# verdict: right
def clipped_matches(candidate, reference, n):
    mine, theirs = ngrams(candidate, n), ngrams(reference, n)
    clipped = mine & theirs
    return sum(clipped.values()), sum(mine.values())


# form: min by hand
# as in: NLTK, modified_precision: min(count, max_counts[ngram])
# verdict: right
def clipped_matches(candidate: Tokens, reference: Tokens, n: int) -> tuple[int, int]:
    counts = ngrams(candidate, n)
    reference_counts = ngrams(reference, n)
    clipped_counts = {gram: min(count, reference_counts[gram]) for gram, count in counts.items()}
    return sum(clipped_counts.values()), max(0, len(candidate) - n + 1)


# form: pieces ticked off a list
# as in: d2l.ai, bleu: label_subs[...] -= 1
# verdict: right
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


# form: a defaultdict that counts down
# as in: d2l.ai, bleu with collections.defaultdict(int)
# verdict: right
from collections import defaultdict


def clipped_matches(candidate, reference, n):
    label_subs = defaultdict(int)
    for i in range(len(reference) - n + 1):
        label_subs[tuple(reference[i : i + n])] += 1
    num_matches, total = 0, 0
    for i in range(len(candidate) - n + 1):
        key = tuple(candidate[i : i + n])
        if label_subs[key] > 0:
            num_matches += 1
            label_subs[key] -= 1
        total += 1
    return num_matches, total


# form: pieces by zip of shifted lists
# as in: NLTK-like ngrams with zip(*[tokens[i:] for i in range(n)])
# verdict: right
def clipped_matches(candidate, reference, n):
    def grams(tokens):
        return Counter(zip(*(tokens[i:] for i in range(n))))

    a, b = grams(candidate), grams(reference)
    return sum(min(a[g], b[g]) for g in a.keys() & b.keys()), sum(a.values())


# form: what is left over, subtracted
# as in: typical Python: total - len(a - b)
# verdict: right
def clipped_matches(candidate, reference, n):
    found = ngrams(candidate, n)
    too_many = found - ngrams(reference, n)
    return found.total() - too_many.total(), found.total()


# form: no clipping
# as in: typical homework: plain precision
# verdict: wrong
# loses: matches-clipped
# named: matches_without_clipping
def clipped_matches(candidate, reference, n):
    wanted = ngrams(reference, n)
    pieces = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]
    return len([p for p in pieces if p in wanted]), len(pieces)


# form: sets
# as in: Stack Overflow, len(set(a) & set(b))
# verdict: wrong
# loses: matches-clipped
# named: matches_of_sets
def clipped_matches(candidate, reference, n):
    a = {tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)}
    b = {tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)}
    return len(a & b), len(a)


# form: sets for the matches, all pieces for the total
# as in: typical homework
# verdict: wrong
# loses: matches-clipped
# named: matches_clipped_to_one
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return len(set(a) & set(b)), a.total()


# form: the reference's total
# as in: ROUGE-N, a recall
# verdict: wrong
# loses: matches-total
# named: matches_with_the_references_total
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return (a & b).total(), sum(b.values())


# form: range without + 1
# as in: typical homework, range(len(tokens) - n)
# verdict: wrong
# loses: matches-total
# named: matches_without_the_last_piece
def clipped_matches(candidate, reference, n):
    a = Counter(tuple(candidate[i : i + n]) for i in range(len(candidate) - n))
    b = Counter(tuple(reference[i : i + n]) for i in range(len(reference) - n))
    return (a & b).total(), a.total()


# form: a total that goes below zero
# as in: typical homework, len(candidate) - n + 1 for a short sentence
# verdict: wrong
# loses: matches-total
# named: matches_out_of_less_than_nothing
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return sum((a & b).values()), len(candidate) - n + 1


# form: at least 1 in the denominator
# as in: NLTK, modified_precision: denominator = max(1, sum(counts.values()))
# verdict: wrong
# loses: matches-total
# named: matches_out_of_at_least_one
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return sum((a & b).values()), max(1, sum(a.values()))


# form: the union of the counts
# as in: typical homework, | for &
# verdict: wrong
# loses: matches-clipped
# named: matches_of_the_union
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return (a | b).total(), a.total()


# form: the number of the reference, whichever is smaller
# as in: typical homework, the sum over b[g] for every piece of the candidate
# verdict: wrong
# loses: matches-clipped
# named: matches_of_the_reference
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return sum(b[g] for g in a), a.total()


# form: the quotient
# as in: sentence-level tutorials, a precision is returned
# verdict: wrong
# loses: matches-clipped, matches-total
# named: -
def clipped_matches(candidate, reference, n):
    a, b = ngrams(candidate, n), ngrams(reference, n)
    return (a & b).total() / max(a.total(), 1)


# form: sorted pieces
# as in: typical homework, bags of words: the order within a piece is lost
# verdict: wrong
# loses: matches-anywhere
# named: matches_in_any_order
def clipped_matches(candidate, reference, n):
    def grams(t):
        return Counter(tuple(sorted(t[i : i + n], key=str)) for i in range(len(t) - n + 1))

    a, b = grams(candidate), grams(reference)
    return (a & b).total(), a.total()


# form: joined to strings
# as in: d2l.ai, " ".join(pred_tokens[i : i + n]): fails for numbers
# verdict: wrong
# loses: matches-clipped
# named: -
def clipped_matches(candidate, reference, n):
    a = Counter(" ".join(candidate[i : i + n]) for i in range(len(candidate) - n + 1))
    b = Counter(" ".join(reference[i : i + n]) for i in range(len(reference) - n + 1))
    return (a & b).total(), a.total()


# form: pieces of all lengths up to n
# as in: torchtext, ngrams_iterator: all n-grams from 1 to n
# verdict: wrong
# loses: matches-total
# named: matches_of_all_lengths
def clipped_matches(candidate, reference, n):
    matches = total = 0
    for m in range(1, n + 1):
        a, b = ngrams(candidate, m), ngrams(reference, m)
        matches, total = matches + (a & b).total(), total + a.total()
    return matches, total


# form: sets, out of all tokens
# as in: typical homework, two mistakes
# verdict: wrong
# loses: matches-clipped, matches-total
# named: matches_clipped_to_one, matches_out_of_all_tokens
def clipped_matches(candidate, reference, n):
    return len(ngrams(candidate, n).keys() & ngrams(reference, n).keys()), len(candidate)
