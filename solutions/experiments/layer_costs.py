"""The command `python -m solutions layer-costs`: the cost of layers (section 4, table 1).

Self-attention, recurrent layers and convolutions map n vectors of width d to n vectors of width d.
For each of them: multiply-adds by formula and as PyTorch counts them, what the forward pass keeps
for the backward pass, and the time of both.

Legend: B batch, n length, d width, k kernel size, h heads.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import click
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from solutions.model.attention import MultiHeadAttention
from solutions.tooling.cli_tools import (
    SEED,
    ProgressCallback,
    TerseCommand,
    out_option,
    progress_bar,
    user_errors,
)
from solutions.tooling.run_log import Cell, RunLog, run_metadata
from solutions.training.fused import FusedMultiHeadAttention

KERNEL = 3
HEAD = 64  # width of a head, as in the paper


class SelfAttention(nn.Module):
    """Self-attention as a layer of one input.

    Args:
        attention: of three inputs.
    """

    def __init__(self, attention: MultiHeadAttention):
        super().__init__()
        self.attention = attention

    def forward(self, x: Tensor) -> Tensor:
        """(B, n, d) -> (B, n, d)."""
        return self.attention(x, x, x)


class Recurrent(nn.Module):
    """A recurrent layer that returns its state after every position.

    Args:
        layer: of PyTorch, batch first.
    """

    def __init__(self, layer: nn.RNNBase):
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        """(B, n, d) -> (B, n, d)."""
        states, _ = self.layer(x)
        return states


class Convolutional(nn.Sequential):
    """Convolutions along the positions, one after the other."""

    def forward(self, x: Tensor) -> Tensor:
        """(B, n, d) -> (B, n, d)."""
        return super().forward(x.transpose(1, 2)).transpose(1, 2)  # features first: (B, d, n)


def layers_of_width(d: int) -> dict[str, nn.Module]:
    """Return one layer of each kind, by name."""
    h = max(1, d // HEAD)
    depthwise = nn.Conv1d(d, d, KERNEL, padding=KERNEL // 2, groups=d)
    return {
        "self-attention": SelfAttention(MultiHeadAttention(d, h)),
        "self-attention, fused": SelfAttention(FusedMultiHeadAttention(d, h)),
        "recurrent": Recurrent(nn.RNN(d, d, batch_first=True)),
        "recurrent, gated": Recurrent(nn.GRU(d, d, batch_first=True)),
        "convolution": Convolutional(nn.Conv1d(d, d, KERNEL, padding=KERNEL // 2)),
        "convolution, separable": Convolutional(depthwise, nn.Conv1d(d, d, 1)),
    }


def multiply_adds(kind: str, n: int, d: int) -> int:
    """Return the multiply-adds of one forward pass over one sequence, by formula.

    Args:
        kind: a name of `layers_of_width`.
        n: length.
        d: width.
    """
    attention = 4 * n * d**2 + 2 * n**2 * d  # four projections; scores and means
    return {
        "self-attention": attention,
        "self-attention, fused": attention,
        "recurrent": 2 * n * d**2,  # the input's matrix and the state's
        "recurrent, gated": 6 * n * d**2,  # the same for two gates and a candidate
        "convolution": KERNEL * n * d**2,
        "convolution, separable": KERNEL * n * d + n * d**2,
    }[kind]


def counted_multiply_adds(layer: nn.Module, x: Tensor) -> int:
    """Count the multiply-adds of a forward pass over a batch with PyTorch's counter.

    It counts matrix products and convolutions. On a CPU it does not count inside the fused kernel
    of attention.
    """
    with FlopCounterMode(display=False) as counter:
        layer(x)
    return counter.get_total_flops() // 2  # it counts a multiplication and an addition as two


def kept_for_backward(layer: nn.Module, x: Tensor) -> int:
    """Count the bytes that a forward pass keeps for the backward pass, without parameters."""
    parameters = {p.untyped_storage().data_ptr() for p in layer.parameters()}
    kept: dict[int, Tensor] = {}  # tensors, so that no address is used twice

    def keep(tensor: Tensor) -> Tensor:
        if tensor.untyped_storage().data_ptr() not in parameters:
            kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = layer(x)
    total = sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    del output
    return total


def seconds_in_turns(
    works: dict[str, Callable[[], None]], repeats: int, report: ProgressCallback
) -> dict[str, list[float]]:
    """Time several functions in turns.

    The CPU time of this process is measured, in turns so that a busy machine disturbs all functions
    alike; use the medians. Each function runs once untimed before each measurement, because the
    previous one has filled the caches with other data.

    Args:
        works: the functions, by name.
        repeats: measurements of each.
        report: is called after every measurement.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(repeats):
        for number, (name, work) in enumerate(works.items(), start=1):
            work()
            start = time.process_time()
            work()
            seconds[name].append(time.process_time() - start)
            report(turn * len(works) + number, name)
    return seconds


def forward_and_backward(layer: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return a function that runs a layer forward, and back to its input and parameters."""
    upstream = torch.randn_like(x)  # every layer here keeps the shape

    def work() -> None:
        layer.zero_grad()
        x.grad = None
        layer(x).backward(upstream)

    return work


def costs(
    lengths: list[int], widths: list[int], batch: int, repeats: int, report: ProgressCallback
) -> list[dict[str, Cell]]:
    """Measure one row for each width, kind of layer and length.

    Args:
        lengths, widths: n and d.
        batch: B.
        repeats: measurements of each layer.
        report: is called after every measurement.
    """
    rows: list[dict[str, Cell]] = []
    works = {}
    for d in widths:
        for kind, layer in layers_of_width(d).items():
            for n in lengths:
                x = torch.randn(batch, n, d, requires_grad=True)
                works[f"{kind}, n = {n}, d = {d}"] = forward_and_backward(layer, x)
                row: dict[str, Cell] = {
                    "layer": kind,
                    "n": n,
                    "d": d,
                    "multiply_adds": multiply_adds(kind, n, d),
                    "counted_in_batch": counted_multiply_adds(layer, x),
                    "kept_bytes": kept_for_backward(layer, x),
                }
                rows.append(row)
    seconds = seconds_in_turns(works, repeats, report)
    for row, times in zip(rows, seconds.values(), strict=True):
        for name, of in (("median", statistics.median), ("least", min), ("most", max)):
            row[f"{name}_ms"] = round(1000 * of(times), 4)
    return rows


def numbers(text: str, option: str) -> list[int]:
    """Read positive whole numbers with commas between them.

    Raises:
        ValueError: naming the option, if they are something else.
    """
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError(f"{option} takes positive numbers like 16,32,64, not {text!r}")
    return [int(part) for part in parts]


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--lengths", default="16,32,64,128,256,512,1024,2048", show_default=True, help="Lengths."
)
@click.option("--widths", default="64,256", show_default=True, help="Widths.")
@click.option(
    "--batch", type=click.IntRange(1), default=4, show_default=True, help="Sequences in a batch."
)
@click.option(
    "--repeats", type=click.IntRange(1), default=11, show_default=True, help="Measurements."
)
@SEED
@out_option("_build/costs")
@click.pass_context
def main(
    context: click.Context,
    lengths: str,
    widths: str,
    batch: int,
    repeats: int,
    seed: int,
    out: Path,
) -> None:
    """Measure the time and memory of layers of every kind.

    The kinds are attention, recurrent layers and convolutions, on one thread. There is one row for
    each kind of layer, length and width: multiply-adds of a forward pass over one sequence by
    formula, those that PyTorch counts over the batch, bytes kept for the backward pass, and the
    median, least and most CPU time of a forward and a backward pass, in milliseconds.
    """
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    with user_errors():
        n_s, d_s = numbers(lengths, "--lengths"), numbers(widths, "--widths")
        odd = [d for d in d_s if d > HEAD and d % HEAD]
        if odd:
            raise ValueError(f"--widths: {odd[0]} is not a multiple of a head's width, {HEAD}")
        about = run_metadata(context, "solutions layer-costs")
        out.mkdir(parents=True, exist_ok=True)  # fails at once if that is impossible
    runs = len(n_s) * len(d_s) * len(layers_of_width(HEAD)) * repeats
    with progress_bar(runs) as report:
        rows = costs(n_s, d_s, batch, repeats, report)
    with RunLog(out, about) as curves:
        for row in rows:
            curves.append(row)
            click.echo(
                f"{row['layer']:22} n {row['n']:5} d {row['d']:4} {row['median_ms']:10.3f} ms"
            )
    click.echo(f"costs in {out}")


if __name__ == "__main__":
    main()
