"""The rules by which text is cut into tokens, as data that a program without spaCy can use.

`solutions.data.vocabulary.tokenize` cuts text by spaCy's rules for a language: regular expressions
for what is cut off at the beginning, at the end and inside of a word, one for web addresses, which
stay whole, and a list of exceptions such as "z.B.". An exported model carries these rules, because
its pieces are pieces of exactly such tokens.

The expressions are rewritten for JavaScript, which reads them in a browser. Both languages mean
the same by nearly everything; `to_javascript` changes the rest.
"""

import re
from collections.abc import Mapping
from typing import Any

SYNTAX = set("^$\\.*+?()[]{}|/")  # characters that keep their backslash
# What Python calls a blank; JavaScript's own \s has a few other characters.
BLANKS = r"\t-\r\u001C-\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
# Outside of square brackets, and inside.
CLASSES = {
    r"\d": (r"\p{Nd}", r"\p{Nd}"),
    r"\w": (r"[\p{L}\p{N}_]", r"\p{L}\p{N}_"),
    r"\s": (f"[{BLANKS}]", BLANKS),
    r"\S": (f"[^{BLANKS}]", None),
}
CLASS = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]")  # or an escape, which may be of a bracket
LONG = 100  # characters of a class
ESCAPE = re.compile(r"\\U[0-9A-Fa-f]{8}|\\u[0-9A-Fa-f]{4}|\\.|\[|\]|.", re.DOTALL)


def to_javascript(pattern: str) -> str:
    """Rewrite a regular expression of Python for JavaScript with the flag "u".

    Args:
        pattern: for `re`, without flags that change its meaning.

    Returns:
        the text of an expression that matches the same.

    Raises:
        ValueError: if it has something that this function does not know.
    """
    rewritten, inside = [], False
    for part in ESCAPE.findall(pattern.removeprefix("(?u)")):
        if part in ("[", "]"):
            inside = part == "[" or (inside and part != "]")
            rewritten.append(part)
        else:
            rewritten.append(_escape(part, inside) if part[0] == "\\" else part)
    return "".join(rewritten)


def _escape(part: str, inside: bool) -> str:
    if part in CLASSES:
        found = CLASSES[part][inside]
        if found is not None:
            return found
    elif part[1] == "U":
        return f"\\u{{{int(part[2:], 16):X}}}"
    elif part[1] == "u" or part[1] in SYNTAX or (part[1] == "-" and inside):
        return part
    elif not part[1].isalnum():
        return part[1]  # Python allows a backslash that does nothing
    raise ValueError(f"the tokenizer's rules use {part}, which cannot be rewritten for JavaScript")


def shorten(patterns: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Replace the long character classes of several expressions by their numbers.

    "[a-z and a thousand other letters]" occurs many times; "{{0}}", which can be in no expression,
    stands for the first of the classes.

    Returns:
        the expressions, and the classes in the order of their numbers.
    """
    classes: list[str] = []

    def number(found: re.Match[str]) -> str:
        if len(found[0]) < LONG:
            return found[0]
        if found[0] not in classes:
            classes.append(found[0])
        return f"{{{{{classes.index(found[0])}}}}}"

    return {name: CLASS.sub(number, text) for name, text in patterns.items()}, classes


def tokenizer_rules(language: str) -> dict[str, Any]:
    """Return the rules of a language.

    Args:
        language: "de" or "en".

    Returns:
        "origin"; the expressions "prefix", "suffix", "infix" and "url", and the "classes" that are
        left out of them, see `shorten`; and "exceptions", the tokens of each exception.
    """
    import spacy  # here, because it takes seconds
    from spacy.symbols import ORTH

    tokenizer: Any = spacy.blank(language).tokenizer
    searches = {
        "prefix": tokenizer.prefix_search,
        "suffix": tokenizer.suffix_search,
        "infix": tokenizer.infix_finditer,
        "url": tokenizer.url_match,
    }
    patterns = {name: to_javascript(of.__self__.pattern) for name, of in searches.items()}
    short, classes = shorten(patterns)
    return {
        "origin": f"spaCy {spacy.__version__} (MIT License), rules for {language!r}",
        **short,
        "classes": classes,
        "exceptions": {
            text: [token[ORTH] for token in tokens]
            for text, tokens in sorted(tokenizer.rules.items())
        },
    }
