"""The command `python -m solutions padding-count`: what padding adds to an epoch, by counting.

A position costs the same, whether it holds a word or padding. Three ways to make batches of the
same pairs are compared:

- fixed: every sentence is padded to a length of 72, as in popular tutorials.
- longest: 32 pairs in random order, padded to the longest source and the longest target.
- by length: the batches of `solutions.data.batching`.
"""

from pathlib import Path
from random import Random
from typing import NamedTuple

import click

from solutions.data.batching import token_batches
from solutions.data.corpora import TranslationData
from solutions.tooling.cli_tools import PATH, SEED, TerseCommand, out_option, user_errors
from solutions.tooling.run_log import RunLog, run_metadata

from .throughput import AT_LEAST_ONE, FIXED_LENGTH

PAIRS = 32  # in a batch of the tutorials
Lengths = list[tuple[int, int]]  # of source and target, for each pair


class Row(NamedTuple):
    """One way to make the batches of an epoch.

    Attributes:
        way: its name.
        batches: how many there are.
        positions: on both sides of all batches, padding included.
        tokens: without padding; the same for each way.
    """

    way: str
    batches: int
    positions: int
    tokens: int


def count_positions(lengths: Lengths, max_tokens: int, seed: int = 0) -> list[Row]:
    """Count the positions of one epoch for each way to make batches.

    Args:
        lengths: of both sides, at most 72 each.
        max_tokens: of a batch on each side, for batches by length.
        seed: of the random order.
    """
    order = list(range(len(lengths)))
    Random(seed).shuffle(order)
    drawn = [order[first : first + PAIRS] for first in range(0, len(order), PAIRS)]
    sorted_ = token_batches(lengths, max_tokens, seed)
    tokens = sum(map(sum, lengths))
    return [
        Row("fixed", len(drawn), 2 * FIXED_LENGTH * len(lengths), tokens),
        Row("longest", len(drawn), _positions(lengths, drawn), tokens),
        Row("by length", len(sorted_), _positions(lengths, sorted_), tokens),
    ]


def _positions(lengths: Lengths, batches: list[list[int]]) -> int:
    return sum(
        len(batch) * sum(max(lengths[place][side] for place in batch) for side in (0, 1))
        for batch in batches
    )


@click.command(cls=TerseCommand, context_settings={"show_default": True})
@click.option(
    "--source", type=click.Choice(["multi30k", "corpus"]), default="multi30k", help="Corpus."
)
@click.option("--data", type=PATH, help="Folder of Multi30k.  [default: $MULTI30K_DIR or download]")
@click.option(
    "--max-tokens", type=AT_LEAST_ONE, default=2500, help="Tokens of a batch on each side."
)
@SEED
@out_option("_build/padding")
@click.pass_context
def main(
    context: click.Context, source: str, data: Path | None, max_tokens: int, seed: int, out: Path
) -> None:
    """Count the positions that three ways to make batches compute."""
    with user_errors():
        pairs = TranslationData.load(source, data).pairs("train")
        lengths = [(len(source_ids), len(target_ids) - 1) for source_ids, target_ids in pairs]
        rows = count_positions(lengths, max_tokens, seed)
        out.mkdir(parents=True, exist_ok=True)
    with RunLog(out, run_metadata(context, "solutions padding-count")) as curves:
        for row in rows:
            curves.append(row._asdict())
            click.echo(f"{row.way:10} {row.positions / row.tokens:.2f} positions for each token")


if __name__ == "__main__":
    main()
