"""Ways to get greedy search wrong (right: `solutions.decoding.greedy`)."""

from solutions.decoding.greedy import greedy, length_limits
from solutions.misconceptions import misconception

# ---- length_limits -------------------------------------------------------------------------------

misconception(
    length_limits,
    "limits_that_count_padding",
    did="Your limit counts the padding.",
    causes="A short sentence in a batch gets the limit of the longest one.",
    fix="Count only the tokens that are not padding.",
    section="decoding.html#decode-greedy",
    caught_by="limits-values",
    change={
        "(source != pad_id).sum(dim=1) + extra": (
            "torch.full((len(source),), source.size(1) + extra)"
        )
    },
)

misconception(
    length_limits,
    "limits_without_the_input",
    did="Your limit is `extra` alone, without the length of the input.",
    causes="A long sentence is cut too early: the paper allows the input length and 50 more.",
    fix="Add `extra` to the length of each source.",
    section="decoding.html#decode-greedy",
    caught_by="limits-values",
    change={"(source != pad_id).sum(dim=1) + extra": "torch.full((len(source),), extra)"},
)

misconception(
    length_limits,
    "limits_with_padding_zero",
    did="You look for padding with id 0 instead of pad_id.",
    causes="If padding has another id, it counts as part of the sentence, and real tokens with id "
    "0 do not.",
    fix="Compare with pad_id.",
    section="decoding.html#decode-length",
    caught_by="limits-values",
    change={"(source != pad_id)": "(source != 0)"},
)

misconception(
    length_limits,
    "limits_of_fifty",
    did="You add 50, whatever `extra` says.",
    causes="50 is only its default; a caller who asks for another number does not get it.",
    fix="Add `extra`.",
    section="decoding.html#decode-length",
    caught_by="limits-values",
    change={"+ extra": "+ 50"},
)

misconception(
    length_limits,
    "limits_of_floats",
    did="Your limits are floating-point numbers.",
    causes="Lengths are integers, and a search refuses limits of another type.",
    fix="Sum the booleans themselves, without a conversion to float.",
    section="decoding.html#decode-length",
    caught_by="limits-values",
    change={"(source != pad_id).sum": "(source != pad_id).float().sum"},
)

misconception(
    length_limits,
    "limits_of_the_whole_batch",
    did="You count the tokens of the whole batch together.",
    causes="All sentences share one limit, and it grows with the size of the batch.",
    fix="Sum over the positions of each sentence: dim=1.",
    section="decoding.html#decode-length",
    caught_by="limits-values",
    change={".sum(dim=1)": ".sum()"},
)

misconception(
    length_limits,
    "limits_along_the_batch",
    did="You sum over the sentences instead of the positions.",
    causes="You get one number for each position, (S,), not one for each sentence.",
    fix="Sum over the second axis: dim=1.",
    section="decoding.html#decode-length",
    caught_by="limits-values",
    change={".sum(dim=1)": ".sum(dim=0)"},
)

misconception(
    length_limits,
    "limits_as_a_list",
    did="You return a list of numbers.",
    causes="A search compares all limits at once, which needs a tensor.",
    fix="Return a tensor of shape (B,).",
    section="decoding.html#decode-length",
    caught_by="limits-values",
    change={
        "(source != pad_id).sum(dim=1) + extra": (
            "((source != pad_id).sum(dim=1) + extra).tolist()"
        ),
    },
)

misconception(
    length_limits,
    "limits_of_an_empty_sentence",
    did="You accept a sentence without any token.",
    causes="A sentence has at least its end symbol, so a row of nothing but padding is an error "
    "in the data, and you hide it.",
    fix="Raise a ValueError, for example with require_a_token_each.",
    section="decoding.html#decode-length",
    caught_by="limits-refused",
    change={
        "    require_a_token_each(source, pad_id)\n": "",
    },
)

misconception(
    length_limits,
    "limits_of_three_axes",
    did="You accept a source of three axes.",
    causes="A sum over its second axis is not the length of a sentence, so the search gets limits "
    "that mean nothing.",
    fix="Raise a ValueError unless source.dim() is 2; require_a_token_each does it.",
    section="decoding.html#decode-length",
    caught_by="limits-refused",
    change={
        "    require_a_token_each(source, pad_id)\n": (
            "    if source.dim() < 2 or (source == pad_id).all(dim=1).any():\n"
            '        raise ValueError("a batch has two axes, and a sentence has a token")\n'
        ),
    },
)

# ---- greedy --------------------------------------------------------------------------------------

misconception(
    greedy,
    "greedy_runs_past_the_end",
    did="Your sentences do not stop at </s>.",
    causes="The model goes on to the maximum length, and what it writes after the end is noise.",
    fix="Close a sentence when its token is </s>.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-stops",
    change={
        "(tokens != eos_id) & (prefixes.size(1) < limits[sentences])": (
            "prefixes.size(1) < limits[sentences]"
        )
    },
)

misconception(
    greedy,
    "greedy_stops_all_together",
    did="Your whole batch stops when the first sentence has written </s>.",
    causes="All other sentences are cut in the middle.",
    fix="Decide for each sentence on its own whether it is finished.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-stops",
    change={"(tokens != eos_id) &": "(tokens != eos_id).all() &"},
)

misconception(
    greedy,
    "greedy_without_limit",
    did="You ignore the limits and stop only at </s> or after a fixed number of tokens.",
    causes="A sentence whose </s> never comes gets much too long.",
    fix="Stop each sentence at its own limit.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-limit",
    change={"(prefixes.size(1) < limits[sentences])": "(prefixes.size(1) < 200)"},
)

misconception(
    greedy,
    "greedy_with_one_limit",
    did="You use the largest limit for all sentences.",
    causes="The translation of a sentence then depends on the other sentences of the batch.",
    fix="Compare with the limit of each open sentence.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-limit",
    change={"limits[sentences]": "limits.max()"},
)

misconception(
    greedy,
    "greedy_counts_the_start",
    did="Your limit counts <s> as a token of the translation.",
    causes="It belongs to the prefix only, so your translations are cut one token too early.",
    fix="Count only the tokens after <s>.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-limit",
    change={"prefixes.size(1) < limits[sentences]": "prefixes.size(1) + 1 < limits[sentences]"},
)

misconception(
    greedy,
    "greedy_without_start",
    did="Your prefixes do not begin with <s>.",
    causes="In training every target began with <s>, so the model has never learned what comes "
    "first without it.",
    fix="Begin each prefix with bos_id.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-start",
    change={
        "limits.new_full((len(limits), 1), bos_id)": "limits.new_full((len(limits), 1), pad_id)"
    },
)

misconception(
    greedy,
    "greedy_does_not_feed_back",
    did="You append <s> to the prefix instead of the chosen token.",
    causes="The model never sees what it has written, so it predicts the next token without it.",
    fix="Append the chosen tokens to the prefixes.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-feeds-back",
    change={"tokens.unsqueeze(1)": "prefixes[:, :1]"},
)

misconception(
    greedy,
    "greedy_feeds_one_token",
    did="You give the predictor only the last token.",
    causes="A predictor without a cache needs everything that was written, from <s> on.",
    fix="Pass the whole prefixes.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-feeds-back",
    change={"log_probabilities(prefixes)": "log_probabilities(prefixes[:, -1:])"},
)

misconception(
    greedy,
    "greedy_keeps_the_frame",
    did="Your result still contains <s> and </s>.",
    causes="They mark the beginning and the end for the model and are no part of the translation.",
    fix="Return only the tokens between them.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-specials",
    change={
        "[[] for _ in limits]": "[[bos_id] for _ in limits]",
        (
            "            if token != eos_id:\n                written[sentence].append(token)"
        ): "            written[sentence].append(token)",
    },
)

misconception(
    greedy,
    "greedy_writes_padding",
    did="You allow the search to write padding and <s>.",
    causes="The model has learned nothing about them as outputs, so they can appear in a "
    "translation.",
    fix="Make both impossible with forbid.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-specials",
    change={
        "forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])": (
            "predictor.log_probabilities(prefixes)"
        )
    },
)

misconception(
    greedy,
    "greedy_takes_the_least_likely",
    did="You negate the log-probabilities, so you take the least likely token.",
    causes="Log-probabilities are negative, and the largest is the one nearest to zero.",
    fix="Take the token with the largest log-probability.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-likeliest",
    change={"predictor.log_probabilities(prefixes)": "-predictor.log_probabilities(prefixes)"},
)

misconception(
    greedy,
    "greedy_keeps_the_end",
    did="Your result still contains </s>.",
    causes="It ends the sentence and is no part of the translation.",
    fix="Append a token only if it is not eos_id.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-specials",
    change={
        (
            "            if token != eos_id:\n                written[sentence].append(token)"
        ): "            written[sentence].append(token)",
    },
)

misconception(
    greedy,
    "greedy_forbids_with_zero",
    did="You forbid padding and <s> with 0.",
    causes="0 is the logarithm of 1, the largest log-probability there is, so they are always "
    "chosen.",
    fix="Set their log-probabilities to -inf, as `forbid` does.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-specials",
    change={
        "next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])": (
            "next_token = predictor.log_probabilities(prefixes).clone()\n"
            "        next_token[:, [pad_id, bos_id]] = 0"
        ),
    },
)

misconception(
    greedy,
    "greedy_leaves_the_predictor",
    did="You drop the rows of finished sentences without telling the predictor.",
    causes="Its rows then belong to other sentences than yours.",
    fix="Call predictor.reorder with the rows that you keep.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-stops",
    change={
        "        predictor.reorder(kept)\n": "",
    },
)

misconception(
    greedy,
    "greedy_takes_any_limits",
    did="You accept limits that are out of range, such as 0.",
    causes="A sentence that may have no token gets one all the same, and the caller never learns "
    "of the error.",
    fix="Check the arguments first, with require_a_possible_search.",
    section="decoding.html#decode-length",
    caught_by="greedy-limit",
    change={
        "    require_a_possible_search(limits, pad_id, bos_id, eos_id)\n": "",
        "limits.new_full((len(limits), 1), bos_id)": "torch.full((len(limits), 1), bos_id)",
    },
)

misconception(
    greedy,
    "greedy_goes_on_with_nan",
    did="You search on if the model's numbers are NaN.",
    causes="No comparison with NaN is true, so the tokens that you choose mean nothing.",
    fix="Raise a ValueError; `forbid` does it for you.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-specials",
    change={
        "forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])": (
            "predictor.log_probabilities(prefixes).index_fill(\n"
            "            1, torch.tensor([pad_id, bos_id]), -torch.inf\n"
            "        )"
        ),
    },
)

misconception(
    greedy,
    "greedy_forbids_zero_and_one",
    did="You forbid the ids 0 and 1, whatever pad_id and bos_id are.",
    causes="In another vocabulary they are words, and the search may write padding and <s>.",
    fix="Forbid [pad_id, bos_id].",
    section="decoding.html#decode-greedy",
    caught_by="greedy-specials",
    change={"[pad_id, bos_id])": "[0, 1])"},
)

misconception(
    greedy,
    "greedy_starts_with_one",
    did="Your prefixes begin with the id 1, whatever bos_id is.",
    causes="In another vocabulary 1 is a word, so the model continues a sentence that it has not "
    "written.",
    fix="Begin each prefix with bos_id.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-start",
    change={"limits.new_full((len(limits), 1), bos_id)": "limits.new_full((len(limits), 1), 1)"},
)

misconception(
    greedy,
    "greedy_ends_at_two",
    did="You compare the tokens with 2, not with eos_id.",
    causes="In another vocabulary 2 is a word, and </s> has another id: a sentence ends at that "
    "word, or not at all.",
    fix="Compare with eos_id.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-stops",
    change={"if token != eos_id": "if token != 2", "(tokens != eos_id)": "(tokens != 2)"},
)

misconception(
    greedy,
    "greedy_checks_the_smallest_limit_only",
    did="You check that each limit is at least 1, but not the type of the limits and the ids.",
    causes="If </s> has the id of padding or <s>, which are forbidden, no sentence can end, and "
    "the caller never learns why.",
    fix="Check all arguments first, with require_a_possible_search.",
    section="decoding.html#decode-length",
    caught_by="greedy-limit",
    change={
        "    require_a_possible_search(limits, pad_id, bos_id, eos_id)\n": (
            "    if (limits < 1).any():\n"
            '        raise ValueError("each limit must be at least 1")\n'
        ),
        "limits.new_full((len(limits), 1), bos_id)": "torch.full((len(limits), 1), bos_id)",
    },
)

misconception(
    greedy,
    "greedy_cuts_the_last_token",
    did="Your sentences are one token too short when they reach their limit.",
    causes="Either your limit counts <s>, or you remove the last token although it is not </s>.",
    fix="Count only the tokens after <s>, and remove the last one only if it is </s>.",
    section="decoding.html#decode-greedy",
    caught_by="greedy-limit",
    change={"if token != eos_id": "if token != eos_id and prefixes.size(1) < limits[sentence]"},
)
