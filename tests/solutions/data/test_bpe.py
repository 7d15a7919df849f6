"""Laws of byte-pair encoding: what is learned, how words are cut, how they become whole again."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.data.bpe import MORE, BpeSegmenter, join_pieces, joined, learn_merges, letters, merge
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import UNK, Vocabulary

words = st.text("abc ß", min_size=1, max_size=9)
texts = st.dictionaries(words, st.integers(1, 9), max_size=8)


def learn_slowly(counts, number):
    """`learn_merges` as it is told: count every pair anew after each merge."""
    text = {word: letters(word) for word in counts}
    learned = []
    while len(learned) < number:
        pairs = Counter()
        for word, pieces in text.items():
            for pair in pairwise(pieces):
                pairs[pair] += counts[word]
        if not pairs or max(pairs.values()) < 2:
            break
        learned.append(min(pairs, key=lambda pair: (-pairs[pair], pair)))
        text = {word: merge(pieces, learned[-1]) for word, pieces in text.items()}
    return learned


def test_the_example_of_the_paper_that_brought_them():
    """Sennrich et al., 2016, section 3.2, but for the mark: theirs stands at the end of a word."""
    counts = {"low": 5, "lowest": 2, "newer": 6, "wider": 3}
    learned = learn_merges(counts, 10)
    assert learned[:2] == [("e@@", "r"), ("l@@", "o@@")]  # 9 times and 7 times
    assert BpeSegmenter(learned).cut("lower") == ("lo@@", "w@@", "er")


@given(texts, st.integers(0, 30))
def test_always_the_most_frequent_pair_is_joined(counts, number):
    assert learn_merges(counts, number) == learn_slowly(counts, number)


@given(texts, st.integers(0, 30))
def test_a_word_of_the_text_is_cut_as_learning_left_it(counts, number):
    learned = learn_merges(counts, number)
    pieces = BpeSegmenter(learned)
    for word in counts:
        left = letters(word)
        for pair in learned:
            left = merge(left, pair)
        assert list(pieces.cut(word)) == left


@given(texts, st.integers(0, 30), st.lists(words))
def test_pieces_of_any_words_make_the_words_again(counts, number, tokens):
    assert join_pieces(BpeSegmenter(learn_merges(counts, number))(tokens)) == tokens


@given(texts, words)
def test_without_merges_there_are_letters_and_with_all_of_them_words(counts, word):
    assert BpeSegmenter([]).cut(word) == tuple(letters(word))
    every = BpeSegmenter(learn_merges(counts, 1000))
    assert all(len(every.cut(word)) == 1 for word, count in counts.items() if count > 1)


def test_neighbors_are_joined_from_the_left():
    assert merge(["a@@", "a@@", "a@@", "b"], ("a@@", "a@@")) == ["aa@@", "a@@", "b"]
    assert joined("a@@", "b@@") == "ab@@"
    assert joined("a@@", "b") == "ab"


def test_a_word_that_a_model_has_not_finished_is_a_word():
    assert join_pieces(["ein", "feuer" + MORE, "wehr" + MORE]) == ["ein", "feuerwehr"]
    assert join_pieces([]) == []


@pytest.fixture(scope="module")
def data():
    return TranslationData.load("corpus", merges=300)


def test_a_vocabulary_of_pieces_reads_words_that_it_has_never_seen(data):
    vocabulary = data.source_vocabulary
    new = "hundeschnee"
    assert new not in {word for sentence in data.tokens["train"][0] for word in sentence}
    assert UNK not in vocabulary.encode([new])
    assert vocabulary.decode(vocabulary.encode(["ein", new, "."])) == ["ein", new, "."]
    assert TranslationData.load("corpus").source_vocabulary.encode([new]) == [UNK]


def test_references_stay_whole_and_pairs_are_in_pieces(data):
    words = TranslationData.load("corpus")
    assert data.tokens == words.tokens
    (source, target), *_ = data.pairs("test")
    (source_word_by_word, _), *_ = words.pairs("test")
    assert len(source) > len(source_word_by_word)
    assert data.source_vocabulary.decode(source) == words.tokens["test"][0][0]
    assert data.target_vocabulary.decode(target) == words.tokens["test"][1][0]


def test_what_is_saved_is_loaded(tmp_path, data):
    data.source_vocabulary.save(tmp_path / "a.json")
    loaded = Vocabulary.load(tmp_path / "a.json")
    assert loaded == data.source_vocabulary
    assert loaded.merges
    (tmp_path / "b.json").write_text('{"types": ["a"], "merges": [["a"]]}')
    with pytest.raises(ValueError, match=r"b\.json is not a vocabulary"):
        Vocabulary.load(tmp_path / "b.json")
