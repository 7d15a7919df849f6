"""Ways to get text and its numbers wrong in the lab (right: `solutions.assignments.lab_data`)."""

from solutions.assignments.lab_data import build_vocabularies, encode_pairs, tokens_of
from solutions.misconceptions import misconception

# ---- sentences to tokens -------------------------------------------------------------------------

misconception(
    tokens_of,
    "tokens_between_blanks",
    did="You cut the sentence at blanks only.",
    causes='"park." with a full stop is then another word than "park". '
    "The vocabulary has both of them, and each is seen less often.",
    fix="Make each punctuation mark a token of its own.",
    section="lab.html#lab-data",
    caught_by="tokens-marks",
    change={r're.findall(r"\w+|[^\w\s]", sentence.lower())': "sentence.lower().split()"},
)

misconception(
    tokens_of,
    "tokens_without_marks",
    did="You drop the punctuation marks.",
    causes="Your translator never writes a full stop, so it loses points in every sentence.",
    fix="Let the expression match the marks too, one at a time.",
    section="lab.html#lab-data",
    caught_by="tokens-marks",
    change={r'r"\w+|[^\w\s]"': r'r"\w+"'},
)

misconception(
    tokens_of,
    "tokens_glue_marks",
    did="You make one token of all marks that follow each other directly.",
    causes='"?!" and ".)" become words of their own, which the model must learn separately.',
    fix="Make each mark a token by itself.",
    section="lab.html#lab-data",
    caught_by="tokens-marks",
    change={r'r"\w+|[^\w\s]"': r'r"\w+|[^\w\s]+"'},
)

misconception(
    tokens_of,
    "tokens_keep_capitals",
    did="You keep the capital letters.",
    causes='"Ein" at the beginning of a sentence and "ein" inside it are then two words, '
    "and the model must learn both.",
    fix="Convert the sentence to lower case first.",
    section="lab.html#lab-data",
    caught_by="tokens-words",
    change={"sentence.lower()": "sentence"},
)

misconception(
    tokens_of,
    "tokens_of_english_letters",
    did="Your words consist of the letters a to z only.",
    causes='"Mädchen" falls into three pieces, and German has many such words.',
    fix="Use \\w, which matches the letters of every alphabet.",
    section="lab.html#lab-data",
    caught_by="tokens-letters",
    change={r'r"\w+|[^\w\s]"': r'r"[a-z0-9_]+|[^a-z0-9_\s]"'},
)

misconception(
    tokens_of,
    "tokens_split_at_underscores",
    did="You make each underscore a token of its own.",
    causes="A word is what \\w matches, and \\w matches the underscore too.",
    fix=r"Use \w+ for words.",
    section="lab.html#lab-data",
    caught_by="tokens-letters",
    change={
        r"\w+|[^\w\s]": r"[^\W_]+|[^\w\s]|_",
    },
)

misconception(
    tokens_of,
    "tokens_without_accents",
    did="You take the accents off the letters.",
    causes='"schön" and "schon" are different words, but your model cannot tell them apart.',
    fix="Keep every letter as it is; lower() is the only change.",
    section="lab.html#lab-data",
    caught_by="tokens-letters",
    change={
        '    return re.findall(r"\\w+|[^\\w\\s]", sentence.lower())': (
            "    import unicodedata\n"
            "\n"
            '    apart = unicodedata.normalize("NFD", sentence.lower())\n'
            '    plain = "".join(c for c in apart if unicodedata.category(c) != "Mn")\n'
            '    return re.findall(r"\\w+|[^\\w\\s]", plain)'
        ),
    },
)

misconception(
    tokens_of,
    "tokens_drop_other_letters",
    did="You delete every character except the letters a to z, the digits and a few marks.",
    causes='"Mädchen" falls into two pieces, and the commas are gone.',
    fix="Use \\w, which matches the letters of every alphabet, and keep every mark.",
    section="lab.html#lab-data",
    caught_by="tokens-letters",
    change={
        '    return re.findall(r"\\w+|[^\\w\\s]", sentence.lower())': (
            '    text = re.sub(r"([.!?])", r" \\1", sentence.lower())\n'
            '    return re.sub(r"[^a-zA-Z0-9.!?]+", " ", text).split()'
        ),
    },
)

misconception(
    tokens_of,
    "tokens_of_listed_marks",
    did="You separate only the marks of a list, such as a comma and a full stop.",
    causes="Brackets, quotation marks and hyphens stay glued to the words beside them.",
    fix="Treat every character that is neither a letter or digit nor a blank as a mark.",
    section="lab.html#lab-data",
    caught_by="tokens-marks",
    change={
        're.findall(r"\\w+|[^\\w\\s]", sentence.lower())': (
            're.sub(r"(?<=\\S)([,.!?])", r" \\1", sentence.lower()).split()'
        ),
    },
)

misconception(
    tokens_of,
    "tokens_keep_hyphens",
    did="You keep hyphens and apostrophes inside the words.",
    causes='"T-Shirt" and "it\'s" become words of their own, although the docstring asks for '
    "three tokens each.",
    fix="Make every mark a token by itself, inside a word too.",
    section="lab.html#lab-data",
    caught_by="tokens-marks",
    change={
        'r"\\w+|[^\\w\\s]"': 'r"\\w+(?:[-\']\\w+)*|[^\\w\\s]"',
    },
)

misconception(
    tokens_of,
    "tokens_with_blanks",
    did="You keep the blanks as tokens.",
    causes="Every second word that your model writes is then a blank.",
    fix="Drop the blanks; they only separate.",
    section="lab.html#lab-data",
    caught_by="tokens-words",
    change={
        're.findall(r"\\w+|[^\\w\\s]", sentence.lower())': (
            '[one for one in re.split(r"(\\W)", sentence.lower()) if one]'
        ),
    },
)

misconception(
    tokens_of,
    "tokens_that_are_empty",
    did='You cut at every single blank with split(" ").',
    causes="Two blanks in a row, or one at the end, give you empty tokens.",
    fix="Call split() without an argument, or use re.findall.",
    section="lab.html#lab-data",
    caught_by="tokens-words",
    change={
        're.findall(r"\\w+|[^\\w\\s]", sentence.lower())': (
            're.sub(r"([^\\w\\s])", r" \\1 ", sentence.lower()).split(" ")'
        ),
    },
)

misconception(
    tokens_of,
    "tokens_cut_numbers",
    did="Your words consist of letters only, so every digit is a token of its own.",
    causes='"2016" becomes four tokens.',
    fix="Count digits as parts of a word, as \\w does.",
    section="lab.html#lab-data",
    caught_by="tokens-words",
    change={
        're.findall(r"\\w+|[^\\w\\s]", sentence.lower())': (
            're.findall(r"[^\\W\\d_]+|[^\\s]", sentence.lower())'
        ),
    },
)

# ---- vocabularies --------------------------------------------------------------------------------

misconception(
    build_vocabularies,
    "vocabularies_of_every_split",
    did="You count the words of every split.",
    causes="The model then has words that it has never met in training, "
    "and your test no longer shows how it handles new sentences.",
    fix="Count the training split alone.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-split",
    change={
        '    source, target = (frequent_types(side, min_count) for side in splits["train"])\n': (
            "    sides = ([one for split in splits.values() for one in split[i]] for i in (0, 1))\n"
            "    source, target = (frequent_types(side, min_count) for side in sides)\n"
        ),
    },
)

misconception(
    build_vocabularies,
    "vocabularies_in_one",
    did="You count the words of both languages together.",
    causes="The decoder gets a row for every German word, and with it one more chance to be wrong.",
    fix="Build a separate vocabulary for each language.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-sides",
    change={
        '    source, target = (frequent_types(side, min_count) for side in splits["train"])\n': (
            '    source, target = splits["train"]\n'
            "    both = frequent_types([*source, *target], min_count)\n"
        ),
        "enumerate(source, start=first)": "enumerate(both, start=first)",
        "enumerate(target, start=first)": "enumerate(both, start=first)",
    },
)

misconception(
    build_vocabularies,
    "vocabularies_from_zero",
    did="You number the words from 0.",
    causes="The four most frequent words get the ids of PAD, UNK, BOS and EOS. "
    "The model takes the first of them for padding and masks it.",
    fix="Begin after the specials: the first word is number 4.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-numbers",
    change={"first = len(SPECIALS)": "first = 0"},
)

misconception(
    build_vocabularies,
    "vocabularies_with_the_default",
    did="You do not pass min_count on.",
    causes="The vocabulary ignores the number that the caller asks for. "
    "It may even contain words that were seen only once.",
    fix="Pass min_count on to frequent_types.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-minimum",
    change={"frequent_types(side, min_count)": "frequent_types(side)"},
)

misconception(
    build_vocabularies,
    "vocabularies_of_the_first_split",
    did="You count the words of the first split, whichever it is.",
    causes="If the splits are in another order, you learn the words of the test.",
    fix='Take the split with the name "train".',
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-split",
    change={
        'splits["train"]': "next(iter(splits.values()))",
    },
)

misconception(
    build_vocabularies,
    "vocabularies_numbered_on",
    did="You continue the numbers of the source words in the target vocabulary.",
    causes="The target side of the model then needs rows that belong to no word.",
    fix="Begin with 4 in each language.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-numbers",
    change={
        "enumerate(target, start=first)": "enumerate(target, start=first + len(source))",
    },
)

misconception(
    build_vocabularies,
    "vocabularies_with_specials",
    did="Your vocabularies contain the specials.",
    causes='A "<pad>" or "</s>" in a text would be read as padding or as the end of the sentence.',
    fix="Number the words only; the ids 0 to 3 stay out of the dictionaries.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-numbers",
    change={
        "enumerate(source, start=first)": "enumerate([*SPECIALS, *source])",
        "enumerate(target, start=first)": "enumerate([*SPECIALS, *target])",
        "    first = len(SPECIALS)\n": "",
    },
)

misconception(
    build_vocabularies,
    "vocabularies_from_numbers",
    did="Your dictionaries map numbers to words.",
    causes="Looking up a word in them finds nothing, so every word is unknown.",
    fix="Map each word to its number.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-numbers",
    change={
        "{one: number for number, one in enumerate(source, start=first)}": (
            "dict(enumerate(source, start=first))"
        ),
        "{one: number for number, one in enumerate(target, start=first)}": (
            "dict(enumerate(target, start=first))"
        ),
    },
)

misconception(
    build_vocabularies,
    "vocabularies_by_alphabet",
    did="You number the words in alphabetical order.",
    causes="Your numbers differ from those that frequent_types gives, so your files do not "
    "fit other models.",
    fix="Keep the order in which frequent_types returns the words.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-numbers",
    change={
        "enumerate(source, start=first)": "enumerate(sorted(source), start=first)",
        "enumerate(target, start=first)": "enumerate(sorted(target), start=first)",
    },
)

misconception(
    build_vocabularies,
    "vocabularies_in_order_of_the_text",
    did="You number the words in the order in which they first occur.",
    causes="Your numbers then depend on the order of the sentences in the file.",
    fix="Keep the order in which frequent_types returns the words.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-numbers",
    change={
        '    source, target = (frequent_types(side, min_count) for side in splits["train"])\n': (
            '    first_seen = ([x for one in side for x in one] for side in splits["train"])\n'
            "    source, target = (\n"
            "        [x for x in dict.fromkeys(words) if words.count(x) >= min_count] for "
            "words in first_seen\n"
            "    )\n"
        ),
    },
)

misconception(
    build_vocabularies,
    "vocabularies_exchanged",
    did="You return the target vocabulary first.",
    causes="German words are looked up among the English ones, so nearly all are unknown.",
    fix="Return the source vocabulary first, then that of the target.",
    section="lab.html#lab-vocabulary",
    caught_by="vocabulary-sides",
    change={
        "    source, target = (": "    target, source = (",
    },
)

# ---- pairs of ids --------------------------------------------------------------------------------

misconception(
    encode_pairs,
    "pairs_stop_at_unknown_words",
    did="Your code raises KeyError for an unknown word.",
    causes="The first validation sentence with a new word stops your training.",
    fix="Use the id UNK for every word that is not in the vocabulary.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-unknown",
    change={
        "source_ids.get(token, UNK)": "source_ids[token]",
        "target_ids.get(token, UNK)": "target_ids[token]",
    },
)

misconception(
    encode_pairs,
    "pairs_drop_unknown_words",
    did="You leave out the unknown words.",
    causes="The sentences become shorter and mean something else.",
    fix="Put UNK in the place of each unknown word.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-unknown",
    change={
        "[source_ids.get(token, UNK) for token in source]": (
            "[source_ids[token] for token in source if token in source_ids]"
        ),
        "[target_ids.get(token, UNK) for token in target]": (
            "[target_ids[token] for token in target if token in target_ids]"
        ),
    },
)

misconception(
    encode_pairs,
    "targets_without_a_beginning",
    did="Your targets do not begin with BOS.",
    causes="The decoder then reads the first word as its input and never learns to write it.",
    fix="Put BOS before the ids of each target.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-specials",
    change={"[BOS, *said, EOS]": "[*said, EOS]"},
)

misconception(
    encode_pairs,
    "targets_without_an_end",
    did="Your targets do not end with EOS.",
    causes="The model never learns to stop, and every translation goes on to the length limit.",
    fix="Put EOS after the ids of each target.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-specials",
    change={"[BOS, *said, EOS]": "[BOS, *said]"},
)

misconception(
    encode_pairs,
    "sides_sifted_apart",
    did="You filter each side on its own.",
    causes="After the first sentence that only one side loses, "
    "every German sentence is paired with the translation of another one.",
    fix="Decide about both sentences of a pair together.",
    section="lab.html#lab-data",
    caught_by="encode-together",
    change={
        (
            "    for source, target in zip(sources, targets, strict=True):\n"
            "        if 0 < len(source) <= longest and 0 < len(target) <= longest:\n"
            "            read = [source_ids.get(token, UNK) for token in source]\n"
            "            said = [target_ids.get(token, UNK) for token in target]\n"
            "            pairs.append(([*read, EOS], [BOS, *said, EOS]))\n"
        ): (
            "    sources = [one for one in sources if 0 < len(one) <= longest]\n"
            "    targets = [one for one in targets if 0 < len(one) <= longest]\n"
            "    for source, target in zip(sources, targets):\n"
            "        read = [source_ids.get(token, UNK) for token in source]\n"
            "        said = [target_ids.get(token, UNK) for token in target]\n"
            "        pairs.append(([*read, EOS], [BOS, *said, EOS]))\n"
        ),
    },
)

misconception(
    encode_pairs,
    "pairs_of_any_length",
    did="You keep pairs of any length.",
    causes="An empty source teaches the model to write something for nothing, "
    "and one endless line can fill the memory.",
    fix="Leave out a pair if one of its sides is empty or longer than `longest`.",
    section="lab.html#lab-data",
    caught_by="encode-together",
    change={
        (
            "        if 0 < len(source) <= longest and 0 < len(target) <= longest:\n"
            "            read = [source_ids.get(token, UNK) for token in source]\n"
            "            said = [target_ids.get(token, UNK) for token in target]\n"
            "            pairs.append(([*read, EOS], [BOS, *said, EOS]))\n"
        ): (
            "        read = [source_ids.get(token, UNK) for token in source]\n"
            "        said = [target_ids.get(token, UNK) for token in target]\n"
            "        pairs.append(([*read, EOS], [BOS, *said, EOS]))\n"
        ),
    },
)

misconception(
    encode_pairs,
    "limit_of_the_source_only",
    did="You check the length of the sources only.",
    causes="A target may still be empty, or far too long.",
    fix="Check both sides of each pair.",
    section="lab.html#lab-data",
    caught_by="encode-limit",
    change={" and 0 < len(target) <= longest": ""},
)

misconception(
    encode_pairs,
    "limit_too_strict",
    did="You leave out sentences of exactly `longest` tokens.",
    causes="A sentence of this length is still allowed, so you lose usable pairs.",
    fix="Compare with <=, not with <.",
    section="lab.html#lab-data",
    caught_by="encode-limit",
    change={
        "0 < len(source) <= longest and 0 < len(target) <= longest": (
            "0 < len(source) < longest and 0 < len(target) < longest"
        ),
    },
)

misconception(
    encode_pairs,
    "pairs_with_padding_for_unknown_words",
    did="You give unknown words the id 0, which is that of PAD.",
    causes="The model masks them, so a sentence has a hole that it cannot see.",
    fix="Use UNK, which is 1, for every word that is not in the vocabulary.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-unknown",
    change={
        "source_ids.get(token, UNK)": "source_ids.get(token, 0)",
        "target_ids.get(token, UNK)": "target_ids.get(token, 0)",
    },
)

misconception(
    encode_pairs,
    "sources_with_a_beginning",
    did="Your sources begin with BOS.",
    causes="Only the decoder needs a token to begin with. If translate_tokens adds none, "
    "the model reads other sources than in training.",
    fix="Put BOS before the targets only.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-specials",
    change={
        "[*read, EOS]": "[BOS, *read, EOS]",
    },
)

misconception(
    encode_pairs,
    "sources_without_an_end",
    did="Your sources do not end with EOS.",
    causes="The encoder cannot see where a sentence ends, and translate_tokens sends it an "
    "EOS that it has never met.",
    fix="Put EOS after the ids of each source.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-specials",
    change={
        "[*read, EOS]": "[*read]",
    },
)

misconception(
    encode_pairs,
    "pairs_of_one_dictionary",
    did="You look up both sides in one dictionary.",
    causes="A word that both languages have gets the number of the other language.",
    fix="Use source_ids for the sources and target_ids for the targets.",
    section="lab.html#lab-vocabulary",
    caught_by="encode-specials",
    change={
        "    pairs = []\n": "    pairs, ids = [], {**source_ids, **target_ids}\n",
        "source_ids.get(token, UNK)": "ids.get(token, UNK)",
        "target_ids.get(token, UNK)": "ids.get(token, UNK)",
    },
)

misconception(
    encode_pairs,
    "pairs_are_cut",
    did="You cut sentences that are too long instead of leaving their pairs out.",
    causes="The end of one side then has no translation on the other.",
    fix="Leave out the whole pair if one of its sides is longer than `longest`.",
    section="lab.html#lab-data",
    caught_by="encode-limit",
    change={
        "        if 0 < len(source) <= longest and 0 < len(target) <= longest:\n": (
            "        if source and target:\n"
            "            source, target = source[:longest], target[:longest]\n"
        ),
    },
)

misconception(
    encode_pairs,
    "limit_counts_the_specials",
    did="You count BOS and EOS among the tokens of a sentence.",
    causes="You lose pairs that are one or two tokens below the limit.",
    fix="Compare the number of words with `longest`, before you add the specials.",
    section="lab.html#lab-data",
    caught_by="encode-limit",
    change={
        "0 < len(source) <= longest and 0 < len(target) <= longest": (
            "0 < len(source) <= longest - 1 and 0 < len(target) <= longest - 2"
        ),
    },
)

misconception(
    encode_pairs,
    "pairs_in_order_of_length",
    did="You sort the pairs by length.",
    causes="They no longer have the order of the file. Batching by length is the task of "
    "token_batches.",
    fix="Return the pairs in the order in which they came.",
    section="lab.html#lab-data",
    caught_by="encode-together",
    change={
        "return pairs": "return sorted(pairs, key=lambda pair: len(pair[0]), reverse=True)",
    },
)
