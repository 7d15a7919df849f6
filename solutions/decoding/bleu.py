"""BLEU (Papineni et al., 2002): the score by which the paper compares translations (section 6.1).

How many pieces of the translations, of one to four tokens, stand in the references too? In reading
order: the pieces, how many of them match, the penalty for what is too short, and the score of a
whole test set. Tokens are strings or numbers; how sentences are cut into them changes the score.
"""

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import repeat

Tokens = Sequence[Hashable]

LONGEST = 4  # pieces of up to so many tokens are counted


def ngrams(tokens: Tokens, n: int) -> Counter[tuple]:
    """Every piece of n neighbouring tokens, and how often it occurs.

    Args:
        tokens: of one sentence.
        n: at least 1.

    Returns:
        tuple of n tokens -> number; empty if the sentence is shorter than n.
    """
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def clipped_matches(candidate: Tokens, reference: Tokens, n: int) -> tuple[int, int]:
    """How many pieces of a translation stand in its reference.

    Each counts at most as often as it occurs there ("clipped"): a word that is right once is not
    right again by being repeated. Where it stands does not matter.

    Args:
        candidate: the translation.
        reference: what a human wrote.
        n: tokens in a piece.

    Returns:
        matches: pieces of the candidate that the reference has too, clipped.
        total: pieces of the candidate. Their quotient is a precision.
    """
    found = ngrams(candidate, n)
    return (found & ngrams(reference, n)).total(), found.total()


def brevity_penalty(candidate_length: int, reference_length: int) -> float:
    """BP: 1 if the translations are at least as long as the references, else exp(1 - r / c).

    A precision does not notice what is missing; this factor does.

    Args:
        candidate_length: c, tokens of all translations together.
        reference_length: r, tokens of all references together.

    Returns:
        from 0 to 1; 0 where nothing was written though something should have been.
    """
    if candidate_length >= reference_length:
        return 1.0
    if candidate_length == 0:
        return 0.0
    return math.exp(1 - reference_length / candidate_length)


def corpus_bleu(candidates: Sequence[Tokens], references: Sequence[Tokens]) -> float:
    """BLEU = BP * (p_1 p_2 p_3 p_4)^(1/4), in percent, of a whole test set with one reference each.

    p_n is the precision of the pieces of n tokens: matches and totals are added up over all
    sentences first and divided once. So are the lengths in BP. No smoothing: where no piece of some
    length matches, the score is 0.

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
