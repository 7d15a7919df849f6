"""Beam search against the list of all hypotheses, and the laws of its parts."""

import itertools
import math
from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_models import (
    BOS,
    EOS,
    PAD,
    SPECIALS,
    chain,
    every_hypothesis,
    log_probability,
    model,
    predictor,
    sources,
    table,
    without_end,
)

from solutions.decoding import beam_search as search_module
from solutions.decoding.beam_search import beam_search, extend_beams, first_largest
from solutions.decoding.greedy import greedy, length_limits
from solutions.decoding.length_penalty import length_penalty
from solutions.decoding.predictors import CachedPredictor, TablePredictor, UncachedPredictor

ALL = 24  # beams that hold every prefix of up to four tokens of {</s>, 3, 4}
seeds, alphas = st.integers(0, 9999), st.sampled_from([0.0, 0.3, 0.6, 1.0, 2.0])
several = st.lists(st.tuples(seeds, st.integers(1, 6)), min_size=1, max_size=4)


def search(log_table: torch.Tensor, limits: list[int], beam_size=4, alpha=0.6):
    limits = torch.tensor(limits, dtype=torch.int64)
    return beam_search(predictor(log_table), limits, **SPECIALS, beam_size=beam_size, alpha=alpha)


def best_of_all(log_table: torch.Tensor, limit: int, alpha: float) -> tuple[list[int], float]:
    tokens, score = max(
        (
            (tokens, log_p / length_penalty(len(tokens), alpha))
            for tokens, log_p in every_hypothesis(log_table, limit)
        ),
        key=lambda hypothesis: hypothesis[1],
    )
    return without_end(tokens), score


# ---- one step ------------------------------------------------------------------------------------


@given(seeds, st.integers(1, 4), st.integers(2, 5), st.data())
def test_a_step_keeps_the_best_of_all_extensions(seed, k, V, data):
    count = data.draw(st.integers(1, k * V))
    generator = torch.Generator().manual_seed(seed)
    scores = -torch.rand(3, k, generator=generator).double() * 4
    following = torch.randn(3, k, V, generator=generator).double().log_softmax(-1)
    found = extend_beams(scores, following, count)
    for row in range(3):
        extensions = [
            (float(scores[row, i] + following[row, i, token]), i, token)
            for i, token in itertools.product(range(k), range(V))
        ]
        expected = sorted(extensions, key=lambda e: -e[0])[:count]
        assert [x[row].tolist() for x in found] == [list(x) for x in zip(*expected, strict=True)]


def test_all_children_of_one_parent_may_win():
    scores = torch.tensor([[-0.1, -9.0]])
    following = torch.full((1, 2, 4), 0.25).log()
    _, parents, tokens = extend_beams(scores, following, 4)
    assert parents.tolist() == [[0, 0, 0, 0]]
    assert tokens.tolist() == [[0, 1, 2, 3]]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.data())
def test_equal_numbers_come_in_their_order(numbers, data):
    count = data.draw(st.integers(1, len(numbers)))
    x = torch.tensor([numbers, numbers[::-1], [0] * len(numbers)]).float()
    x = x.masked_fill(x == 3, -math.inf)
    values, index = first_largest(x, count)
    expected = x.sort(dim=1, descending=True, stable=True)
    assert torch.equal(values, expected.values[:, :count])
    assert torch.equal(index, expected.indices[:, :count])


# ---- the search ----------------------------------------------------------------------------------


@settings(max_examples=150)
@given(seed=seeds, limit=st.integers(1, 4), alpha=alphas, sharpness=st.floats(0.2, 4))
def test_with_beams_enough_it_finds_the_best_of_all(seed, limit, alpha, sharpness):
    log_table = table(seed, sharpness=sharpness)
    tokens, score = best_of_all(log_table[0], limit, alpha)
    ((found, *_),) = search(log_table, [limit], ALL, alpha)
    assert found.tokens == tokens
    assert found.score == pytest.approx(score, rel=1e-12)


@given(several, st.integers(1, 5), alphas)
def test_no_beam_finds_more_than_there_is(sentences, beam_size, alpha):
    seed, limit = sentences[0]
    ((found, *_),) = search(table(seed), [limit], beam_size, alpha)
    assert found.score <= best_of_all(table(seed)[0], limit, alpha)[1] + 1e-12


@given(several)
def test_one_beam_without_penalty_is_greedy(sentences):
    log_table, limits = table(*(s for s, _ in sentences)), [limit for _, limit in sentences]
    written = greedy(predictor(log_table), torch.tensor(limits), **SPECIALS)
    assert [h[0].tokens for h in search(log_table, limits, 1, 0.0)] == written


@given(several, st.integers(1, 5), alphas)
def test_a_score_is_the_models_log_probability_over_the_penalty(sentences, beam_size, alpha):
    log_table, limits = table(*(s for s, _ in sentences)), [limit for _, limit in sentences]
    for one, limit, found in zip(
        log_table, limits, search(log_table, limits, beam_size, alpha), strict=True
    ):
        scores = [hypothesis.score for hypothesis in found]
        assert scores == sorted(scores, reverse=True)
        for tokens, score in found:
            assert len(tokens) <= limit
            assert all(token > EOS for token in tokens)
            whole = tokens if len(tokens) == limit else [*tokens, EOS]
            expected = log_probability(one, whole) / length_penalty(len(whole), alpha)
            assert score == pytest.approx(expected, rel=1e-12)


@given(several, st.integers(1, 5), alphas)
def test_sentences_do_not_disturb_each_other(sentences, beam_size, alpha):
    log_table, limits = table(*(s for s, _ in sentences)), [limit for _, limit in sentences]
    together = search(log_table, limits, beam_size, alpha)
    alone = [search(table(s), [limit], beam_size, alpha)[0] for s, limit in sentences]
    assert together == alone


@given(several, st.integers(1, 5), alphas)
def test_going_on_after_a_search_is_over_finds_nothing_better(sentences, beam_size, alpha):
    log_table, limits = table(*(s for s, _ in sentences)), [limit for _, limit in sentences]
    early = search(log_table, limits, beam_size, alpha)
    with patch.object(search_module, "is_over", lambda *_: False):
        late = search(log_table, limits, beam_size, alpha)
    assert [found[0] for found in early] == [found[0] for found in late]
    assert all(len(a) <= len(b) for a, b in zip(early, late, strict=True))


def test_a_search_is_over_as_soon_as_nothing_better_can_come():
    calls = []

    class Counting(TablePredictor):
        def log_probabilities(self, prefixes):
            calls.append(len(prefixes))
            return super().log_probabilities(prefixes)

    sure = chain({(BOS, EOS): 0.9, (BOS, 3): 0.1, (3, 3): 1.0})
    unsure = chain({(BOS, EOS): 0.4, (BOS, 3): 0.6, (3, 3): 1.0})
    both = torch.cat([sure, unsure])
    found = beam_search(Counting(both, BOS), torch.tensor([9, 6]), **SPECIALS, beam_size=2)
    assert calls == [4, 2, 2, 2, 2, 2]
    assert [hypotheses[0].tokens for hypotheses in found] == [[], [3] * 6]


def test_a_long_hypothesis_wins_by_the_penalty_alone():
    log_table = chain({(BOS, EOS): 0.5, (BOS, 3): 0.5, (3, 4): 0.9, (4, EOS): 0.9, (4, 4): 0.1})
    assert search(log_table, [6], alpha=0.0)[0][0].tokens == []
    assert search(log_table, [6], alpha=1.0)[0][0].tokens == [3, 4]


def test_a_wider_beam_may_find_a_worse_translation():
    """No law says that more beams help: a beam is a greedy thing, of k hypotheses."""
    likely_then_open = {(BOS, 3): 0.52, (3, 5): 0.34, (3, 6): 0.33, (3, 7): 0.33}
    both_overtake_it = {(BOS, 4): 0.48, (4, 8): 0.5, (4, 9): 0.5}
    and_then_scatter = {(last, token): 1 / 3 for last in (8, 9) for token in (5, 6, 7)}
    the_end = {(5, EOS): 1.0, (6, EOS): 1.0, (7, EOS): 1.0}
    steps = likely_then_open | both_overtake_it | and_then_scatter | the_end
    log_table = chain(steps, V=10)
    one, two, many = (search(log_table, [4], k, 0.0)[0][0] for k in (1, 2, 40))
    assert one == many
    assert math.exp(one.score) == pytest.approx(0.52 * 0.34, rel=1e-12)
    assert math.exp(two.score) == pytest.approx(0.48 * 0.5 / 3, rel=1e-12)


def test_padding_and_the_start_symbol_are_never_written():
    log_table = chain(
        {(BOS, PAD): 0.6, (BOS, BOS): 0.3, (BOS, 4): 0.1, (4, BOS): 0.9, (4, EOS): 0.1}
    )
    ((only, *others),) = search(log_table, [3], 3)
    assert only.tokens == [4]
    assert others == []


def test_of_equals_the_first_wins():
    log_table = chain({(BOS, 4): 0.5, (BOS, 3): 0.5, (3, EOS): 1.0, (4, EOS): 1.0})
    ((first, second),) = search(log_table, [5], 2)
    assert (first.tokens, second.tokens) == ([3], [4])
    assert first.score == second.score
    flat = torch.full((1, 5, 5, 5), 0.2).log()
    ((best, *_),) = search(flat, [5], 4, 0.0)
    assert best.tokens == []


def test_a_vocabulary_smaller_than_the_beam():
    log_table = table(3, V=3)  # nothing but </s> can be written
    assert [h.tokens for h in search(log_table, [4], 7)[0]] == [[]]


@settings(max_examples=15)
@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=3),
    seed=seeds,
    pre_norm=st.booleans(),
    beam_size=st.integers(1, 4),
)
def test_a_transformers_hypotheses_with_their_scores(lengths, seed, pre_norm, beam_size):
    """Cached as uncached; and each score is what the model says when it is shown the tokens."""
    writer, source = model(seed % 7, pre_norm), sources(lengths, seed)
    limits = length_limits(source, PAD, extra=3)
    cached, anew = (
        beam_search(kind(writer, source), limits, **SPECIALS, beam_size=beam_size)
        for kind in (CachedPredictor, UncachedPredictor)
    )
    for i, (found, expected) in enumerate(zip(cached, anew, strict=True)):
        assert [h.tokens for h in found] == [h.tokens for h in expected]
        for hypothesis, other in zip(found, expected, strict=True):
            assert hypothesis.score == pytest.approx(other.score, rel=1e-9)
            ended = len(hypothesis.tokens) < limits[i]
            target = torch.tensor([[BOS, *hypothesis.tokens, *([EOS] if ended else [])]])
            shown = writer(source[i : i + 1], target[:, :-1]).log_softmax(-1)
            log_p = shown.gather(2, target[:, 1:, None]).sum()
            penalty = length_penalty(target.size(1) - 1, 0.6)
            assert hypothesis.score == pytest.approx(float(log_p) / penalty, rel=1e-9)


# ---- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"beam_size": 0}, "beam_size must be at least 1, got 0"),
        ({"alpha": -0.1}, r"alpha must be 0 \(no length penalty\) or positive, got -0.1"),
        ({"alpha": math.nan}, "alpha must be 0 .* got nan"),
        ({"limits": [0]}, r"at least 1 token, got \[0\]"),
    ],
)
def test_arguments_out_of_range_are_named(options, words):
    with pytest.raises(ValueError, match=words):
        search(table(0), **({"limits": [3]} | options))


def test_a_model_of_nans_is_named():
    with pytest.raises(ValueError, match="log-probabilities hold NaN"):
        search(table(0) * math.nan, [3])


def test_no_sentences_give_no_translations():
    assert search(table(0)[:0], []) == []
