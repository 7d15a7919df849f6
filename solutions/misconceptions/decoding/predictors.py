"""Ways to ask a model for the next token wrongly (right: `solutions.decoding.predictors`)."""

from solutions.decoding.predictors import next_log_probabilities
from solutions.misconceptions import misconception

misconception(
    next_log_probabilities,
    "next_token_of_the_first_position",
    did="Your prediction comes from the first position, not from the last.",
    causes="It says what follows <s>, so every step writes the same word.",
    fix="Take the last position of the prefix.",
    section="decoding.html#decode-greedy",
    caught_by="next-token-position",
    change={"x[:, -1]": "x[:, 0]"},
)

misconception(
    next_log_probabilities,
    "next_token_after_one_token",
    did="You give the decoder only the last token of each prefix.",
    causes="This function has no cache, so the decoder forgets everything that it has written "
    "before.",
    fix="Let the decoder read the whole prefix.",
    section="decoding.html#decode-greedy",
    caught_by="next-token-position",
    change={
        "decode(prefixes, memory, source_mask)": "decode(prefixes[:, -1:], memory, source_mask)"
    },
)

misconception(
    next_log_probabilities,
    "next_token_as_logits",
    did="You return the logits as they are.",
    causes="Greedy search works with them, but a beam search adds them up, and logits of "
    "different prefixes cannot be compared.",
    fix="Apply log_softmax to the logits.",
    section="decoding.html#decode-beam",
    caught_by="next-token-normalised",
    change={".log_softmax(dim=1)": ""},
)

misconception(
    next_log_probabilities,
    "next_token_as_probabilities",
    did="You return probabilities, not their logarithms.",
    causes="A search adds up your numbers, and a sum of probabilities is not the probability of a "
    "sentence.",
    fix="Return log-probabilities.",
    section="decoding.html#decode-beam",
    caught_by="next-token-normalised",
    change={"log_softmax": "softmax"},
)

misconception(
    next_log_probabilities,
    "next_token_normalised_over_rows",
    did="Your softmax runs over the rows instead of the vocabulary.",
    causes="It compares the same word in different sentences.",
    fix="Let the softmax run over the vocabulary, the last axis.",
    section="decoding.html#decode-beam",
    caught_by="next-token-normalised",
    change={"dim=1": "dim=0"},
)

misconception(
    next_log_probabilities,
    "next_token_reads_source_padding",
    did="You let the decoder read the padding of the source.",
    causes="The translation of a sentence then changes if a longer sentence is in the same batch.",
    fix="Pass source_mask on to the decoder.",
    section="decoding.html#decode-greedy",
    caught_by="next-token-source-mask",
    change={
        "decode(prefixes, memory, source_mask)": (
            "decode(prefixes, memory, torch.ones_like(source_mask))"
        )
    },
)

misconception(
    next_log_probabilities,
    "next_token_of_every_position",
    did="You return a prediction for every position, (R, t, V).",
    causes="A search expects one row for each prefix, and only the last position predicts a token "
    "that is not there yet.",
    fix="Take the last position, x[:, -1].",
    section="decoding.html#decode-greedy",
    caught_by="next-token-position",
    change={"x[:, -1]).log_softmax(dim=1)": "x).log_softmax(dim=-1)"},
)

misconception(
    next_log_probabilities,
    "next_token_of_the_last_row",
    did="Your index takes the last prefix of the batch, not the last position.",
    causes="The first axis is R and the second is t, so all other prefixes get no prediction.",
    fix="Index the second axis: x[:, -1].",
    section="decoding.html#decode-greedy",
    caught_by="next-token-position",
    change={"x[:, -1]).log_softmax(dim=1)": "x[-1]).log_softmax(dim=-1)"},
)

misconception(
    next_log_probabilities,
    "next_token_normalised_twice",
    did="You apply log_softmax to probabilities, so you normalize twice.",
    causes="That flattens the distribution. Greedy search does not notice it, but a beam search "
    "adds up the wrong numbers.",
    fix="Apply log_softmax to the logits.",
    section="decoding.html#decode-greedy",
    caught_by="next-token-normalised",
    change={".log_softmax(dim=1)": ".softmax(dim=1).log_softmax(dim=1)"},
)

misconception(
    next_log_probabilities,
    "next_token_in_bits",
    did="You take the logarithm to base 2.",
    causes="Your numbers are larger than natural logarithms by the factor 1.44, so your scores "
    "are not comparable with others.",
    fix="Use the natural logarithm, as log_softmax does.",
    section="decoding.html#decode-greedy",
    caught_by="next-token-normalised",
    change={".log_softmax(dim=1)": ".softmax(dim=1).log2()"},
)

misconception(
    next_log_probabilities,
    "next_token_one_position_early",
    did="You take the last position but one.",
    causes="It predicts the last token of the prefix, which is known already.",
    fix="Take the last position, x[:, -1].",
    section="decoding.html#decode-greedy",
    caught_by="next-token-position",
    change={"x[:, -1]": "x[:, max(prefixes.size(1) - 2, 0)]"},
)
