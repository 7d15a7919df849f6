"""The command `python -m solutions fault-injection`: training with known mistakes.

Most wrong Transformers raise no error. They train, and their numbers look odd. This command trains
a tiny translator on the course's own corpus, once correctly and once with each mistake in place of
the right function or class. It records the symptoms: losses, accuracy of the next token, and
properties of the translations.

Legend: B batch, T target length, V size of the target vocabulary.
"""

import math
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType
from unittest import mock

import click
import torch
from torch import nn

# Imported as modules, so that a patched name is also used here.
from solutions.data import batching
from solutions.data.batching import Batch
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import BOS, EOS, PAD
from solutions.decoding import greedy
from solutions.decoding.bleu import corpus_bleu
from solutions.misconceptions import Misconception, all_of_them
from solutions.model import transformer
from solutions.model.config import TransformerConfig
from solutions.tooling.cli_tools import (
    ProgressCallback,
    TerseCommand,
    out_option,
    progress_bar,
    user_errors,
)
from solutions.tooling.run_log import RunLog, run_metadata
from solutions.training import optim
from solutions.training import step as training_step

BASELINE = "healthy"
OTHER_VERSIONS = ("solutions.misconceptions", "solutions.alternatives")
GALLERY = (
    BASELINE,
    "CausalityForgotten",
    "collate_without_shift",
    "collate_never_ends",
    "MemoryNotPassedOn",
    "MemoryDetached",
    "padding_mask_inverted",
    "SourcePositionsForgotten",
    "TargetPositionsForgotten",
    "EmbeddingNotScaled",
    "LogitsAreProbabilities",
    "step_divides_by_every_position+batches_do_not_sort",
    "step_piles_up_gradients",
    "rate_without_warmup",
    "ScheduleNeverWrites",
    "split_heads_by_view_alone",
    "NothingAdded",
    "DropsInEvaluation",
)
SEEN = ["held_out_loss", "held_out_accuracy", "bleu", "different", "length", "endless", "unsteady"]
MAX_TOKENS, WARMUP, EVERY, EXTRA = 400, 200, 10, 20


def mistakes_called(names: str) -> list[Misconception]:
    """Look up known mistakes by name.

    Args:
        names: one, or several with "+" between them; "healthy" for none.

    Raises:
        ValueError: if there is no such mistake.
    """
    known = {mistake.name: mistake for mistake in all_of_them()}
    wanted = [] if names == BASELINE else names.split("+")
    for name in wanted:
        if name not in known:
            raise ValueError(f"there is no mistake {name!r}: see solutions/misconceptions")
    return [known[name] for name in wanted]


@contextmanager
def patched(mistakes: list[Misconception]) -> Iterator[None]:
    """Replace functions and classes of `solutions` by mistakes inside the block."""
    places = [
        (module, mistake)
        for mistake in mistakes
        for module in list(sys.modules.values())
        if _uses(module, mistake)
    ]  # all of them, before the first is changed
    with ExitStack() as stack:
        for module, mistake in places:
            patch = mock.patch.object(module, mistake.replaces, mistake.implementation)
            stack.enter_context(patch)
        yield


def _uses(module: ModuleType, mistake: Misconception) -> bool:
    """Return whether a module of the reference, not of its wrong or other versions, uses it."""
    name = getattr(module, "__name__", "")
    is_reference = name.startswith("solutions.") and not name.startswith(OTHER_VERSIONS)
    return is_reference and vars(module).get(mistake.replaces) is mistake.reference


def train(
    data: TranslationData,
    config: TransformerConfig,
    epochs: int,
    seed: int,
    report: ProgressCallback,
) -> Iterator[dict[str, float]]:
    """Train on the training split, with the patched code, and yield rows of the log.

    As in the paper: Adam, warm-up, label smoothing of 0.1 in training and none in evaluation. The
    optimizer is built with a rate of 0, because the schedule sets the rate.

    Args:
        data: what to learn.
        config: sizes of the model.
        epochs: how many; the first and every tenth has a row.
        seed: of parameters, dropout and batches.
        report: is called after every epoch.

    Yields:
        epoch; first_loss, what the first step reports, and train_loss, the mean of what all steps
        since the last row reported, both with label smoothing; and what `evaluate` finds.
    """
    torch.manual_seed(seed)
    model = transformer.Transformer(config)
    optimizer = optim.Adam(model.parameters(), lr=0.0)
    schedule = optim.NoamSchedule(optimizer, config.d_model, WARMUP)
    first_loss, losses = math.nan, []
    for epoch in range(1, epochs + 1):
        for batch in batching.make_batches(data.pairs("train"), MAX_TOKENS, 1000 * seed + epoch):
            loss = training_step.train_step(model, batch, optimizer, schedule)
            losses.append(float(loss))
        first_loss = losses[0] if epoch == 1 else first_loss
        report(epoch, f"loss {losses[-1]:.2f}")
        if epoch == 1 or epoch % EVERY == 0 or epoch == epochs:
            mean = sum(losses) / len(losses)
            found = {"epoch": epoch, "first_loss": first_loss, "train_loss": mean}
            yield found | evaluate(model, data)
            losses = []


def evaluate(model: transformer.Transformer, data: TranslationData) -> dict[str, float]:
    """Measure a model: losses under teacher forcing, and its translations.

    Args:
        model: trained.
        data: its validation and test pairs are used.

    Returns:
        held_out_loss: nats per token.
        held_out_accuracy: share of tokens for which the right one has the largest logit.
        bleu: of greedy translations.
        different: how many different translations there are.
        length: tokens written for each token of the references.
        endless: share of translations that never end by themselves.
        unsteady: share of translations that change when the model translates again.
        If the loss is not finite, all are NaN.
    """
    pairs = data.pairs("val") + data.pairs("test")
    references = data.tokens["val"][1] + data.tokens["test"][1]
    batches = batching.make_batches(pairs, MAX_TOKENS, seed=0)
    loss = training_step.evaluate_loss(model, batches)
    if not math.isfinite(loss):
        return dict.fromkeys(SEEN, math.nan)
    written, again = translations(model, pairs), translations(model, pairs)
    words = [data.target_vocabulary.decode(sentence) for sentence in written]
    limits = [len(source) + EXTRA for source, _ in pairs]
    endless = [len(sentence) == limit for sentence, limit in zip(written, limits, strict=True)]
    unsteady = [one != other for one, other in zip(written, again, strict=True)]
    seen = (
        loss,
        accuracy(model, batches),
        corpus_bleu(words, references),
        len({tuple(sentence) for sentence in written}),
        sum(map(len, words)) / sum(map(len, references)),
        sum(endless) / len(pairs),
        sum(unsteady) / len(pairs),
    )
    return dict(zip(SEEN, seen, strict=True))


def translations(
    model: transformer.Transformer, pairs: list[tuple[list[int], list[int]]]
) -> list[list[int]]:
    """Translate greedily, without a cache, so that the search uses the trained code."""
    source = batching.pad([source for source, _ in pairs], PAD)
    return greedy.translate(model, source, BOS, EOS, beam_size=1, extra=EXTRA, cached=False)


@torch.no_grad()
def accuracy(model: nn.Module, batches: list[Batch]) -> float:
    """Return how often the right next token has the largest logit, under teacher forcing."""
    right = tokens = 0
    with greedy.evaluating(model):
        for batch in batches:
            likeliest = model(batch.source, batch.target_in).argmax(dim=-1)  # (B, T, V) -> (B, T)
            real = batch.target_out != PAD
            right += int((likeliest == batch.target_out)[real].sum())
            tokens += int(real.sum())
    return right / tokens


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--mistakes",
    help="Names from solutions/misconceptions, separated by commas; A+B for two at once; healthy "
    "for none. [default: the gallery of the book]",
)
@click.option("--seeds", type=click.IntRange(1), default=3, show_default=True, help="Random seeds.")
@click.option("--epochs", type=click.IntRange(1), default=40, show_default=True, help="Epochs.")
@click.option(
    "--width", type=click.IntRange(2), default=96, show_default=True, help="Width d_model."
)
@click.option(
    "--heads", type=click.IntRange(1), default=4, show_default=True, help="Attention heads."
)
@out_option("_build/broken")
@click.pass_context
def main(
    context: click.Context,
    mistakes: str | None,
    seeds: int,
    epochs: int,
    width: int,
    heads: int,
    out: Path,
) -> None:
    """Train a translator with known mistakes in its code.

    It records the symptoms of each mistake. The translator has two post-norm layers and learns
    German to English from the course's own corpus. Losses are in nats per token.
    """
    torch.set_num_threads(1)
    with user_errors():
        names = mistakes.split(",") if mistakes else GALLERY
        chosen = {name: mistakes_called(name) for name in names}
        data = TranslationData.load()
        vocabularies = len(data.source_vocabulary), len(data.target_vocabulary)
        config = TransformerConfig(
            *vocabularies, N=2, d_model=width, d_ff=2 * width, h=heads, dropout=0.1
        )
        about = run_metadata(context, "solutions fault-injection")
        curves = RunLog(out, about)
    done = 0
    with curves, progress_bar(len(chosen) * seeds * epochs) as report:
        for name, known in chosen.items():
            for seed in range(seeds):
                before = done

                def report_epoch(
                    epoch: int, words: str, name: str = name, before: int = before
                ) -> None:
                    report(before + epoch, f"{name}, {words}")

                with patched(known):
                    for row in train(data, config, epochs, seed, report_epoch):
                        row = {what: round(number, 4) for what, number in row.items()}
                        curves.append({"mistake": name, "seed": seed, **row})
                done += epochs
                click.echo(
                    f"{name:50} seed {seed}  loss {row['train_loss']:6.3f}  held out "
                    f"{row['held_out_loss']:6.3f}, {row['held_out_accuracy']:.2f} right  "
                    f"BLEU {row['bleu']:5.1f}"
                )
    click.echo(f"curves in {out}")


if __name__ == "__main__":
    main()
