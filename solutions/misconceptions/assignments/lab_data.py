"""Ways to get text and its numbers wrong in the lab (right: `solutions.assignments.lab_data`)."""

import re

from solutions.data.vocabulary import BOS, EOS, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import frequent_types
from solutions.misconceptions import misconception

# ---- sentences to tokens -------------------------------------------------------------------------


@misconception(
    "tokens_of",
    caught_by="tokens-marks",
    section="lab.html#lab-data",
    sentence='You cut at blanks only: "park." with its full stop is another word than "park", and '
    "your vocabulary has both of them, each half as often.",
)
def tokens_between_blanks(sentence):
    return sentence.lower().split()


@misconception(
    "tokens_of",
    caught_by="tokens-marks",
    section="lab.html#lab-data",
    sentence="You drop the punctuation marks: your translator will never write a full stop, and "
    "loses points for it in every sentence.",
)
def tokens_without_marks(sentence):
    return re.findall(r"\w+", sentence.lower())


@misconception(
    "tokens_of",
    caught_by="tokens-marks",
    section="lab.html#lab-data",
    sentence='You take marks that stand together for one token: "?!" and ".)" become words of '
    "their own. Each sign is a token by itself.",
)
def tokens_glue_marks(sentence):
    return re.findall(r"\w+|[^\w\s]+", sentence.lower())


@misconception(
    "tokens_of",
    caught_by="tokens-words",
    section="lab.html#lab-data",
    sentence='You keep capitals: "Ein" at the beginning of a sentence and "ein" inside it become '
    "two words that your model must learn one by one.",
)
def tokens_keep_capitals(sentence):
    return re.findall(r"\w+|[^\w\s]", sentence)


@misconception(
    "tokens_of",
    caught_by="tokens-letters",
    section="lab.html#lab-data",
    sentence='Your words have the letters a to z only: "Mädchen" falls into three pieces, and '
    "German has many such words. The expression \\w knows every alphabet.",
)
def tokens_of_english_letters(sentence):
    return re.findall(r"[a-z0-9_]+|[^a-z0-9_\s]", sentence.lower())


# ---- vocabularies --------------------------------------------------------------------------------


@misconception(
    "build_vocabularies",
    caught_by="vocabulary-split",
    section="lab.html#lab-vocabulary",
    sentence="You count every split: your model knows words that it has never met in training, and "
    "your test says nothing about new sentences. Count the training split alone.",
)
def vocabularies_of_every_split(splits, min_count=2):
    sides = ([one for split in splits.values() for one in split[side]] for side in (0, 1))
    source, target = (frequent_types(side, min_count) for side in sides)
    first = len(SPECIALS)
    return (
        {one: number for number, one in enumerate(source, start=first)},
        {one: number for number, one in enumerate(target, start=first)},
    )


@misconception(
    "build_vocabularies",
    caught_by="vocabulary-sides",
    section="lab.html#lab-vocabulary",
    sentence="You count both languages together: your decoder gets a row, and a chance to be "
    "wrong, for every German word. Each language has a vocabulary of its own here.",
)
def vocabularies_in_one(splits, min_count=2):
    source, target = splits["train"]
    types = frequent_types([*source, *target], min_count)
    both = {one: number for number, one in enumerate(types, start=len(SPECIALS))}
    return both, dict(both)


@misconception(
    "build_vocabularies",
    caught_by="vocabulary-numbers",
    section="lab.html#lab-vocabulary",
    sentence="You number the words from 0: the four most frequent ones get the ids of PAD, UNK, "
    "BOS and EOS, and your masks hide them. The first word is number 4.",
)
def vocabularies_from_zero(splits, min_count=2):
    source, target = (frequent_types(side, min_count) for side in splits["train"])
    return (
        {one: number for number, one in enumerate(source)},
        {one: number for number, one in enumerate(target)},
    )


@misconception(
    "build_vocabularies",
    caught_by="vocabulary-minimum",
    section="lab.html#lab-vocabulary",
    sentence="You do not hand min_count on: your vocabulary has words that were seen once, or the "
    "default of two where the caller wants another number.",
)
def vocabularies_with_the_default(splits, min_count=2):
    source, target = (frequent_types(side) for side in splits["train"])
    first = len(SPECIALS)
    return (
        {one: number for number, one in enumerate(source, start=first)},
        {one: number for number, one in enumerate(target, start=first)},
    )


# ---- pairs of ids --------------------------------------------------------------------------------


@misconception(
    "encode_pairs",
    caught_by="encode-unknown",
    section="lab.html#lab-vocabulary",
    sentence="An unknown word raises KeyError in your code: the first sentence of the validation "
    "split with a new word stops your training. It is UNK.",
)
def pairs_stop_at_unknown_words(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) <= longest and 0 < len(target) <= longest:
            read = [source_ids[token] for token in source]
            said = [target_ids[token] for token in target]
            pairs.append(([*read, EOS], [BOS, *said, EOS]))
    return pairs


@misconception(
    "encode_pairs",
    caught_by="encode-unknown",
    section="lab.html#lab-vocabulary",
    sentence="You leave unknown words out: your sentences become shorter and say something else. "
    "Put UNK where a word is missing.",
)
def pairs_drop_unknown_words(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) <= longest and 0 < len(target) <= longest:
            read = [source_ids[token] for token in source if token in source_ids]
            said = [target_ids[token] for token in target if token in target_ids]
            pairs.append(([*read, EOS], [BOS, *said, EOS]))
    return pairs


@misconception(
    "encode_pairs",
    caught_by="encode-specials",
    section="lab.html#lab-vocabulary",
    sentence="Your targets do not begin with BOS: the decoder is never shown how a sentence "
    "begins, and the first word is what it reads, not what it learns to write.",
)
def targets_without_a_beginning(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) <= longest and 0 < len(target) <= longest:
            read = [source_ids.get(token, UNK) for token in source]
            said = [target_ids.get(token, UNK) for token in target]
            pairs.append(([*read, EOS], [*said, EOS]))
    return pairs


@misconception(
    "encode_pairs",
    caught_by="encode-specials",
    section="lab.html#lab-vocabulary",
    sentence="Your targets have no EOS: your model never learns to stop, and every translation "
    "goes on until its limit.",
)
def targets_without_an_end(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) <= longest and 0 < len(target) <= longest:
            read = [source_ids.get(token, UNK) for token in source]
            said = [target_ids.get(token, UNK) for token in target]
            pairs.append(([*read, EOS], [BOS, *said]))
    return pairs


@misconception(
    "encode_pairs",
    caught_by="encode-together",
    section="lab.html#lab-data",
    sentence="You sift each side by itself: after the first sentence that one side loses, every "
    "German sentence of yours stands beside the translation of another one.",
)
def sides_sifted_apart(sources, targets, source_ids, target_ids, longest=60):
    read = [
        [source_ids.get(token, UNK) for token in one] for one in sources if 0 < len(one) <= longest
    ]
    said = [
        [target_ids.get(token, UNK) for token in one] for one in targets if 0 < len(one) <= longest
    ]
    return [([*x, EOS], [BOS, *y, EOS]) for x, y in zip(read, said, strict=False)]


@misconception(
    "encode_pairs",
    caught_by="encode-together",
    section="lab.html#lab-data",
    sentence="You leave nothing out: an empty line becomes a pair that teaches your model to write "
    "something for nothing, and one endless line can fill the memory.",
)
def pairs_of_any_length(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        read = [source_ids.get(token, UNK) for token in source]
        said = [target_ids.get(token, UNK) for token in target]
        pairs.append(([*read, EOS], [BOS, *said, EOS]))
    return pairs


@misconception(
    "encode_pairs",
    caught_by="encode-limit",
    section="lab.html#lab-data",
    sentence="You look at the length of your sources only: a target may still be empty or endless. "
    "The limit holds for both sides.",
)
def limit_of_the_source_only(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) <= longest:
            read = [source_ids.get(token, UNK) for token in source]
            said = [target_ids.get(token, UNK) for token in target]
            pairs.append(([*read, EOS], [BOS, *said, EOS]))
    return pairs


@misconception(
    "encode_pairs",
    caught_by="encode-limit",
    section="lab.html#lab-data",
    sentence="You leave out pairs of exactly `longest` tokens: the longest that you allow are "
    "still allowed.",
)
def limit_too_strict(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) < longest and 0 < len(target) < longest:
            read = [source_ids.get(token, UNK) for token in source]
            said = [target_ids.get(token, UNK) for token in target]
            pairs.append(([*read, EOS], [BOS, *said, EOS]))
    return pairs
