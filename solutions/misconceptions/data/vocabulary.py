"""Ways to get tokens and their numbers wrong (right: `solutions.data.vocabulary`)."""

from solutions.data.vocabulary import frequent_types, to_ids
from solutions.misconceptions import misconception

misconception(
    frequent_types,
    "types_as_they_come",
    did="You return the types in the order in which they appear in the text.",
    causes="If the vocabulary is cut off at some size, it loses common words and keeps rare ones.",
    fix="Sort the types by count, in descending order.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={
        "return sorted(frequent, key=lambda one: (-counts[one], one))": "return frequent",
    },
)

misconception(
    frequent_types,
    "types_with_open_ties",
    did="You leave types with the same count in the order of the text.",
    causes="If the sentences are shuffled, the ids change, and a saved model reads the wrong "
    "words.",
    fix="Sort types with the same count in alphabetical order.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={
        "key=lambda one: (-counts[one], one)": "key=lambda one: -counts[one]",
    },
)

misconception(
    frequent_types,
    "types_above_the_minimum",
    did="You keep only types that occur more than min_count times.",
    causes="A type that occurs exactly min_count times also belongs to the vocabulary, and you "
    "lose it.",
    fix="Compare with >= instead of >.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-minimum",
    change={
        "count >= min_count": "count > min_count",
    },
)

misconception(
    frequent_types,
    "types_without_a_minimum",
    did="You ignore min_count and keep every type.",
    causes="The vector of a word that occurs once is hardly trained. UNK never occurs in "
    "training, so its vector is not trained at all.",
    fix="Keep a type only if it occurs at least min_count times.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-minimum",
    change={
        "[one for one, count in counts.items() if count >= min_count]": "list(counts)",
    },
)

misconception(
    frequent_types,
    "types_with_reversed_ties",
    did="You sort with reverse=True, which also reverses the alphabet.",
    causes="Types with the same count come in reversed alphabetical order, so their ids are "
    "not the expected ones.",
    fix="Sort by the pair (-count, type), without reverse.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={
        "key=lambda one: (-counts[one], one)": "key=lambda one: (counts[one], one), reverse=True"
    },
)

misconception(
    frequent_types,
    "types_with_ties_in_lower_case",
    did="You compare types with the same count in lower case.",
    causes="In Unicode all capitals come before the small letters, so your order is another one.",
    fix="Sort by the type itself: (-count, type).",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={"(-counts[one], one)": "(-counts[one], one.lower())"},
)

misconception(
    frequent_types,
    "types_in_alphabetical_order",
    did="You sort the types by the alphabet alone.",
    causes="If the vocabulary is cut off at some size, your list loses common words and keeps "
    "rare ones.",
    fix="Sort by count first, in descending order; use the alphabet for ties only.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={"sorted(frequent, key=lambda one: (-counts[one], one))": "sorted(frequent)"},
)

misconception(
    frequent_types,
    "types_rarest_first",
    did="You sort by count in ascending order, so the rarest types come first.",
    causes="If the vocabulary is cut off at some size, your list loses the most common words.",
    fix="Sort by minus the count.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={"(-counts[one], one)": "(counts[one], one)"},
)

misconception(
    frequent_types,
    "types_with_the_specials",
    did="You put the specials at the beginning of the list.",
    causes="They get their ids elsewhere, so your list would number them twice.",
    fix="Return only types that occur in the text.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={"return sorted(": "return list(SPECIALS) + sorted("},
)

misconception(
    frequent_types,
    "types_are_letters",
    did="You count the letters of the words: Counter.update with a string counts its characters.",
    causes="Your vocabulary consists of letters, and no word of the text is in it.",
    fix="Count the tokens: hand Counter a list of words.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={
        ("token for sentence in sentences for token in sentence)"): (
            "letter for sentence in sentences for token in sentence for letter in token)"
        )
    },
)

misconception(
    frequent_types,
    "types_of_whole_sentences",
    did="You count the sentences, not the tokens in them.",
    causes="A sentence is a list, which Counter cannot count, so your code raises TypeError.",
    fix="Loop over the sentences, and over the tokens of each.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={"Counter(token for sentence in sentences for token in sentence)": "Counter(sentences)"},
)

misconception(
    frequent_types,
    "types_with_their_counts",
    did="You return pairs of a type and its count.",
    causes="Your caller expects strings and would number the pairs.",
    fix="Return the types alone.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-order",
    change={
        ("return sorted(frequent, key=lambda one: (-counts[one], one))"): (
            "return [(one, counts[one]) for one in sorted(frequent, key=lambda one: "
            "(-counts[one], one))]"
        )
    },
)

misconception(
    frequent_types,
    "types_counted_by_sentence",
    did="You count in how many sentences a type occurs.",
    causes="A type that occurs twice in one sentence counts only once, so you lose frequent words.",
    fix="Count every occurrence.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-minimum",
    change={"for token in sentence)": "for token in dict.fromkeys(sentence))"},
)

misconception(
    frequent_types,
    "types_with_another_default",
    did="Your default of min_count is 1.",
    causes="A caller who relies on the default gets every word of the text, however rare.",
    fix="Use the default of the signature: min_count=2.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-minimum",
    change={"min_count: int = 2": "min_count: int = 1"},
)

misconception(
    to_ids,
    "unknown_raises",
    did="Your code raises a KeyError for an unknown word.",
    causes="The program stops at the first sentence with a new word.",
    fix="Use the id UNK for every token that is not in ids.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={
        "ids.get(token, UNK)": "ids[token]",
    },
)

misconception(
    to_ids,
    "unknown_vanishes",
    did="You leave out unknown words.",
    causes="The sentence becomes shorter, and nothing shows that a word is missing.",
    fix="Put UNK in place of each unknown word, so that T tokens give T ids.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={
        "ids.get(token, UNK) for token in tokens": "ids[token] for token in tokens if token in ids",
    },
)

misconception(
    to_ids,
    "unknown_is_padding",
    did="You replace unknown words by PAD.",
    causes="The masks hide them and the loss skips them, as if there were no word at this "
    "position.",
    fix="Use UNK, not PAD, for a token that is not in ids.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={
        "ids.get(token, UNK)": "ids.get(token, PAD)",
    },
)

misconception(
    to_ids,
    "unknown_is_looked_up",
    did='You look up "<unk>" in ids, but the specials are not in ids.',
    causes="Your code raises a KeyError, even if every word of the sentence is known.",
    fix="Use the id UNK itself.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={"ids.get(token, UNK)": "ids.get(token, ids[SPECIALS[UNK]])"},
)

misconception(
    to_ids,
    "unknown_is_none",
    did="You call ids.get without a second argument.",
    causes="An unknown word becomes None, and your list cannot be made into a tensor.",
    fix="Use ids.get(token, UNK).",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={"ids.get(token, UNK)": "ids.get(token)"},
)

misconception(
    to_ids,
    "unknown_gets_a_new_id",
    did="You give an unknown word a new id and add it to ids.",
    causes="The model has no vector for this id, and the caller's dictionary changes.",
    fix="Use UNK, and leave ids as it is.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={"ids.get(token, UNK)": "ids.setdefault(token, len(ids))"},
)

misconception(
    to_ids,
    "unknown_is_spelled_out",
    did='You put the string "<unk>" into the list of ids.',
    causes="The model needs numbers, so your list cannot be made into a tensor.",
    fix="Use UNK, the id of unknown words.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={"ids.get(token, UNK)": "ids.get(token, SPECIALS[UNK])"},
)

misconception(
    to_ids,
    "unknown_replaces_the_sentence",
    did="You catch the KeyError around the whole sentence, so one unknown word replaces all of it.",
    causes="T tokens must give T ids, but your list has a single UNK.",
    fix="Decide for each token.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={
        ("    return [ids.get(token, UNK) for token in tokens]"): (
            "    try:\n"
            "        return [ids[token] for token in tokens]\n"
            "    except KeyError:\n"
            "        return [UNK]"
        )
    },
)

misconception(
    to_ids,
    "ids_end_with_eos",
    did="You append EOS to the ids.",
    causes="T tokens must give T ids; the caller adds BOS and EOS, so your sentences would "
    "end twice.",
    fix="Return one id for each token, and nothing else.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={
        ("[ids.get(token, UNK) for token in tokens]"): (
            "[ids.get(token, UNK) for token in tokens] + [EOS]"
        )
    },
)

misconception(
    to_ids,
    "ids_are_a_tensor",
    did="You return a tensor.",
    causes="Sentences of different lengths are still to be padded, and your caller expects "
    "lists for that.",
    fix="Return a list of integers.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-unknown",
    change={
        ("    return [ids.get(token, UNK) for token in tokens]"): (
            "    import torch\n"
            "    return torch.tensor([ids.get(token, UNK) for token in tokens], "
            "dtype=torch.int64)"
        )
    },
)

misconception(
    to_ids,
    "spelling_makes_a_special",
    did='You treat a word that is spelled like a special, such as "</s>", as the special itself.',
    causes="A text that contains this spelling can end a sentence or hide a word.",
    fix="Look up every token in ids only, however it is spelled.",
    section="training.html#train-vocabulary",
    caught_by="vocabulary-spelling",
    change={
        "return [ids.get(token, UNK) for token in tokens]": (
            "specials = {spelling: number for number, spelling in enumerate(SPECIALS)}\n"
            "    return [specials.get(token, ids.get(token, UNK)) for token in tokens]"
        ),
    },
)
