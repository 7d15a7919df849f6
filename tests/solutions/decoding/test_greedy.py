"""Prediction, greedy search, and the one call that translates."""

import math
from collections import Counter
from copy import deepcopy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from toy_models import BOS, EOS, PAD, SPECIALS, chain, model, predictor, sources, table

from solutions.decoding.greedy import evaluating, greedy, length_limits, translate
from solutions.decoding.predictors import (
    CachedPredictor,
    TablePredictor,
    UncachedPredictor,
    forbid,
    next_log_probabilities,
)

lengths = st.lists(st.integers(1, 6), min_size=1, max_size=4)
seeds = st.integers(0, 999)


def read(log_table: torch.Tensor, limits: list[int]) -> list[list[int]]:
    return greedy(predictor(log_table), torch.tensor(limits), **SPECIALS)


# ---- prediction ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [CachedPredictor, UncachedPredictor])
def test_the_probabilities_of_a_row_sum_to_one(kind):
    with torch.inference_mode():
        found = kind(model(0), sources([4, 2], 0)).log_probabilities(torch.full((2, 1), BOS))
    torch.testing.assert_close(found.exp().sum(1), torch.ones(2).double(), rtol=0, atol=1e-12)


def test_the_next_token_is_that_of_the_last_position():
    writer, source, prefixes = (
        model(1),
        sources([4, 6], 0),
        torch.tensor([[BOS, 4, 7], [BOS, 3, 3]]),
    )
    found = next_log_probabilities(writer, prefixes, *writer.encode(source))
    expected = writer(source, prefixes)[:, -1].log_softmax(-1)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)


@settings(max_examples=30)
@given(lengths=lengths, seed=seeds, pre_norm=st.booleans(), random=st.randoms())
def test_both_predictors_say_the_same(lengths, seed, pre_norm, random):
    writer, source = model(seed % 5, pre_norm), sources(lengths, seed)
    cached, anew = CachedPredictor(writer, source), UncachedPredictor(writer, source)
    prefixes = torch.full((len(source), 1), BOS)
    for _ in range(4):
        found, expected = (p.log_probabilities(prefixes) for p in (cached, anew))
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-11)
        rows = torch.tensor(random.choices(range(len(prefixes)), k=random.randint(1, 6)))
        cached.reorder(rows)
        anew.reorder(rows)
        tokens = torch.tensor([random.randint(2, 8) for _ in rows])
        prefixes = torch.cat([prefixes[rows], tokens[:, None]], dim=1)


def test_a_table_remembers_and_must_be_reordered():
    log_table = table(3, 4)
    written = TablePredictor(log_table, BOS)
    start = torch.tensor([[BOS], [BOS]])
    assert torch.equal(written.log_probabilities(start), log_table[:, BOS, BOS])
    written.log_probabilities(torch.tensor([[BOS, 3], [BOS, 4]]))
    written.reorder(torch.tensor([1, 1, 0]))
    found = written.log_probabilities(torch.tensor([[BOS, 4, 2], [BOS, 4, 3], [BOS, 3, 4]]))
    expected = torch.stack([log_table[1, 4, 2], log_table[1, 4, 3], log_table[0, 3, 4]])
    assert torch.equal(found, expected)


def test_what_is_forbidden_becomes_impossible_and_the_rest_stays():
    before = table(0)[0, 0]
    after = forbid(before, [PAD, BOS])
    assert bool((after[:, :2] == -math.inf).all())
    assert torch.equal(after[:, 2:], before[:, 2:])
    assert bool(before.isfinite().all())


# ---- greedy --------------------------------------------------------------------------------------


@given(st.lists(st.tuples(seeds, st.integers(1, 8)), min_size=1, max_size=4))
def test_each_token_is_the_likeliest_after_those_before(sentences):
    log_table = table(*(seed for seed, _ in sentences))
    limits = [limit for _, limit in sentences]
    for found, one, limit in zip(read(log_table, limits), log_table, limits, strict=True):
        tokens, prefix = [], [BOS, BOS]
        while len(tokens) < limit and prefix[-1] != EOS:
            choices = one[tuple(prefix[-2:])].tolist()
            prefix.append(max(range(EOS, 5), key=choices.__getitem__))
            tokens.append(prefix[-1])
        assert found == [token for token in tokens if token != EOS]


@given(st.lists(st.tuples(seeds, st.integers(1, 8)), min_size=1, max_size=5))
def test_sentences_do_not_disturb_each_other(sentences):
    together = read(table(*(s for s, _ in sentences)), [limit for _, limit in sentences])
    assert together == [read(table(seed), [limit])[0] for seed, limit in sentences]


def test_it_stops_at_the_end_symbol_and_only_there():
    ends = chain({(BOS, 3): 1.0, (3, 4): 1.0, (4, EOS): 1.0, (EOS, 3): 1.0})
    never = chain({(BOS, 3): 1.0, (3, 4): 1.0, (4, 3): 1.0})
    assert read(torch.cat([ends, never]), [9, 7]) == [[3, 4], [3, 4, 3, 4, 3, 4, 3]]
    assert read(ends, [2]) == [[3, 4]]
    assert read(ends, [1]) == [[3]]
    assert read(chain({(BOS, EOS): 1.0}), [5]) == [[]]


def test_padding_and_the_start_symbol_are_never_written():
    log_table = chain(
        {(BOS, PAD): 0.5, (BOS, BOS): 0.3, (BOS, 4): 0.2, (4, BOS): 0.9, (4, EOS): 0.1}
    )
    assert read(log_table, [5]) == [[4]]


@pytest.mark.parametrize("cached", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_what_is_never_to_be_written_gives_way_to_the_next_best(seed, cached):
    writer, source = model(seed), sources([5, 3], seed)
    options = {"extra": 3, "cached": cached}
    usual = translate(writer, source, BOS, EOS, beam_size=1, **options)
    (common, _), *_ = Counter(token for one in usual for token in one).most_common()
    for beam_size in (1, 3):
        found = translate(writer, source, BOS, EOS, beam_size=beam_size, never=[common], **options)
        assert not any(common in one for one in found)
    found = translate(writer, source, BOS, EOS, beam_size=1, never=[common], **options)
    for row, one in enumerate(found):
        for place, token in enumerate([*one, EOS]):
            if place == int((source[row] != PAD).sum()) + 3:  # its limit
                break
            prefix = torch.tensor([[BOS, *one[:place]]])
            memory = writer.encode(source[row : row + 1][:, source[row] != PAD])
            logits = next_log_probabilities(writer, prefix, *memory)[0]
            logits[[PAD, BOS, common]] = -math.inf
            assert int(logits.argmax()) == token


def test_of_equals_the_smallest_id_is_written():
    log_table = chain({(BOS, 4): 0.5, (BOS, 3): 0.5, (3, EOS): 1.0, (4, EOS): 1.0})
    assert read(log_table, [5]) == [[3]]


def test_an_ended_sentence_costs_nothing_more():
    ends, never = chain({(BOS, EOS): 1.0}), chain({(BOS, 3): 1.0, (3, 3): 1.0})
    rows = []

    class Counting(TablePredictor):
        def log_probabilities(self, prefixes):
            rows.append(len(prefixes))
            return super().log_probabilities(prefixes)

    greedy(Counting(torch.cat([ends, never]), BOS), torch.tensor([9, 4]), **SPECIALS)
    assert rows == [2, 1, 1, 1]


# ---- limits --------------------------------------------------------------------------------------


def test_the_limit_is_the_input_length_and_fifty():
    source = torch.tensor([[5, 6, 7], [5, PAD, PAD]])
    assert length_limits(source, PAD).tolist() == [53, 51]
    assert length_limits(source, 7, extra=2).tolist() == [4, 5]


# ---- translate -----------------------------------------------------------------------------------


@settings(max_examples=25)
@given(lengths=lengths, seed=seeds, pre_norm=st.booleans(), beam_size=st.sampled_from([1, 2, 4]))
def test_with_and_without_a_cache_the_tokens_are_the_same(lengths, seed, pre_norm, beam_size):
    writer, source = model(seed % 7, pre_norm), sources(lengths, seed)
    options = {"beam_size": beam_size, "extra": 4}
    found = translate(writer, source, BOS, EOS, **options)
    assert found == translate(writer, source, BOS, EOS, **options, cached=False)
    assert all(token > EOS for tokens in found for token in tokens)
    assert all(len(t) <= n + 4 for t, n in zip(found, lengths, strict=True))


@settings(max_examples=25)
@given(lengths=lengths, more=st.integers(0, 3), seed=seeds, beam_size=st.sampled_from([1, 3]))
def test_a_batch_is_its_sentences_whatever_the_padding(lengths, more, seed, beam_size):
    writer, source = model(seed % 7), sources(lengths, seed)
    options = {"beam_size": beam_size, "extra": 3}
    padded = torch.nn.functional.pad(source, (0, more), value=PAD)
    together = translate(writer, padded, BOS, EOS, **options)
    alone = [translate(writer, row[row != PAD][None], BOS, EOS, **options)[0] for row in source]
    assert together == alone


@pytest.mark.parametrize("beam_size", [1, 4])
def test_the_models_of_these_tests_write_different_things(beam_size):
    """Else the laws above would speak of empty sentences."""
    source = sources([6, 4, 2], 0)
    written = [
        tokens
        for seed in range(7)
        for tokens in translate(model(seed), source, BOS, EOS, beam_size=beam_size, extra=4)
    ]
    assert len(Counter(token for tokens in written for token in tokens)) >= 5
    assert sum(len(set(tokens)) > 1 for tokens in written) >= 5
    assert 3 <= sum(len(tokens) < 6 for tokens in written) <= 15


def test_modes_and_gradients_are_left_as_they_were():
    writer, source = deepcopy(model(2)), sources([4, 2], 0)
    expected = translate(writer, source, BOS, EOS)
    writer.train()
    writer.encoder.eval()
    before = {name: module.training for name, module in writer.named_modules()}
    assert translate(writer, source, BOS, EOS) == expected  # no dropout inside
    assert {name: module.training for name, module in writer.named_modules()} == before
    assert torch.is_grad_enabled()
    with evaluating(writer):
        assert not any(module.training for module in writer.modules())
        assert torch.is_inference_mode_enabled()
    with pytest.raises(ValueError, match="beam_size"):
        translate(writer, source, BOS, EOS, beam_size=0)
    assert {name: module.training for name, module in writer.named_modules()} == before


def test_beam_size_one_is_greedy_and_four_is_the_papers():
    writer, source = model(5), sources([6, 3], 1)
    limits = length_limits(source, PAD)
    assert translate(writer, source, BOS, EOS, beam_size=1) == greedy(
        UncachedPredictor(writer, source), limits, **SPECIALS
    )
    assert translate(writer, source, BOS, EOS) == translate(
        writer, source, BOS, EOS, beam_size=4, alpha=0.6, extra=50, cached=True
    )


@pytest.mark.parametrize("beam_size", [1, 3])
def test_no_translation_outgrows_the_models_positions(beam_size):
    for seed in range(4):
        writer = model(seed, max_length=5, positions="learned")
        found = translate(writer, sources([5, 2], 0), BOS, EOS, beam_size=beam_size)
        assert all(len(tokens) <= 5 for tokens in found)


# ---- errors --------------------------------------------------------------------------------------


def test_wrong_input_is_named():
    writer, source = model(0), sources([3, 2], 0)
    with pytest.raises(ValueError, match="the source 1 is empty; a sentence has at least its end"):
        translate(writer, torch.tensor([[5, 6], [PAD, PAD]]), BOS, EOS)
    with pytest.raises(ValueError, match="the source 0 is empty"):
        translate(writer, source[:, :0], BOS, EOS)
    with pytest.raises(ValueError, match=r"for one sentence use tokens\.unsqueeze\(0\)"):
        translate(writer, source[0], BOS, EOS)
    with pytest.raises(ValueError, match="beam_size must be at least 1, got 0"):
        translate(writer, source, BOS, EOS, beam_size=0)
    with pytest.raises(ValueError, match="at least 1 token"):
        translate(writer, source, BOS, EOS, extra=-3)


@pytest.mark.parametrize(
    ("limits", "ids", "words"),
    [
        ([[3]], {}, r"limits must be integers of shape \(B,\).* got torch.int64 of shape \(1, 1\)"),
        ([3.0], {}, r"limits must be integers .* got torch.float32 of shape \(1,\)"),
        ([0], {}, r"at least 1 token, got \[0\]"),
        ([3], {"eos_id": BOS}, "eos_id = 1 must differ from pad_id = 0 and bos_id = 1"),
    ],
)
def test_an_impossible_search_is_refused(limits, ids, words):
    with pytest.raises(ValueError, match=words):
        greedy(predictor(table(0)), torch.tensor(limits), **(SPECIALS | ids))


def test_a_model_of_nans_is_named():
    with pytest.raises(ValueError, match="log-probabilities hold NaN"):
        read(table(0) * math.nan, [3])
