"""Ways to get beam search wrong (right: `solutions.decoding.beam_search`)."""

from solutions.decoding.beam_search import beam_search, beam_step, extend_beams
from solutions.misconceptions import misconception

# ---- extend_beams --------------------------------------------------------------------------------

misconception(
    extend_beams,
    "extend_adds_probabilities",
    did="You add probabilities to the scores.",
    causes="The scores are logarithms, and the probability of a sentence is a product, so your "
    "sum means nothing.",
    fix="Add log-probabilities.",
    section="decoding.html#decode-beam",
    caught_by="extend-scores",
    change={"+ log_probabilities": "+ log_probabilities.exp()"},
)

misconception(
    extend_beams,
    "extend_multiplies_logarithms",
    did="You multiply the logarithms.",
    causes="The product of two negative numbers is positive, so the least likely words win.",
    fix="Add the logarithms; only probabilities are multiplied.",
    section="decoding.html#decode-beam",
    caught_by="extend-scores",
    change={"scores.unsqueeze(2) + log_probabilities": "scores.unsqueeze(2) * log_probabilities"},
)

misconception(
    extend_beams,
    "extend_forgets_the_past",
    did="You compare the next tokens without the scores of their prefixes.",
    causes="An unlikely prefix with one likely next word wins.",
    fix="Add the score of each beam to the log-probabilities of its continuations.",
    section="decoding.html#decode-beam",
    caught_by="extend-scores",
    change={"scores.unsqueeze(2) + log_probabilities": "log_probabilities"},
)

misconception(
    extend_beams,
    "extend_each_beam_by_itself",
    did="You take the same number of continuations from each beam.",
    causes="A bad beam keeps its children, although a good beam has several that are better.",
    fix="Let all k * V continuations of a sentence compete with each other.",
    section="decoding.html#decode-beam",
    caught_by="extend-all-beams",
    change={
        "    V = log_probabilities.size(2)\n": "",
        "best, index = first_largest(longer.flatten(1), count)": (
            "each = math.ceil(count / scores.size(1))\n"
            "    best, tokens = longer.topk(each)\n"
            "    best, index = first_largest(best.flatten(1), count)"
        ),
        "index // V, index % V": "index // each, tokens.flatten(1).gather(1, index)",
    },
)

misconception(
    extend_beams,
    "extend_swaps_parent_and_token",
    did="You exchange parents and tokens when you read the flat index.",
    causes="Your tokens are numbers of beams, and your parents are ids of words.",
    fix="The parent is index // V, and the token is index % V.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"index // V, index % V": "index % V, index // V"},
)

misconception(
    extend_beams,
    "extend_divides_by_the_beams",
    did="You divide the flat index by the number of beams.",
    causes="Each beam has V continuations in a row, so your parents and tokens belong to other "
    "continuations.",
    fix="Divide the flat index by V.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={
        "V = log_probabilities.size(2)": "k = scores.size(1)",
        "index // V, index % V": "index // k, index % k",
    },
)

misconception(
    extend_beams,
    "extend_keeps_the_flat_index",
    did="You return the flat index as the token.",
    causes="It runs up to k * V, so it is an id of a word only in the first beam.",
    fix="The token is index % V.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"index % V": "index"},
)

misconception(
    extend_beams,
    "extend_divides_truly",
    did="You divide with /, so your parents are fractions.",
    causes="A parent is the number of a beam, and only an integer can be used as an index.",
    fix="Divide with //.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"index // V": "index / V"},
)

misconception(
    extend_beams,
    "extend_keeps_k",
    did="You keep as many hypotheses as there are beams, whatever `count` says.",
    causes="A step of the search asks for 2 k of them, so that k remain when some end.",
    fix="Keep count of them.",
    section="decoding.html#decode-beam",
    caught_by="extend-scores",
    change={"longer.flatten(1), count": "longer.flatten(1), scores.size(1)"},
)

misconception(
    extend_beams,
    "extend_lays_the_beams_first",
    did="You swap the axes of beams and tokens before you flatten.",
    causes="In your flat row the k continuations by one token are neighbors, so index // V is no "
    "longer the parent.",
    fix="Flatten (R, k, V) as it is.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"longer.flatten(1)": "longer.transpose(1, 2).flatten(1)"},
)

misconception(
    extend_beams,
    "extend_adds_scores_to_tokens",
    did="You give scores their new axis in the wrong place, (R, 1, k).",
    causes="The scores of the beams are added along the vocabulary, which fails unless k and V "
    "happen to fit.",
    fix="Use scores.unsqueeze(2), (R, k, 1).",
    section="decoding.html#decode-beam",
    caught_by="extend-scores",
    change={"scores.unsqueeze(2)": "scores.unsqueeze(1)"},
)

misconception(
    extend_beams,
    "extend_turns_ties_round",
    did="You sort by rising score and reverse the result, which reverses equal ones too.",
    causes="Equal hypotheses must come in the order of their parents, then of their tokens, or "
    "the result changes from run to run.",
    fix="Use first_largest, which keeps equal numbers in their order.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={
        "best, index = first_largest(longer.flatten(1), count)": (
            "rising, order = longer.flatten(1).sort(dim=1, stable=True)\n"
            "    best, index = rising.flip(1)[:, :count], order.flip(1)[:, :count]"
        ),
    },
)

misconception(
    extend_beams,
    "extend_leaves_ties_to_topk",
    did="You use topk, which returns equal numbers in any order.",
    causes="Equal hypotheses must come in the order of their parents, then of their tokens, or "
    "the result changes from machine to machine.",
    fix="Use first_largest, which keeps equal numbers in their order.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"first_largest(longer.flatten(1), count)": "longer.flatten(1).topk(count)"},
)

misconception(
    extend_beams,
    "extend_multiplies_fractions_back",
    did="You divide with / and compute the tokens from the fractions that you get.",
    causes="Your parents are fractions, and an index minus its own fraction times V is always 0, "
    "so all your tokens are 0.",
    fix="The parent is index // V, and the token is index % V.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"index // V, index % V": "index / V, index - index / V * V"},
)

misconception(
    extend_beams,
    "extend_returns_places_for_tokens",
    did="Your tokens are places in the sorted row of a beam, not ids of words.",
    causes="Place 0 belongs to the likeliest token, whichever word that is, so the search writes "
    "other words than it has chosen.",
    fix="Use the places to look up the tokens in the indices that topk or sort returned.",
    section="decoding.html#decode-beam",
    caught_by="extend-parents",
    change={"longer.flatten(1)": "longer.sort(dim=2, descending=True).values.flatten(1)"},
)

# ---- beam_step -----------------------------------------------------------------------------------

misconception(
    beam_step,
    "beam_step_extends_the_finished",
    did="You leave the finished hypotheses in the beams.",
    causes="They are extended after </s> and take the places of hypotheses that are still being "
    "written.",
    fix="Let only the k best continuations without </s> live on.",
    section="decoding.html#decode-beam",
    caught_by="beam-ends",
    change={
        "    _, living = first_largest((~ended).float(), k)\n": "",
        "pick(prefixes, living), pick(scores, living), pick(parents, living)": (
            "prefixes[:, :k], scores[:, :k], parents[:, :k]"
        ),
    },
)

misconception(
    beam_step,
    "beam_step_drops_the_finished",
    did="You drop a hypothesis at </s> instead of finishing it.",
    causes="Only the hypotheses that were cut at the maximum length remain.",
    fix="Finish every hypothesis among the k best whose new token is </s>.",
    section="decoding.html#decode-beam",
    caught_by="beam-ends",
    change={"(ended | at_limit.unsqueeze(1))": "at_limit.unsqueeze(1)"},
)

misconception(
    beam_step,
    "beam_step_finishes_too_many",
    did="You finish every continuation with </s>, even a bad one.",
    causes="With one beam, your search is no longer greedy search.",
    fix="Finish only those among the k best continuations.",
    section="decoding.html#decode-beam",
    caught_by="beam-ends",
    change={"complete[:, :k]": "complete"},
)

misconception(
    beam_step,
    "beam_step_leaves_the_prefixes",
    did="You append the new tokens to the prefixes in their old order.",
    causes="A token belongs to the prefix of its parent, so your sentences are mixed up.",
    fix="Reorder the prefixes by their parents first.",
    section="decoding.html#decode-beam",
    caught_by="beam-order",
    change={"pick(prefixes, parents)": "prefixes.repeat(1, 2, 1)"},
)

misconception(
    beam_step,
    "beam_step_ends_for_nothing",
    did="You give a finished hypothesis the score of its parent.",
    causes="The log-probability of </s> is missing, so a translation can stop anywhere without a "
    "loss.",
    fix="Use the score that includes </s>.",
    section="decoding.html#decode-beam",
    caught_by="beam-end-score",
    change={
        "    k = prefixes.size(1)\n": "    k, before = prefixes.size(1), scores\n",
        "    complete =": (
            "    counted = torch.where(ended, pick(before, parents), scores)\n    complete ="
        ),
        "scores[row, column].item()": "counted[row, column].item()",
    },
)

misconception(
    beam_step,
    "beam_step_loses_what_is_cut",
    did="You ignore the maximum length.",
    causes="A hypothesis without </s> is lost there, so a model that never writes </s> has no "
    "translation at all.",
    fix="At the limit, finish the k best continuations as they are.",
    section="decoding.html#decode-beam",
    caught_by="beam-limit",
    change={"(ended | at_limit.unsqueeze(1))": "ended"},
)

misconception(
    beam_step,
    "beam_step_finishes_what_is_not_there",
    did="You finish hypotheses of probability zero.",
    causes="A beam that is not in use has the score -inf, and at the maximum length it becomes a "
    "translation.",
    fix="Leave out what is not finite.",
    section="decoding.html#decode-beam",
    caught_by="beam-limit",
    change={" & scores.isfinite()": ""},
)

misconception(
    beam_step,
    "beam_step_keeps_the_start",
    did="Your finished hypotheses still begin with <s>.",
    causes="It would count in their length, but it is no part of the translation.",
    fix="Take the tokens from index 1 on.",
    section="decoding.html#decode-beam",
    caught_by="beam-ends",
    change={"prefixes[row, column, 1:]": "prefixes[row, column]"},
)

misconception(
    beam_step,
    "beam_step_drops_the_end_symbol",
    did="You take </s> off the finished hypotheses.",
    causes="Its log-probability is in the score, so it must still count in the length when "
    "hypotheses are ranked.",
    fix="Keep </s> among the tokens; beam_search takes it off at the end.",
    section="decoding.html#decode-beam",
    caught_by="beam-ends",
    change={
        "prefixes[row, column, 1:].tolist()": (
            "[t for t in prefixes[row, column, 1:].tolist() if t != eos_id]"
        ),
    },
)

misconception(
    beam_step,
    "beam_step_ends_at_two",
    did="You compare tokens with 2, not with eos_id.",
    causes="In another vocabulary, </s> has another id.",
    fix="Compare with eos_id.",
    section="decoding.html#decode-beam",
    caught_by="beam-end-score",
    change={"tokens == eos_id": "tokens == 2"},
)

misconception(
    beam_step,
    "beam_step_counts_parents_over_the_batch",
    did="You number the parents over the whole batch.",
    causes="A parent is a beam of its own sentence, a number from 0 to k - 1; beam_search adds "
    "the first row of the sentence.",
    fix="Return the parents as extend_beams gives them.",
    section="decoding.html#decode-beam",
    caught_by="beam-order",
    change={
        "pick(parents, living)": (
            "pick(parents + k * torch.arange(len(parents)).unsqueeze(1), living)"
        ),
    },
)

# ---- beam_search ---------------------------------------------------------------------------------

misconception(
    beam_search,
    "beam_search_with_equal_beams",
    did="You start with k beams that all count.",
    causes="They hold the same prefix and get the same children, so they stay k copies of greedy "
    "search.",
    fix="Give all beams but one the score -inf at the start.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={"    scores[:, 1:] = -math.inf\n": ""},
)

misconception(
    beam_search,
    "beam_search_leaves_the_predictor",
    did="You reorder the prefixes but not the predictor.",
    causes="What a cache has computed for a row then belongs to another prefix.",
    fix="Tell the predictor which parent each row continues.",
    section="decoding.html#decode-beam",
    caught_by="search-predictor-order",
    change={"(first_row + parents)": "(first_row + torch.arange(beam_size))"},
)

misconception(
    beam_search,
    "beam_search_with_one_limit",
    did="You use the largest limit of the batch for all sentences.",
    causes="Your search goes on after a sentence has reached its own limit, so its translation "
    "depends on the rest of the batch.",
    fix="Stop each sentence at its own maximum length.",
    section="decoding.html#decode-beam",
    caught_by="search-limit",
    change={
        "    finished: list": (
            "    limits = torch.full_like(limits, int(limits.max()))\n    finished: list"
        )
    },
)

misconception(
    beam_search,
    "beam_search_keeps_the_end",
    did="Your hypotheses still end with </s>.",
    causes="It marks the end for the model and is no part of the translation.",
    fix="Take a last eos_id off the tokens after the ranking.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={"tokens[:-1] if tokens[-1] == eos_id else tokens": "tokens"},
)

misconception(
    beam_search,
    "beam_search_mixes_the_sentences",
    did="You give the predictor the parents as they are, counted within their sentence.",
    causes="Its rows are counted over the whole batch, so all sentences continue with the rows of "
    "the first.",
    fix="Add r * k to the parents of sentence r.",
    section="decoding.html#decode-beam",
    caught_by="search-predictor-order",
    change={"(first_row + parents)[kept]": "parents[kept]"},
)

misconception(
    beam_search,
    "beam_search_repeats_the_batch",
    did="You repeat the batch as a whole, so the rows of a sentence are not neighbors.",
    causes="The first k rows of the predictor then belong to k different sentences.",
    fix="Use repeat_interleave(beam_size), not repeat.",
    section="decoding.html#decode-beam",
    caught_by="search-predictor-order",
    change={"repeat_interleave(beam_size)": "repeat(beam_size)"},
)

misconception(
    beam_search,
    "beam_search_returns_the_best_only",
    did="You return one hypothesis for each sentence instead of a list.",
    causes="A caller who wants the other translations, or takes the first of the list, gets "
    "something else.",
    fix="Return all finished hypotheses of each sentence, best first.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={
        ("    return [\n        [\n"): ("    every = [\n        [\n"),
        ("        for hypotheses in finished\n    ]"): (
            "        for hypotheses in finished\n"
            "    ]\n"
            "    return [hypotheses[0] for hypotheses in every]"
        ),
    },
)

misconception(
    beam_search,
    "beam_search_returns_log_probabilities",
    did="Your hypotheses have their log-probability, not their score.",
    causes="The order is right, but hypotheses of different lengths can no longer be compared.",
    fix="Return the score that rank_hypotheses gives.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={
        "Hypothesis(tokens[:-1] if tokens[-1] == eos_id else tokens, score)": (
            "Hypothesis(\n"
            "                tokens[:-1] if tokens[-1] == eos_id else tokens,\n"
            "                score * ((5 + len(tokens)) / 6) ** alpha,\n"
            "            )"
        ),
    },
)

misconception(
    beam_search,
    "beam_search_with_a_fixed_alpha",
    did="You use 0.6 for alpha, whatever the caller asks for.",
    causes="0.6 is only its default; with alpha = 0 there must be no penalty.",
    fix="Pass alpha on.",
    section="decoding.html#decode-length-penalty",
    caught_by="search-start",
    change={
        "    finished: list": ("    alpha = 0.6\n    finished: list"),
    },
)

misconception(
    beam_search,
    "beam_search_stops_at_the_first_finished",
    did="Your search of a sentence stops when something is finished.",
    causes="A living hypothesis can still overtake it, because of its probability or its length "
    "penalty.",
    fix="Ask is_over.",
    section="decoding.html#decode-stopping",
    caught_by="search-start",
    change={
        "is_over(finished[sentence], best[row], limit, alpha)": "len(finished[sentence]) > 0",
    },
)

misconception(
    beam_search,
    "beam_search_one_token_too_long",
    did="You let each sentence have one token more than its limit.",
    causes="The prefix has <s> at its beginning, so with the new token it has one entry more than "
    "the translation.",
    fix="A sentence is at its limit when the longer prefix has limit + 1 entries.",
    section="decoding.html#decode-length",
    caught_by="search-limit",
    change={"limits[sentences] == prefixes.size(2)": "limits[sentences] == prefixes.size(2) - 1"},
)

misconception(
    beam_search,
    "beam_search_writes_padding",
    did="You allow the search to write padding and <s>.",
    causes="The model has learned nothing about them as outputs, so they can appear in a "
    "translation.",
    fix="Make both impossible with forbid.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={
        "forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])": (
            "predictor.log_probabilities(prefixes.flatten(0, 1))"
        ),
    },
)

misconception(
    beam_search,
    "beam_search_takes_any_arguments",
    did="You accept arguments that are out of range.",
    causes="With a negative alpha, for example, the score bound does not hold, so the result may "
    "not be the best.",
    fix="Check the arguments first, with require_a_possible_search and require_beams_and_penalty.",
    section="decoding.html#decode-beam",
    caught_by="search-refused",
    change={
        "torch.stack([sentences, limits[sentences]], dim=1).tolist()": (
            "list(zip(sentences.tolist(), limits[sentences].tolist()))"
        ),
        (
            "    require_a_possible_search(limits, pad_id, bos_id, eos_id)\n"
            "    require_beams_and_penalty(beam_size, alpha)\n"
        ): "",
        "limits.new_full((len(limits), beam_size, 1), bos_id)": (
            "torch.full((len(limits), beam_size, 1), bos_id)"
        ),
    },
)

misconception(
    beam_search,
    "beam_search_goes_on_with_nan",
    did="You search on if the model's numbers are NaN.",
    causes="No comparison with NaN is true, so the hypotheses that you keep mean nothing.",
    fix="Raise a ValueError; `forbid` does it for you.",
    section="decoding.html#decode-beam",
    caught_by="search-refused",
    change={
        "forbid(predictor.log_probabilities(prefixes.flatten(0, 1)), [pad_id, bos_id])": (
            "predictor.log_probabilities(prefixes.flatten(0, 1)).index_fill(\n"
            "            1, torch.tensor([pad_id, bos_id]), -math.inf\n"
            "        )"
        ),
    },
)

misconception(
    beam_search,
    "beam_search_runs_to_the_limit",
    did="You search every sentence to its maximum length.",
    causes="You find the same best hypothesis, but most steps are spent after it is certain.",
    fix="Drop a sentence as soon as is_over says that its best hypothesis is certain.",
    section="decoding.html#decode-stopping",
    caught_by="search-limit",
    change={
        "            over[row] |= is_over(finished[sentence], best[row], limit, alpha)\n": "",
    },
)

misconception(
    beam_search,
    "beam_search_forbids_zero_and_one",
    did="You forbid the ids 0 and 1, whatever pad_id and bos_id are.",
    causes="In another vocabulary they are words, and the search may write padding and <s>.",
    fix="Forbid [pad_id, bos_id].",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={"[pad_id, bos_id])": "[0, 1])"},
)

misconception(
    beam_search,
    "beam_search_ends_at_two",
    did="You take 2 for the id of </s>, whatever eos_id is.",
    causes="In another vocabulary 2 is a word: hypotheses end at that word and go on after </s>.",
    fix="Pass eos_id to beam_step, and compare with it at the end.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={
        "next_token, eos_id, at_limit)": "next_token, 2, at_limit)",
        "tokens[-1] == eos_id": "tokens[-1] == 2",
    },
)

misconception(
    beam_search,
    "beam_search_with_four_beams",
    did="You search with four beams, whatever beam_size says.",
    causes="4 is only its default. A caller who asks for more beams finds no more, and one beam is "
    "no longer greedy search.",
    fix="Use beam_size.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={"    finished: list": "    beam_size = 4\n    finished: list"},
)

misconception(
    beam_search,
    "beam_search_returns_a_list_of_one",
    did="You return a list that contains only the best hypothesis of each sentence.",
    causes="A caller who wants the other translations cannot get them.",
    fix="Return all finished hypotheses of each sentence, best first.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={"in rank_hypotheses(hypotheses, alpha)": "in rank_hypotheses(hypotheses, alpha)[:1]"},
)

misconception(
    beam_search,
    "beam_search_prefers_the_last_found",
    did="You put the hypothesis that was found last first if several are equal.",
    causes="The docstring promises the one that was found first, which is usually shorter.",
    fix="Add what is finished behind the earlier ones; rank_hypotheses keeps equal ones in order.",
    section="decoding.html#decode-beam",
    caught_by="search-start",
    change={"rank_hypotheses(hypotheses, alpha)": "rank_hypotheses(hypotheses[::-1], alpha)"},
)

misconception(
    beam_search,
    "beam_search_takes_any_limits",
    did="You check beam_size and alpha, but not the limits and the ids.",
    causes="If </s> has the id of padding or <s>, which are forbidden, no sentence can end, and "
    "the caller never learns why.",
    fix="Call require_a_possible_search too.",
    section="decoding.html#decode-beam",
    caught_by="search-refused",
    change={"    require_a_possible_search(limits, pad_id, bos_id, eos_id)\n": ""},
)

misconception(
    beam_search,
    "beam_search_takes_no_beams",
    did="You refuse a negative number of beams, but not 0.",
    causes="Without a beam nothing can be found, and the caller gets an error that does not name "
    "the cause.",
    fix="Call require_beams_and_penalty, which asks for at least one beam.",
    section="decoding.html#decode-beam",
    caught_by="search-refused",
    change={
        "    require_beams_and_penalty(beam_size, alpha)\n": (
            "    if beam_size < 0 or not 0 <= alpha < math.inf:\n"
            '        raise ValueError("beam_size and alpha must not be negative")\n'
        ),
    },
)
