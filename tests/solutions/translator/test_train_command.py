"""The command that trains: what it writes and says, kills from outside, and wrong options."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from lab_test_runs import OPTIONS, log, parameters, words

from solutions.data.corpora import TranslationData
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.train_command import fingerprint, main


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    monkeypatch.delenv("MULTI30K_DIR", raising=False)

    def refuse(*_, **__):
        raise AssertionError("the corpus needs no download")

    monkeypatch.setattr("solutions.data.downloads.pooch.create", refuse)


def run(*options: object):
    return CliRunner().invoke(main, [str(word) for word in options])


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished run, and what the command said."""
    path = tmp_path_factory.mktemp("run") / "finished"
    result = run(*words(out=path))
    assert result.exit_code == 0, result.output
    return path, result


# ---- what is left behind -------------------------------------------------------------------------


def test_it_says_a_line_for_every_epoch_and_one_at_the_end(finished):
    path, result = finished
    *epochs, end = result.stdout.splitlines()
    assert [line.split()[:2] for line in epochs] == [["epoch", "1"], ["epoch", "2"]]
    assert end.startswith("all epochs done: ")
    assert end.endswith(f"everything in {path}")
    assert result.stderr == ""


def test_settings_say_how_to_run_it_again(finished, tmp_path):
    about = RunDirectory(finished[0]).read("settings.json")
    (session,) = about["sessions"]
    asked = {name.replace("-", "_"): value for name, value in OPTIONS.items()}
    del asked["device"], asked["threads"]
    assert {name: about["settings"][name] for name in asked} == asked
    assert session["torch"] == torch.__version__
    told = {name: session[name] for name in ("device", "threads", "processes", "precision")}
    assert told == {"device": "cpu", "threads": 1, "processes": 1, "precision": "float32"}
    python, m, module, *options = session["command"].split()
    assert (python, m, module) == ("python", "-m", "solutions.train")
    options[options.index("--out") + 1] = str(tmp_path)
    assert run(*options).exit_code == 0
    again, first = parameters(tmp_path), parameters(finished[0])
    assert all(torch.equal(value, first[name]) for name, value in again.items())
    assert log(tmp_path) == log(finished[0])


def test_the_log_has_a_row_for_every_epoch(finished):
    text = (finished[0] / "log.csv").read_text()
    assert text.splitlines()[0] == (
        "epoch,step,train_loss,validation_loss,perplexity,learning_rate,gradient_norm,"
        "tokens_per_second,seconds"
    )
    assert [row["epoch"] for row in log(finished[0])] == ["1", "2"]
    assert text.endswith("\n")


def test_the_result_says_how_it_ended(finished):
    result = json.loads((finished[0] / "result.json").read_text())
    model, *_ = RunDirectory(finished[0]).load_model()
    assert result["parameters"] == sum(p.numel() for p in model.parameters())
    assert (result["ending"], result["epochs"]) == ("all epochs done", 2)
    assert result["steps"] == int(log(finished[0])[-1]["step"])
    assert result["seconds"] > 0


@pytest.mark.parametrize("direction", ["de-en", "en-de"])
def test_both_directions(direction, tmp_path):
    assert run(*words(direction=direction, out=tmp_path, epochs=1, average=1)).exit_code == 0
    german, english = (
        len(vocabulary)
        for vocabulary in (
            TranslationData.load("corpus").source_vocabulary,
            TranslationData.load("corpus").target_vocabulary,
        )
    )
    _, source, target = RunDirectory(tmp_path).load_model()
    expected = (german, english) if direction == "de-en" else (english, german)
    assert (len(source), len(target)) == expected
    spelling = RunDirectory(tmp_path).read("spelling.json")
    assert spelling.get("hund") == (None if direction == "de-en" else "Hund")
    assert all(word in target.ids for word in spelling)


def test_sizes_come_from_the_configuration_unless_they_are_given(tmp_path):
    options = "--source corpus --config tiny --epochs 1 --average 1 --max-tokens 1000 --d-ff 32"
    options += " --d-k 4 --post-norm --positions learned --threads 1"
    assert run(*options.split(), "--out", tmp_path).exit_code == 0
    model, *_ = RunDirectory(tmp_path).load_model()
    c = model.config
    assert (c.N, c.d_model, c.h, c.dropout, c.d_ff) == (2, 64, 4, 0.1, 32)
    assert (c.pre_norm, c.positions) == (False, "learned")
    assert model.encoder.layers[0].self_attention.W_q.weight.shape == (16, 64)


def test_sentences_have_a_fingerprint():
    data = TranslationData.load("corpus")
    assert fingerprint(data) == fingerprint(TranslationData.load("corpus"))
    assert fingerprint(data) != fingerprint(TranslationData.load("corpus", direction="en-de"))


# ---- again in the same folder --------------------------------------------------------------------


def test_a_finished_run_says_so_in_one_line_and_stays(finished):
    path, _ = finished
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    result = run(*words(out=path))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"the run in {path} is finished: translate or evaluate with --checkpoint {path}\n"
    )
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"dropout": 0.3}, "--dropout 0.1, not --dropout 0.3"),
        ({"direction": "en-de"}, "--direction de-en, not --direction en-de"),
    ],
)
def test_other_settings_are_refused_in_one_line(change, told, finished):
    path, _ = finished
    result = run(*words(out=path, **change))
    assert result.exit_code == 2
    assert result.stderr == (
        f"Error: {path} holds a run with {told}: give what it was begun with, or another --out\n"
    )


def start(path: Path) -> subprocess.Popen:
    """The command in a process of its own, which saves after every step."""
    return subprocess.Popen(
        [sys.executable, "-m", "solutions.train", *words(out=path, save_every=0)],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def state_changed(path: Path, seen: set[int]) -> bool:
    """Whether there is a state that has not been seen before; from now on it has."""
    try:
        number = (path / "state.safetensors").stat().st_mtime_ns
    except FileNotFoundError:
        return False
    new = number not in seen
    seen.add(number)
    return new


@pytest.mark.slow
def test_killed_twice_from_outside_it_comes_to_the_same(finished, tmp_path):
    reference, _ = finished
    for kill in (1, 2):
        seen: set[int] = set()
        state_changed(tmp_path, seen)
        process = start(tmp_path)
        while process.poll() is None and not state_changed(tmp_path, seen):
            time.sleep(0.001)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert not RunDirectory(tmp_path).is_finished, f"kill {kill} came too late"
    process = start(tmp_path)
    said, complaint = process.communicate()
    assert process.returncode == 0, complaint
    assert re.match(r"going on after step [1-9]\d*, in epoch \d\n", said)
    mine, theirs = parameters(tmp_path), parameters(reference)
    assert all(torch.equal(value, theirs[name]) for name, value in mine.items())
    assert log(tmp_path) == log(reference)
    assert len(RunDirectory(tmp_path).read("settings.json")["sessions"]) == 3


def test_who_stops_it_is_told_how_to_go_on(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("solutions.translator.trainer.Trainer.step", stop)
    result = run(*words(out=tmp_path))
    assert result.exit_code == 130
    assert result.stdout == f"stopped; the same command goes on with {tmp_path}\n"


# ---- wrong options -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--epochs 0", "'--epochs': 0 is not in the range"),
        ("--dropout 1", "'--dropout': 1.0 is not in the range"),
        ("--factor 0", "'--factor': 0.0 is not in the range"),
        ("--config huge", "'--config': 'huge' is not one of"),
        ("--direction fr-en", "'--direction': 'fr-en' is not one of"),
        ("--positions sine", "'--positions': 'sine' is not one of"),
        ("--h 5", "d_model = 256 must be a multiple of h = 5"),
        ("--average 6 --epochs 5", "lower --average or raise --epochs"),
        ("--max-tokens 5", "raise --max-tokens"),
        ("--data somewhere", "the corpus comes with the course: leave the folder out"),
        ("--source multi30k --data no/such", "there is no folder no/such"),
        ("--device mps", "PyTorch finds no mps here: --device can be auto, cpu"),
        ("--patience", "Option '--patience' requires an argument"),
        ("extra", "unexpected extra argument"),
    ],
)
def test_a_wrong_option_is_one_line_and_writes_nothing(options, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    result = run("--source", "corpus", *options.split())
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)  # and no traceback
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_of_several_processes_one_complains(monkeypatch):
    monkeypatch.setenv("RANK", "1")
    result = run("--source", "corpus", "--h", 5)
    assert (result.exit_code, result.output) == (2, "")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("")
    result = run(*words(out=taken))
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {taken}")
    assert len(result.stderr.splitlines()) == 1


def test_a_run_that_diverges_is_one_line(tmp_path):
    result = run(*words(out=tmp_path, factor=1e30))
    assert result.exit_code == 2
    assert "start again with a lower --factor or a longer --warmup" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_damaged_state_is_one_line(tmp_path):
    RunDirectory(tmp_path)
    (tmp_path / "state.safetensors").write_bytes(b"nothing")
    result = run(*words(out=tmp_path))
    assert result.exit_code == 2
    assert "state.safetensors is damaged: delete" in result.stderr
    assert len(result.stderr.splitlines()) == 1
