"""The command `python -m solutions throughput`: training throughput of five implementations.

Target tokens per second, padding not counted, of one architecture on the same sentences:

- naive: as popular tutorials do it. 32 pairs at a time in random order, every sentence tokenized
  anew and padded to a fixed length of 72, logits for padding too, targets as a dense distribution.
- nn.Transformer: PyTorch's own model, with batching by length.
- reference: the layers of this course, as they are listed in the book, on the same batches.
- fast: the same with `solutions.training.fused`.

They run in turns of a few steps, so that a busy machine slows down all of them alike; ratios are
computed turn by turn, and their median is printed.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import NamedTuple

import click
import torch
import torch.nn.functional as F
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

from solutions.data.batching import Batch, collate, make_batches
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import PAD, encode_source, encode_target, tokenize
from solutions.model.config import TransformerConfig, small
from solutions.model.embeddings import TokenEmbedding
from solutions.model.masks import causal_mask
from solutions.model.positional import PositionalEncoding
from solutions.model.transformer import Transformer
from solutions.tooling.cli_tools import PATH, SEED, TerseCommand, out_option, user_errors
from solutions.tooling.run_log import RunLog, run_metadata
from solutions.training.fused import fast, fast_batch_loss, fastest_precision
from solutions.training.loss import smoothed_targets
from solutions.training.optim import Adam, NoamSchedule, clip_gradients
from solutions.training.step import train_step

FIXED_LENGTH = 72  # what the tutorials pad every sentence to
AT_LEAST_ONE = click.IntRange(min=1)
Step = Callable[[], int]  # trains on one batch; how many real target tokens that had


class TorchTransformer(nn.Module):
    """`nn.Transformer` with the embeddings, positions and output that the paper puts around it."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.positions = PositionalEncoding(config.d_model, config.dropout, config.max_length)
        self.transformer = nn.Transformer(
            config.d_model,
            config.h,
            config.N,
            config.N,
            config.d_ff,
            config.dropout,
            batch_first=True,
            norm_first=config.pre_norm,
        )

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """(B, S) and (B, T) ids to (B, T, V) logits. PyTorch's masks: True = may *not* attend."""
        hidden = source == PAD
        x = self.transformer(
            self.positions(self.source_embedding(source)),
            self.positions(self.target_embedding(target)),
            tgt_mask=~causal_mask(target.size(1)),
            src_key_padding_mask=hidden,
            tgt_key_padding_mask=target == PAD,
            memory_key_padding_mask=hidden,
        )
        return self.target_embedding.to_logits(x)


def naive_steps(data: TranslationData, config: TransformerConfig, seed: int = 0) -> Step:
    """Return a step of the tutorials' recipe with the reference model."""
    model = Transformer(config)
    optimizer = Adam(model.parameters())
    schedule = NoamSchedule(optimizer, config.d_model, 400)
    pairs = list(zip(*data.tokens["train"], strict=True))
    source_ids, target_ids = data.source_vocabulary.ids, data.target_vocabulary.ids
    random = Random(seed)

    def step() -> int:
        chosen = random.sample(pairs, 32)
        # The loader tokenizes what it has drawn. The tutorials also run spaCy's taggers and parsers
        # here; without their models this is the cheap part of that only.
        sources = tokenize([" ".join(source) for source, _ in chosen], "de")
        targets = tokenize([" ".join(target) for _, target in chosen], "en")
        encoded = [
            (encode_source(source, source_ids), encode_target(target, target_ids))
            for source, target in zip(sources, targets, strict=True)
        ]
        source, target_in, target_out = map(_to_fixed_length, collate(encoded, PAD))
        logits = model(source, target_in)  # (32, 72, V), for padding too
        targets_as_table = smoothed_targets(
            target_out.flatten(), config.target_vocabulary, 0.1, config.pad_id
        )
        loss = F.kl_div(logits.log_softmax(-1).flatten(0, 1), targets_as_table, reduction="sum")
        tokens = int((target_out != PAD).sum())
        optimizer.zero_grad()
        (loss / tokens).backward()
        schedule.advance()
        optimizer.step()
        return tokens

    return step


def torch_steps(batches: Iterator[Batch], config: TransformerConfig) -> Step:
    """Return a step of PyTorch's model and loss, with batching by length."""
    model = TorchTransformer(config)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9, fused=True)
    schedule = NoamSchedule(optimizer, config.d_model, 400)
    loss_of = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)

    def step() -> int:
        batch = next(batches)
        logits = model(batch.source, batch.target_in)
        loss = loss_of(logits.flatten(0, 1), batch.target_out.flatten())
        optimizer.zero_grad()
        loss.backward()
        clip_gradients(model.parameters(), 1.0)
        schedule.advance()
        optimizer.step()
        return batch.tokens

    return step


def reference_steps(batches: Iterator[Batch], config: TransformerConfig) -> Step:
    """Return a step of `solutions.training.step.train_step`, with batching by length."""
    model = Transformer(config)
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9, fused=True)
    schedule = NoamSchedule(optimizer, config.d_model, 400)

    def step() -> int:
        batch = next(batches)
        train_step(model, batch, optimizer, schedule)
        return batch.tokens

    return step


def fast_steps(
    batches: Iterator[Batch], config: TransformerConfig, precision: torch.dtype = torch.float32
) -> Step:
    """Return a step with the kernels and the loss of `training.fused`, as in the lab."""
    model = fast(Transformer(config))
    optimizer = torch.optim.Adam(model.parameters(), betas=(0.9, 0.98), eps=1e-9, fused=True)
    schedule = NoamSchedule(optimizer, config.d_model, 400)

    def step() -> int:
        batch = next(batches)
        loss, tokens = fast_batch_loss(model, batch, 0.1, precision)
        optimizer.zero_grad()
        (loss / tokens).backward()
        clip_gradients(model.parameters(), 1.0)
        schedule.advance()
        optimizer.step()
        return int(tokens)

    return step


def measure(ways: dict[str, Step], turns: int, steps: int) -> dict[str, list[float]]:
    """Measure target tokens per second of every way in every turn, after a warm-up step."""
    for step in ways.values():
        step()
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(turns):
        for name, step in ways.items():
            start = time.perf_counter()
            tokens = sum(step() for _ in range(steps))
            rates[name].append(tokens / (time.perf_counter() - start))
    return rates


class Row(NamedTuple):
    """Throughput of one way to train.

    Attributes:
        way: its name.
        target_tokens_per_second: median over the turns, padding not counted.
        to_naive, to_torch: median ratios to the first two ways, turn by turn.
    """

    way: str
    target_tokens_per_second: int
    to_naive: float
    to_torch: float


def compared(rates: dict[str, list[float]]) -> list[Row]:
    """Return a row for each way."""
    return [
        Row(
            name,
            round(statistics.median(mine)),
            _ratio(mine, rates["naive"]),
            _ratio(mine, rates["nn.Transformer"]),
        )
        for name, mine in rates.items()
    ]


def _ratio(mine: list[float], others: list[float]) -> float:
    return round(statistics.median(a / b for a, b in zip(mine, others, strict=True)), 3)


def _to_fixed_length(ids: Tensor) -> Tensor:
    return F.pad(ids, (0, FIXED_LENGTH - ids.size(1)), value=PAD)


@click.command(cls=TerseCommand, context_settings={"show_default": True})
@click.option(
    "--source", type=click.Choice(["multi30k", "corpus"]), default="multi30k", help="Corpus."
)
@click.option("--data", type=PATH, help="Folder of Multi30k.  [default: $MULTI30K_DIR or download]")
@click.option("--turns", type=AT_LEAST_ONE, default=5, help="Turns of each implementation.")
@click.option("--steps", type=AT_LEAST_ONE, default=4, help="Training steps in a turn.")
@click.option(
    "--max-tokens", type=AT_LEAST_ONE, default=2500, help="Tokens of a batch on each side."
)
@click.option(
    "--threads", type=AT_LEAST_ONE, default=torch.get_num_threads(), help="CPU threads to use."
)
@SEED
@out_option("_build/bench")
@click.pass_context
def main(
    context: click.Context,
    source: str,
    data: Path | None,
    turns: int,
    steps: int,
    max_tokens: int,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """Compare the training speed of five implementations."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    with user_errors():
        corpus = TranslationData.load(source, data)
        batches = make_batches(corpus.pairs("train"), max_tokens, seed)
        out.mkdir(parents=True, exist_ok=True)  # fails at once if that is impossible
    config = small(len(corpus.source_vocabulary), len(corpus.target_vocabulary))
    ways = {
        "naive": naive_steps(corpus, config, seed),
        "nn.Transformer": torch_steps(cycle(batches), config),
        "reference": reference_steps(cycle(batches), config),
        "fast": fast_steps(cycle(batches), config),
    }
    if fastest_precision() != torch.float32:
        ways["fast, bfloat16"] = fast_steps(cycle(batches), config, fastest_precision())
    about = run_metadata(context, "solutions throughput")
    rows = compared(measure(ways, turns, steps))
    with RunLog(out, about) as curves:
        for row in rows:
            curves.append(row._asdict())
    print_table(rows)


def print_table(rows: list[Row]) -> None:
    """Print the median rates, and the median ratios to the first two ways."""
    table = Table("way", "target tokens/s", "against naive", "against nn.Transformer")
    for row in rows:
        ratios = (f"{ratio:.2f}x" for ratio in (row.to_naive, row.to_torch))
        table.add_row(row.way, f"{row.target_tokens_per_second:,.0f}", *ratios)
    Console().print(table)


if __name__ == "__main__":
    main()
