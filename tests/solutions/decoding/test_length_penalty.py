"""Length penalty and ranking by hand and by their laws; the bound against every hypothesis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_models import EOS, every_hypothesis, log_probability, table

from solutions.decoding.length_penalty import is_over, length_penalty, rank_hypotheses, score_bound


def test_the_length_penalty_by_hand():
    assert length_penalty(1, 0.6) == 1.0
    assert length_penalty(7, 1.0) == 2.0
    assert length_penalty(19, 0.5) == 2.0
    assert length_penalty(13, 2.0) == 9.0
    assert length_penalty(30, 0.0) == 1.0


@given(st.integers(1, 200), st.integers(1, 200), st.floats(0.01, 3), st.floats(-50, -0.1))
def test_a_longer_hypothesis_is_forgiven_more(length, more, alpha, log_p):
    short, long = length_penalty(length, alpha), length_penalty(length + more, alpha)
    assert 1 <= short < long
    ((_, better), (_, worse)) = rank_hypotheses(
        [([3] * length, log_p), ([4] * (length + 1), log_p)], alpha
    )
    assert worse < better < 0
    assert better == log_p / length_penalty(length + 1, alpha)


def test_the_ranking_by_hand():
    one, two = ([3, EOS], -2.0), ([4, 4, 4, 4, EOS], -2.8)
    assert rank_hypotheses([one, two], 0.0) == [one, two]
    assert [tokens for tokens, _ in rank_hypotheses([one, two], 1.0)] == [two[0], one[0]]
    assert rank_hypotheses([two], 1.0)[0][1] == pytest.approx(-2.8 * 6 / 10, rel=1e-15)
    assert rank_hypotheses([], 0.6) == []


def test_equal_hypotheses_keep_their_order():
    both = [([4, EOS], -1.0), ([3, EOS], -1.0)]
    assert rank_hypotheses(both, 0.0) == both
    assert rank_hypotheses(both[::-1], 0.0) == both[::-1]


@given(st.integers(0, 9999), st.integers(1, 4), st.sampled_from([0.0, 0.3, 0.6, 1.0, 2.0]))
def test_no_continuation_exceeds_the_bound(seed, limit, alpha):
    (log_table,) = table(seed)
    for tokens, log_p in every_hypothesis(log_table, limit):
        score = log_p / length_penalty(len(tokens), alpha)
        for length in range(1, len(tokens)):
            bound = score_bound(log_probability(log_table, tokens[:length]), limit, alpha)
            assert score <= bound * (1 - 1e-12)


@given(st.floats(-50, -0.01), st.integers(1, 99), st.floats(0, 2))
def test_a_certain_continuation_reaches_the_bound(log_p, limit, alpha):
    ((_, score),) = rank_hypotheses([([3] * limit, log_p)], alpha)
    assert score == score_bound(log_p, limit, alpha)


def test_a_search_is_over_when_the_best_cannot_be_beaten():
    finished = [([3, EOS], -2.0), ([EOS], -1.0)]
    assert not is_over([], -9.0, 7, 1.0)
    assert is_over(finished, -2.0, 7, 1.0)  # -2 / lp(7) = -1: it may be equal, not better
    assert not is_over(finished, -1.99, 7, 1.0)
    assert is_over(finished, -1.0, 7, 0.0)
