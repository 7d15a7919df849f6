"""The command `python -m solutions walkthrough`: one batch in every stage, then 50 epochs.

The command prints configuration, model, forward pass, loss, backward pass, Adam step and schedule
for real sentences. Then it trains for 50 epochs and compares the losses with two baselines without
a
model: the uniform distribution and the token frequencies.

Legend: V size of the target vocabulary.
"""

import math
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import click
import torch

from solutions.data.batching import Batch, make_batches
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import SPECIALS, Vocabulary
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer, count_parameters
from solutions.tooling.cli_tools import (
    PATH,
    SEED,
    ProgressCallback,
    TerseCommand,
    out_option,
    progress_bar,
    user_errors,
)
from solutions.tooling.run_log import RunLog, run_metadata
from solutions.training.optim import Adam, NoamSchedule
from solutions.training.step import batch_loss, evaluate_loss, train_step

from .module_trace import as_table, gradient_norms, trace
from .ngram_baselines import unigram_loss

VOCABULARY, MAX_TOKENS, WARMUP, FACTOR = 1000, 1000, 50, 0.35
CONFIG = TransformerConfig(VOCABULARY, VOCABULARY, N=2, d_model=512, d_ff=512, h=8)
Pairs = list[tuple[list[int], list[int]]]


@torch.no_grad()
def first_loss(model: Transformer, batch: Batch) -> dict[str, float]:
    """Compare the loss of an untrained model with its expected value.

    If the logits of a position are like V independent draws from N(0, s^2), and the right token is
    one of them, the expected loss is ln V + s^2 / 2. Post-norm leaves positions x with
    |x|^2 = d_model; the rows of the embedding start from N(0, 1 / d_model); so s is about 1, and
    the loss begins half a nat above ln V. Logits of zero would give ln V itself.

    Args:
        model: in evaluation mode.
        batch: of sentence pairs.

    Returns:
        uniform (ln V), variance (s^2, as measured), expected (ln V + s^2 / 2), measured.
    """
    real = batch.target_out != model.config.pad_id
    logits = model(batch.source, batch.target_in)[real]  # (tokens, V)
    loss, tokens = batch_loss(model, batch)
    uniform, variance = math.log(logits.size(1)), logits.var(dim=1).mean().item()
    return {
        "uniform": uniform,
        "variance": variance,
        "expected": uniform + variance / 2,
        "measured": (loss / tokens).item(),
    }


def norms_by_part(norms: dict[str, float], depth: int = 3) -> dict[str, float]:
    """Combine the gradient norms of parameters by the first parts of their names.

    Args:
        norms: from `gradient_norms`.
        depth: number of parts; 3 keeps "encoder.layers.0".

    Returns:
        the norm of each part, all of its parameters as one long vector.
    """
    squares: dict[str, float] = {}
    for name, norm in norms.items():
        part = ".".join(name.split(".")[:-1][:depth])
        squares[part] = squares.get(part, 0.0) + norm**2
    return {part: math.sqrt(square) for part, square in squares.items()}


def first_step(model: Transformer, batch: Batch) -> tuple[dict[str, float], float, float]:
    """Run the backward pass and Adam's first step on a copy of the model.

    Args:
        model: stays as it is.
        batch: of sentence pairs.

    Returns:
        gradients: the norm of each part of the model, see `norms_by_part`.
        rate: that of the schedule's first step.
        moved: the largest change of a parameter.
    """
    trial = deepcopy(model)
    loss, tokens = batch_loss(trial, batch)
    (loss / tokens).backward()
    optimizer = Adam(trial.parameters())
    rate = NoamSchedule(optimizer, model.config.d_model, WARMUP, FACTOR).advance()
    optimizer.step()
    pairs = zip(trial.parameters(), model.parameters(), strict=True)
    moved = max((new - old).abs().max().item() for new, old in pairs)
    return norms_by_part(gradient_norms(trial)), rate, moved


def train(
    model: Transformer,
    pairs: Pairs,
    held_out: Pairs,
    epochs: int,
    seed: int,
    report: ProgressCallback,
) -> Iterator[dict[str, float]]:
    """Train, and yield one row before the first epoch and one after each.

    Args:
        model: see `Transformer`.
        pairs: to train on.
        held_out: to measure on.
        epochs: number of epochs.
        seed: of the batches.
        report: is called after every epoch.

    Yields:
        epoch, step, loss on the training pairs (the mean over the epoch's steps, with dropout;
        before the first epoch measured without), loss on the held-out pairs, both in nats per
        token; the rate of the last step, seconds.
    """
    optimizer = Adam(model.parameters())
    schedule = NoamSchedule(optimizer, model.config.d_model, WARMUP, FACTOR)
    unseen = make_batches(held_out, MAX_TOKENS, seed)
    began = time.monotonic()
    loss, rate = evaluate_loss(model, make_batches(pairs, MAX_TOKENS, seed)), 0.0
    for epoch in range(epochs + 1):
        if epoch > 0:
            batches = make_batches(pairs, MAX_TOKENS, seed + epoch)
            losses = [train_step(model, b, optimizer, schedule, smoothing=0.0) for b in batches]
            tokens = [batch.tokens for batch in batches]
            loss = sum(x * n for x, n in zip(losses, tokens, strict=True)) / sum(tokens)
            rate = optimizer.param_groups[0]["lr"]
            report(epoch, f"loss {loss:.3f}")
        yield {
            "epoch": epoch,
            "step": schedule.steps,
            "loss": loss,
            "held_out_loss": evaluate_loss(model, unseen),
            "rate": rate,
            "seconds": round(time.monotonic() - began, 2),
        }


def load(source: str, folder: Path | None, size: int) -> tuple[Pairs, Pairs]:
    """Load pairs of ids below 1000; types that are less frequent become UNK.

    Args:
        source, folder: as in `TranslationData.load`.
        size: pairs to keep of each split, from the beginning.

    Returns:
        pairs of the training split and of the validation split.

    Raises:
        ValueError: as `TranslationData.load`.
    """
    data = TranslationData.load(source, folder)
    room = VOCABULARY - len(SPECIALS)
    data = replace(
        data,
        source_vocabulary=Vocabulary(data.source_vocabulary.types[:room]),
        target_vocabulary=Vocabulary(data.target_vocabulary.types[:room]),
    )
    return data.pairs("train")[:size], data.pairs("val")[:size]


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--source", default="corpus", show_default=True, help="Corpus: corpus or multi30k.")
@click.option(
    "--data", type=PATH, help="Folder of Multi30k. [default: $MULTI30K_DIR, else download]"
)
@click.option(
    "--pairs", "size", type=click.IntRange(1), default=200, show_default=True, help="Pairs."
)
@click.option("--epochs", type=click.IntRange(1), default=50, show_default=True, help="Epochs.")
@SEED
@out_option("_build/execution-flow")
@click.pass_context
def main(
    context: click.Context,
    source: str,
    data: Path | None,
    size: int,
    epochs: int,
    seed: int,
    out: Path,
) -> None:
    """Follow one batch through a Transformer, then train it.

    Vocabularies of 1000, width 512, 8 heads, 2 layers; German to English. Losses are in nats per
    token, without label smoothing.
    """
    with user_errors():
        pairs, held_out = load(source, data, size)
        batch = make_batches(pairs, MAX_TOKENS, seed)[0]
        curves = RunLog(out, run_metadata(context, "solutions walkthrough"))
    torch.manual_seed(seed)
    model = Transformer(CONFIG).eval()
    click.echo(f"{CONFIG}\n{count_parameters(model):,} parameters\n")
    click.echo(f"Forward pass\n{as_table(trace(model, batch.source, batch.target_in))}\n")
    first = first_loss(model, batch)
    click.echo(
        f"First loss: {first['measured']:.3f}. All tokens alike: ln {VOCABULARY} = "
        f"{first['uniform']:.3f}; with logits of variance {first['variance']:.2f} one expects "
        f"{first['expected']:.3f}\n"
    )
    gradients, rate, moved = first_step(model, batch)
    click.echo("Backward pass, norm of the gradient of each part")
    for part, norm in gradients.items():
        click.echo(f"{norm:10.4f}  {part}")
    click.echo(
        f"Adam's first step at a rate of {rate:.3g}: no parameter moves further than {moved:.3g}\n"
    )
    with curves, progress_bar(epochs) as report:
        for row in train(model, pairs, held_out, epochs, seed, report):
            curves.append(row)
            if row["epoch"] in (0, 1, epochs) or row["epoch"] % 10 == 0:
                click.echo(
                    f"epoch {row['epoch']:2}  loss {row['loss']:.3f}  "
                    f"held out {row['held_out_loss']:.3f}  rate {row['rate']:.2e}"
                )
    click.echo(
        "token frequencies alone: "
        f"{unigram_loss([target for _, target in pairs]):.3f} on the training pairs, "
        f"{unigram_loss([target for _, target in held_out]):.3f} on those held out"
    )
    click.echo(f"curves in {out}")


if __name__ == "__main__":
    main()
