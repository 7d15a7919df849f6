"""Training runs of a second, for the tests of the commands that train, translate and evaluate."""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from solutions.data.corpora import TranslationData
from solutions.translator.distributed import ProcessGroup
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.train_config import TrainConfig
from solutions.translator.trainer import TIMES, Trainer

SIZES = {"N": 1, "d_model": 16, "d_ff": 16, "h": 2, "dropout": 0.1}
SMALL = TrainConfig(
    source="corpus",
    **SIZES,
    max_tokens=320,
    warmup=5,
    epochs=2,
    average=2,
    precision="float32",
)
OPTIONS = {
    "source": "corpus",
    **SIZES,
    "max-tokens": 320,
    "warmup": 5,
    "epochs": 2,
    "average": 2,
    "precision": "float32",
    "device": "cpu",
    "threads": 1,
}  # the same on the command line


def words(**changes: object) -> list[str]:
    """The options of the command, some of them changed."""
    options = OPTIONS | {name.replace("_", "-"): value for name, value in changes.items()}
    return [word for n, v in options.items() for word in (f"--{n.replace('_', '-')}", str(v))]


@cache
def corpus(direction: str = "de-en") -> TranslationData:
    """The corpus that comes with the course, whole."""
    return TranslationData.load("corpus", direction=direction)


@cache
def few_pairs() -> TranslationData:
    """60 pairs of it to learn from, 10 to validate on: three batches an epoch."""
    tokens = {
        split: tuple(side[:count] for side in corpus().tokens[split])
        for split, count in (("train", 60), ("val", 10))
    }
    return replace(corpus(), tokens=tokens)


def begin(
    path: Path, settings: TrainConfig = SMALL, data: TranslationData | None = None
) -> Trainer:
    """What the command does before it trains."""
    data, folder = data or few_pairs(), RunDirectory(path)
    folder.begin(settings, "some data", {})
    folder.save_language((data.source_vocabulary, data.target_vocabulary), {"asian": "Asian"})
    return Trainer(settings, data, folder, ProcessGroup())


def train(path: Path, settings: TrainConfig = SMALL, save_every: float = 1e9) -> Trainer:
    """A run from where its folder says to its end."""
    trainer = begin(path, settings)
    trainer.run(lambda done, words: None, lambda row: None, save_every)
    return trainer


def parameters(path: Path) -> dict[str, Tensor]:
    """The result of a run."""
    return load_file(path / "model.safetensors")


def log(path: Path) -> list[dict[str, str]]:
    """The log of a run without what depends on the clock, every digit of it."""
    with (path / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [{name: cell for name, cell in row.items() if name not in TIMES} for row in rows]
