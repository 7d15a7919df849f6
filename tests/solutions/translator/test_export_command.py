"""The command that exports a run: a card that says what it is, and a file that translates."""

from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner
from lab_test_runs import SMALL, begin, train

from solutions.data.corpora import SOURCES
from solutions.translator.evaluate_command import main as evaluate
from solutions.translator.export_command import HAS_READ, main
from solutions.translator.exported_model import ExportedModel
from solutions.translator.inference import Translator
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.translate_command import main as translate


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
        train(path, replace(SMALL, epochs=20))
    return path


def export(*words: object):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def file(run):
    result = export(run)
    assert result.exit_code == 0, result.output
    path = run / "de-en.transformer"
    assert result.stdout == f"{path}: {path.stat().st_size:,} bytes\n"
    assert f"solutions.evaluate --write --checkpoint {run}" in result.stderr
    return path


def test_the_file_holds_the_runs_model_up_to_rounding(run, file):
    (before, *vocabularies), (after, *same) = (
        trained.load_model() for trained in (RunDirectory(run), ExportedModel(file))
    )
    assert same == vocabularies
    assert ExportedModel(file).spelling() == RunDirectory(run).spelling()
    assert ExportedModel(file).settings() == RunDirectory(run).settings()
    source, target = torch.tensor([[4, 9, 5, 3]]), torch.tensor([[2, 7, 4]])
    with torch.no_grad():
        expected, found = before(source, target), after(source, target)
    assert 0 < (found - expected).abs().max() < 0.02 * expected.abs().max()


def test_the_command_that_translates_takes_the_file(file):
    translator = Translator(ExportedModel(file))
    (words,) = translator.translate(translator.tokens(["Die Frau liest."]))
    options = ["--device", "cpu", "--threads", "1", "Die Frau liest."]
    result = CliRunner().invoke(translate, ["--checkpoint", str(file), *options])
    assert result.exit_code == 0, result.output
    assert result.stdout == translator.written(words) + "\n"


def test_without_a_checkpoint_it_takes_the_model_of_the_course(file, monkeypatch):
    options = ["--device", "cpu", "--threads", "1", "Die Frau liest."]
    monkeypatch.setattr("solutions.translator.exported_model.COURSE_MODEL", file)
    found = CliRunner().invoke(translate, options)
    assert found.exit_code == 0, found.output
    monkeypatch.setattr("solutions.translator.exported_model.COURSE_MODEL", file / "no")
    missing = CliRunner().invoke(translate, options)
    assert (missing.exit_code, missing.stderr) == (2, "Error: Missing option '--checkpoint'.\n")


def test_the_file_is_evaluated_like_a_run(file):
    words = ["--checkpoint", str(file), "--test", "val", "--beam", "1", "--device", "cpu"]
    result = CliRunner().invoke(evaluate, words)
    assert result.exit_code == 0, result.output
    assert "greedy" in result.stdout
    refused = CliRunner().invoke(evaluate, [*words, "--write"])
    assert (refused.exit_code, "is a file: leave it out" in refused.stderr) == (2, True)


def test_a_foreign_file_is_one_line(tmp_path):
    (tmp_path / "x").write_text("hello")
    result = CliRunner().invoke(translate, ["--checkpoint", str(tmp_path / "x"), "a"])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: {tmp_path / 'x'} is not an exported model")
    assert len(result.stderr.splitlines()) == 1


def test_the_same_run_gives_the_same_bytes(run, file, tmp_path):
    export(run, "--out", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == file.read_bytes()


def test_the_card_says_what_the_model_is(run, file, tmp_path):
    card = ExportedModel(file).card
    assert card["languages"] == ["de", "en"]
    assert card["data"] == "corpus"
    assert card["seed"] == SMALL.seed
    assert card["training"]["epochs"] == 20
    assert "400 short sentences" in card["has_read"]
    assert card["license"].startswith("Non-commercial research and educational use")
    assert len(card["cannot"]) >= 3
    assert card["bleu"] == []
    words = ["--checkpoint", str(run), "--test", "val", "--beam", "2", "--write", "--device", "cpu"]
    assert CliRunner().invoke(evaluate, words).exit_code == 0
    result = export(run, "--out", tmp_path / "x")
    assert result.stderr == ""
    tests = ExportedModel(tmp_path / "x").card["bleu"]
    assert [(one["test"], one["beam"], one["sentences"]) for one in tests] == [
        ("val", 1, 40),
        ("val", 2, 40),
    ]
    assert all(0 <= one["bleu"] <= 100 for one in tests)


def test_of_every_corpus_the_card_says_what_it_is():
    assert HAS_READ.keys() == set(SOURCES)


def test_a_run_that_cannot_be_exported_is_one_line(run, tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
    missing = export(tmp_path / "no")
    assert missing.stderr.startswith(f"Error: there is no run in {tmp_path / 'no'}")
    begin(tmp_path / "begun")
    begun = export(tmp_path / "begun")
    assert "is not finished" in begun.stderr
    train(tmp_path / "narrow", replace(SMALL, d_k=3, epochs=1, average=1))
    narrow = export(tmp_path / "narrow")
    assert "heads of width 3" in narrow.stderr
    folder = export(run, "--out", tmp_path / "no" / "x")
    for result in (missing, begun, narrow, folder):
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1
