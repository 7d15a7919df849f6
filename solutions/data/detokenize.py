"""Conversion of tokens to readable text.

`vocabulary.tokenize` cuts words from punctuation marks and drops capitals. Two functions
undo it, both by guessing: `capitalize` gives words the spelling that they usually have in the
training split, and `detokenize` puts blanks where German and English have them. What cannot be
known from the tokens (a dash or a hyphen? one quotation or two?) is taken as it mostly is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

ENGLISH = ("s", "m", "d", "re", "ve", "ll")  # after an apostrophe, as in "it 's"
CLOSING = {*".,;:!?)]}%…“”’", *(mark + end for mark in "'’" for end in ENGLISH), "n't", "n’t"}
OPENING = frozenset(["(", "[", "{", "$", "#", "„", "‘"])
JOINING = frozenset(("-", "/"))  # captions have "t-shirt" and "and/or", and hardly any dash
ENDS = frozenset((".", "!", "?", '"', "“", "„"))  # what follows may begin a sentence
QUOTES = frozenset(('"', "'"))  # the same mark opens and closes


def detokenize(tokens: Sequence[str]) -> str:
    """Join the tokens of a sentence to text.

    A blank stands between any two tokens, except before what closes (a full stop, a bracket, the
    "'s" that spaCy cuts off), after what opens, and on both sides of a hyphen or a slash. Straight
    quotation marks open and close in turn; one that has no partner closes ("the ladies' room").
    Blanks that are tokens themselves are left out.

    Args:
        tokens: of one sentence, as `tokenize` cuts them.

    Returns:
        the sentence, without blanks at its ends.
    """
    words = [token for token in tokens if token.strip()]
    text, joined = "", True  # joined: the next token follows without a blank
    quoted: set[str] = set()  # the quotation marks that are open
    for place, token in enumerate(words):
        hyphen = token in JOINING and 0 < place < len(words) - 1
        opens = token in QUOTES and token not in quoted and token in words[place + 1 :]
        closes = token in CLOSING or (token in QUOTES and not opens)
        closes |= words[max(0, place - 1) : place + 1] == ["can", "not"]  # spaCy cuts "cannot"
        text += token if joined or closes or hyphen else f" {token}"
        joined = hyphen or opens or token in OPENING
        quoted ^= {token} & QUOTES if opens or token in quoted else set()
    return text


def usual_spelling(sentences: Sequence[str], tokens: Sequence[Sequence[str]]) -> dict[str, str]:
    """Count how words are usually spelled where they do not begin a sentence.

    Args:
        sentences: of the training split.
        tokens: the same sentences, as `tokenize` cuts and lowers them.

    Returns:
        token -> spelling, of those only that are mostly spelled otherwise than in lower case. Of
        spellings that are equally frequent, the first in the order of Unicode is taken.
    """
    counts: dict[str, Counter[str]] = {}
    for sentence, lowered in zip(sentences, tokens, strict=True):
        if len(sentence.lower()) != len(sentence):
            continue  # a letter whose lower case is two letters: places do not fit
        end = 0
        for place, token in enumerate(lowered):
            begin = sentence.lower().find(token, end)
            if begin < 0:
                break  # a letter whose lower case depends on its neighbors
            end = begin + len(token)
            if place > 0 and lowered[place - 1] not in ENDS:
                counts.setdefault(token, Counter())[sentence[begin:end]] += 1
    usual = {}
    for token, spellings in counts.items():
        first = min(sorted(spellings), key=lambda one: -spellings[one])
        if first != token:
            usual[token] = first
    return usual


def capitalize(tokens: Sequence[str], spelling: Mapping[str, str]) -> list[str]:
    """Capitalize words in their usual spelling, and the first word of the sentence.

    Args:
        tokens: of one sentence, in lower case.
        spelling: from `usual_spelling`.

    Returns:
        as many tokens.
    """
    words = [spelling.get(token, token) for token in tokens]
    for place, word in enumerate(words):
        if word[:1].isalnum():  # past an opening quotation mark
            words[place] = word[:1].upper() + word[1:]
            break
    return words
