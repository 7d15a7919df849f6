"""Train a translator: `python -m solutions.train`.

By default it trains the model of the course's results on Multi30k, German to English. The files of
the run are in a folder (`run_directory`). Stop it, kill it, switch the computer off: the same
command continues where it was. `torchrun --nproc-per-node 2 -m solutions.train` shares every batch
between two processes.

With `--threads 2` or more, on a computer that has other work to do, set OMP_WAIT_POLICY=passive:
threads that wait for each other must not keep the others from running.
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

from solutions.data.corpora import TranslationData, sentences
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
from .run_directory import Json, RunDirectory
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
    """A hash of the sentences that a run learns from and is validated on."""
    splits = [data.tokens[split] for split in ("train", "val")]
    return hashlib.sha256(json.dumps(splits).encode()).hexdigest()


def spelling_of(
    data: TranslationData, settings: TrainConfig, folder: Path | None
) -> dict[str, str]:
    """The usual spelling of the words that the model can write; see `usual_spelling`."""
    language = settings.direction.split("-")[1]
    written = sentences(settings.source, folder)["train"][("de", "en").index(language)]
    found = usual_spelling(written, data.tokens["train"][1])
    if data.target_vocabulary.merges:
        return found  # every word of the training split, and others, can be made of pieces
    return {word: found[word] for word in data.target_vocabulary.types if word in found}


def session(context: click.Context, team: ProcessGroup, settings: TrainConfig) -> Json:
    """Who works on a run from now on: the command, the versions, the computer, the date."""
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
    """An option with the default that `TrainConfig` has, if it has one."""
    defaults = {field.name: field.default for field in fields(TrainConfig)}
    field = name.removeprefix("--").replace("-", "_")
    more.setdefault("default", defaults.get(field))
    return click.option(name, field, type=kind, help=words, **more)


def size_option(name: str, kind: click.ParamType, words: str):
    """An option whose default stands in the configuration."""
    return option(name, kind, f"{words}  [default: as --config]", default=None, show_default=False)


@click.command(
    cls=TerseCommand,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option("--out", type=PATH, default=Path("_build/translator"), help="The run's folder.")
@option("--source", click.Choice(["multi30k", "corpus"]), "What to learn from.")
@click.option("--data", type=PATH, help="Folder of Multi30k; else $MULTI30K_DIR, else download.")
@option("--direction", click.Choice(["de-en", "en-de"]), "From which language to which.")
@option("--min-count", POSITIVE, "A word must occur so often to be known.")
@option("--merges", click.IntRange(0), "Of pieces into words; 0: a token is a word.")
@click.option("--config", type=click.Choice(list(SIZES)), default="small", help="The sizes below.")
@size_option("--N", POSITIVE, "Layers of the encoder, and of the decoder.")
@size_option("--d-model", POSITIVE, "Width.")
@size_option("--d-ff", POSITIVE, "Inner width of the feed-forward network.")
@size_option("--h", POSITIVE, "Heads.")
@option("--d-k", POSITIVE, "Width of queries and keys in a head.  [default: d_model / h]")
@size_option("--dropout", SHARE, "Of embeddings and sub-layers.")
@size_option("--attention-dropout", SHARE, "Of attention weights.")
@click.option("--pre-norm/--post-norm", default=TrainConfig.pre_norm, help="The paper: post-norm.")
@option("--positions", click.Choice(POSITIONS), "How the model knows about order.")
@option("--epochs", POSITIVE, "Times through the training split, at most.")
@option("--max-tokens", POSITIVE, "Of a batch, on each side, with padding.")
@option("--warmup", POSITIVE, "Steps until the learning rate is highest.")
@option("--factor", click.FloatRange(0, min_open=True), "Of the learning rate.")
@option("--smoothing", SHARE, "Of the labels.")
@option("--average", POSITIVE, "The result is the mean of the last so many epochs.")
@option("--patience", click.IntRange(0), "Stop after so many epochs without gain; 0: never.")
@option("--precision", click.Choice(["auto", "float32", "bfloat16"]), "Of matrix products.")
@SEED
@click.option(
    "--device", type=click.Choice(["auto", "cuda", "mps", "cpu"]), default="auto", help="Where."
)
@click.option("--threads", type=POSITIVE, default=torch.get_num_threads(), help="Of the CPU.")
@click.option(
    "--save-every", type=click.FloatRange(0), default=60.0, help="Seconds; a kill costs no more."
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
    """Train a translator. The same command goes on with a run that was stopped or killed.

    A run of seconds, without any download:

    python -m solutions.train --source corpus --config tiny --max-tokens 300 --warmup 100

    Beside other programs set OMP_WAIT_POLICY=passive: several threads are slow otherwise.
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
    """Train to the end, with a bar on the terminal and a line for every epoch."""
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
    """A row of the log as a line."""
    say(
        f"epoch {row['epoch']:3}  loss {row['train_loss']:.3f}  "
        f"validation {row['validation_loss']:.4f}  {row['tokens_per_second']:,.0f} tokens/s  "
        f"{row['seconds']:.0f} s"
    )


def show_end(folder: RunDirectory) -> None:
    """How the run ended, and what to do next."""
    result = folder.read("result.json")
    last = result["averaged_epochs"]
    say(
        f"{result['ending']}: {result['steps']} steps in {result['seconds']:.0f} s; "
        f"mean of epochs {last[0]} to {last[-1]}: validation {result['validation_loss']:.4f}; "
        f"everything in {folder.path}"
    )


def say(line: str) -> None:
    """Print a line, if this process is the first."""
    if is_rank_zero():
        click.echo(line)


@contextmanager
def on_rank_zero() -> Iterator[None]:
    """Of several processes with the same error, only the first one tells it."""
    try:
        yield
    except UserError as error:
        if is_rank_zero():
            raise
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
