"""The execution flow: its baselines, its explanation of the first loss, and the command."""

import math
from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner

from solutions.data.batching import make_batches
from solutions.data.vocabulary import UNK
from solutions.experiments import walkthrough
from solutions.experiments.ngram_baselines import unigram_loss
from solutions.experiments.walkthrough import (
    CONFIG,
    first_loss,
    first_step,
    load,
    main,
    norms_by_part,
    train,
)
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer
from solutions.tooling.run_log import read_run_log
from solutions.training.optim import noam_rate

TINY = TransformerConfig(1000, 1000, N=1, d_model=32, d_ff=16, h=4, dropout=0.0)


def model(config: TransformerConfig = TINY) -> Transformer:
    torch.manual_seed(2)
    return Transformer(config).eval()


@pytest.fixture(scope="module")
def corpus():
    return load("corpus", None, 400)


# ---- the first loss ------------------------------------------------------------------------------


def test_logits_of_zero_cost_the_logarithm_of_the_vocabulary(corpus):
    flat = model()
    torch.nn.init.zeros_(flat.target_embedding.embedding.weight)
    first = first_loss(flat, make_batches(corpus[0][:20], 1000, 0)[0])
    assert first["measured"] == pytest.approx(math.log(1000), abs=1e-5)
    assert first["expected"] == first["uniform"] == pytest.approx(6.9078, abs=1e-4)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_initialization_explains_the_first_loss(seed, corpus):
    torch.manual_seed(seed)
    fresh = Transformer(replace(CONFIG, dropout=0.0)).eval()
    first = first_loss(fresh, make_batches(corpus[0], 400, seed)[0])
    assert first["variance"] == pytest.approx(1, abs=0.1)
    assert first["measured"] == pytest.approx(first["expected"], abs=0.3)


# ---- backward pass and step ----------------------------------------------------------------------


def test_norms_are_put_together_like_one_long_vector():
    norms = {"encoder.layers.0.a.W.weight": 3.0, "encoder.layers.0.b.bias": 4.0, "head.weight": 2.0}
    assert norms_by_part(norms) == pytest.approx({"encoder.layers.0": 5.0, "head": 2.0})


def test_the_first_step_moves_by_the_rate_and_leaves_the_model(corpus):
    fresh = model()
    before = {name: value.clone() for name, value in fresh.state_dict().items()}
    gradients, rate, moved = first_step(fresh, make_batches(corpus[0][:9], 1000, 0)[0])
    assert rate == noam_rate(1, 32, walkthrough.WARMUP, walkthrough.FACTOR)
    assert moved == pytest.approx(rate, rel=1e-3)
    assert set(gradients) == {
        *("target_embedding.embedding", "source_embedding.embedding"),
        *("encoder.layers.0", "decoder.layers.0"),
    }
    assert all(torch.equal(value, before[name]) for name, value in fresh.state_dict().items())
    assert all(p.grad is None for p in fresh.parameters())


# ---- training ------------------------------------------------------------------------------------


def test_ids_stay_below_a_thousand_and_the_rarest_types_are_unknown(corpus, monkeypatch):
    assert [len(pairs) for pairs in corpus] == [400, 40]
    largest = max(max(side) for pairs in corpus for pair in pairs for side in pair)
    assert largest < 1000
    monkeypatch.setattr(walkthrough, "VOCABULARY", 20)
    few, _ = load("corpus", None, 30)
    assert len(few) == 30
    assert max(max(side) for pair in few for side in pair) == 19
    assert all(UNK in source for source, _ in few)
    # What is known keeps its id.
    for (a, _), (b, _) in zip(few, corpus[0], strict=False):
        assert all(x == y or (x == UNK and y > 19) for x, y in zip(a, b, strict=True))


def test_training_goes_below_the_frequencies_alone(corpus):
    pairs, held_out = corpus[0][:30], corpus[1][:9]
    told = []
    rows = list(train(model(), pairs, held_out, 60, 0, lambda done, words: told.append(done)))
    assert [row["epoch"] for row in rows] == list(range(61))
    assert told == list(range(1, 61))
    assert rows[0]["step"] == 0
    assert rows[-1]["rate"] == noam_rate(
        rows[-1]["step"], 32, walkthrough.WARMUP, walkthrough.FACTOR
    )
    baseline = unigram_loss([target for _, target in pairs])
    assert rows[0]["loss"] > baseline > rows[-1]["loss"]


# ---- the command ---------------------------------------------------------------------------------


def run(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_the_command_tells_the_whole_flow(tmp_path, monkeypatch):
    monkeypatch.setattr(walkthrough, "CONFIG", TINY)
    result = run("--epochs", 2, "--pairs", 30, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    for words in (
        "Forward pass",
        "DecoderLayer",
        "ln 1000 = 6.908",
        "decoder.layers.0",
        "Adam's first step at a rate of",
        "epoch  2  loss",
        "token frequencies alone",
    ):
        assert words in result.output
    assert max(map(len, result.output.splitlines()[2:])) <= 120
    about, rows = read_run_log(tmp_path)
    assert about["configuration"]["epochs"] == 2
    assert [row["epoch"] for row in rows] == [0, 1, 2]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--source", "wikipedia"], "must be one of multi30k, multi30k+everyday, corpus"),
        (["--source", "multi30k", "--data", "absent"], "there is no folder absent"),
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
