"""The training loop: equal to the plain one, and the same after a kill at any moment."""

import json
import math
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch
from lab_test_runs import SMALL, begin, few_pairs, log, parameters, train
from safetensors.torch import load_file

from solutions.data.batching import make_batches
from solutions.model.transformer import Transformer
from solutions.tooling.atomic_file import atomic_write_text
from solutions.training.model_file import load_checkpoint
from solutions.training.optim import NoamSchedule, average_weights
from solutions.training.step import evaluate_loss, train_step
from solutions.translator.train_state import TrainState, derived_seed
from solutions.translator.trainer import Diverged


@pytest.fixture(scope="module", autouse=True)
def quick_picture():
    """The picture takes most of a second; what it shows is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "solutions.translator.trainer.draw_curves",
            lambda rows, path: atomic_write_text(path, "."),
        )
        yield


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> Path:
    """A run that nothing has interrupted."""
    path = tmp_path_factory.mktemp("run") / "reference"
    train(path)
    return path


def same_result(path: Path, other: Path) -> None:
    mine, theirs = parameters(path), parameters(other)
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(value, theirs[name]) for name, value in mine.items())
    assert log(path) == log(other)
    results = [json.loads((p / "result.json").read_text()) for p in (path, other)]
    assert {**results[0], "seconds": 0} == {**results[1], "seconds": 0}


# ---- what a run computes -------------------------------------------------------------------------


def test_without_dropout_it_is_train_step_again_and_again(tmp_path):
    settings = replace(SMALL, dropout=0.0, factor=0.1)
    trainer = train(tmp_path, settings)
    torch.manual_seed(settings.seed)
    data = few_pairs()
    model = Transformer(settings.config(len(data.source_vocabulary), len(data.target_vocabulary)))
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9)
    schedule = NoamSchedule(optimizer, settings.d_model, settings.warmup, settings.factor)
    kept, validation = [], make_batches(data.pairs("val"), settings.max_tokens, 0)
    for row in trainer.progress.rows:
        seed = derived_seed(settings.seed, "epoch", row["epoch"])
        total = tokens = 0
        for batch in make_batches(data.pairs("train"), settings.max_tokens, seed):
            total += batch.tokens * train_step(model, batch, optimizer, schedule)
            tokens += batch.tokens
        assert row["step"] == schedule.steps
        assert row["learning_rate"] == optimizer.param_groups[0]["lr"]
        assert row["train_loss"] == pytest.approx(total / tokens, rel=1e-5)
        assert row["validation_loss"] == pytest.approx(evaluate_loss(model, validation), rel=1e-5)
        assert row["perplexity"] == math.exp(row["validation_loss"])
        kept.append({name: value.clone() for name, value in model.state_dict().items()})
    model.load_state_dict(average_weights(kept))
    found = load_checkpoint(tmp_path / "model.safetensors").state_dict()
    for name, value in model.state_dict().items():
        torch.testing.assert_close(found[name], value, rtol=0, atol=1e-4)
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["validation_loss"] == pytest.approx(evaluate_loss(model, validation), rel=1e-4)


def test_the_result_is_the_mean_of_the_epochs_that_it_names(reference):
    result = json.loads((reference / "result.json").read_text())
    assert result["averaged_epochs"] == [1, 2]
    kept = [load_file(reference / "epochs" / f"{epoch}.safetensors") for epoch in (1, 2)]
    mean, found = average_weights(kept), parameters(reference)
    assert all(torch.equal(found[name], value) for name, value in mean.items())
    assert not all(torch.equal(kept[0][name], kept[1][name]) for name in mean)


def test_only_the_epochs_of_the_mean_are_kept(tmp_path):
    train(tmp_path, replace(SMALL, epochs=3, average=1))
    assert [file.name for file in (tmp_path / "epochs").iterdir()] == ["3.safetensors"]
    last = load_file(tmp_path / "epochs" / "3.safetensors")
    assert all(torch.equal(parameters(tmp_path)[name], value) for name, value in last.items())


def test_it_learns(tmp_path):
    rows = train(tmp_path, replace(SMALL, epochs=8)).progress.rows
    assert rows[-1]["train_loss"] < rows[0]["train_loss"] - 0.3


def test_another_seed_is_another_run(reference, tmp_path):
    train(tmp_path, replace(SMALL, seed=1))
    assert log(tmp_path) != log(reference)


def test_batches_and_dropout_draw_from_seeds_that_differ():
    purposes = [(), ("epoch", 1), ("epoch", 2), (0, 0), (1, 0), (0, 1), (10, 1), (1, 1)]
    seeds = {derived_seed(seed, *what) for seed in range(50) for what in purposes}
    assert len(seeds) == 50 * len(purposes)
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_patience_counts_epochs_without_gain():
    def waited(*losses: float) -> int:
        return TrainState(rows=[{"validation_loss": loss} for loss in losses]).epochs_without_gain()

    assert waited() == waited(3.0) == waited(3.0, 2.0) == 0
    assert waited(3.0, 3.0) == 1  # no gain either
    assert waited(3.0, 1.0, 2.0, 1.5) == 2


def test_patience_ends_a_run_and_no_patience_does_not(tmp_path, monkeypatch):
    """A validation loss that falls twice and then rises."""
    losses = iter([3.0, 2.0, 2.5, 2.5, 2.5, 0.0])
    monkeypatch.setattr("solutions.translator.trainer.evaluate_loss", lambda *_: next(losses))
    trainer = train(tmp_path, replace(SMALL, epochs=9, average=3, patience=2))
    assert [row["epoch"] for row in trainer.progress.rows] == [1, 2, 3, 4]
    result = json.loads((tmp_path / "result.json").read_text())
    assert result["ending"] == "2 epochs without a better validation loss"
    assert result["averaged_epochs"] == [2, 3, 4]
    assert result["best_validation_loss"] == 2.0


def test_a_run_shorter_than_its_mean_takes_what_there_is(tmp_path, monkeypatch):
    losses = iter([2.0, 3.0, 0.0])
    monkeypatch.setattr("solutions.translator.trainer.evaluate_loss", lambda *_: next(losses))
    train(tmp_path, replace(SMALL, epochs=9, average=9, patience=1))
    assert json.loads((tmp_path / "result.json").read_text())["averaged_epochs"] == [1, 2]


def test_a_loss_that_is_no_number_ends_the_run(tmp_path):
    trainer = begin(tmp_path)
    with torch.no_grad():
        trainer.model.target_embedding.embedding.weight.fill_(math.inf)
    with pytest.raises(Diverged, match="at step 1: start again with a lower --factor"):
        trainer.step([0, 1])
    assert trainer.progress.step == 0


# ---- kills ---------------------------------------------------------------------------------------


class Killed(BaseException):
    """What no part of the program catches."""


def test_a_kill_before_or_after_any_change_on_the_disk_changes_nothing(
    reference, tmp_path, monkeypatch
):
    """Each change is one move or one deletion; the run ends there and is started again."""
    changes, kill_at, after = count(), [-1], [False]

    def dangerous(method):
        def changed(self, *args, **kwargs):
            mine = next(changes) == kill_at[0]
            if mine and not after[0]:
                raise Killed
            result = method(self, *args, **kwargs)
            if mine:
                raise Killed
            return result

        return changed

    monkeypatch.setattr(Path, "replace", dangerous(Path.replace))
    monkeypatch.setattr(Path, "unlink", dangerous(Path.unlink))
    killed = 0
    for number in count():
        path = tmp_path / str(number)
        changes, kill_at, after = count(), [number // 2], [number % 2 == 1]
        try:
            train(path, save_every=0)
        except Killed:
            killed += 1
            changes, kill_at = count(), [-1]
            train(path, save_every=0)
        else:
            break
        same_result(path, reference)
        names = {file.name for file in path.rglob("*") if not file.name.startswith(".")}
        assert names == {file.name for file in reference.rglob("*")}
    assert killed >= 30


@pytest.mark.parametrize("save_every", [0, 1e9])
def test_a_kill_in_a_step_changes_nothing(save_every, reference, tmp_path):
    """With a state after every step, and with one after every epoch."""

    def kill(step: int):
        def report(done: int, words: str) -> None:
            if done == step:
                raise Killed

        return report

    for step in (2, 3, 5):
        with pytest.raises(Killed):
            begin(tmp_path).run(kill(step), lambda row: None, save_every)
    train(tmp_path)
    same_result(tmp_path, reference)


def test_the_state_of_random_numbers_outside_is_of_no_account(reference, tmp_path):
    trainer = begin(tmp_path)
    trainer.run(lambda done, words: torch.rand(done), lambda row: None, 1e9)
    same_result(tmp_path, reference)


def test_going_on_tells_where(tmp_path):
    seen: list[int] = []

    def report(done: int, words: str) -> None:
        seen.append(done)
        if len(seen) == 2:
            raise Killed

    with pytest.raises(Killed):
        begin(tmp_path).run(report, lambda row: None, 0)
    trainer = begin(tmp_path)
    assert seen == [1, 2]
    assert trainer.progress.step == trainer.progress.position == 1  # killed before it was saved
    assert trainer.schedule.steps == 1
    steps = {float(state["step"]) for state in trainer.optimizer.state.values()}
    assert steps == {1.0}
