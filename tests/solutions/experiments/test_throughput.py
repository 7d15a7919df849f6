"""The benchmark compares like with like: the same model, and tokens counted the same way."""

from dataclasses import replace
from itertools import cycle

import pytest
import torch
from click.testing import CliRunner

from solutions.data.batching import make_batches
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import EOS, PAD
from solutions.experiments import throughput
from solutions.model.config import tiny
from solutions.model.transformer import Transformer, count_parameters
from solutions.tooling.run_log import read_run_log


@pytest.fixture(scope="module")
def data() -> TranslationData:
    return TranslationData.load("corpus")


@pytest.fixture(scope="module")
def config(data):
    return tiny(len(data.source_vocabulary), len(data.target_vocabulary))


def test_every_way_learns_and_counts_real_target_tokens_only(data, config):
    batches = make_batches(data.pairs("train"), 300, seed=0)
    ways = {
        "nn.Transformer": throughput.torch_steps(cycle(batches), config),
        "reference": throughput.reference_steps(cycle(batches), config),
        "fast": throughput.fast_steps(cycle(batches), config),
    }
    for step in ways.values():
        assert [step() for _ in range(3)] == [batch.tokens for batch in batches[:3]]
    shortest, longest = 5 + 1, 16 + 1  # tokens of a sentence in the corpus, with </s>
    assert 32 * shortest <= throughput.naive_steps(data, config)() <= 32 * longest


def test_nn_transformer_hides_the_same_as_ours(config):
    """Padding says nothing, and neither does the future."""
    model = throughput.TorchTransformer(config).eval()
    source, target = torch.tensor([[5, 6, EOS]]), torch.tensor([[2, 7, 8, 9]])
    right = model(source, target)
    padded = model(torch.tensor([[5, 6, EOS, PAD, PAD]]), target)
    torch.testing.assert_close(padded, right, rtol=0, atol=1e-5)
    later = model(source, torch.tensor([[2, 7, 8, 4]]))
    torch.testing.assert_close(later[:, :3], right[:, :3], rtol=0, atol=1e-5)
    assert not torch.allclose(later[:, 3], right[:, 3], atol=1e-3)


def test_nn_transformer_has_our_parameters_and_its_biases(config):
    """One bias for each of the four projections of an attention, and its two norms on top."""
    attentions = 3 * config.N
    extra = attentions * 4 * config.d_model + 2 * 2 * config.d_model
    ours = count_parameters(Transformer(config))
    assert count_parameters(throughput.TorchTransformer(config)) == ours + extra


def test_rates_are_tokens_over_time_turn_by_turn(monkeypatch):
    clock = iter(range(100))
    monkeypatch.setattr(throughput.time, "perf_counter", lambda: next(clock))
    calls = []
    ways = {"a": lambda: calls.append("a") or 10, "b": lambda: calls.append("b") or 30}
    assert throughput.measure(ways, turns=2, steps=3) == {"a": [30.0, 30.0], "b": [90.0, 90.0]}
    assert "".join(calls) == "ab" + "aaabbb" * 2


def test_the_table_shows_medians_of_ratios(capsys):
    rates = {"naive": [1.0, 2.0, 4.0], "nn.Transformer": [8, 8, 8], "fast": [8, 32, 16]}
    throughput.print_table(throughput.compared(rates))
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "fast" in line]
    assert [cell.strip() for cell in row.split("│")[1:-1]] == ["fast", "16", "8.00x", "2.00x"]


@pytest.mark.slow
def test_the_command_prints_and_records_every_way(monkeypatch, config, tmp_path):
    monkeypatch.setattr(
        throughput, "small", lambda s, t: replace(config, d_model=16, h=2, d_ff=16, N=1)
    )
    words = f"--source corpus --turns 1 --steps 1 --threads 1 --out {tmp_path}"
    result = CliRunner().invoke(throughput.main, words)
    assert result.exit_code == 0, result.output
    about, rows = read_run_log(tmp_path)
    assert about["configuration"]["turns"] == 1
    assert [row["way"] for row in rows][:4] == ["naive", "nn.Transformer", "reference", "fast"]
    for way in ("naive", "nn.Transformer", "reference", "fast"):
        assert way in result.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--data no/such/folder", "no folder no/such/folder"),
        ("--turns 0", "0 is not in the range x>=1"),
        ("--source corpus --max-tokens 3", "above max_tokens = 3"),
    ],
)
def test_wrong_options_are_one_line_and_exit_code_2(options, words):
    result = CliRunner().invoke(throughput.main, options)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output
