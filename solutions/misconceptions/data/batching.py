"""Ways to get batches wrong (right: `solutions.data.batching`)."""

from solutions.data.batching import (
    collate,
    make_batches,
    pad,
    token_batches,
)
from solutions.misconceptions import misconception

misconception(
    pad,
    "pad_to_the_left",
    did="You put the padding at the beginning of the sequences.",
    causes="The words of a sentence get other positions in every batch, and the decoder reads "
    "padding before BOS.",
    fix="Put the padding at the end of each sequence.",
    section="training.html#train-batches",
    caught_by="pad-side",
    change={
        "[*s, *[pad_id] * (longest - len(s))]": "[*[pad_id] * (longest - len(s)), *s]",
    },
)

misconception(
    pad,
    "pad_with_zero",
    did="You pad with 0 and ignore pad_id.",
    causes="This is right only in a vocabulary where padding has the id 0. In any other, you add "
    "real words.",
    fix="Pad with the id that pad_id contains.",
    section="training.html#train-batches",
    caught_by="pad-id",
    change={
        "*[pad_id] * (longest - len(s))": "*[0] * (longest - len(s))",
    },
)

misconception(
    pad,
    "pad_cuts_to_the_shortest",
    did="You cut every sequence to the length of the shortest one.",
    causes="The ends of the longer sequences are lost, together with their EOS.",
    fix="Pad every sequence to the length of the longest one.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={
        "longest = max(map(len, sequences))": "shortest = min(map(len, sequences))",
        "[*s, *[pad_id] * (longest - len(s))]": "s[:shortest]",
    },
)

misconception(
    pad,
    "pad_to_a_fixed_length",
    did="You pad every batch to a fixed length of 72.",
    causes="Most sentences are much shorter, so most of the computation is spent on padding.",
    fix="Pad to the length of the longest sequence in this batch.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={
        "longest = max(map(len, sequences))": "longest = 72",
        "[*s, *[pad_id] * (longest - len(s))]": "[*s[:longest], *[pad_id] * (longest - len(s))]",
    },
)

misconception(
    pad,
    "pad_lies_on_its_side",
    did="You return (longest, B): each sequence is a column.",
    causes="PyTorch's pad_sequence does this by default, but here the batch is the first axis.",
    fix="Make each sequence a row; with pad_sequence, use batch_first=True.",
    section="training.html#train-batches",
    caught_by="pad-side",
    change={"for s in sequences])": "for s in sequences]).T"},
)

misconception(
    pad,
    "pad_in_floating_point",
    did="You return floating-point numbers.",
    causes="Ids are places in a table, and an embedding refuses floating-point numbers.",
    fix="Return int64; torch.ones and torch.zeros need dtype=torch.int64.",
    section="training.html#train-batches",
    caught_by="pad-side",
    change={"for s in sequences])": "for s in sequences]).float()"},
)

misconception(
    pad,
    "pad_in_32_bits",
    did="You return integers of 32 bits.",
    causes="The contract is int64, and your tensor cannot be used everywhere in PyTorch where "
    "ids are.",
    fix="Leave dtype out, or use torch.int64.",
    section="training.html#train-batches",
    caught_by="pad-side",
    change={"for s in sequences])": "for s in sequences], dtype=torch.int32)"},
)

misconception(
    pad,
    "pad_returns_lists",
    did="You return lists.",
    causes="The model needs a tensor: an embedding cannot look up a list.",
    fix="Hand the lists to torch.tensor.",
    section="training.html#train-batches",
    caught_by="pad-side",
    change={"torch.tensor([[*s": "([[*s"},
)

misconception(
    pad,
    "pad_adds_a_column",
    did="You pad to one more than the longest length.",
    causes="Your last column is padding in every row, which costs as much as a word.",
    fix="Pad to the length of the longest sequence.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={"longest = max(map(len, sequences))": "longest = max(map(len, sequences)) + 1"},
)

misconception(
    pad,
    "pad_to_a_multiple_of_eight",
    did="You round the length up to a multiple of 8.",
    causes="Some hardware likes this, but the contract is the longest length, and your "
    "batches have more padding.",
    fix="Pad to the length of the longest sequence.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={
        "longest = max(map(len, sequences))": "longest = -(-max(map(len, sequences)) // 8) * 8"
    },
)

misconception(
    pad,
    "pad_to_the_first",
    did="You pad every sequence to the length of the first one.",
    causes="If another one is longer, your rows differ in length and make no tensor.",
    fix="Take the largest length of all sequences.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={"longest = max(map(len, sequences))": "longest = len(sequences[0])"},
)

misconception(
    pad,
    "pad_truncates",
    did="You cut sequences after 50 tokens.",
    causes="The ends of long sentences are lost, together with their EOS.",
    fix="Pad to the length of the longest sequence, however long it is.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={
        "longest = max(map(len, sequences))": "longest = min(max(map(len, sequences)), 50)",
        "[*s, *[pad_id] * (longest - len(s))]": "[*s[:longest], *[pad_id] * (longest - len(s))]",
    },
)

misconception(
    pad,
    "pad_accepts_empty_sequences",
    did="You accept empty sequences, or no sequence at all.",
    causes="An empty row is all padding, so an error in your data shows up much later, as NaN.",
    fix="Keep the call of require_sequences_to_pad at the beginning.",
    section="training.html#train-batches",
    caught_by="pad-length",
    change={
        "    require_sequences_to_pad(sequences)\n": "",
        "longest = max(map(len, sequences))": "longest = max(map(len, sequences), default=0)",
    },
)

misconception(
    collate,
    "collate_without_shift",
    did="You do not shift the target: target_in and target_out are the same.",
    causes="The decoder reads the token that it has to predict and learns to copy. The loss falls "
    "to nearly 0, but the translations are worthless.",
    fix="Leave out the last token in target_in and the first token in target_out.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={
        "target[:-1]": "target",
        "target[1:]": "target",
    },
)

misconception(
    collate,
    "collate_shifts_backwards",
    did="You shift the target in the wrong direction.",
    causes="The decoder reads the next token and has to predict the one before it.",
    fix="Begin target_in with BOS, and end target_out with EOS.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={
        "target_in = pad([target[:-1] for _, target in pairs], pad_id)": (
            "target_in = pad([target[1:] for _, target in pairs], pad_id)"
        ),
        "target_out = pad([target[1:] for _, target in pairs], pad_id)": (
            "target_out = pad([target[:-1] for _, target in pairs], pad_id)"
        ),
    },
)

misconception(
    collate,
    "collate_never_ends",
    did="You leave EOS out of target_out.",
    causes="The model never learns to end a sentence.",
    fix="Keep EOS as the last token of each target in target_out.",
    section="training.html#train-shift",
    caught_by="collate-end",
    change={
        "    source = pad(": (
            "    pairs = [(source, target[:-1]) for source, target in pairs]\n    source = pad("
        ),
    },
)

misconception(
    collate,
    "collate_cuts_the_wrong_ends",
    did="You cut the padded targets at the wrong ends: target_in loses BOS, and target_out "
    "the last column.",
    causes="The decoder reads the next token and has to predict the one before it.",
    fix="Use the rows without the last column as target_in, and those without the first as "
    "target_out.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={
        ("    target_in = pad([target[:-1] for _, target in pairs], pad_id)\n"): (
            "    padded = pad([target for _, target in pairs], pad_id)\n"
        ),
        "    target_out = pad([target[1:] for _, target in pairs], pad_id)\n": "",
        "return source, target_in, target_out": "return source, padded[:, 1:], padded[:, :-1]",
    },
)

misconception(
    collate,
    "collate_begins_with_eos",
    did="Your target_in begins with EOS.",
    causes="fairseq does this, but this model begins with BOS, so it would translate from a "
    "token it has never read first.",
    fix="Leave out only the last token of each target.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={"target[:-1]": "[target[-1], *target[1:-1]]"},
)

misconception(
    collate,
    "collate_shifts_by_two",
    did="You shift the target by two places.",
    causes="The decoder skips a token at each position, and BOS is never followed by the "
    "first word.",
    fix="Leave out one token on each side: target[:-1] and target[1:].",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={"target[:-1]": "target[:-2]", "target[1:]": "target[2:]"},
)

misconception(
    collate,
    "collate_lies_on_its_side",
    did="Your tensors have one column for each pair: (S, B) and (T, B).",
    causes="The model takes your columns for sentences and mixes words of different pairs.",
    fix="Keep the batch as the first axis.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={"return source, target_in, target_out": "return source.T, target_in.T, target_out.T"},
)

misconception(
    collate,
    "collate_marks_padding_with_minus_100",
    did="You put -100 where nothing is to be predicted.",
    causes="PyTorch's cross_entropy ignores -100, but the loss of this course recognizes "
    "padding by pad_id.",
    fix="Fill up target_out with pad_id.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={
        ("return source, target_in, target_out"): (
            "return source, target_in, target_out.masked_fill(target_out == pad_id, -100)"
        )
    },
)

misconception(
    collate,
    "collate_pads_both_sides_alike",
    did="You pad sources and targets to one common length.",
    causes="If one side is shorter, you add columns that are nothing but padding.",
    fix="Pad each side on its own.",
    section="training.html#train-batches",
    caught_by="collate-shift",
    change={
        ("    source = pad([source for source, _ in pairs], pad_id)\n"): (
            "    sources = [source for source, _ in pairs]\n"
        ),
        ("    target_in = pad([target[:-1] for _, target in pairs], pad_id)\n"): (
            "    read = [target[:-1] for _, target in pairs]\n"
        ),
        ("    target_out = pad([target[1:] for _, target in pairs], pad_id)\n"): (
            "    said = [target[1:] for _, target in pairs]\n"
        ),
        ("return source, target_in, target_out"): (
            "return pad(sources + read + said, pad_id).split(len(pairs))"
        ),
    },
)

misconception(
    collate,
    "collate_ignores_pad_id",
    did="You pad with the constant PAD and ignore pad_id.",
    causes="This is right only where padding has the id 0. In any other vocabulary, you add "
    "real words.",
    fix="Pass pad_id on to pad.",
    section="training.html#train-batches",
    caught_by="collate-shift",
    change={
        "[source for source, _ in pairs], pad_id)": "[source for source, _ in pairs], PAD)",
        ("[target[:-1] for _, target in pairs], pad_id)"): (
            "[target[:-1] for _, target in pairs], PAD)"
        ),
        "[target[1:] for _, target in pairs], pad_id)": "[target[1:] for _, target in pairs], PAD)",
    },
)

misconception(
    collate,
    "collate_reverses_the_source",
    did="You reverse the source.",
    causes="This helped recurrent networks. Here your sentences end with their first word and "
    "not with EOS.",
    fix="Keep the order of the source.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={"[source for source, _ in pairs]": "[source[::-1] for source, _ in pairs]"},
)

misconception(
    collate,
    "collate_sorts_the_pairs",
    did="You sort the pairs by the length of the source.",
    causes="Recurrent networks needed this. Here row i of your tensors is no longer pair i.",
    fix="Keep the order of the pairs.",
    section="training.html#train-batches",
    caught_by="collate-shift",
    change={
        "    source = pad(": (
            "    pairs = sorted(pairs, key=lambda pair: -len(pair[0]))\n    source = pad("
        )
    },
)

misconception(
    collate,
    "collate_cuts_the_source",
    did="You cut off the last token of the source too.",
    causes="Your source loses its EOS; only the target is shifted.",
    fix="Pad the sources as they are.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={"[source for source, _ in pairs]": "[source[:-1] for source, _ in pairs]"},
)

misconception(
    collate,
    "collate_leaves_the_shift_to_the_model",
    did="You return two tensors, source and target.",
    causes="The model of this course does not shift the target by itself, so your caller "
    "misses target_out.",
    fix="Return three tensors: source, target_in and target_out.",
    section="training.html#train-shift",
    caught_by="collate-shift",
    change={
        "    target_in = pad([target[:-1] for _, target in pairs], pad_id)\n": "",
        "target[1:]": "target",
        "return source, target_in, target_out": "return source, target_out",
    },
)

misconception(
    token_batches,
    "batches_count_sentences",
    did="You limit the number of sentences in a batch, not the number of tokens.",
    causes="A batch of long sentences costs many times as much as a batch of short ones, and it "
    "may not fit into memory.",
    fix="Compare the number of pairs times the longest length with max_tokens.",
    section="training.html#train-batches",
    caught_by="batches-limit",
    change={
        "        longest = max(lengths[place])\n": "",
        "(len(batches[-1]) + 1) * longest > max_tokens": "len(batches[-1]) == max_tokens",
    },
)

misconception(
    token_batches,
    "batches_forget_the_padding",
    did="You count only the real tokens of a batch.",
    causes="Padding takes as much memory and time as a word, so your batches grow beyond the "
    "limit.",
    fix="Count padding too: a batch has as many tokens per side as pairs times the longest length.",
    section="training.html#train-batches",
    caught_by="batches-limit",
    change={
        "(len(batches[-1]) + 1) * longest > max_tokens": (
            "sum(max(lengths[i]) for i in batches[-1]) + longest > max_tokens"
        ),
    },
)

misconception(
    token_batches,
    "batches_count_one_side",
    did="You use the length of the source only.",
    causes="If a target is longer than its source, the target side of the batch exceeds the limit.",
    fix="Use the length of the longer side, max(lengths[place]).",
    section="training.html#train-batches",
    caught_by="batches-limit",
    change={
        "key=lambda place: max(lengths[place])": "key=lambda place: lengths[place]",
        "longest = max(lengths[place])": "longest = lengths[place][0]",
    },
)

misconception(
    token_batches,
    "batches_drop_the_last",
    did="You add a batch to the list only when the next pair does not fit, so you lose the last "
    "batch.",
    causes="It contains the longest sentences, and the model never sees them.",
    fix="Add the last batch to the list after the loop.",
    section="training.html#train-batches",
    caught_by="batches-complete",
    change={
        "    for place in order:": ("    batch: list[int] = []\n    for place in order:"),
        "if not batches or (len(batches[-1]) + 1) * longest > max_tokens": (
            "if (len(batch) + 1) * longest > max_tokens"
        ),
        "batches.append([])": ("batches.append(batch)\n            batch = []"),
        "batches[-1].append(place)": "batch.append(place)",
    },
)

misconception(
    token_batches,
    "batches_sort_by_the_source",
    did="You sort by the length of the source alone.",
    causes="The targets of a batch have very different lengths, so a large part of them is "
    "padding.",
    fix="Sort by the length of the longer side of each pair.",
    section="training.html#train-batches",
    caught_by="batches-similar",
    change={
        "key=lambda place: max(lengths[place])": "key=lambda place: lengths[place][0]",
        "    for place in order:": ("    longest = 0\n    for place in order:"),
        "longest = max(lengths[place])": "longest = max(longest, *lengths[place])",
        "batches.append([])": ("batches.append([])\n            longest = max(lengths[place])"),
    },
)

misconception(
    token_batches,
    "batches_sort_by_the_sum",
    did="You sort by the sum of both lengths.",
    causes="A pair of 10 and 10 tokens comes beside one of 2 and 18: both sides have much padding.",
    fix="Sort by the length of the longer side of each pair.",
    section="training.html#train-batches",
    caught_by="batches-similar",
    change={
        "key=lambda place: max(lengths[place])": "key=lambda place: sum(lengths[place])",
        "    for place in order:": ("    longest = 0\n    for place in order:"),
        "longest = max(lengths[place])": "longest = max(longest, *lengths[place])",
        "batches.append([])": ("batches.append([])\n            longest = max(lengths[place])"),
    },
)

misconception(
    token_batches,
    "batches_do_not_sort",
    did="You do not sort the pairs by length.",
    causes="Short and long sentences come into the same batch, and much of the computation is "
    "spent on padding.",
    fix="Sort the shuffled pairs by length before you cut them into batches.",
    section="training.html#train-batches",
    caught_by="batches-similar",
    change={
        "    order.sort(key=lambda place: max(lengths[place]))\n": "",
        "    for place in order:": ("    longest = 0\n    for place in order:"),
        "longest = max(lengths[place])": "longest = max(longest, *lengths[place])",
        "batches.append([])": ("batches.append([])\n            longest = max(lengths[place])"),
    },
)

misconception(
    token_batches,
    "batches_of_one",
    did="You make a batch of its own for each pair.",
    causes="There is no padding, but the hardware works on one sentence at a time, and each step "
    "follows the gradient of one sentence.",
    fix="Add pairs to a batch as long as it stays within max_tokens.",
    section="training.html#train-batches",
    caught_by="batches-full",
    change={
        (
            "        longest = max(lengths[place])\n"
            "        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:\n"
            "            batches.append([])\n"
            "        batches[-1].append(place)"
        ): "        batches.append([place])",
    },
)

misconception(
    token_batches,
    "batches_are_not_shuffled",
    did="You ignore the seed and never shuffle.",
    causes="Every epoch has the same batches in the same order, from the shortest sentences to "
    "the longest.",
    fix="Draw the order of the pairs and the order of the batches from a generator with this seed.",
    section="training.html#train-batches",
    caught_by="batches-shuffled",
    change={
        "    generator = torch.Generator().manual_seed(seed)\n": "",
        "order = torch.randperm(len(lengths), generator=generator).tolist()": (
            "order = list(range(len(lengths)))"
        ),
        "return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]": (
            "return batches"
        ),
    },
)

misconception(
    token_batches,
    "batches_keep_their_pairs",
    did="You shuffle the batches, but not the pairs of the same length.",
    causes="The same pairs are in the same batch in every epoch.",
    fix="Shuffle all pairs before you sort them by length.",
    section="training.html#train-batches",
    caught_by="batches-shuffled",
    change={
        "order = torch.randperm(len(lengths), generator=generator).tolist()": (
            "order = list(range(len(lengths)))"
        ),
    },
)

misconception(
    token_batches,
    "batches_ignore_the_seed",
    did="You draw from random numbers that do not come from the seed.",
    causes="The same seed gives different batches each time, so a run cannot be repeated.",
    fix="Pass a torch.Generator with this seed to torch.randperm.",
    section="training.html#train-batches",
    caught_by="batches-shuffled",
    change={
        "    generator = torch.Generator().manual_seed(seed)\n": "",
        "randperm(len(lengths), generator=generator)": "randperm(len(lengths))",
        "randperm(len(batches), generator=generator)": "randperm(len(batches))",
    },
)

misconception(
    token_batches,
    "batches_exceed_by_one",
    did="You close a batch only after the pair that makes it too large.",
    causes="Your full batches exceed max_tokens by one pair.",
    fix="Check whether one more pair fits before you add it.",
    section="training.html#train-batches",
    caught_by="batches-limit",
    change={
        ("(len(batches[-1]) + 1) * longest > max_tokens"): (
            "len(batches[-1]) * max(lengths[batches[-1][-1]]) > max_tokens"
        )
    },
)

misconception(
    token_batches,
    "batches_accept_any_pair",
    did="You accept a pair that is longer than max_tokens.",
    causes="It gets a batch of its own above the limit, which can exhaust the memory in the "
    "middle of an epoch.",
    fix="Keep the call of require_pairs_that_fit at the beginning.",
    section="training.html#train-batches",
    caught_by="batches-limit",
    change={"    require_pairs_that_fit(lengths, max_tokens)\n": ""},
)

misconception(
    token_batches,
    "batches_leave_out_long_pairs",
    did="You leave out pairs that are longer than max_tokens.",
    causes="Each pair must be in one batch, and your caller does not learn that some are missing.",
    fix="Raise ValueError: keep the call of require_pairs_that_fit.",
    section="training.html#train-batches",
    caught_by="batches-limit",
    change={
        "    require_pairs_that_fit(lengths, max_tokens)\n": "",
        ("    order.sort(key=lambda place: max(lengths[place]))\n"): (
            "    order = [place for place in order if max(lengths[place]) <= max_tokens]\n"
            "    order.sort(key=lambda place: max(lengths[place]))\n"
        ),
    },
)

misconception(
    token_batches,
    "batches_hold_lengths",
    did="Your batches hold the lengths of the pairs, not their places.",
    causes="Many pairs have the same lengths, so your caller cannot tell which pairs belong "
    "to a batch.",
    fix="Append the place of each pair.",
    section="training.html#train-batches",
    caught_by="batches-complete",
    change={"batches[-1].append(place)": "batches[-1].append(lengths[place])"},
)

misconception(
    token_batches,
    "batches_below_the_limit",
    did="You keep each batch below max_tokens and never let it reach the limit.",
    causes="A batch of exactly max_tokens is allowed, so yours have one pair less than they could.",
    fix="Begin a new batch only if the next pair would exceed max_tokens: use > and not >=.",
    section="training.html#train-batches",
    caught_by="batches-full",
    change={"longest > max_tokens": "longest >= max_tokens"},
)

misconception(
    token_batches,
    "batches_add_both_sides",
    did="You add the lengths of source and target.",
    causes="max_tokens is the limit for each side, so your batches have about half the pairs "
    "that fit.",
    fix="Use the length of the longer side, max(lengths[place]).",
    section="training.html#train-batches",
    caught_by="batches-full",
    change={
        "key=lambda place: max(lengths[place])": "key=lambda place: sum(lengths[place])",
        "longest = max(lengths[place])": "longest = sum(lengths[place])",
    },
)

misconception(
    token_batches,
    "batches_of_one_length",
    did="You put only pairs of the same length into a batch.",
    causes="A length that few pairs have makes a small batch, so you have more batches than "
    "necessary.",
    fix="Let a batch go on with the next length as long as it stays within max_tokens.",
    section="training.html#train-batches",
    caught_by="batches-full",
    change={
        ("(len(batches[-1]) + 1) * longest > max_tokens"): (
            "(len(batches[-1]) + 1) * longest > max_tokens or max(lengths[batches[-1][0]]) "
            "< longest"
        )
    },
)

misconception(
    token_batches,
    "batches_are_yielded",
    did="Your function yields the batches one by one.",
    causes="A generator has no length and can be used only once, but your caller expects a list.",
    fix="Return a list of batches.",
    section="training.html#train-batches",
    caught_by="batches-full",
    change={
        (
            "return [batches[i] for i in torch.randperm(len(batches), "
            "generator=generator).tolist()]"
        ): (
            "yield from [batches[i] for i in torch.randperm(len(batches), "
            "generator=generator).tolist()]"
        )
    },
)

misconception(
    token_batches,
    "batches_from_short_to_long",
    did="You shuffle the pairs, but you return the batches from short to long.",
    causes="Every epoch ends with long sentences, so your model is always trained on these last.",
    fix="Shuffle the batches too.",
    section="training.html#train-batches",
    caught_by="batches-shuffled",
    change={
        (
            "return [batches[i] for i in torch.randperm(len(batches), "
            "generator=generator).tolist()]"
        ): "return batches"
    },
)

misconception(
    token_batches,
    "batches_use_one_seed",
    did="You ignore seed and use a fixed seed of your own.",
    causes="Every epoch has the same batches in the same order.",
    fix="Pass seed to manual_seed.",
    section="training.html#train-batches",
    caught_by="batches-shuffled",
    change={"manual_seed(seed)": "manual_seed(42)"},
)

misconception(
    token_batches,
    "batches_seed_everything",
    did="You set PyTorch's global seed.",
    causes="After each call, dropout draws the same random numbers again, in your whole program.",
    fix="Use a generator of your own: torch.Generator().manual_seed(seed).",
    section="training.html#train-batches",
    caught_by="batches-shuffled",
    change={
        "    generator = torch.Generator().manual_seed(seed)\n": "    torch.manual_seed(seed)\n",
        "randperm(len(lengths), generator=generator)": "randperm(len(lengths))",
        "randperm(len(batches), generator=generator)": "randperm(len(batches))",
    },
)

misconception(
    make_batches,
    "epoch_with_sides_apart",
    did="You combine the source of each pair with the target of another pair.",
    causes="The targets are not translations of their sources, so a model cannot learn to "
    "translate.",
    fix="Take source and target of a batch from the same pairs.",
    section="lab.html#lab-batches",
    caught_by="epoch-pairs",
    change={
        "    lengths = [(": (
            "    pairs = [(pairs[i][0], pairs[i - 1][1]) for i in range(len(pairs))]\n"
            "    lengths = [("
        ),
    },
)

misconception(
    make_batches,
    "epoch_without_its_last_batch",
    did="You leave out the last batch of the epoch.",
    causes="Some pairs are never used for training, and some pairs of a validation set are never "
    "tested.",
    fix="Make a Batch from every list that token_batches returns.",
    section="lab.html#lab-batches",
    caught_by="epoch-pairs",
    change={
        "for batch in batches]": "for batch in batches[:-1]]",
    },
)

misconception(
    make_batches,
    "epoch_measured_by_its_sources",
    did="You measure only the sources of the pairs.",
    causes="A batch of short questions with long answers exceeds max_tokens, and a GPU can run "
    "out of memory in the middle of an epoch.",
    fix="Give the lengths of both sides to token_batches.",
    section="lab.html#lab-batches",
    caught_by="epoch-limit",
    change={
        "(len(source), len(target) - 1) for source, target in pairs": (
            "(len(source), len(source)) for source, _ in pairs"
        ),
    },
)

misconception(
    make_batches,
    "epoch_of_that_many_sentences",
    did="You use max_tokens as a number of sentences.",
    causes="Each batch has max_tokens sentences, so it is many times too large.",
    fix="Let token_batches cut the batches; it counts tokens.",
    section="lab.html#lab-batches",
    caught_by="epoch-limit",
    change={
        "lengths = [(len(source), len(target) - 1) for source, target in pairs]": (
            "generator = torch.Generator().manual_seed(seed)\n"
            "    order = torch.randperm(len(pairs), generator=generator).tolist()"
        ),
        "batches = token_batches(lengths, max_tokens, seed)": (
            "batches = [order[i : i + max_tokens] for i in range(0, len(order), max_tokens)]"
        ),
    },
)

misconception(
    make_batches,
    "epoch_always_the_same",
    did="You ignore the seed of the epoch.",
    causes="Every epoch has the same batches in the same order.",
    fix="Pass seed to token_batches.",
    section="lab.html#lab-batches",
    caught_by="epoch-seed",
    change={
        "token_batches(lengths, max_tokens, seed)": "token_batches(lengths, max_tokens, 0)",
    },
)

misconception(
    make_batches,
    "epoch_adds_both_sides",
    did="You compare the words of both sides together with max_tokens.",
    causes="Your batches are only half as large as they may be, so an epoch takes twice as "
    "many steps.",
    fix="Give token_batches the lengths of the two sides as a pair.",
    section="lab.html#lab-batches",
    caught_by="epoch-limit",
    change={
        "(len(source), len(target) - 1) for source, target in pairs": (
            "(len(source) + len(target),) * 2 for source, target in pairs"
        ),
    },
)

misconception(
    make_batches,
    "epoch_without_a_shift",
    did="You give the decoder the target that it has to predict, without a shift.",
    causes="It learns to copy the token that it reads, and can translate nothing.",
    fix="Use collate, which shifts target_in and target_out against each other.",
    section="lab.html#lab-batches",
    caught_by="epoch-pairs",
    change={
        "Batch(*collate([pairs[place] for place in batch], PAD)) for batch in batches": (
            "Batch(\n"
            "            pad([pairs[place][0] for place in batch], PAD),\n"
            "            *[pad([pairs[place][1] for place in batch], PAD)] * 2,\n"
            "        )\n"
            "        for batch in batches"
        ),
    },
)

misconception(
    make_batches,
    "epoch_of_single_pairs",
    did="You make a batch of each single pair.",
    causes="An epoch takes many times as many steps as necessary, and the hardware is idle "
    "most of the time.",
    fix="Let token_batches put as many pairs into a batch as max_tokens allows.",
    section="lab.html#lab-batches",
    caught_by="epoch-limit",
    change={
        "lengths = [(len(source), len(target) - 1) for source, target in pairs]": (
            "generator = torch.Generator().manual_seed(seed)"
        ),
        "token_batches(lengths, max_tokens, seed)": (
            "[[i] for i in torch.randperm(len(pairs), generator=generator).tolist()]"
        ),
    },
)

misconception(
    make_batches,
    "epoch_of_triples",
    did="You return the tuples that collate makes.",
    causes="train_step reads batch.source and batch.tokens, which a tuple does not have.",
    fix="Make a Batch of each triple: Batch(*...).",
    section="lab.html#lab-batches",
    caught_by="epoch-pairs",
    change={
        "Batch(*collate([pairs[place] for place in batch], PAD))": (
            "collate([pairs[place] for place in batch], PAD)"
        ),
    },
)

misconception(
    make_batches,
    "epoch_drops_long_pairs",
    did="You leave out the pairs that are longer than max_tokens.",
    causes="Part of the data is never used for training, without any message.",
    fix="Pass all pairs to token_batches, which raises ValueError for such a pair.",
    section="lab.html#lab-batches",
    caught_by="epoch-limit",
    change={
        "    lengths = [(len(source), len(target) - 1) for source, target in pairs]": (
            "    pairs = [one for one in pairs if max(len(one[0]), len(one[1]) - 1) <= "
            "max_tokens]\n"
            "    lengths = [(len(source), len(target) - 1) for source, target in pairs]"
        ),
    },
)

misconception(
    make_batches,
    "epoch_shuffles_without_the_seed",
    did="You shuffle with random numbers that do not come from the seed.",
    causes="The same seed gives other batches each time, so no run can be repeated.",
    fix="Draw all random numbers from a generator with this seed, as token_batches does.",
    section="lab.html#lab-batches",
    caught_by="epoch-seed",
    change={
        "    lengths = [(len(source), len(target) - 1) for source, target in pairs]": (
            "    import random\n"
            "\n"
            "    pairs = random.sample(pairs, len(pairs))\n"
            "    lengths = [(len(source), len(target) - 1) for source, target in pairs]"
        ),
    },
)
