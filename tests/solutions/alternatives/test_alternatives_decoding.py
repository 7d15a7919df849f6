"""Other right ways to write decoding: each style gives what the reference gives."""

import pytest
import sacrebleu
import torch
from hypothesis import given
from hypothesis import strategies as st
from toy_models import BOS, EOS, SPECIALS, model, predictor, sources, table

from solutions.alternatives import styles
from solutions.decoding import beam_search, bleu, greedy, kv_cache, length_penalty, predictors
from solutions.model.attention import MultiHeadAttention
from solutions.model.masks import causal_mask

STYLES = styles("decoding")
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
seeds, alphas = st.integers(0, 9999), st.sampled_from([0.0, 0.6, 1.0])
several = st.lists(st.tuples(seeds, st.integers(1, 6)), min_size=1, max_size=4)
NAMES = {
    predictors: ["next_log_probabilities"],
    greedy: ["length_limits", "greedy"],
    length_penalty: ["length_penalty", "rank_hypotheses", "score_bound", "is_over"],
    beam_search: ["extend_beams", "beam_step", "beam_search"],
    kv_cache: ["SelfAttentionCache"],
    bleu: ["clipped_matches", "brevity_penalty", "corpus_bleu"],
}


def normal(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@each_style
def test_a_style_defines_what_the_assignment_asks_for(style):
    for module, names in NAMES.items():
        for name in names:
            own = getattr(style, name)
            assert own.__module__ == style.__name__
            assert own is not getattr(module, name)


# ---- one token after the other -------------------------------------------------------------------


@each_style
def test_next_log_probabilities(style):
    writer, source = model(1), sources([5, 2, 3], 0)
    prefixes = torch.tensor([[BOS, 4, 7], [BOS, 3, 3], [BOS, 8, 5]])
    inputs = (writer, prefixes, *writer.encode(source))
    expected = predictors.next_log_probabilities(*inputs)
    found = style.next_log_probabilities(*inputs)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@each_style
def test_length_limits(style):
    tokens = torch.tensor([[4, 2, 0, 1], [2, 2, 1, 1], [5, 1, 1, 1]])
    for pad_id, extra in ((1, 50), (9, 3)):
        expected = greedy.length_limits(tokens, pad_id, extra)
        assert torch.equal(style.length_limits(tokens, pad_id, extra), expected)
    with pytest.raises(ValueError, match=r"\w"):
        style.length_limits(torch.tensor([[3, 0], [0, 0]]), 0)


@each_style
@given(several)
def test_greedy(style, sentences):
    log_table, limits = table(*(s for s, _ in sentences)), [limit for _, limit in sentences]
    expected = greedy.greedy(predictor(log_table), torch.tensor(limits), **SPECIALS)
    assert style.greedy(predictor(log_table), torch.tensor(limits), **SPECIALS) == expected


# ---- ranking -------------------------------------------------------------------------------------


@each_style
@given(st.integers(1, 90), st.floats(0, 3), st.floats(-60, -0.1))
def test_penalty_and_bound(style, length, alpha, log_p):
    expected = length_penalty.length_penalty(length, alpha)
    assert style.length_penalty(length, alpha) == pytest.approx(expected, rel=1e-12)
    bound = length_penalty.score_bound(log_p, length, alpha)
    assert style.score_bound(log_p, length, alpha) == pytest.approx(bound, rel=1e-12)


hypotheses = st.lists(st.tuples(st.integers(1, 9), st.floats(-20, -0.1)), max_size=5)


@each_style
@given(hypotheses, alphas, st.floats(-20, -0.1), st.integers(9, 30))
def test_ranking_and_the_end_of_a_search(style, some, alpha, log_p, limit):
    some = [([place] * (length - 1) + [EOS], p) for place, (length, p) in enumerate(some)]
    ranked, expected = (
        style.rank_hypotheses(some, alpha),
        length_penalty.rank_hypotheses(some, alpha),
    )
    assert [s for _, s in ranked] == pytest.approx([s for _, s in expected], rel=1e-9)
    if alpha == 0:  # else two that should be equal may differ by a rounding
        assert ranked == expected
        assert style.is_over(some, log_p, limit, alpha) == length_penalty.is_over(
            some, log_p, limit, alpha
        )


# ---- beams ---------------------------------------------------------------------------------------


@each_style
@pytest.mark.parametrize(("R", "k", "V", "count"), [(1, 1, 3, 2), (2, 3, 5, 6), (3, 2, 7, 1)])
def test_extend_beams(style, R, k, V, count):
    inputs = -normal(1, R, k).abs(), normal(2, R, k, V).log_softmax(-1), count
    for found, expected in zip(
        style.extend_beams(*inputs), beam_search.extend_beams(*inputs), strict=True
    ):
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@each_style
@pytest.mark.parametrize(("R", "k", "t"), [(1, 1, 1), (2, 3, 4), (3, 2, 1)])
def test_beam_step(style, R, k, t):
    prefixes = torch.arange(3, 3 + R * k * t).reshape(R, k, t)
    chances = normal(1, R, k, 6)
    chances[..., EOS] += 1.5
    at_limit = torch.arange(R) == 1
    inputs = prefixes, -normal(0, R, k).abs(), chances.log_softmax(-1), EOS, at_limit
    *found, mine = style.beam_step(*inputs)
    *expected, finished = beam_search.beam_step(*inputs)
    for one, right in zip(found, expected, strict=True):
        torch.testing.assert_close(one, right, rtol=0, atol=1e-12)
    assert mine == [[(tokens, pytest.approx(p)) for tokens, p in row] for row in finished]


@each_style
@given(several, st.integers(1, 5), alphas)
def test_beam_search(style, sentences, beam_size, alpha):
    log_table = table(*(s for s, _ in sentences))
    limits = torch.tensor([limit for _, limit in sentences])
    settings = {**SPECIALS, "beam_size": beam_size, "alpha": alpha}
    found = style.beam_search(predictor(log_table), limits, **settings)
    expected = beam_search.beam_search(predictor(log_table), limits, **settings)
    for (mine, *_), (right, *_) in zip(found, expected, strict=True):
        assert mine.tokens == right.tokens
        assert mine.score == pytest.approx(right.score, rel=1e-6)


@each_style
def test_a_search_with_a_transformer(style):
    writer, source = model(0, pre_norm=True), sources([6, 4, 1], 0)
    limits = torch.tensor([8, 6, 3])
    for kind in (predictors.CachedPredictor, predictors.UncachedPredictor):
        expected = beam_search.beam_search(kind(writer, source), limits, **SPECIALS, beam_size=3)
        found = style.beam_search(kind(writer, source), limits, **SPECIALS, beam_size=3)
        assert [h[0].tokens for h in found] == [h[0].tokens for h in expected]


@each_style
@pytest.mark.parametrize(("h", "R", "T"), [(1, 1, 1), (3, 2, 5), (2, 4, 3)])
def test_the_cache(style, h, R, T):
    layer = MultiHeadAttention(6, h).double().requires_grad_(False)
    x = normal(3, R, T, 6)
    written = style.SelfAttentionCache(layer, h, R)
    steps = [written.step(x[:, t : t + 1]) for t in range(T - 1)]
    rows = torch.arange(R).flip(0)
    written.reorder(rows)
    steps.append(written.step(x[rows, T - 1 :])[rows])
    expected = layer(x, x, x, causal_mask(T))
    torch.testing.assert_close(torch.cat(steps, dim=1), expected, rtol=0, atol=1e-12)


# ---- BLEU ----------------------------------------------------------------------------------------

words = st.lists(st.sampled_from("abc"), min_size=1, max_size=9)


@each_style
@given(st.lists(st.tuples(words, words), min_size=1, max_size=4))
def test_bleu(style, pairs):
    for (candidate, reference), n in zip(pairs, (1, 2, 3, 4), strict=False):
        expected = bleu.clipped_matches(candidate, reference, n)
        assert style.clipped_matches(candidate, reference, n) == expected
    candidates, references = zip(*pairs, strict=True)
    theirs = sacrebleu.BLEU(tokenize="none", smooth_method="none").corpus_score(
        [" ".join(c) for c in candidates], [[" ".join(r) for r in references]]
    )
    assert style.corpus_bleu(candidates, references) == pytest.approx(theirs.score, abs=1e-9)


@each_style
def test_brevity(style):
    for c, r in ((0, 0), (0, 3), (3, 7), (6, 7), (7, 7), (9, 7)):
        expected = bleu.brevity_penalty(c, r)
        assert style.brevity_penalty(c, r) == pytest.approx(expected, rel=1e-12)
        assert isinstance(style.brevity_penalty(c, r), float)
