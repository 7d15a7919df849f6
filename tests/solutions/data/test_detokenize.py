"""From tokens to text: what the tokenizer took apart comes together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.data.corpora import corpus
from solutions.data.detokenize import capitalize, detokenize, usual_spelling
from solutions.data.vocabulary import tokenize

SENTENCES = {
    "de": [
        "ein mann mit t-shirt, jeans und/oder hut steht vor einem café.",
        'auf dem schild steht "halt!", nicht "los".',
        "er ruft: „halt“ (und läuft weiter); 3,5 meter, 100% regen ...",
    ],
    "en": [
        "a man's dog doesn't bark; it's asleep, they're happy and i'll wait.",
        'a sign says "stop", another says "go".',
        "the ladies' room (upstairs) costs $5, #2 of 3,000!",
        "he says 'hello' to a blue-eyed cat/dog?",
    ],
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_sentences_with_marks_come_back(language):
    sentences = SENTENCES[language]
    assert [detokenize(tokens) for tokens in tokenize(sentences, language)] == sentences


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_the_corpus_comes_back_in_lower_case(split, side):
    sentences = corpus(split)[side]
    cut = tokenize(sentences, ("de", "en")[side])
    assert [detokenize(tokens) for tokens in cut] == [s.lower() for s in sentences]


@given(st.lists(st.text("ab.,'\"-(/ $", min_size=1), max_size=12))
def test_nothing_is_lost_or_invented_but_blanks(tokens):
    tokens = [token.replace(" ", "") or " " for token in tokens]  # blanks are tokens of their own
    text = detokenize(tokens)
    assert text.replace(" ", "") == "".join(tokens).replace(" ", "")
    assert text == text.strip()


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ([], ""),
        (["."], "."),
        (["-", "a", "-"], "- a -"),
        (["the", " ", "ladies", "'", "room"], "the ladies' room"),
        (["a", "'", "b", "'", "c"], "a 'b' c"),
        (["<unk>", ",", "<unk>"], "<unk>, <unk>"),
    ],
)
def test_by_hand(tokens, text):
    assert detokenize(tokens) == text


def test_words_get_the_spelling_that_they_mostly_have():
    sentences = ["Die Frau und die Frau.", "Der McDonald frau Frau.", "Frau Frau. Die See."]
    cut = tokenize(sentences, "de")
    # "Die" begins sentences only, but for one "die"; "See" stands once and has its capital.
    assert usual_spelling(sentences, cut) == {
        "frau": "Frau",
        "mcdonald": "McDonald",
        "see": "See",
    }


def test_of_equally_frequent_spellings_the_first_is_taken():
    assert usual_spelling(["a Us US us"], [["a", "us", "us", "us"]]) == {"us": "US"}
    assert usual_spelling(["a us us US"], [["a", "us", "us", "us"]]) == {}


def test_a_sentence_whose_lower_case_is_longer_is_passed_over():
    assert usual_spelling(["a İ B", "a C"], [["a", "i̇", "b"], ["a", "c"]]) == {"c": "C"}


@pytest.mark.parametrize(
    ("tokens", "words"),
    [
        (["an", "asian", "man"], ["An", "Asian", "man"]),
        (['"', "yes", '"'], ['"', "Yes", '"']),
        (["2", "men"], ["2", "men"]),
        (["<unk>", "men"], ["<unk>", "Men"]),
        ([], []),
    ],
)
def test_capitals_of_words_and_of_the_beginning(tokens, words):
    assert capitalize(tokens, {"asian": "Asian"}) == words


@pytest.mark.parametrize("side", [0, 1])
def test_most_of_the_corpus_gets_its_own_capitals_back(side):
    sentences = corpus("train")[side]
    cut = tokenize(sentences, ("de", "en")[side])
    spelling = usual_spelling(sentences, cut)
    found = [detokenize(capitalize(tokens, spelling)) for tokens in cut]
    right = sum(text == sentence for text, sentence in zip(found, sentences, strict=True))
    assert right > 0.9 * len(sentences)
