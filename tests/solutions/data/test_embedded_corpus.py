"""The embedded corpus keeps what its README promises."""

from collections import Counter
from pathlib import Path

import pytest
import spacy

from solutions.data import corpora

CORPUS = Path(corpora.__file__).parent / "corpus"
SIZES = {"train": 400, "val": 40, "test": 40}


def lines(split: str, language: str) -> list[str]:
    text = (CORPUS / f"{split}.{language}").read_text(encoding="utf-8")
    assert text.endswith("\n")
    return text.splitlines()


@pytest.fixture(scope="module")
def tokenized():
    pipelines = {language: spacy.blank(language) for language in ("de", "en")}
    return {
        (split, language): [
            [token.text.lower() for token in pipeline(line)] for line in lines(split, language)
        ]
        for split in SIZES
        for language, pipeline in pipelines.items()
    }


@pytest.mark.parametrize(("split", "size"), SIZES.items())
def test_pairs_stand_line_by_line(split, size):
    for language in ("de", "en"):
        found = lines(split, language)
        assert len(found) == size
        assert all(line == line.strip() and line[-1] in ".!?" for line in found)


def test_sentences_are_short(tokenized):
    lengths = [len(sentence) for corpus in tokenized.values() for sentence in corpus]
    assert min(lengths) >= 5
    assert max(lengths) <= 16


def test_the_vocabulary_is_small(tokenized):
    for language, limit in (("de", 430), ("en", 365)):
        types = {token for sentence in tokenized["train", language] for token in sentence}
        assert len(types) <= limit


@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_tested_was_seen_word_by_word_but_never_as_a_sentence(tokenized, language):
    train = tokenized["train", language]
    seen = Counter(token for sentence in train for token in sentence)
    sentences = {tuple(t for t in sentence if t.isalnum()) for sentence in train}
    for split in ("val", "test"):
        for sentence in tokenized[split, language]:
            assert min(seen[token] for token in sentence) >= 2, sentence
            assert tuple(t for t in sentence if t.isalnum()) not in sentences, sentence


def test_no_pair_stands_twice():
    pairs = [
        pair for split in SIZES for pair in zip(lines(split, "de"), lines(split, "en"), strict=True)
    ]
    assert len(set(pairs)) == len(pairs)
