"""The command `python -m solutions table3`: the paper's table 3 at the size of this course.

Each row changes one setting of the model that the lab trains and keeps all others, including the
number of epochs. A row is a run of `python -m solutions.train`. Each result is written as soon as
it is known; after a stop, the same command continues.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
import torch

from solutions.data.corpora import sentences
from solutions.tooling.atomic_file import atomic_write_text
from solutions.tooling.cli_tools import PATH, SEED, TerseCommand, UserError, user_errors

from .inference import Translator
from .resumable_run import Json, RunDirectory
from .testset_scores import evaluate

BUDGET = {"epochs": 6, "average": 2}
TESTS = ("val",)  # the paper's table is one of its development set, too
BEAMS = (1, 5)


@dataclass(frozen=True)
class Variation:
    """One row of the table.

    Attributes:
        name: of its folder and file.
        row: the letter of the paper's table 3; empty where the paper has no such row.
        changes: the options that differ from the base.
        words: a description for a reader.
    """

    name: str
    row: str
    changes: dict[str, object]
    words: str


VARIATIONS = (
    Variation("base", "base", {}, "nothing is changed"),
    Variation("heads-1", "A", {"h": 1}, "one head of width 256"),
    Variation("heads-2", "A", {"h": 2}, "two heads of width 128"),
    Variation("heads-4", "A", {"h": 4}, "four heads of width 64"),
    Variation("heads-16", "A", {"h": 16}, "sixteen heads of width 16"),
    Variation("heads-32", "A", {"h": 32}, "thirty-two heads of width 8"),
    Variation("keys-16", "B", {"d-k": 16}, "queries and keys half as wide"),
    Variation("keys-8", "B", {"d-k": 8}, "queries and keys a quarter as wide"),
    Variation("layers-1", "C", {"N": 1}, "one layer on each side"),
    Variation("layers-2", "C", {"N": 2}, "two layers on each side"),
    Variation("narrow", "C", {"d-model": 128, "h": 4}, "half the width, four heads"),
    Variation("inner-512", "C", {"d-ff": 512}, "feed-forward networks half as wide"),
    Variation("dropout-0", "D", {"dropout": 0.0}, "no dropout"),
    Variation("dropout-10", "D", {"dropout": 0.1}, "dropout of 0.1"),
    Variation("attention-dropout", "D", {"attention-dropout": 0.1}, "dropout of weights too"),
    Variation("smoothing-0", "D", {"smoothing": 0.0}, "labels as they are"),
    Variation("smoothing-20", "D", {"smoothing": 0.2}, "labels smoothed twice as much"),
    Variation("learned", "E", {"positions": "learned"}, "learned positions"),
    Variation("no-positions", "", {"positions": "none"}, "no positions at all"),
    Variation("words", "", {"merges": 0}, "whole words in place of pieces"),
    Variation("post-norm", "", {"post-norm": True}, "norms after the sums, as in the paper"),
)


def command_of(variation: Variation, seed: int) -> list[str]:
    """Return the training command of a row, without folders and threads."""
    words = ["python", "-m", "solutions.train"]
    for name, value in {**BUDGET, "seed": seed, **variation.changes}.items():
        words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


@click.command(
    cls=TerseCommand,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option(
    "--out",
    type=PATH,
    default=Path("_build/variations"),
    help="Folder for the JSON file of each row.",
)
@click.option(
    "--work",
    type=PATH,
    default=Path("_build/variations-runs"),
    help="Folder for the training runs.",
)
@click.option("--row", "rows", multiple=True, help="Row to train.  [default: all rows]")
@click.option("--data", type=PATH, help="Folder of Multi30k.  [default: $MULTI30K_DIR or download]")
@click.option(
    "--threads", type=click.IntRange(1), default=torch.get_num_threads(), help="CPU threads to use."
)
@SEED
def main(
    out: Path, work: Path, rows: tuple[str, ...], data: Path | None, threads: int, seed: int
) -> None:
    """Train and score the variations of the paper's table 3.

    Rows that have been scored before are skipped.
    """
    torch.set_num_threads(threads)
    known = {variation.name: variation for variation in VARIATIONS}
    for name in rows:
        if name not in known:
            raise UserError(f"--row must be one of {', '.join(known)}, not {name}")
    with user_errors():
        splits = sentences("multi30k", data)
        out.mkdir(parents=True, exist_ok=True)
    for variation in (known[name] for name in rows or known):
        path = out / f"{variation.name}-{seed}.json"
        if path.exists():
            continue
        click.echo(f"{variation.name}: {variation.words}")
        folder = work / f"{variation.name}-{seed}"
        _train(variation, seed, folder, data, threads)
        found = _record(
            variation, seed, RunDirectory(folder), {name: splits[name] for name in TESTS}
        )
        atomic_write_text(path, json.dumps(found, indent=1) + "\n")


def _train(variation: Variation, seed: int, folder: Path, data: Path | None, threads: int) -> None:
    words = [sys.executable, *command_of(variation, seed)[1:]]
    words += ["--out", str(folder), "--threads", str(threads)]
    words += [] if data is None else ["--data", str(data)]
    done = subprocess.run(words, check=False)
    if done.returncode:
        raise UserError(f"the training of {variation.name} ended with {done.returncode}")


def _record(variation: Variation, seed: int, folder: RunDirectory, splits: dict) -> Json:
    """Return the record of a finished run: its command, log, result and scores."""
    results = evaluate(Translator(folder), splits, BEAMS, alpha=0.6)
    return {
        "name": variation.name,
        "row": variation.row,
        "words": variation.words,
        "changes": variation.changes,
        "command": " ".join(command_of(variation, seed)),
        "sessions": folder.read("settings.json")["sessions"],
        "log": folder.read_log(),
        "result": folder.read("result.json"),
        "scores": [
            {key: one[key] for key in ("test", "beam")}
            | {name: one["scores"][name]["score"] for name in ("tokens", "13a", "chrf")}
            for one in results
        ],
    }


if __name__ == "__main__":
    main()
