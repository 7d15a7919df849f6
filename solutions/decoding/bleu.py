"""BLEU (Papineni et al., 2002), the score of the paper's translations (section 6.1).

BLEU counts the n-grams of the translations, of one to four tokens, that the references contain too.
In reading order: the n-grams, how many of them match, the penalty for short translations, and the
score of a whole test set. Tokens are strings or numbers; the tokenization changes the score.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import repeat

Tokens = Sequence[Hashable]

LONGEST = 4  # tokens of the longest n-grams that are counted


def ngrams(tokens: Tokens, n: int) -> Counter[tuple]:
    """Count every sequence of n neighboring tokens.

    Args:
        tokens: of one sentence.
        n: at least 1.

    Returns:
        tuple of n tokens -> number; empty if the sentence is shorter than n.
    """
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def clipped_matches(candidate: Tokens, reference: Tokens, n: int) -> tuple[int, int]:
    """Count the n-grams of a translation that its reference contains.

    Each counts at most as often as it occurs there ("clipped"), so that repeating a correct word
    gains nothing. Its position does not matter.

    Args:
        candidate: the translation.
        reference: what a human wrote.
        n: tokens of an n-gram.

    Returns:
        matches: n-grams of the candidate that the reference has too, clipped.
        total: n-grams of the candidate. Their quotient is a precision.
    """
    found = ngrams(candidate, n)
    return (found & ngrams(reference, n)).total(), found.total()


def brevity_penalty(candidate_length: int, reference_length: int) -> float:
    """Return BP: 1 if the translations are as long as the references, else exp(1 - r / c).

    Precision does not penalize missing words; this factor does.

    Args:
        candidate_length: c, tokens of all translations together.
        reference_length: r, tokens of all references together.

    Returns:
        from 0 to 1; 0 for empty translations of references that are not empty.
    """
    if candidate_length >= reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length / candidate_length)


def corpus_bleu(candidates: Sequence[Tokens], references: Sequence[Tokens]) -> float:
    """Return BLEU = BP * (p_1 p_2 p_3 p_4)^(1/4), in percent, of a whole test set.

    There is one reference for each translation. p_n is the precision of the n-grams: matches and
    totals are summed over all sentences before they are divided, and so are the lengths in BP.
    There is no smoothing: if no n-gram of some length matches, the score is 0.

    Args:
        candidates: the translation of each sentence.
        references: what a human wrote for each, in the same order.

    Returns:
        from 0 to 100.

    Raises:
        ValueError: if their numbers differ.
    """
    require_one_reference_each(candidates, references)
    logarithm = 0.0
    for n in range(1, LONGEST + 1):
        counts = list(map(clipped_matches, candidates, references, repeat(n)))
        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)
        if matches == 0:
            return 0.0
        logarithm += math.log(matches / total) / LONGEST
    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))
    return 100 * penalty * math.exp(logarithm)


def require_one_reference_each(candidates: Sequence[Tokens], references: Sequence[Tokens]) -> None:
    """Raise ValueError, with the fix, unless there is one reference for each translation."""
    if len(candidates) != len(references):
        raise ValueError(
            f"{len(candidates)} translations and {len(references)} references: give one each, in "
            "the same order"
        )
