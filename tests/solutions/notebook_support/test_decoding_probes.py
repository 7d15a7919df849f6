"""The ways to watch decoding show what the parts do."""

import pytest
import torch
from toy_models import table

from solutions.decoding.beam_search import beam_search
from solutions.decoding.greedy import greedy
from solutions.decoding.kv_cache import SelfAttentionCache
from solutions.decoding.predictors import TablePredictor, next_log_probabilities
from solutions.model.attention import MultiHeadAttention
from solutions.model.masks import causal_mask
from solutions.notebook_support import decoding_probes


def test_with_and_without_a_memory_the_table_says_the_same():
    log_table = table(0, 1, 2)
    remembers = decoding_probes.TablePredictor(log_table, decoding_probes.BOS)
    forgets = decoding_probes.ForgetfulTable(log_table, decoding_probes.BOS)
    prefixes = torch.tensor([[1], [1], [1]])
    for newest in ([3, 4, 3], [4, 4, 3], [3, 3, 3]):
        answers = [one.log_probabilities(prefixes) for one in (remembers, forgets)]
        assert torch.equal(*answers)
        rows = torch.tensor([2, 0, 1])
        for one in (remembers, forgets):
            one.reorder(rows)
        prefixes = torch.cat([prefixes[rows], torch.tensor(newest).unsqueeze(1)], dim=1)


def test_a_table_of_pairs_is_one_of_triples_that_forgets_the_first():
    chances = table(3)[:, 0].exp()
    whole = decoding_probes.log_table(chances)
    assert whole.shape == (1, 5, 5, 5)
    torch.testing.assert_close(whole[0, 4].exp(), chances[0])
    assert torch.equal(decoding_probes.log_table(whole.exp()), whole.exp().log())


def test_what_searches_find():
    chances, limits = table(0, 1).exp(), torch.tensor([5, 3])
    once, again = decoding_probes.written(greedy, chances, limits)
    assert once == again
    assert once == greedy(TablePredictor(chances.log(), 1), limits, 0, 1, 2)
    found = decoding_probes.best_found(beam_search, chances, limits, 1, 0.0)
    assert [[token for token in tokens if token != 2] for tokens, _ in found] == once
    assert all(type(one) is tuple for one in found)


def test_the_toy_translator_gives_log_probabilities_and_leaves_the_random_numbers_alone():
    before = torch.get_rng_state()
    source, prefixes = torch.tensor([[3, 0], [4, 5]]), torch.tensor([[1, 4], [1, 6]])
    found = decoding_probes.following(next_log_probabilities, source, prefixes)
    assert found.shape == (2, 7)
    torch.testing.assert_close(found.exp().sum(dim=1), torch.ones(2))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_cache_reads_on():
    layer = MultiHeadAttention(6, 3).double().requires_grad_(False)
    weights = torch.stack([p.data for p in layer.parameters()])
    x = torch.randn(4, 2, 6, generator=torch.Generator().manual_seed(0)).double()
    found = decoding_probes.read_on(SelfAttentionCache, weights, 3, x, [None] * 4)
    rows = x.transpose(0, 1)
    expected = layer(rows, rows, rows, causal_mask(4)).transpose(0, 1)
    torch.testing.assert_close(found, expected.reshape(8, 1, 6), rtol=0, atol=1e-12)
    keys, values = decoding_probes.kept(SelfAttentionCache, weights, 3, x, [None] * 4)
    for found, projection in ((keys, layer.W_k), (values, layer.W_v)):
        expected = projection(rows).unflatten(-1, (3, 2)).transpose(1, 2)  # (R, h, T, d_k)
        torch.testing.assert_close(found, expected.sort(dim=2).values, rtol=0, atol=1e-12)


def test_a_cache_reads_on_with_other_rows():
    weights = torch.randn(4, 6, 6, generator=torch.Generator().manual_seed(0))
    x = [torch.ones(n, 6) for n in (3, 2, 4)]
    orders = [None, [2, 0], [1, 0, 1, 1]]
    found = decoding_probes.read_on(SelfAttentionCache, weights, 2, x, orders)
    assert found.shape == (3 + 2 + 4, 1, 6)


def test_other_ids_are_only_other_names():
    chances, ids = table(0).exp(), (3, 0, 4)
    new = {0: 3, 1: 0, 2: 4, 3: 1, 4: 2}
    renamed = decoding_probes.renamed(chances, ids)
    assert all(
        renamed[0, new[i], new[j], new[k]] == chances[0, i, j, k]
        for i in range(5)
        for j in range(5)
        for k in range(5)
    )
    limits = torch.tensor([5])
    (old, _), (found, _) = (
        decoding_probes.written(greedy, chances, limits),
        decoding_probes.written(greedy, renamed, limits, ids),
    )
    assert found == [[new[token] for token in old[0]]]


def test_a_search_that_goes_on_for_ever_is_stopped():
    def search(predictor, limits, *more):
        prefixes = torch.ones(1, 1).long()
        while True:
            predictor.log_probabilities(prefixes)
            prefixes = torch.cat([prefixes, prefixes[:, :1]], dim=1)

    with pytest.raises(RuntimeError, match="on and on"):
        decoding_probes.best_found(search, table(0).exp(), torch.tensor([4]), 2, 0.6)


def test_all_that_is_found_and_how_often_the_predictor_is_asked():
    chances, limits = table(0).exp(), torch.tensor([5])
    found, calls = decoding_probes.all_found(beam_search, chances, limits, 3, 0.6)
    assert found == [
        list(map(tuple, beam_search(TablePredictor(chances.log(), 1), limits, 0, 1, 2, 3)[0]))
    ]
    assert 1 <= calls <= 5
