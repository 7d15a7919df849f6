"""The classifier of order: blind without positions, and able to learn with them."""

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from solutions.data.vocabulary import Vocabulary
from solutions.experiments.order_classifier import OrderClassifier, accuracy, follow, main, train
from solutions.experiments.order_classifier_data import (
    all_windows,
    random_windows,
    shuffled,
    words_only,
)
from solutions.tooling.run_log import read_run_log


def model(positions: bool, vocabulary: int = 20) -> OrderClassifier:
    torch.manual_seed(4)
    return OrderClassifier(vocabulary, positions).double().eval()


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randint(4, 20, shape, generator=torch.Generator().manual_seed(seed))


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# ---- laws ----------------------------------------------------------------------------------------


@given(B=st.integers(1, 3), T=st.integers(2, 10), seed=st.integers(0, 99))
def test_without_positions_every_order_of_the_words_gets_the_same_logit(B, T, seed):
    blind, words = model(positions=False), drawn(B, T, seed=seed)
    mixed = shuffled(words, seeded(seed))
    torch.testing.assert_close(blind(mixed), blind(words), rtol=0, atol=1e-12)


def test_with_positions_the_order_counts():
    sees, words = model(positions=True), drawn(5, 10)
    assert not torch.isclose(sees(words.flip(1)), sees(words), rtol=0, atol=1e-6).any()


def test_without_positions_accuracy_is_chance_exactly_and_stays_so():
    """In order and shuffled, a window gets one answer: right once and wrong once."""
    blind, windows = OrderClassifier(20, positions=False).double(), drawn(40, 10)
    assert accuracy(blind.eval(), windows, seeded(1)) == 0.5
    optimizer = torch.optim.Adam(blind.parameters(), lr=0.01)
    for _ in range(20):
        loss = blind(windows).sigmoid().mean() - blind(shuffled(windows, seeded(2))).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert accuracy(blind, windows, seeded(1)) == 0.5


@given(seed=st.integers(0, 999))
def test_shuffling_keeps_the_words_of_each_window(seed):
    words = drawn(4, 7, seed=seed)
    mixed = shuffled(words, seeded(seed))
    assert torch.equal(mixed.sort(dim=1).values, words.sort(dim=1).values)


def test_every_order_is_equally_likely():
    mixed = shuffled(torch.arange(3).expand(6000, 3), seeded(0))
    _, counts = mixed.unique(dim=0, return_counts=True)
    assert len(counts) == 6
    assert int(counts.min()) > 900  # 1000 expected, deviation 29


# ---- windows -------------------------------------------------------------------------------------


def test_all_windows_are_every_ten_consecutive_words():
    windows = all_windows([list(range(12)), [7] * 9, list(range(20, 30))])
    expected = [range(0, 10), range(1, 11), range(2, 12), range(20, 30)]
    assert windows.tolist() == [list(window) for window in expected]
    with pytest.raises(ValueError, match="no sentence has 10 words"):
        all_windows([[1] * 9])


def test_random_windows_come_from_anywhere_in_a_sentence():
    windows = random_windows([list(range(6)), list(range(10, 14))], 4, seeded(0))
    assert windows.shape == (32, 4)
    assert torch.equal(windows - windows[:, :1], torch.arange(4).expand(32, 4))
    assert set(windows[:, 0].tolist()) == {0, 1, 2, 10}


def test_punctuation_is_skipped():
    assert words_only(["it", "'s", "5", "o'clock", ",", "…", "he", "says", "."]) == [
        *("it", "'s", "5", "o'clock", "he", "says"),
    ]


# ---- training ------------------------------------------------------------------------------------


def test_accuracy_is_the_share_of_right_answers():
    class SaysInOrder(torch.nn.Module):
        def forward(self, words):
            return (words.diff(dim=1) > 0).all(dim=1).double() - 0.5

    rising = torch.arange(10).expand(8, 10)
    assert accuracy(SaysInOrder(), rising, seeded(0)) == 1.0
    assert accuracy(SaysInOrder(), rising.flip(1), seeded(0)) == 0.5


def test_training_learns_what_follows_what():
    alphabet = [list(range(start, start + 12)) for start in range(4, 9)]
    told = []
    torch.manual_seed(0)
    learner = OrderClassifier(20)
    held_out = all_windows([list(range(4, 20))] * 10)
    rows = list(
        train(learner, alphabet, 20, held_out, 3, 100, 0, lambda done, _: told.append(done))
    )
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert rows[-1]["loss"] < rows[0]["loss"]
    assert rows[-1]["accuracy"] > 0.9
    assert told == list(range(1, 301))
    # What was measured last is what the model holds now.
    assert not learner.training
    assert accuracy(learner, held_out, seeded(0)) == rows[-1]["accuracy"]


def test_following_shows_every_stage_and_two_answers():
    vocabulary = Vocabulary(tuple("abcdefghijklmnop"))
    windows = torch.arange(4, 16).unfold(0, 10, 1)
    text = follow(model(positions=True), windows, vocabulary, seed=0)
    for stage in ("TokenEmbedding", "PositionalEncoding", "EncoderLayer", "3×10×64", "head"):
        assert stage in text
    first, second = text.splitlines()[-2:]
    assert first.endswith(": a b c d e f g h i j")
    assert second.split(": ")[1] != first.split(": ")[1]


# ---- the command ---------------------------------------------------------------------------------


def run(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_trains_on_the_corpus(tmp_path):
    result = run("--epochs", 2, "--batches", 10, "--trace", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "72 held-out windows" in result.output
    assert "32×10×64" in result.output
    about, rows = read_run_log(tmp_path)
    assert about["command"].startswith("python -m solutions order-classifier --source corpus")
    assert [set(row) for row in rows] == [{"epoch", "loss", "accuracy", "seconds"}] * 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--source", "wikipedia"], "must be one of multi30k, multi30k+everyday, corpus"),
        (["--source", "multi30k", "--data", "absent"], "there is no folder absent"),
        (["--data", "somewhere"], "leave the folder out"),
    ],
)
def test_a_wrong_value_gives_one_line_exit_code_2_and_no_file(
    options, words, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    result = run(*options, "--out", "out")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr
    assert list(tmp_path.iterdir()) == []
