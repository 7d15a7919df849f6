"""What counting alone gives."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.data.vocabulary import BOS, EOS
from solutions.experiments.ngram_baselines import bigram_loss, unigram_loss


def test_frequencies_alone():
    assert unigram_loss([[BOS, 5, 5, 5, EOS], [BOS, 6, 6, 7, EOS]]) == pytest.approx(
        -(3 * math.log(3 / 8) + 2 * math.log(2 / 8) + 2 * math.log(2 / 8) + math.log(1 / 8)) / 8
    )
    assert unigram_loss([[BOS, n] for n in range(1000)]) == pytest.approx(math.log(1000))


@given(st.lists(st.integers(0, 5), min_size=1), st.lists(st.floats(0.1, 9), min_size=6, max_size=6))
def test_no_other_constant_guess_is_better(tokens, weights):
    guess = [w / sum(weights) for w in weights]
    cost = -sum(math.log(guess[token]) for token in tokens) / len(tokens)
    assert unigram_loss([[BOS, *tokens]]) <= cost + 1e-12


def test_pairs_of_characters_alone():
    alternating = torch.arange(2000) % 2
    assert bigram_loss(alternating, alternating) == pytest.approx(0, abs=2e-3)
    by_hand = -math.log((1 + 2) / (2 + 3))  # 0 -> 1 twice, 0 -> 0 once, each counted once more
    assert bigram_loss(torch.tensor([0, 1, 0, 1, 0, 0]), torch.tensor([0, 1])) == pytest.approx(
        by_hand, rel=1e-6
    )
