"""Mistakes in place: everywhere, for as long as asked, and with an effect that can be seen."""

import math
import sys

import pytest
import torch
from click.testing import CliRunner

from solutions import misconceptions
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import BOS, EOS
from solutions.experiments import fault_injection
from solutions.experiments.fault_injection import (
    BASELINE,
    GALLERY,
    accuracy,
    evaluate,
    main,
    mistakes_called,
    patched,
)
from solutions.model import attention, transformer
from solutions.model.config import TransformerConfig
from solutions.tooling.run_log import read_run_log
from solutions.training import step as training_step

BROKEN = [name for name in GALLERY if name != BASELINE]


@pytest.fixture(scope="module")
def data() -> TranslationData:
    """A tenth of the corpus."""
    whole = TranslationData.load()
    few = {split: tuple(side[:40] for side in sides) for split, sides in whole.tokens.items()}
    return TranslationData(whole.direction, few, whole.source_vocabulary, whole.target_vocabulary)


def sizes(data) -> TransformerConfig:
    vocabularies = len(data.source_vocabulary), len(data.target_vocabulary)
    return TransformerConfig(*vocabularies, N=1, d_model=16, d_ff=16, h=2, dropout=0.1)


def first_row(data, name: str) -> dict[str, float]:
    with patched(mistakes_called(name)):
        (row,) = fault_injection.train(data, sizes(data), 1, 0, lambda *_: None)
    return row


# ---- in place ------------------------------------------------------------------------------------


def test_a_mistake_stands_wherever_its_reference_was_used_and_goes_again():
    (known,) = mistakes_called("attention_without_scale")
    right = known.reference
    users = [
        module
        for name, module in sys.modules.items()
        if name.startswith("solutions.") and not name.startswith(fault_injection.OTHER_VERSIONS)
        if vars(module).get(known.replaces) is right
    ]
    assert attention in users
    assert len(users) > 2
    with patched([known]):
        assert all(vars(user)[known.replaces] is known.implementation for user in users)
        assert misconceptions.model.attention.scaled_dot_product_attention is right
    assert all(vars(user)[known.replaces] is right for user in users)


def test_two_at_once_and_none():
    both = mistakes_called("CausalityForgotten+step_stays")
    before = transformer.Transformer, training_step.train_step
    with patched(both):
        assert (transformer.Transformer, training_step.train_step) == tuple(
            known.implementation for known in both
        )
    with patched(mistakes_called(BASELINE)):
        assert (transformer.Transformer, training_step.train_step) == before


def test_everything_is_as_before_after_an_error():
    before = transformer.Transformer
    with pytest.raises(ZeroDivisionError), patched(mistakes_called("CausalityForgotten")):
        raise ZeroDivisionError
    assert transformer.Transformer is before


def test_an_unknown_mistake_is_named():
    with pytest.raises(ValueError, match="no mistake 'NoSuch'"):
        mistakes_called("CausalityForgotten+NoSuch")


@pytest.mark.slow
def test_every_mistake_of_the_gallery_makes_a_difference(data):
    """One that the training never calls would look healthy for ever."""
    healthy = first_row(data, BASELINE)
    assert first_row(data, BASELINE) == healthy
    for name in BROKEN:
        assert first_row(data, name) != healthy, name


# ---- what is seen --------------------------------------------------------------------------------


class Says(torch.nn.Module):
    """Certain that each next token is the one after the last in `sentence`."""

    def __init__(self, sentence, V):
        super().__init__()
        self.config = TransformerConfig(V, V, N=1, d_model=2, d_ff=2, h=1, max_length=64)
        self.sentence, self.V = [*sentence, EOS], V

    def forward(self, source, target):
        said = torch.tensor(self.sentence)[: target.size(1)]
        said = torch.nn.functional.pad(said, (0, target.size(1) - len(said)), value=EOS)
        return 50.0 * torch.nn.functional.one_hot(said, self.V).float().expand(len(target), -1, -1)


def test_accuracy_is_the_share_of_right_tokens_padding_skipped():
    from solutions.data.batching import Batch, collate

    pairs = [([5, EOS], [BOS, 6, 7, EOS]), ([5, EOS], [BOS, 6, EOS])]
    batch = Batch(*collate(pairs, 0))
    assert accuracy(Says([6, 7], 9), [batch]) == pytest.approx(4 / 5)  # 7 where </s> was right


def test_a_loss_that_is_no_number_leaves_nothing_to_look_at(data, monkeypatch):
    monkeypatch.setattr(training_step, "evaluate_loss", lambda *_: math.nan)
    seen = evaluate(torch.nn.Linear(1, 1), data)
    assert list(seen) == fault_injection.SEEN
    assert all(math.isnan(value) for value in seen.values())


def test_the_model_that_never_ends_is_seen_to(data, monkeypatch):
    """Twenty tokens more than the source: cut, not ended."""
    monkeypatch.setattr(
        fault_injection,
        "translations",
        lambda _, pairs: [[6] * (len(source) + 20) for source, _ in pairs],
    )
    monkeypatch.setattr(training_step, "evaluate_loss", lambda *_: 1.0)
    monkeypatch.setattr(fault_injection, "accuracy", lambda *_: 0.5)
    seen = evaluate(torch.nn.Linear(1, 1), data)
    assert (seen["endless"], seen["unsteady"], seen["held_out_accuracy"]) == (1.0, 0.0, 0.5)
    lengths = {len(source) for split in ("val", "test") for source, _ in data.pairs(split)}
    assert seen["different"] == len(lengths)


def test_dropout_in_evaluation_is_seen_by_asking_twice(data):
    def unsteady(name):
        with patched(mistakes_called(name)):
            torch.manual_seed(0)
            return evaluate(transformer.Transformer(sizes(data)), data)["unsteady"]

    assert unsteady(BASELINE) == 0
    assert unsteady("DropsInEvaluation") > 0.1


# ---- the command ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_writes_down_what_was_seen(tmp_path):
    words = "--mistakes healthy,ScheduleNeverWrites --seeds 2 --epochs 1 --width 8 --heads 1"
    result = CliRunner().invoke(main, [*words.split(), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    about, rows = read_run_log(tmp_path)
    assert about["command"].startswith(f"python -m solutions fault-injection {words}")
    assert "machine" in about
    assert [(row["mistake"], row["seed"], row["epoch"]) for row in rows] == [
        (name, seed, 1) for name in ("healthy", "ScheduleNeverWrites") for seed in (0, 1)
    ]
    healthy, still = rows[0], rows[2]
    assert still["first_loss"] == healthy["first_loss"]
    # The same batches from the same start; nothing moves, and what is left is chance.
    assert still["train_loss"] > healthy["train_loss"]
    assert abs(still["train_loss"] - still["first_loss"]) < 0.3


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--mistakes", "healthy,NoSuch"], "there is no mistake 'NoSuch'"),
        (["--width", "10", "--heads", "4"], "d_model = 10 must be a multiple of h = 4"),
        (["--seeds", "0"], "'--seeds': 0 is not in the range"),
    ],
)
def test_wrong_options_are_one_line_and_write_nothing(options, words, tmp_path):
    result = CliRunner().invoke(main, [*options, "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert words in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "out").exists()
