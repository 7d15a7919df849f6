"""The tokenizer's rules as data; `tests/book/test_live_model.py` uses them in a browser."""

import re

import pytest

from solutions.translator.tokenizer_rules import shorten, to_javascript, tokenizer_rules


@pytest.mark.parametrize(
    ("python", "javascript"),
    [
        (r"a\-b\!\"\'\_", "a-b!\"'_"),  # backslashes that do nothing are errors in JavaScript
        (r"\.\$\[\]\/\\", r"\.\$\[\]\/\\"),
        (r"[\w\-\.]+\w", r"[\p{L}\p{N}_\-\.]+[\p{L}\p{N}_]"),
        (r"\d[\d]", r"\p{Nd}[\p{Nd}]"),
        (r"\U0001F300-\u00DF", r"\u{1F300}-\u00DF"),
        ("(?u)^x", "^x"),
        ("(?<=[a-z])…$", "(?<=[a-z])…$"),
    ],
)
def test_an_expression_means_the_same_in_javascript(python, javascript):
    assert to_javascript(python) == javascript


def test_blanks_are_pythons():
    inside = to_javascript(r"[\s]")
    for code in range(0x3001):
        assert bool(re.fullmatch(inside, chr(code))) == chr(code).isspace(), hex(code)


@pytest.mark.parametrize("python", [r"\Bx", r"[\S]", r"\bx"])
def test_what_is_not_known_is_refused(python):
    with pytest.raises(ValueError, match="cannot be rewritten"):
        to_javascript(python)


def test_long_classes_are_written_once():
    letters = f"[{'a' * 100}]"
    short, classes = shorten({"x": f"\\[b{letters}[c]{letters}", "y": letters})
    assert short == {"x": "\\[b{{0}}[c]{{0}}", "y": "{{0}}"}
    assert classes == [letters]


@pytest.mark.parametrize(("language", "known"), [("de", "z.B."), ("en", "don't")])
def test_each_exception_is_the_sum_of_its_tokens(language, known):
    rules = tokenizer_rules(language)
    assert all("".join(tokens) == text for text, tokens in rules["exceptions"].items())
    assert "MIT" in rules["origin"]
    assert known in rules["exceptions"]
