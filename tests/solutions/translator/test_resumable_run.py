"""What a run's folder holds, and what it says when it does not hold it."""

import json
import re
from dataclasses import asdict, replace

import pytest
import torch
from lab_test_runs import SMALL, begin, few_pairs, train

from solutions.data.vocabulary import Vocabulary
from solutions.translator.resumable_run import RunDirectory


@pytest.fixture
def folder(tmp_path) -> RunDirectory:
    return RunDirectory(tmp_path / "run")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    train(path)
    return path


def test_settings_come_back_and_every_session_is_noted(folder):
    for number in range(3):
        folder.require_same(SMALL, "data")
        folder.begin(SMALL, "data", {"number": number})
    assert folder.settings() == SMALL
    about = json.loads((folder.path / "settings.json").read_text())
    assert about["settings"] == asdict(SMALL)
    assert [session["number"] for session in about["sessions"]] == [0, 1, 2]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"h": 4}, "holds a run with --h 2, not --h 4"),
        ({"max_tokens": 300}, "with --max-tokens 320, not --max-tokens 300"),
        ({"pre_norm": False}, "with --pre-norm, not --post-norm"),
        ({"d_k": 5}, "with --d-k unset, not --d-k 5"),
        ({"seed": 3}, "with --seed 0, not --seed 3"),
    ],
)
def test_other_settings_are_refused_by_name(change, words, folder):
    folder.require_same(replace(SMALL, **change), "data")  # nothing there yet
    folder.begin(SMALL, "data", {})
    with pytest.raises(ValueError, match=f"{words}: give what it was begun with, or another --out"):
        folder.require_same(replace(SMALL, **change), "data")


def test_other_sentences_are_refused(folder):
    folder.begin(SMALL, "data", {})
    with pytest.raises(ValueError, match=r"a run on other sentences: give the --data that"):
        folder.require_same(SMALL, "other data")


def test_a_state_comes_back_to_the_last_digit(folder):
    folder.begin(SMALL, "data", {})
    assert folder.load_state() is None
    tensors = {"a": torch.randn(3, 5), "b": torch.tensor([0.1], dtype=torch.float64)}
    progress = {"step": 3, "loss": 0.1 + 0.2, "rows": [{"epoch": 1, "seconds": 1e-300}]}
    for _ in range(2):  # the second one replaces the first
        folder.save_state(tensors, progress)
    found, told = folder.load_state()
    assert told == progress
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], value) for name, value in tensors.items())
    assert not [file for file in folder.path.iterdir() if "unfinished" in file.name]


@pytest.mark.parametrize("content", [b"", b"nothing of the kind", b"\x02\0\0\0\0\0\0\0{}"])
def test_a_damaged_state_is_named(content, folder):
    folder.begin(SMALL, "data", {})
    (folder.path / "state.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match=r"state\.safetensors is damaged: delete .* train again"):
        folder.load_state()


def test_the_files_of_a_finished_run(finished):
    names = {str(file.relative_to(finished)) for file in finished.rglob("*") if file.is_file()}
    assert names == {
        *("settings.json", "source.json", "target.json", "spelling.json", "log.csv", "curves.svg"),
        *("epochs/1.safetensors", "epochs/2.safetensors", "model.safetensors", "result.json"),
    }
    assert not any(
        file.read_bytes().startswith(b"\x80") for file in finished.rglob("*.*")
    )  # pickle


def test_a_finished_run_gives_its_model_and_both_vocabularies(finished):
    assert RunDirectory(finished).is_finished
    model, source, target = RunDirectory(finished).load_model()
    assert not model.training
    assert source == few_pairs().source_vocabulary
    assert target == few_pairs().target_vocabulary
    assert model.config == SMALL.config(len(source), len(target))


@pytest.mark.parametrize("change", [{"d_k": 3}, {"positions": "none"}, {"positions": "learned"}])
def test_so_does_one_of_another_kind(change, tmp_path):
    trainer = train(tmp_path, replace(SMALL, epochs=1, average=1, **change))
    model, *_ = RunDirectory(tmp_path).load_model()
    mine, theirs = trainer.model.state_dict(), model.state_dict()
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(value, theirs[name]) for name, value in mine.items())


def test_a_run_on_its_way_is_not_taken_for_a_model(tmp_path):
    begin(tmp_path)
    with pytest.raises(ValueError, match=r"is not finished: the command that began it goes on"):
        RunDirectory(tmp_path).load_model()


def test_a_folder_without_a_run(tmp_path):
    message = (
        f"there is no run in {tmp_path / 'absent'} (settings.json is missing): name the folder"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        RunDirectory(tmp_path / "absent").load_model()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "settings.json is damaged"),
        ("{}", "is not of this version of the course"),
        ('{"settings": {"width": 3}}', "is not of this version of the course"),
    ],
)
def test_damaged_settings_are_named(text, words, tmp_path):
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(ValueError, match=words):
        RunDirectory(tmp_path).settings()


def test_vocabularies_of_another_model_are_noticed(tmp_path):
    train(tmp_path, replace(SMALL, epochs=1, average=1))
    Vocabulary(("one", "two")).save(tmp_path / "source.json")
    with pytest.raises(ValueError, match="holds a model with source_vocabulary = "):
        RunDirectory(tmp_path).load_model()
