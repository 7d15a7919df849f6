"""Ways to get BLEU wrong (right: `solutions.decoding.bleu`)."""

import math
from collections import Counter

from solutions.decoding.bleu import LONGEST, brevity_penalty, clipped_matches, ngrams
from solutions.misconceptions import misconception

# ---- clipped_matches -----------------------------------------------------------------------------


@misconception(
    "clipped_matches",
    caught_by="matches-clipped",
    section="decoding.html#decode-bleu",
    sentence="Your matches are not clipped: a piece counts as often as you wrote it, so a "
    "translation that repeats one right word has a perfect precision.",
)
def matches_without_clipping(candidate, reference, n):
    found, wanted = ngrams(candidate, n), ngrams(reference, n)
    return sum(count for piece, count in found.items() if piece in wanted), found.total()


@misconception(
    "clipped_matches",
    caught_by="matches-clipped",
    section="decoding.html#decode-bleu",
    sentence="You count every piece once: a set forgets how often a piece occurs, and a piece that "
    "is right twice has to count twice.",
)
def matches_of_sets(candidate, reference, n):
    found, wanted = set(ngrams(candidate, n)), set(ngrams(reference, n))
    return len(found & wanted), len(found)


@misconception(
    "clipped_matches",
    caught_by="matches-clipped",
    section="decoding.html#decode-bleu",
    sentence="Your matches are clipped to 1: a piece that the reference has twice may match twice.",
)
def matches_clipped_to_one(candidate, reference, n):
    found, wanted = ngrams(candidate, n), ngrams(reference, n)
    return len(set(found) & set(wanted)), found.total()


@misconception(
    "clipped_matches",
    caught_by="matches-total",
    section="decoding.html#decode-bleu",
    sentence="Your total counts the pieces of the reference: that is a recall. BLEU asks which "
    "share of what you wrote is right, so the total is that of the candidate.",
)
def matches_with_the_references_total(candidate, reference, n):
    found, wanted = ngrams(candidate, n), ngrams(reference, n)
    return (found & wanted).total(), wanted.total()


@misconception(
    "clipped_matches",
    caught_by="matches-total",
    section="decoding.html#decode-bleu",
    sentence="Your total is the number of tokens: of pieces with n tokens there are n - 1 fewer, "
    "so you divide by too much.",
)
def matches_out_of_all_tokens(candidate, reference, n):
    found, wanted = ngrams(candidate, n), ngrams(reference, n)
    return (found & wanted).total(), len(candidate)


@misconception(
    "clipped_matches",
    caught_by="matches-total",
    section="decoding.html#decode-bleu",
    sentence="You miss the last piece of each sentence: with T tokens there are T - n + 1 pieces, "
    "and `range` stops one before its end.",
)
def matches_without_the_last_piece(candidate, reference, n):
    found, wanted = (
        Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n))
        for tokens in (candidate, reference)
    )
    return (found & wanted).total(), found.total()


@misconception(
    "clipped_matches",
    caught_by="matches-anywhere",
    section="decoding.html#decode-bleu",
    sentence="You compare place by place: one word too many at the beginning, and nothing of your "
    "translation matches any more. A piece may stand anywhere.",
)
def matches_at_the_same_place(candidate, reference, n):
    found = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]
    wanted = [tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)]
    return sum(a == b for a, b in zip(found, wanted, strict=False)), len(found)


@misconception(
    "clipped_matches",
    caught_by="matches-anywhere",
    section="decoding.html#decode-bleu",
    sentence="You count single words whatever n is: pieces of n words are what makes the order of "
    "the words count.",
)
def matches_of_single_words(candidate, reference, n):
    found, wanted = Counter(candidate), Counter(reference)
    return (found & wanted).total(), max(0, len(candidate) - n + 1)


# ---- brevity_penalty -----------------------------------------------------------------------------


@misconception(
    "brevity_penalty",
    caught_by="brevity-short",
    section="decoding.html#decode-bleu",
    sentence="Your quotient is upside down: exp(1 - c / r) grows when too little is written. It is "
    "the reference's length over the candidate's.",
)
def penalty_upside_down(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    return math.exp(1 - candidate_length / reference_length)


@misconception(
    "brevity_penalty",
    caught_by="brevity-short",
    section="decoding.html#decode-bleu",
    sentence="Your penalty is the quotient of the lengths: the one of BLEU falls exponentially, to "
    "exp(-1) when half is missing.",
)
def penalty_of_the_plain_quotient(candidate_length, reference_length):
    return min(1.0, candidate_length / reference_length)


@misconception(
    "brevity_penalty",
    caught_by="brevity-short",
    section="decoding.html#decode-bleu",
    sentence="Your penalty divides by 0 when nothing was written. Then it must be 0.",
)
def penalty_without_the_empty_case(candidate_length, reference_length):
    if candidate_length >= reference_length:
        return 1.0
    return math.exp(1 - reference_length / candidate_length)


@misconception(
    "brevity_penalty",
    caught_by="brevity-long",
    section="decoding.html#decode-bleu",
    sentence="Your penalty rewards length: for a translation longer than its reference it is above "
    "1. There it must be exactly 1.",
)
def penalty_that_rewards_length(candidate_length, reference_length):
    return math.exp(1 - reference_length / candidate_length) if candidate_length else 0.0


@misconception(
    "brevity_penalty",
    caught_by="brevity-long",
    section="decoding.html#decode-bleu",
    sentence="You punish translations that are too long: the precision does that already, because "
    "what is too much matches nothing. The penalty is for what is too short.",
)
def penalty_for_long_translations(candidate_length, reference_length):
    if candidate_length <= reference_length:
        return 1.0
    return math.exp(1 - candidate_length / reference_length)


# ---- corpus_bleu ---------------------------------------------------------------------------------


@misconception(
    "corpus_bleu",
    caught_by="bleu-corpus",
    section="decoding.html#decode-bleu",
    sentence="You average the BLEU of the sentences: a sentence without a matching piece of "
    "four words counts as 0, however good it is. Add up the counts of all sentences "
    "first.",
)
def bleu_averaged_over_sentences(candidates, references):
    scores = []
    for candidate, reference in zip(candidates, references, strict=True):
        logarithm = 0.0
        for n in range(1, LONGEST + 1):
            matches, total = clipped_matches(candidate, reference, n)
            logarithm += math.log(matches / total) / LONGEST if matches else -math.inf
        penalty = brevity_penalty(len(candidate), len(reference))
        scores.append(100 * penalty * math.exp(logarithm))
    return sum(scores) / len(scores)


@misconception(
    "corpus_bleu",
    caught_by="bleu-corpus",
    section="decoding.html#decode-bleu",
    sentence="You average the precisions of the sentences: a sentence of two words then "
    "counts as much as one of thirty. Add up matches and totals, and divide once.",
)
def bleu_of_averaged_precisions(candidates, references):
    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        precisions = [matches / total for matches, total in counts if total]
        if not any(precisions):
            return 0.0
        logarithm += math.log(sum(precisions) / len(precisions)) / LONGEST
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * penalty * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-corpus",
    section="decoding.html#decode-bleu",
    sentence="You join all sentences into one: pieces then run across the end of a sentence, "
    "and a word may match in another sentence. Count each sentence by itself.",
)
def bleu_across_sentences(candidates, references):
    candidate = [token for tokens in candidates for token in tokens]
    reference = [token for tokens in references for token in tokens]
    logarithm = 0.0
    for n in range(1, LONGEST + 1):
        matches, total = clipped_matches(candidate, reference, n)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    return 100 * brevity_penalty(len(candidate), len(reference)) * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-sides",
    section="decoding.html#decode-bleu",
    sentence="You take the references for the translations: the share of the reference that "
    "was found is a recall, and your penalty falls on what is too long.",
)
def bleu_with_the_arguments_swapped(candidates, references):
    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(reference, candidate, n) for candidate, reference in pairs]
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    penalty = brevity_penalty(sum(map(len, references)), sum(map(len, candidates)))
    return 100 * penalty * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-brevity",
    section="decoding.html#decode-bleu",
    sentence="You leave out the brevity penalty: whoever writes only what is certain, and "
    "drops the rest, gets a perfect score.",
)
def bleu_without_penalty(candidates, references):
    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    return 100 * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-brevity",
    section="decoding.html#decode-bleu",
    sentence="You take a brevity penalty for each sentence and average: one that is too "
    "short cannot be made up for by another. BLEU compares the lengths of the whole "
    "test set.",
)
def bleu_with_a_penalty_for_each_sentence(candidates, references):
    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    penalties = [brevity_penalty(len(candidate), len(reference)) for candidate, reference in pairs]
    return 100 * sum(penalties) / len(penalties) * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-mean",
    section="decoding.html#decode-bleu",
    sentence="You take the arithmetic mean of the four precisions: long pieces hardly count "
    "then. BLEU takes the geometric mean, the fourth root of their product.",
)
def bleu_as_an_arithmetic_mean(candidates, references):
    pairs, precisions = list(zip(candidates, references, strict=True)), []
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        total = sum(t for _, t in counts)
        precisions.append(sum(m for m, _ in counts) / total if total else 0.0)
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * penalty * sum(precisions) / LONGEST


@misconception(
    "corpus_bleu",
    caught_by="bleu-mean",
    section="decoding.html#decode-bleu",
    sentence="You multiply the four precisions and take no root: the fourth root of the "
    "product is their geometric mean. You get a much smaller number.",
)
def bleu_as_a_product(candidates, references):
    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total)
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * penalty * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-mean",
    section="decoding.html#decode-bleu",
    sentence="You use pieces of four words alone: BLEU takes the geometric mean over the "
    "lengths 1, 2, 3 and 4.",
)
def bleu_of_the_longest_pieces(candidates, references):
    pairs = list(zip(candidates, references, strict=True))
    counts = [clipped_matches(candidate, reference, LONGEST) for candidate, reference in pairs]
    matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * penalty * matches / total if total else 0.0


@misconception(
    "corpus_bleu",
    caught_by="bleu-mean",
    section="decoding.html#decode-bleu",
    sentence="Your score runs from 0 to 1. It is given in percent: multiply by 100.",
)
def bleu_as_a_share(candidates, references):
    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return penalty * math.exp(logarithm)


@misconception(
    "corpus_bleu",
    caught_by="bleu-unknown",
    section="decoding.html#decode-bleu",
    sentence="You send the references through a vocabulary: a word that no translation uses "
    "becomes <unk>, and then the <unk> of a translation matches it. References stay "
    "as they were written.",
)
def bleu_of_known_words(candidates, references):
    known = {token for candidate in candidates for token in candidate}
    references = [[t if t in known else "<unk>" for t in reference] for reference in references]

    pairs, logarithm = list(zip(candidates, references, strict=True)), 0.0
    for n in range(1, LONGEST + 1):
        counts = [clipped_matches(candidate, reference, n) for candidate, reference in pairs]
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * penalty * math.exp(logarithm)
