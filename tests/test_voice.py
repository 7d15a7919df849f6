"""The voice of the course: words that sound translated stay out of its prose and its messages.

These are the worst of them, found when the texts were rewritten. The list is short on purpose: a
word that is right somewhere has no place in it, or names its exceptions.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BETTER = {
    r"\bstands? (?:in|on|at|beside|there|below|above|behind)\b(?! for)": "it is, or appears, there",
    r"\bwhoever\b": "name the student, the reader or the program",
    r"\bsomebody\b|\beverybody\b": "name the person, or say 'you'",
    r"\bforet(?:ell|ells|old)\b": "predict",
    r"\bat the latest\b": "at most, or by then",
    r"\bof like (?:length|size)\b": "of similar length",
    r"\b(?:is|are) told (?:in|by) (?:section|chapter|page)": "section 5 describes",
    r"\bwhat it comes to\b": "results",
    r"\bupon\b": "on",
    r"\bthe numbers are not\b": "say what is compared with what",
}
PROSE = sorted(
    path
    for pattern in ("book/*.md", "exercises/*.md", "exercises/*/*.md", "*.md")
    for path in ROOT.glob(pattern)
)
ADDRESS = re.compile(r'id="[^"]*"|\([^() ]*[#/][^() ]*\)')  # old headings live on in addresses


def odd(text: str) -> list[str]:
    """What is odd in a text: the line, the words, and what would be better."""
    return [
        f"{number}: {match[0]!r}: {better}"
        for number, line in enumerate(text.splitlines(), start=1)
        for pattern, better in BETTER.items()
        for match in re.finditer(pattern, ADDRESS.sub("", line), re.IGNORECASE)
    ]


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(path.relative_to(ROOT)))
def test_prose_has_no_word_that_sounds_translated(path):
    assert odd(path.read_text(encoding="utf-8")) == []


def test_such_words_are_found_and_addresses_are_not():
    assert odd("The keys stand in the docstring.") == ["1: 'stand in': it is, or appears, there"]
    assert odd("A toy stands in for the model.") == []
    assert odd('<span id="everybody-with-everybody"></span> [x](page.md#whoever-wins)') == []
    assert len(odd("Whoever foretold it\nat the latest")) == 3
