"""The table of variations: each row is a command, and changes what it says and nothing else."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import lab_test_runs
import pytest
from click.testing import CliRunner

from solutions.data.corpora import corpus
from solutions.translator import table3, train_command
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.table3 import VARIATIONS, command_of, main
from solutions.translator.train_config import TrainConfig, sizes

NAMES = [variation.name for variation in VARIATIONS]


def settings_of(variation) -> dict[str, object]:
    """What the row's command makes of it."""
    words = command_of(variation, seed=3)
    assert words[:3] == ["python", "-m", "solutions.train"]
    given = train_command.main.make_context("train", words[3:]).params
    fields = {name: given[name] for name in asdict(TrainConfig())}
    size = sizes(given["config"])
    return {name: size.get(name) if value is None else value for name, value in fields.items()}


def test_names_differ():
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("variation", VARIATIONS, ids=NAMES)
def test_a_row_changes_what_it_says_and_nothing_else(variation):
    base, own = settings_of(VARIATIONS[0]), settings_of(variation)
    TrainConfig(**own)  # raises if the sizes do not fit together
    changed = {name.replace("_", "-") for name in base if base[name] != own[name]}
    said = {"pre-norm" if name == "post-norm" else name for name in variation.changes}
    assert changed == said
    for name, value in variation.changes.items():
        if name != "post-norm":
            assert own[name.replace("-", "_")] == value


def test_a_row_is_trained_scored_and_written_once(tmp_path, monkeypatch):
    began = []

    def train_little(variation, seed, folder: Path, data, threads) -> None:
        began.append((variation.name, seed))
        monkeypatch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
        lab_test_runs.train(folder, replace(lab_test_runs.SMALL, epochs=2, average=1))

    monkeypatch.setattr(table3, "_train", train_little)
    monkeypatch.setattr(table3, "sentences", lambda *_: {"val": some})
    some = tuple(side[:12] for side in corpus("val"))
    words = ["--out", str(tmp_path / "out"), "--work", str(tmp_path / "work"), "--row", "heads-1"]
    words += ["--threads", "1"]
    for _ in range(2):
        done = CliRunner().invoke(main, words)
        assert done.exit_code == 0, done.output
    assert began == [("heads-1", 0)]
    (path,) = (tmp_path / "out").iterdir()
    row = json.loads(path.read_text())
    assert (row["name"], row["row"], row["changes"]) == ("heads-1", "A", {"h": 1})
    assert [(one["test"], one["beam"]) for one in row["scores"]] == [
        *(("val", 1), ("val", 5)),
    ]
    assert [one["epoch"] for one in row["log"]] == [1, 2]
    assert row["result"] == RunDirectory(tmp_path / "work" / "heads-1-0").read("result.json")


def test_an_unknown_row_is_one_line(tmp_path):
    done = CliRunner().invoke(main, ["--out", str(tmp_path), "--row", "heads-3"])
    assert (done.exit_code, "--row must be one of base" in done.output) == (2, True)
