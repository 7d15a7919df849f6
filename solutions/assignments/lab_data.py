"""The data of the last assignment: from lines of text to pairs of ids, without a library.

The course's own lab (`solutions.data.corpora`) tokenizes with spaCy's rules. A notebook should not
need spaCy, so here a single regular expression does it.

In reading order: a sentence to tokens, tokens back to a sentence, the vocabularies of a corpus, its
pairs of ids.
"""

import re

from solutions.data.vocabulary import BOS, EOS, SPECIALS, UNK
from solutions.fallbacks.assignments_4_6 import frequent_types

Side = list[list[str]]  # the tokens of each sentence, in one language


def tokens_of(sentence: str) -> list[str]:
    """Cut a sentence into lower-cased words and punctuation marks.

    A word is a longest run of letters and digits of any alphabet: what the regular expression `\\w`
    matches. Every other character is a token of its own, except blanks, which are dropped.

    Args:
        sentence: text, in any language that puts blanks between words.

    Returns:
        the tokens, in order.
    """
    return re.findall(r"\w+|[^\w\s]", sentence.lower())


def text_of(tokens: list[str]) -> str:
    """Join tokens to text, with a capital at the beginning and blanks as in English.

    There is no blank before a closing mark (a full stop, a bracket), after an opening one, and on
    either side of a hyphen or an apostrophe.

    Args:
        tokens: of one sentence.
    """
    text = re.sub(r" ([.,;:!?)%])", r"\1", " ".join(tokens))
    text = re.sub(r"([(]) | ?([-'’/]) ?", r"\1\2", text)
    return text[:1].upper() + text[1:]


def build_vocabularies(
    splits: dict[str, tuple[Side, Side]], min_count: int = 2
) -> tuple[dict[str, int], dict[str, int]]:
    """Number the types of a corpus, for each language separately.

    Only the training split is counted. A word that occurs only in the validation or test split is
    unknown, as it will be when the model is used.

    Args:
        splits: "train", "val", ... -> tokens of the source sentences, tokens of the target
            sentences.
        min_count: how often a type must occur to be known.

    Returns:
        source, target: type -> id. Ids 0 to 3 belong to PAD, UNK, BOS and EOS; the types have
        4, 5, 6, ... in the order of `frequent_types`.
    """
    source, target = (frequent_types(side, min_count) for side in splits["train"])
    first = len(SPECIALS)
    return (
        {one: number for number, one in enumerate(source, start=first)},
        {one: number for number, one in enumerate(target, start=first)},
    )


def encode_pairs(
    sources: Side,
    targets: Side,
    source_ids: dict[str, int],
    target_ids: dict[str, int],
    longest: int = 60,
) -> list[tuple[list[int], list[int]]]:
    """Turn the sentences of a split into pairs of ids; drop unusable sentences in pairs.

    Sentences with the same index are a pair. A pair with an empty side, or with a side of more than
    `longest` tokens, is dropped as a whole: dropping one side only would misalign every later
    pair.

    Args:
        sources, targets: tokens of each sentence, as many on either side.
        source_ids, target_ids: type -> id.
        longest: most tokens of a sentence; specials do not count.

    Returns:
        the pairs, in their order. A source is its ids and EOS; a target is BOS, its ids and EOS. A
        token that is not known is UNK.
    """
    pairs = []
    for source, target in zip(sources, targets, strict=True):
        if 0 < len(source) <= longest and 0 < len(target) <= longest:
            read = [source_ids.get(token, UNK) for token in source]
            said = [target_ids.get(token, UNK) for token in target]
            pairs.append(([*read, EOS], [BOS, *said, EOS]))
    return pairs
