"""The everyday sentences keep what their README promises."""

import os
import re

import pytest

from solutions.data.corpora import EVERYDAY, EVERYDAY_SPLITS, everyday, multi30k, sentences

SIZES = {"train": 5_919, "test": 100}
WORD = re.compile(r"\w+")


def words(sentence: str) -> list[str]:
    return [word.lower() for word in WORD.findall(sentence)]


@pytest.mark.parametrize("split", EVERYDAY_SPLITS)
def test_pairs_stand_line_by_line(split):
    for side in everyday(split):
        assert len(side) == SIZES[split]
        assert all(line == line.strip() and line[-1] in ".!?" for line in side)
        assert not any("  " in line for line in side)


@pytest.mark.parametrize("split", EVERYDAY_SPLITS)
def test_sentences_are_short(split):
    lengths = [len(words(line)) for side in everyday(split) for line in side]
    assert min(lengths) >= 1
    assert max(lengths) <= 16


def test_no_german_sentence_stands_twice():
    all_of_them = [
        " ".join(words(line)) for split in EVERYDAY_SPLITS for line in everyday(split)[0]
    ]
    assert len(set(all_of_them)) == len(all_of_them)


def test_every_word_of_the_test_was_seen():
    for train, test in zip(everyday("train"), everyday("test"), strict=True):
        seen = {word for line in train for word in words(line)}
        assert {word for line in test for word in words(line)} <= seen


def test_english_has_no_contractions():
    for split in EVERYDAY_SPLITS:
        assert not [line for line in everyday(split)[1] if re.search(r"n't|'m|'re|'ve|'ll", line)]


def test_another_split_is_refused():
    with pytest.raises(ValueError, match="split must be one of train, test, not 'val'"):
        everyday("val")


def test_the_readme_gives_the_sizes():
    text = (EVERYDAY / "README.md").read_text(encoding="utf-8")
    assert f"`train` {SIZES['train']:,}, `test` {SIZES['test']}" in text
    assert f"{sum(SIZES.values()):,} pairs" in text


@pytest.mark.skipif("MULTI30K_DIR" not in os.environ, reason="Multi30k is not here")
def test_with_multi30k_only_the_training_split_grows():
    alone, together = multi30k(), sentences("multi30k+everyday")
    assert together.keys() - alone.keys() == {"test_everyday"}
    for split, (german, english) in alone.items():
        more = everyday("train") if split == "train" else ([], [])
        assert together[split] == (german + more[0], english + more[1])
    unseen = {" ".join(words(line)) for name in alone if name != "train" for line in alone[name][0]}
    assert not unseen & {" ".join(words(line)) for line in everyday("train")[0]}
