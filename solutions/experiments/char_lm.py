"""The command `python -m solutions char-lm`: a character model with and without residuals.

A Transformer's decoder alone (no encoder, no cross-attention) reads characters and predicts the
next one. It is trained with the residual connections or without them, at any depth, with the layer
norm before or after the sub-layers. The curves contain the loss and the norm of every gradient.

Legend: B batch, T length, V number of distinct characters.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.data.corpora import tiny_shakespeare
from solutions.model.config import TransformerConfig
from solutions.model.embeddings import TokenEmbedding
from solutions.model.encoder import Encoder
from solutions.model.masks import causal_mask
from solutions.model.positional import LearnedPositionalEncoding
from solutions.model.residual import ResidualSublayer
from solutions.tooling.cli_tools import (
    PATH,
    SEED,
    ProgressCallback,
    TerseCommand,
    out_option,
    progress_bar,
    user_errors,
)
from solutions.tooling.run_log import RunLog, prefixed, run_metadata
from solutions.training.optim import Adam

from .char_lm_data import BATCH, CONTEXT, numbered, random_windows, split
from .module_trace import gradient_norms
from .ngram_baselines import bigram_loss

RATE = 1e-3


class PlainSublayer(ResidualSublayer):
    """A sub-layer without the residual connection: Sublayer(x) instead of x + Sublayer(x)."""

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """See `ResidualSublayer.forward`."""
        if self.pre_norm:
            return self.dropout(sublayer(self.norm(x)))
        return self.norm(self.dropout(sublayer(x)))


class DeletedSublayer(ResidualSublayer):
    """A residual sub-layer without Sublayer(x), as if its line were deleted."""

    def forward(self, x: Tensor, sublayer: Callable[[Tensor], Tensor]) -> Tensor:
        """See `ResidualSublayer.forward`."""
        return x if self.pre_norm else self.norm(x)


class CharacterModel(nn.Module):
    """A decoder-only character model: logits for the next character at every position.

    Layers of masked self-attention and feed-forward network: those of the encoder, under a causal
    mask. Width 64, 2 heads, inner width 128, learned positions, no dropout.

    Args:
        vocabulary_size: V.
        layers: number of layers.
        residual: False replaces every x + Sublayer(x) by Sublayer(x).
        pre_norm: normalize before the sub-layers instead of after the sums.
        attention: False deletes the attention sub-layers. The model then sees only the last
            character and its position.
    """

    def __init__(
        self,
        vocabulary_size: int,
        layers: int = 1,
        residual: bool = True,
        pre_norm: bool = False,
        attention: bool = True,
    ):
        super().__init__()
        config = TransformerConfig(
            *(vocabulary_size, vocabulary_size),
            N=layers,
            d_model=64,
            d_ff=128,
            h=2,
            dropout=0.0,
            pre_norm=pre_norm,
        )
        self.embedding = TokenEmbedding(vocabulary_size, config.d_model)
        self.positions = LearnedPositionalEncoding(config.d_model, max_length=CONTEXT)
        self.stack = Encoder(config)
        self.head = nn.Linear(config.d_model, vocabulary_size)
        for layer in self.stack.layers:
            if not residual:
                layer.residual_1 = PlainSublayer(config.d_model, pre_norm=pre_norm)
                layer.residual_2 = PlainSublayer(config.d_model, pre_norm=pre_norm)
            if not attention:
                layer.residual_1 = DeletedSublayer(config.d_model, pre_norm=pre_norm)

    def forward(self, characters: Tensor) -> Tensor:
        """Return the logits of the next characters.

        Args:
            characters: (B, T) integers, T at most 64.

        Returns:
            (B, T, V): at position t, logits for the character after characters[:, t].
        """
        mask = causal_mask(characters.size(1), characters.device)
        return self.head(self.stack(self.positions(self.embedding(characters)), mask))


def loss_of(model: nn.Module, windows: Tensor) -> Tensor:
    """Compute the mean cross-entropy of the next character, in nats.

    Args:
        model: from (B, T) characters to (B, T, V) logits.
        windows: (B, T + 1) integers.
    """
    return F.cross_entropy(model(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten())


@torch.no_grad()
def validation_loss(model: nn.Module, numbers: Tensor) -> float:
    """Compute the loss over a whole text, in windows that do not overlap."""
    windows = numbers.unfold(0, CONTEXT + 1, CONTEXT)  # (windows, 65)
    losses = [loss_of(model, part) * len(part) for part in windows.split(BATCH)]
    return float(sum(losses) / len(windows))


def train(
    model: nn.Module,
    numbers: Tensor,
    validation: Tensor,
    steps: int,
    every: int,
    seed: int,
    report: ProgressCallback,
) -> Iterator[dict[str, float]]:
    """Train with Adam at a learning rate of 0.001, and yield rows of the log.

    Args:
        model: from (B, T) characters to (B, T, V) logits.
        numbers: the text to train on.
        validation: the text to validate on.
        steps: number of batches of 32 windows.
        every: steps between two rows; the first and the last step have a row too.
        seed: of the windows.
        report: is called after every step.

    Yields:
        step, train_loss (mean over the steps since the last row), validation_loss, seconds, and
        "gradient:NAME", the norm of each parameter's gradient on the batch of that step. Loss and
        gradients are those before the update.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = Adam(model.parameters(), lr=RATE)
    began, losses = time.monotonic(), []
    for step in range(1, steps + 1):
        loss = loss_of(model, random_windows(numbers, generator))
        optimizer.zero_grad()
        loss.backward()
        losses.append(loss.item())
        if step == 1 or step % every == 0 or step == steps:
            yield {
                "step": step,
                "train_loss": sum(losses) / len(losses),
                "validation_loss": validation_loss(model, validation),
                "seconds": round(time.monotonic() - began, 2),
            } | prefixed("gradient", gradient_norms(model))
            losses = []
        optimizer.step()
        report(step, f"loss {loss.item():.3f}")


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--data", type=PATH, help="Text file. [default: $TINY_SHAKESPEARE, else download]")
@click.option("--layers", type=click.IntRange(1), default=1, show_default=True, help="Layers.")
@click.option("--residual/--no-residual", default=True, help="Residual connections.")
@click.option(
    "--pre-norm/--post-norm", default=False, help="Layer norm before or after sub-layers."
)
@click.option("--attention/--no-attention", default=True, help="Attention sub-layers.")
@click.option(
    "--steps", type=click.IntRange(1), default=5000, show_default=True, help="Training steps."
)
@click.option(
    "--every", type=click.IntRange(1), default=500, show_default=True, help="Steps per evaluation."
)
@SEED
@out_option("_build/character-model")
@click.pass_context
def main(
    context: click.Context,
    data: Path | None,
    layers: int,
    residual: bool,
    pre_norm: bool,
    attention: bool,
    steps: int,
    every: int,
    seed: int,
    out: Path,
) -> None:
    """Train a character model with or without residuals.

    The text is Tiny Shakespeare, in batches of 32 windows of 64 characters. The model has width 64
    and 2 heads and is trained with Adam at a rate of 0.001. The loss is in nats per character; the
    training loss is the mean since the last evaluation.
    """
    with user_errors():
        numbers, characters = numbered(tiny_shakespeare(data))
        learned, validation = split(numbers)
        curves = RunLog(out, run_metadata(context, "solutions char-lm"))
    torch.manual_seed(seed)
    model = CharacterModel(len(characters), layers, residual, pre_norm, attention)
    with curves, progress_bar(steps) as report:
        for row in train(model, learned, validation, steps, every, seed, report):
            curves.append(row)
    click.echo(
        f"{steps} steps: training loss {row['train_loss']:.3f}, "
        f"validation loss {row['validation_loss']:.3f} nats per character "
        f"(pairs of characters alone: {bigram_loss(learned, validation):.3f}); curves in {out}"
    )


if __name__ == "__main__":
    main()
