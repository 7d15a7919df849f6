"""Ways to get BLEU wrong (right: `solutions.decoding.bleu`)."""

from solutions.decoding.bleu import brevity_penalty, clipped_matches, corpus_bleu
from solutions.misconceptions import misconception

# ---- clipped_matches -----------------------------------------------------------------------------

misconception(
    clipped_matches,
    "matches_without_clipping",
    did="You do not clip the matches.",
    causes="An n-gram counts as often as the candidate repeats it, so repeating one right word "
    "gives a perfect precision.",
    fix="Count each n-gram at most as often as it occurs in the reference.",
    section="decoding.html#decode-bleu",
    caught_by="matches-clipped",
    change={
        "return (found & ngrams(reference, n)).total()": (
            "wanted = ngrams(reference, n)\n"
            "    return sum(count for ngram, count in found.items() if ngram in wanted)"
        )
    },
)

misconception(
    clipped_matches,
    "matches_of_sets",
    did="You count with sets, so every n-gram counts once.",
    causes="A set forgets how often an n-gram occurs, but an n-gram that is right twice must "
    "count twice.",
    fix="Keep the counts of the n-grams.",
    section="decoding.html#decode-bleu",
    caught_by="matches-clipped",
    change={
        "found = ngrams(candidate, n)": "found = set(ngrams(candidate, n))",
        "(found & ngrams(reference, n)).total(), found.total()": (
            "len(found & set(ngrams(reference, n))), len(found)"
        ),
    },
)

misconception(
    clipped_matches,
    "matches_clipped_to_one",
    did="You clip the matches to 1.",
    causes="An n-gram that the reference contains twice can match only once.",
    fix="Clip each count to the count in the reference.",
    section="decoding.html#decode-bleu",
    caught_by="matches-clipped",
    change={"(found & ngrams(reference, n)).total()": "len(found & ngrams(reference, n))"},
)

misconception(
    clipped_matches,
    "matches_with_the_references_total",
    did="Your total counts the n-grams of the reference.",
    causes="The quotient is then a recall, but BLEU asks which share of the candidate is right.",
    fix="Count the n-grams of the candidate.",
    section="decoding.html#decode-bleu",
    caught_by="matches-total",
    change={"found.total()": "ngrams(reference, n).total()"},
)

misconception(
    clipped_matches,
    "matches_out_of_all_tokens",
    did="Your total is the number of tokens.",
    causes="A sentence has n - 1 fewer n-grams than tokens, so you divide by too much.",
    fix="Take the number of n-grams, not of tokens, as the total.",
    section="decoding.html#decode-bleu",
    caught_by="matches-total",
    change={"found.total()": "len(candidate)"},
)

misconception(
    clipped_matches,
    "matches_without_the_last_piece",
    did="You miss the last n-gram of each sentence.",
    causes="T tokens have T - n + 1 n-grams, but your `range` stops one too early.",
    fix="Use ngrams, or add 1 to the end of the range.",
    section="decoding.html#decode-bleu",
    caught_by="matches-total",
    change={
        "found = ngrams(candidate, n)": (
            "found = Counter(tuple(candidate[i : i + n]) for i in range(len(candidate) - n))\n"
            "    wanted = Counter(tuple(reference[i : i + n]) for i in range(len(reference) - n))"
        ),
        "ngrams(reference, n)": "wanted",
    },
)

misconception(
    clipped_matches,
    "matches_at_the_same_place",
    did="You compare the n-grams position by position.",
    causes="One extra word at the beginning is enough, and nothing of the translation matches any "
    "more.",
    fix="Let an n-gram match anywhere in the reference.",
    section="decoding.html#decode-bleu",
    caught_by="matches-anywhere",
    change={
        "found = ngrams(candidate, n)": (
            "found = [tuple(candidate[i : i + n]) for i in range(len(candidate) - n + 1)]\n"
            "    wanted = [tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)]"
        ),
        "(found & ngrams(reference, n)).total(), found.total()": (
            "sum(a == b for a, b in zip(found, wanted)), len(found)"
        ),
    },
)

misconception(
    clipped_matches,
    "matches_of_single_words",
    did="Your matches are single words, whatever n is.",
    causes="The order of the words then makes no difference.",
    fix="Match n-grams of n words.",
    section="decoding.html#decode-bleu",
    caught_by="matches-anywhere",
    change={
        "(found & ngrams(reference, n)).total()": (
            "(Counter(candidate) & Counter(reference)).total()"
        )
    },
)

misconception(
    clipped_matches,
    "matches_of_the_reference",
    did="You count how often the reference has each n-gram, even if the candidate has it less "
    "often.",
    causes="There can be more matches than n-grams in the candidate, so a precision can be above "
    "1.",
    fix="Count the smaller of the two numbers.",
    section="decoding.html#decode-bleu",
    caught_by="matches-clipped",
    change={
        "(found & ngrams(reference, n)).total()": (
            "sum(ngrams(reference, n)[piece] for piece in found)"
        ),
    },
)

misconception(
    clipped_matches,
    "matches_of_the_union",
    did="You take the larger of the two counts.",
    causes="An n-gram that only one of the sentences contains counts as a match.",
    fix="Take the smaller one: & instead of |.",
    section="decoding.html#decode-bleu",
    caught_by="matches-clipped",
    change={"(found & ngrams": "(found | ngrams"},
)

misconception(
    clipped_matches,
    "matches_out_of_less_than_nothing",
    did="Your total is T - n + 1, which is negative for a very short sentence.",
    causes="In a test set, such a sentence takes away n-grams of the other sentences.",
    fix="Take at least 0, or count the n-grams.",
    section="decoding.html#decode-bleu",
    caught_by="matches-total",
    change={"found.total()": "len(candidate) - n + 1"},
)

misconception(
    clipped_matches,
    "matches_out_of_at_least_one",
    did="Your total is at least 1.",
    causes="A sentence without any n-gram counts as one that does not match.",
    fix="Return the number of n-grams, which may be 0.",
    section="decoding.html#decode-bleu",
    caught_by="matches-total",
    change={"found.total()": "max(1, found.total())"},
)

misconception(
    clipped_matches,
    "matches_in_any_order",
    did="You sort the words of each n-gram.",
    causes="Words in another order match, although BLEU should notice the order.",
    fix="Leave the words of an n-gram in their order.",
    section="decoding.html#decode-bleu",
    caught_by="matches-anywhere",
    change={
        "(found & ngrams(reference, n)).total()": (
            "(\n"
            '        Counter("|".join(sorted(map(str, piece))) for piece in found.elements())\n'
            '        & Counter("|".join(sorted(map(str, piece))) for piece in '
            "ngrams(reference, n).elements())\n"
            "    ).total()"
        ),
    },
)

misconception(
    clipped_matches,
    "matches_of_all_lengths",
    did="You count the n-grams of all lengths up to n together.",
    causes="BLEU computes a precision for each length, so that long n-grams count as much as "
    "single words.",
    fix="Count only the n-grams of n words.",
    section="decoding.html#decode-bleu",
    caught_by="matches-total",
    change={
        "found = ngrams(candidate, n)": (
            "found, wanted = Counter(), Counter()\n"
            "    for length in range(1, n + 1):\n"
            "        found.update(ngrams(candidate, length))\n"
            "        wanted.update(ngrams(reference, length))"
        ),
        "ngrams(reference, n)": "wanted",
    },
)

# ---- brevity_penalty -----------------------------------------------------------------------------

misconception(
    brevity_penalty,
    "penalty_upside_down",
    did="Your quotient is upside down: c / r instead of r / c.",
    causes="The factor exp(1 - c / r) is above 1 for a short translation, so it rewards missing "
    "words.",
    fix="Divide the reference's length by the candidate's.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={"reference_length / candidate_length": "candidate_length / reference_length"},
)

misconception(
    brevity_penalty,
    "penalty_of_the_plain_quotient",
    did="Your penalty is the quotient of the two lengths.",
    causes="BLEU's penalty falls exponentially: it is exp(-1), not 1/2, if half of the tokens are "
    "missing.",
    fix="Compute exp(1 - r / c).",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={
        "math.exp(1 - reference_length / candidate_length)": "candidate_length / reference_length"
    },
)

misconception(
    brevity_penalty,
    "penalty_without_the_empty_case",
    did="You do not handle the case that nothing was written.",
    causes="Your penalty divides by 0 there.",
    fix="Return 0 if the candidate length is 0.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={("    if candidate_length == 0:\n        return 0.0\n"): ""},
)

misconception(
    brevity_penalty,
    "penalty_that_rewards_length",
    did="You use the exponential for long translations, too.",
    causes="If the translation is longer than its reference, your penalty is above 1, so it "
    "rewards length.",
    fix="Return exactly 1 if the translation is long enough.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-long",
    change={("    if candidate_length >= reference_length:\n        return 1.0\n"): ""},
)

misconception(
    brevity_penalty,
    "penalty_for_long_translations",
    did="You penalize translations that are too long.",
    causes="The precision does that already, because extra words match nothing. Short "
    "translations get no penalty from you.",
    fix="Penalize translations that are shorter than the reference.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-long",
    change={
        "candidate_length >= reference_length": "candidate_length <= reference_length",
        "reference_length / candidate_length": "candidate_length / reference_length",
    },
)

misconception(
    brevity_penalty,
    "penalty_of_one_for_nothing",
    did="Your penalty is 1 if nothing was written.",
    causes="An empty translation then has no penalty at all.",
    fix="Return 0 if the candidate length is 0.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={"return 0.0": "return 1.0"},
)

misconception(
    brevity_penalty,
    "penalty_with_the_wrong_sign",
    did="Your exponent has the wrong sign: r / c - 1.",
    causes="It is positive for a short translation, so your factor is above 1 and rewards missing "
    "words.",
    fix="Compute exp(1 - r / c).",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={"1 - reference_length / candidate_length": "reference_length / candidate_length - 1"},
)

misconception(
    brevity_penalty,
    "penalty_of_whole_quotients",
    did="You divide with //, which drops the remainder.",
    causes="A translation with more than half of the tokens then has no penalty.",
    fix="Divide with /.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={"reference_length / candidate_length": "reference_length // candidate_length"},
)

misconception(
    brevity_penalty,
    "penalty_in_percent",
    did="Your penalty runs from 0 to 100.",
    causes="It is a factor, so BLEU gets too large by another factor of 100.",
    fix="Return a number from 0 to 1.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-long",
    change={
        "return 1.0": "return 100.0",
        "return math.exp": "return 100 * math.exp",
    },
)

misconception(
    brevity_penalty,
    "penalty_in_both_directions",
    did="You penalize long translations as well as short ones.",
    causes="The precision does that already, because extra words match nothing.",
    fix="Return exactly 1 if the translation is long enough.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-long",
    change={
        ("    if candidate_length >= reference_length:\n        return 1.0\n"): "",
        "math.exp(1 - reference_length / candidate_length)": (
            "math.exp(-abs(1 - reference_length / candidate_length))"
        ),
    },
)

misconception(
    brevity_penalty,
    "penalty_with_the_condition_reversed",
    did="You return 1 for a translation that is too short, and the exponential for one that is "
    "too long.",
    causes="Missing words cost nothing, and extra words are rewarded.",
    fix="Return 1 if the candidate is at least as long as the reference.",
    section="decoding.html#decode-bleu",
    caught_by="brevity-short",
    change={"candidate_length >= reference_length": "candidate_length <= reference_length"},
)

# ---- corpus_bleu ---------------------------------------------------------------------------------

misconception(
    corpus_bleu,
    "bleu_averaged_over_sentences",
    did="You average the BLEU of the sentences.",
    causes="A sentence without a matching n-gram of four words counts as 0, however good it is.",
    fix="Add up the counts of all sentences first, and compute one score from the sums.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-corpus",
    change={
        "logarithm = 0.0": (
            "scores = [brevity_penalty(len(c), len(r)) for c, r in zip(candidates, references)]"
        ),
        (
            "        matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)\n"
            "        if matches == 0:\n"
            "            return 0.0\n"
            "        logarithm += math.log(matches / total) / LONGEST"
        ): (
            "        for i, (matches, total) in enumerate(counts):\n"
            "            scores[i] *= (matches / total) ** (1 / LONGEST) if matches else 0.0"
        ),
        (
            "    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))\n"
            "    return 100 * penalty * math.exp(logarithm)"
        ): "    return 100 * sum(scores) / len(scores)",
    },
)

misconception(
    corpus_bleu,
    "bleu_of_averaged_precisions",
    did="You average the precisions of the sentences.",
    causes="A sentence of two words counts as much as a sentence of thirty.",
    fix="Add up all matches and all totals, and divide once.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-corpus",
    change={
        "matches, total = sum(m for m, _ in counts), sum(t for _, t in counts)": (
            "precisions = [m / t for m, t in counts if t]"
        ),
        "matches == 0": "not any(precisions)",
        "matches / total": "sum(precisions) / len(precisions)",
    },
)

misconception(
    corpus_bleu,
    "bleu_across_sentences",
    did="You join all sentences into one.",
    causes="N-grams then run across the end of a sentence, and a word can match in another "
    "sentence.",
    fix="Count the matches of each sentence on its own.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-corpus",
    change={
        "    logarithm = 0.0": (
            "    candidates = [[token for tokens in candidates for token in tokens]]\n"
            "    references = [[token for tokens in references for token in tokens]]\n"
            "    logarithm = 0.0"
        )
    },
)

misconception(
    corpus_bleu,
    "bleu_with_the_arguments_swapped",
    did="You exchange candidates and references.",
    causes="The share of the reference that was found is a recall, and your penalty affects "
    "translations that are too long.",
    fix="Pass the candidate first, in both calls.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-sides",
    change={
        "map(clipped_matches, candidates, references, repeat(n))": (
            "map(clipped_matches, references, candidates, repeat(n))"
        ),
        "brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))": (
            "brevity_penalty(sum(map(len, references)), sum(map(len, candidates)))"
        ),
    },
)

misconception(
    corpus_bleu,
    "bleu_without_penalty",
    did="Your brevity penalty is 1 for a system that writes too little, or there is none.",
    causes="A system that writes only what is certain, and drops the rest, gets a perfect score.",
    fix="Multiply by the brevity penalty of the whole test set.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-brevity",
    change={
        "    penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))\n": "",
        "100 * penalty * ": "100 * ",
    },
)

misconception(
    corpus_bleu,
    "bleu_with_a_penalty_for_each_sentence",
    did="You compute a brevity penalty for each sentence and take their mean.",
    causes="A sentence that is too short cannot be balanced by another that is longer.",
    fix="Compare the lengths of the whole test set.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-brevity",
    change={
        "penalty = brevity_penalty(sum(map(len, candidates)), sum(map(len, references)))": (
            "penalties = list(map(brevity_penalty, map(len, candidates), map(len, references)))\n"
            "    penalty = sum(penalties) / len(penalties)"
        )
    },
)

misconception(
    corpus_bleu,
    "bleu_as_an_arithmetic_mean",
    did="You take the arithmetic mean of the four precisions.",
    causes="The precision of long n-grams hardly counts in it.",
    fix="Take the geometric mean: the fourth root of the product.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={
        "logarithm = 0.0": "mean = 0.0",
        "logarithm += math.log(matches / total) / LONGEST": "mean += matches / total / LONGEST",
        "math.exp(logarithm)": "mean",
    },
)

misconception(
    corpus_bleu,
    "bleu_as_a_product",
    did="You multiply the four precisions and take no root.",
    causes="Your score is much smaller than BLEU.",
    fix="Take the fourth root of the product, that is, divide the sum of the logarithms by 4.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={" / LONGEST": ""},
)

misconception(
    corpus_bleu,
    "bleu_of_the_longest_pieces",
    did="You use only the n-grams of four words.",
    causes="Shorter matches do not count, but BLEU is the geometric mean over the lengths 1, 2, 3 "
    "and 4.",
    fix="Use all lengths from 1 to 4.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={
        "range(1, LONGEST + 1)": "[LONGEST]",
        " / LONGEST": "",
    },
)

misconception(
    corpus_bleu,
    "bleu_as_a_share",
    did="Your score runs from 0 to 1.",
    causes="BLEU is given in percent, so yours is too small by the factor 100.",
    fix="Multiply the result by 100.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={"100 * ": ""},
)

misconception(
    corpus_bleu,
    "bleu_of_known_words",
    did="You replace words of the references by <unk>.",
    causes="A word that no translation uses becomes <unk>, and then the <unk> of a translation "
    "matches it.",
    fix="Leave the references as they were written.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-unknown",
    change={
        "    logarithm = 0.0": (
            "    known = {token for candidate in candidates for token in candidate}\n"
            '    references = [[t if t in known else "<unk>" for t in reference] for reference '
            "in references]\n"
            "    logarithm = 0.0"
        )
    },
)

misconception(
    corpus_bleu,
    "bleu_smoothed",
    did="You add 1 to the matches and totals of the longer n-grams.",
    causes="That is smoothing, which gives another number than the one in the paper.",
    fix="Divide the sums as they are, and return 0 if there is no match.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={
        "        if matches == 0:\n": (
            "        if n > 1:\n"
            "            matches, total = matches + 1, total + 1\n"
            "        if matches == 0:\n"
        ),
    },
)

misconception(
    corpus_bleu,
    "bleu_of_almost_zero",
    did="You add a small number to each precision, so that its logarithm exists.",
    causes="If no n-gram of some length matches, the score must be 0, and yours is not.",
    fix="Return 0.0 if there is no match.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={
        ("        if matches == 0:\n            return 0.0\n"): "",
        "matches / total": "matches / max(total, 1) + 1e-9",
    },
)

misconception(
    corpus_bleu,
    "bleu_without_the_zero",
    did="You do not handle the case that no n-gram of some length matches.",
    causes="There is no logarithm of 0, and no quotient by 0, so your code raises an exception.",
    fix="Return 0.0 if there is no match.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={
        ("        if matches == 0:\n            return 0.0\n"): "",
    },
)

misconception(
    corpus_bleu,
    "bleu_up_to_three",
    did="You stop at n-grams of three words.",
    causes="`range` ends before its second number, so the precision of four words is missing.",
    fix="Use range(1, LONGEST + 1).",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={
        "range(1, LONGEST + 1)": "range(1, LONGEST)",
        " / LONGEST": " / (LONGEST - 1)",
    },
)

misconception(
    corpus_bleu,
    "bleu_with_halved_weights",
    did="Your weights are 1/2, 1/4, 1/8 and 1/16.",
    causes="Single words then count eight times as much as n-grams of four words.",
    fix="Give each length the weight 1/4.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-mean",
    change={"math.log(matches / total) / LONGEST": "math.log(matches / total) * 0.5**n"},
)

misconception(
    corpus_bleu,
    "bleu_without_short_sentences",
    did="You leave out sentences that are shorter than four words.",
    causes="Their words and pairs count too: BLEU adds up the counts of all sentences.",
    fix="Keep all sentences.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-corpus",
    change={
        "    logarithm = 0.0": (
            "    kept = [i for i, tokens in enumerate(candidates) if len(tokens) >= LONGEST]\n"
            "    candidates, references = [candidates[i] for i in kept], [references[i] for "
            "i in kept]\n"
            "    logarithm = 0.0"
        ),
    },
)

misconception(
    corpus_bleu,
    "bleu_of_different_numbers",
    did="You accept different numbers of translations and references.",
    causes="The surplus is dropped silently, or every later pair is misaligned.",
    fix="Raise a ValueError first, with require_one_reference_each.",
    section="decoding.html#decode-bleu",
    caught_by="bleu-sides",
    change={
        "    require_one_reference_each(candidates, references)\n": "",
    },
)
