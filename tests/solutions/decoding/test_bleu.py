"""BLEU against sacreBLEU, and by hand."""

import math
from collections import Counter

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from solutions.decoding.bleu import brevity_penalty, clipped_matches, corpus_bleu, ngrams

sentences = st.lists(st.sampled_from("abcd"), min_size=1, max_size=12)
pairs = st.lists(st.tuples(sentences, sentences), min_size=1, max_size=6)


def joined(tokens):
    return [" ".join(sentence) for sentence in tokens]


def theirs(candidates, references, **settings):
    bleu = sacrebleu.BLEU(tokenize="none", **settings)
    return bleu.corpus_score(joined(candidates), [joined(references)])


# ---- against sacreBLEU ---------------------------------------------------------------------------


@given(pairs)
def test_the_score_is_sacrebleus_without_smoothing(some):
    candidates, references = zip(*some, strict=True)
    expected = theirs(candidates, references, smooth_method="none")
    assert corpus_bleu(candidates, references) == pytest.approx(expected.score, abs=1e-9)


@given(pairs)
def test_sacrebleus_smoothing_changes_nothing_where_every_length_matches(some):
    candidates, references = zip(*some, strict=True)
    default = theirs(candidates, references)
    if all(default.counts):
        assert corpus_bleu(candidates, references) == pytest.approx(default.score, abs=1e-9)
    else:
        assert corpus_bleu(candidates, references) == 0


@given(pairs)
def test_so_are_the_counts_and_the_penalty(some):
    candidates, references = zip(*some, strict=True)
    expected = theirs(candidates, references, smooth_method="none")
    for n in range(1, 5):
        counts = [clipped_matches(c, r, n) for c, r in some]
        assert [sum(x) for x in zip(*counts, strict=True)] == [
            expected.counts[n - 1],
            expected.totals[n - 1],
        ]
    lengths = sum(map(len, candidates)), sum(map(len, references))
    assert brevity_penalty(*lengths) == pytest.approx(expected.bp, rel=1e-15)


# ---- laws ----------------------------------------------------------------------------------------


@given(st.lists(sentences, min_size=1, max_size=4).filter(lambda s: max(map(len, s)) >= 4))
def test_a_perfect_translation_has_the_score_100(references):
    assert corpus_bleu(references, references) == pytest.approx(100, rel=1e-12)


@given(pairs)
def test_the_order_of_the_sentences_does_not_matter(some):
    candidates, references = zip(*some, strict=True)
    turned = corpus_bleu(candidates[::-1], references[::-1])
    assert turned == pytest.approx(corpus_bleu(candidates, references), rel=1e-12)


@given(sentences, sentences, st.integers(1, 5))
def test_matches_are_the_same_both_ways_and_never_more_than_there_are(one, other, n):
    matches, total = clipped_matches(one, other, n)
    assert matches == clipped_matches(other, one, n)[0] <= total == max(0, len(one) - n + 1)


@given(st.integers(1, 50), st.integers(1, 50))
def test_the_penalty_depends_on_the_ratio_alone(c, r):
    assert brevity_penalty(3 * c, 3 * r) == brevity_penalty(c, r)
    assert 0 < brevity_penalty(c, r) <= 1
    assert (brevity_penalty(c, r) < 1) == (c < r)


# ---- by hand -------------------------------------------------------------------------------------


def test_pieces():
    assert ngrams("abab", 2) == Counter({("a", "b"): 2, ("b", "a"): 1})
    assert ngrams("ab", 3) == Counter()


def test_papineni_s_example_of_clipping():
    candidate, reference = ["the"] * 7, ["the", "cat", "is", "on", "the", "mat"]
    assert clipped_matches(candidate, reference, 1) == (2, 7)
    assert clipped_matches(candidate, reference, 2) == (0, 6)


def test_the_penalty_by_hand():
    assert brevity_penalty(10, 10) == brevity_penalty(11, 10) == 1.0
    assert brevity_penalty(5, 10) == math.exp(-1)
    assert brevity_penalty(0, 3) == 0.0
    assert brevity_penalty(0, 0) == 1.0


def test_tokens_may_be_numbers_and_nothing_at_all():
    assert corpus_bleu([[3, 4, 5, 6]], [[3, 4, 5, 6]]) == pytest.approx(100)
    assert corpus_bleu([[]], [[3, 4, 5, 6]]) == 0
    assert corpus_bleu([], []) == 0


def test_a_missing_reference_is_named():
    with pytest.raises(ValueError, match="2 translations and 1 references: give one each"):
        corpus_bleu([["a"], ["b"]], [["a"]])
