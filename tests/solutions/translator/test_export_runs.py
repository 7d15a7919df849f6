"""What is kept of a run: everything that a page tells of it, and no weights."""

import json

import pytest
from click.testing import CliRunner
from lab_test_runs import SMALL, train

from solutions.translator.evaluate_command import main as evaluate
from solutions.translator.export_runs import main
from solutions.translator.resumable_run import RunDirectory


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("runs") / "seed-0"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
        train(path, SMALL)
    return path


def test_a_run_is_kept_once_it_has_scores(folder, tmp_path):
    words = [str(folder), "--out", str(tmp_path / "kept")]
    early = CliRunner().invoke(main, words)
    assert early.exit_code == 2
    assert f"solutions.evaluate --write --checkpoint {folder}" in early.output
    assert not (tmp_path / "kept").exists()
    scored = ["--checkpoint", str(folder), "--test", "val", "--beam", "2", "--write"]
    assert CliRunner().invoke(evaluate, [*scored, "--device", "cpu"]).exit_code == 0
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    kept = json.loads((tmp_path / "kept" / "seed-0.json").read_text())
    assert kept["settings"]["epochs"] == SMALL.epochs
    assert [row["epoch"] for row in kept["log"]] == [1, 2]
    assert kept["log"][-1]["step"] == kept["result"]["steps"]
    assert kept["result"] == RunDirectory(folder).read("result.json")
    assert [one["beam"] for one in kept["evaluation"]["results"]] == [1, 2]


def test_a_run_that_is_not_finished_is_one_line(tmp_path):
    done = CliRunner().invoke(main, [str(tmp_path), "--out", str(tmp_path / "kept")])
    assert done.exit_code == 2
    assert done.output == (
        f"Error: the run in {tmp_path} is not finished: train it to its end first\n"
    )
