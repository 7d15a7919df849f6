"""The command `python -m solutions order-classifier`: an encoder that detects shuffled words.

Ten consecutive words of a sentence are kept in order or shuffled, and an encoder has to tell which.
No labels are needed, and the task cannot be solved without positions, because attention and the
mean over all positions treat the words as a set.

Legend: B batch, T length of a window, d_model width.
"""

import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import click
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import SPECIALS, Vocabulary
from solutions.model.config import TransformerConfig
from solutions.model.embeddings import TokenEmbedding
from solutions.model.encoder import Encoder
from solutions.model.positional import PositionalEncoding
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
from solutions.training.optim import Adam, average_weights

from .module_trace import as_table, trace
from .order_classifier_data import BATCH, WORDS, all_windows, random_windows, shuffled, words_only

RATE, NOISE, CHECKPOINTS, ORDERS = 1.5e-3, 0.1, 8, 10


class OrderClassifier(nn.Module):
    """Embedding, positional encoding, encoder, mean over the positions, one logit.

    Width 64, 4 heads, 2 layers, dropout 0.2.

    Args:
        vocabulary_size: number of token ids.
        positions: False leaves the positional encoding out.
    """

    def __init__(self, vocabulary_size: int, positions: bool = True):
        super().__init__()
        config = TransformerConfig(
            *(vocabulary_size, vocabulary_size), N=2, d_model=64, d_ff=128, h=4, dropout=0.2
        )
        self.embedding = TokenEmbedding(vocabulary_size, config.d_model)
        self.positions = (
            PositionalEncoding(config.d_model, config.dropout, max_length=WORDS)
            if positions
            else nn.Dropout(config.dropout)
        )
        self.encoder = Encoder(config)
        self.head = nn.Linear(config.d_model, 1)

    def forward(self, words: Tensor) -> Tensor:
        """Classify windows of words.

        Args:
            words: (B, T) integers, T at most 10.

        Returns:
            (B,): log-odds that the words are in order.
        """
        x = self.encoder(self.positions(self.embedding(words)))  # (B, T, d_model)
        return self.head(x.mean(dim=1)).squeeze(-1)  # (B, d_model) -> (B, 1) -> (B,)


@torch.no_grad()
def accuracy(model: nn.Module, windows: Tensor, generator: torch.Generator) -> float:
    """Return the accuracy on each window, ten times in order and in ten random orders.

    Args:
        model: in evaluation mode.
        windows: (B, T) integers, in order.
        generator: of the shuffling.
    """
    windows = windows.repeat(ORDERS, 1)  # (10 B, T)
    in_order = model(windows) > 0
    out_of_order = model(shuffled(windows, generator)) <= 0
    return float((in_order.sum() + out_of_order.sum()) / (2 * len(windows)))


def train(
    model: nn.Module,
    sentences: list[list[int]],
    vocabulary_size: int,
    held_out: Tensor,
    epochs: int,
    batches: int,
    seed: int,
    report: ProgressCallback,
) -> Iterator[dict[str, float]]:
    """Train with Adam at a learning rate of 0.0015, and yield one row per epoch.

    A batch contains windows of one length, from 4 to 10 words, half of them shuffled. With windows
    of ten words only, the model memorizes a small text, and then every new window looks shuffled.
    Short windows can only be classified by which word follows which, and that generalizes. For the
    same reason some words are replaced by random ones, in both halves: an unseen pair of words must
    not be enough to answer "shuffled".

    The accuracy after an epoch, and the final model, are those of the mean of eight checkpoints of
    the epoch (section 6.1), because the single steps of a constant rate are noisy.

    Args:
        model: from (B, T) words to (B,) log-odds.
        sentences: word ids of the training sentences.
        vocabulary_size: the random words have ids below it.
        held_out: (windows, 10), from other sentences.
        epochs: number of epochs.
        batches: number of batches in an epoch.
        seed: of windows, lengths and shuffling.
        report: is called after every batch.

    Yields:
        epoch, mean training loss in nats, accuracy on `held_out`, seconds.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = Adam(model.parameters(), lr=RATE)
    of_length = {T: [s for s in sentences if len(s) >= T] for T in range(4, WORDS + 1)}
    began = time.monotonic()
    for epoch in range(1, epochs + 1):
        model.train()
        total, checkpoints = 0.0, []
        for batch in range(batches):
            length = int(torch.randint(4, WORDS + 1, (), generator=generator))
            windows = random_windows(of_length[length], length, generator)
            half = torch.rand(BATCH, 1, generator=generator) < 0.5
            words = torch.where(half, windows, shuffled(windows, generator))
            in_order = (words == windows).all(dim=1)  # (B,): a shuffle may change nothing
            noisy = torch.rand(words.shape, generator=generator) < NOISE
            others = torch.randint(len(SPECIALS), vocabulary_size, words.shape, generator=generator)
            words = torch.where(noisy, others, words)
            loss = F.binary_cross_entropy_with_logits(model(words), in_order.float())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
            if (batch + 1) % max(1, batches // CHECKPOINTS) == 0:
                checkpoints.append(deepcopy(model.state_dict()))
            report((epoch - 1) * batches + batch + 1, f"epoch {epoch}, loss {loss.item():.3f}")
        averaged = deepcopy(model).eval()
        averaged.load_state_dict(average_weights(checkpoints))
        yield {
            "epoch": epoch,
            "loss": total / batches,
            # The same shuffled windows in every epoch.
            "accuracy": accuracy(averaged, held_out, torch.Generator().manual_seed(seed)),
            "seconds": round(time.monotonic() - began, 2),
        }
    model.eval().load_state_dict(averaged.state_dict())


def follow(model: nn.Module, windows: Tensor, vocabulary: Vocabulary, seed: int) -> str:
    """Trace one batch through the trained model, with its answers for the first window."""
    batch = windows[:BATCH]
    mixed = shuffled(batch, torch.Generator().manual_seed(seed))
    lines = [as_table(trace(model, batch)), ""]
    with torch.no_grad():
        for words in (batch[:1], mixed[:1]):
            probability = model(words).sigmoid().item()
            said = " ".join(vocabulary.decode(words[0].tolist()))
            lines.append(f"in order with probability {probability:.3f}: {said}")
    return "\n".join(lines)


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--source", default="corpus", show_default=True, help="Corpus: corpus or multi30k.")
@click.option(
    "--data", type=PATH, help="Folder of Multi30k. [default: $MULTI30K_DIR, else download]"
)
@click.option("--positions/--no-positions", default=True, help="Positional encoding.")
@click.option("--epochs", type=click.IntRange(1), default=5, show_default=True, help="Epochs.")
@click.option(
    "--batches",
    type=click.IntRange(1),
    default=1600,
    show_default=True,
    help="Batches in an epoch.",
)
@click.option("--trace", "follows", is_flag=True, help="Print a trace of one batch.")
@SEED
@out_option("_build/classifier")
@click.pass_context
def main(
    context: click.Context,
    source: str,
    data: Path | None,
    positions: bool,
    epochs: int,
    batches: int,
    follows: bool,
    seed: int,
    out: Path,
) -> None:
    """Train an encoder to detect shuffled words.

    It has to tell ten English words in order from ten shuffled ones. Accuracy is measured on
    held-out sentences; guessing gives 0.5.
    """
    with user_errors():
        texts = TranslationData.load(source, data)
        vocabulary = texts.target_vocabulary
        learned, validation, test, *_ = (
            [vocabulary.encode(words_only(tokens)) for tokens in english]
            for _, english in texts.tokens.values()
        )
        held_out = all_windows(validation + test)
        all_windows(learned)  # raises unless there is something to learn from
        curves = RunLog(out, run_metadata(context, "solutions order-classifier"))
    torch.manual_seed(seed)
    model = OrderClassifier(len(vocabulary), positions)
    rows = []
    with curves, progress_bar(epochs * batches) as report:
        for row in train(model, learned, len(vocabulary), held_out, epochs, batches, seed, report):
            curves.append(row)
            rows.append(row)
    click.echo(f"epoch   loss   accuracy on {len(held_out)} held-out windows")
    for row in rows:
        click.echo(f"{row['epoch']:5}  {row['loss']:.3f}   {row['accuracy']:.3f}")
    if follows:
        click.echo(f"\n{follow(model, held_out, vocabulary, seed)}")
    click.echo(f"curves in {out}")


if __name__ == "__main__":
    main()
