"""The command `python -m solutions.train`: train a translator, or resume a training.

By default it trains the model of the course's results on Multi30k, German to English. The files of
the run are in a folder (`resumable_run`). After a stop, a kill or a power failure, the same command
resumes the run. `torchrun --nproc-per-node 2 -m solutions.train` shares every batch between two
processes.

With `--threads 2` or more on a busy computer, set OMP_WAIT_POLICY=passive, so that waiting threads
do not occupy the cores.
"""

import hashlib
import json
import platform
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import torch

from solutions.data.corpora import SOURCES, TranslationData, sentences
from solutions.data.detokenize import usual_spelling
from solutions.tooling.cli_tools import (
    PATH,
    SEED,
    TerseCommand,
    UserError,
    progress_bar,
    user_errors,
)
from solutions.tooling.run_log import run_metadata

from .distributed import ProcessGroup, init_distributed, is_rank_zero, pick_device
from .resumable_run import Json, RunDirectory
from .train_config import (
    POSITIONS,
    SIZES,
    TrainConfig,
    require_usable_data,
    sizes,
    working_precision,
)
from .trainer import Diverged, Trainer

POSITIVE = click.IntRange(1)
SHARE = click.FloatRange(0, 1, max_open=True)


def fingerprint(data: TranslationData) -> str:
    """Return a hash of the training and validation sentences."""
    splits = [data.tokens[split] for split in ("train", "val")]
    return hashlib.sha256(json.dumps(splits).encode()).hexdigest()


def spelling_of(
    data: TranslationData, settings: TrainConfig, folder: Path | None
) -> dict[str, str]:
    """Return the usual spelling of the model's target words; see `usual_spelling`."""
    language = settings.direction.split("-")[1]
    written = sentences(settings.source, folder)["train"][("de", "en").index(language)]
    found = usual_spelling(written, data.tokens["train"][1])
    if data.target_vocabulary.merges:
        return found  # every word of the training split, and others, can be made of pieces
    return {word: found[word] for word in data.target_vocabulary.types if word in found}


def session(context: click.Context, team: ProcessGroup, settings: TrainConfig) -> Json:
    """Describe a session of a run: its command, versions, machine and date."""
    about = run_metadata(context, "solutions.train")
    del about["configuration"], about["machine"]  # the settings stand apart, what computes below
    precision = working_precision(settings.precision, team.device)
    return about | {
        "python": platform.python_version(),
        "processor": platform.machine(),
        "device": team.device.type,
        "processes": team.size,
        "precision": str(precision).removeprefix("torch."),
    }


def option(name: str, kind: click.ParamType, words: str, **more: Any):
    """Return an option whose default is that of `TrainConfig`, if it has one."""
    defaults = {field.name: field.default for field in fields(TrainConfig)}
    field = name.removeprefix("--").replace("-", "_")
    more.setdefault("default", defaults.get(field))
    return click.option(name, field, type=kind, help=words, **more)


def size_option(name: str, kind: click.ParamType, words: str):
    """Return an option whose default comes from --config."""
    return option(name, kind, f"{words}  [default: as --config]", default=None, show_default=False)


@click.command(
    cls=TerseCommand,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option("--out", type=PATH, default=Path("_build/translator"), help="Folder of the run.")
@option("--source", click.Choice(list(SOURCES)), "Corpus to train on.")
@click.option("--data", type=PATH, help="Folder of Multi30k.  [default: $MULTI30K_DIR or download]")
@option("--direction", click.Choice(["de-en", "en-de"]), "Source and target language.")
@option("--min-count", POSITIVE, "Minimum count of a type in the vocabulary.")
@option("--merges", click.IntRange(0), "Byte-pair merges per language; 0 for whole words.")
@click.option(
    "--config", type=click.Choice(list(SIZES)), default="small", help="Defaults of the sizes below."
)
@size_option("--N", POSITIVE, "Layers of the encoder and of the decoder.")
@size_option("--d-model", POSITIVE, "Width of the model.")
@size_option("--d-ff", POSITIVE, "Inner width of the feed-forward network.")
@size_option("--h", POSITIVE, "Attention heads.")
@option("--d-k", POSITIVE, "Width of a head's queries and keys.  [default: d_model / h]")
@size_option("--dropout", SHARE, "Dropout rate of embeddings and sub-layers.")
@size_option("--attention-dropout", SHARE, "Dropout rate of attention weights.")
@click.option(
    "--pre-norm/--post-norm",
    default=TrainConfig.pre_norm,
    help="Layer norm before or after the sub-layers.",
)
@option("--positions", click.Choice(POSITIONS), "Positional encoding.")
@option("--epochs", POSITIVE, "Maximum number of epochs.")
@option("--max-tokens", POSITIVE, "Tokens of a batch on each side, with padding.")
@option("--warmup", POSITIVE, "Warm-up steps of the learning rate.")
@option("--factor", click.FloatRange(0, min_open=True), "Factor of the learning rate.")
@option("--smoothing", SHARE, "Label smoothing.")
@option("--average", POSITIVE, "Last epochs whose parameters are averaged.")
@option("--patience", click.IntRange(0), "Epochs without improvement before stopping; 0: never.")
@option(
    "--precision", click.Choice(["auto", "float32", "bfloat16"]), "Precision of matrix products."
)
@SEED
@click.option(
    "--device",
    type=click.Choice(["auto", "cuda", "mps", "cpu"]),
    default="auto",
    help="Device to compute on.",
)
@click.option(
    "--threads", type=POSITIVE, default=torch.get_num_threads(), help="CPU threads to use."
)
@click.option(
    "--save-every", type=click.FloatRange(0), default=60.0, help="Seconds between two saved states."
)
@click.pass_context
def main(
    context: click.Context,
    out: Path,
    data: Path | None,
    config: str,
    device: str,
    threads: int,
    save_every: float,
    **given: Any,
) -> None:
    """Train a translator, or resume a run that was stopped.

    A run of seconds, without any download:

    python -m solutions.train --source corpus --config tiny --max-tokens 300 --warmup 100

    On a busy computer, set OMP_WAIT_POLICY=passive; otherwise several threads are slow.
    """
    torch.set_num_threads(threads)
    given = {name: sizes(config).get(name) if v is None else v for name, v in given.items()}
    folder = RunDirectory(out)
    with on_rank_zero(), user_errors():
        settings = TrainConfig(**given)
        place = pick_device(device)
        texts = TranslationData.load(
            settings.source, data, settings.direction, settings.min_count, settings.merges
        )
        require_usable_data(texts, settings)
        folder.require_same(settings, fingerprint(texts))
    if folder.is_finished:
        folder.remove_state()
        say(f"the run in {out} is finished: translate or evaluate with --checkpoint {out}")
        return
    with init_distributed(place) as team:
        with on_rank_zero(), user_errors():
            if team.is_first:
                folder.begin(settings, fingerprint(texts), session(context, team, settings))
                vocabularies = texts.source_vocabulary, texts.target_vocabulary
                folder.save_language(vocabularies, spelling_of(texts, settings, data))
            trainer = Trainer(settings, texts, folder, team)
        work(trainer, save_every)
        if team.is_first:
            show_end(folder)


def work(trainer: Trainer, save_every: float) -> None:
    """Train to the end, with a progress bar and a line for every epoch."""
    steps, done = trainer.settings.epochs * trainer.steps_in_epoch, trainer.progress.step
    if done:
        say(f"going on after step {done}, in epoch {trainer.progress.epoch}")
    bar = progress_bar(steps, done) if trainer.team.is_first else nullcontext(lambda *_: None)
    try:
        with bar as report:
            trainer.run(report, say_epoch, save_every)
    except Diverged as error:
        with on_rank_zero():
            raise UserError(str(error)) from error
    except KeyboardInterrupt:
        say(f"stopped; the same command goes on with {trainer.folder.path}")
        raise SystemExit(130) from None


def say_epoch(row: Json) -> None:
    """Print a row of the log as a line."""
    say(
        f"epoch {row['epoch']:3}  loss {row['train_loss']:.3f}  "
        f"validation {row['validation_loss']:.4f}  {row['tokens_per_second']:,.0f} tokens/s  "
        f"{row['seconds']:.0f} s"
    )


def show_end(folder: RunDirectory) -> None:
    """Print how the run ended, and where its files are."""
    result = folder.read("result.json")
    last = result["averaged_epochs"]
    say(
        f"{result['ending']}: {result['steps']} steps in {result['seconds']:.0f} s; "
        f"mean of epochs {last[0]} to {last[-1]}: validation {result['validation_loss']:.4f}; "
        f"everything in {folder.path}"
    )


def say(line: str) -> None:
    """Print a line in the first process only."""
    if is_rank_zero():
        click.echo(line)


@contextmanager
def on_rank_zero() -> Iterator[None]:
    """Let only the first of several processes report an error."""
    try:
        yield
    except UserError as error:
        if is_rank_zero():
            raise
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
