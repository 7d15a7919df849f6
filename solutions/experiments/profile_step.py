"""The command `python -m solutions profile-step`: the time of a training step by operator.

The time of a step of the lab's training is divided among the operators that PyTorch runs, in each
precision that the CPU supports well. The rate of its matrix products is compared with that of the
fastest product of large square matrices in the same precision, which is an upper bound.
"""

import time
from collections import defaultdict
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import click
import torch
from rich.console import Console
from rich.table import Table
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from solutions.data.batching import make_batches
from solutions.data.corpora import TranslationData
from solutions.tooling.cli_tools import PATH, SEED, TerseCommand, out_option, user_errors
from solutions.tooling.run_log import RunLog, run_metadata
from solutions.training.fused import fastest_precision
from solutions.translator.train_config import TrainConfig

from .throughput import Step, fast_steps

AT_LEAST_ONE = click.IntRange(min=1)
PRODUCTS, PYTHON = "products of matrices", "between the operators"
FUSED = "_scaled_dot_product_flash_attention_for_cpu"
KINDS = {  # by PyTorch's names
    PRODUCTS: ("mm", "addmm", "bmm"),
    "attention's fused kernel": (FUSED, f"{FUSED}_backward"),
    "softmax": ("_softmax", "_softmax_backward_data", "logsumexp", "exp_"),
    "layer norms": ("native_layer_norm", "native_layer_norm_backward"),
    "Adam, and the norm of the gradients": ("_fused_adam_", "linalg_vector_norm"),
    "copies and conversions": ("_to_copy", "copy_", "clone"),
    "dropout's random bits": ("random_",),
}
REST = "everything else, element by element"
SQUARES = (1024, 2048, 4096)  # widths of the products that give the peak


def kind_of(name: str) -> str:
    """Return the kind of an operator by its name in PyTorch ("mm", "_to_copy")."""
    return next((kind for kind, names in KINDS.items() if name in names), REST)


class Watch(TorchDispatchMode):
    """A mode that times every operator and counts the multiply-adds of products.

    On a CPU an operator has finished when it returns, so a clock around it is enough. Operators of
    the backward pass are included.

    Attributes:
        seconds: by kind.
        multiply_adds: of all products.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.multiply_adds = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        """Run and time an operator; called by PyTorch."""
        kwargs = kwargs or {}
        began = time.perf_counter()
        result = function(*args, **kwargs)
        kind = kind_of(function.overloadpacket.__name__)
        self.seconds[kind] += time.perf_counter() - began
        if kind == PRODUCTS:
            count = flop_registry[function.overloadpacket]
            self.multiply_adds += count(*args, **kwargs, out_val=result) // 2
        return result


def peak(precision: torch.dtype, widths: tuple[int, ...], tries: int = 5) -> float:
    """Measure the multiply-adds per second of the fastest product of square matrices."""
    best = 0.0
    for width in widths:
        a, b = torch.randn(2, width, width).to(precision)
        for _ in range(tries):
            began = time.perf_counter()
            a @ b
            best = max(best, width**3 / (time.perf_counter() - began))
    return best


def taken_apart(step: Step, steps: int) -> tuple[dict[str, float], int]:
    """Measure what one step consists of, on average.

    Args:
        step: of a training; called 2 x steps times.
        steps: steps that are timed as a whole, and as many again operator by operator. The time
            between the operators is the whole step minus its operators, so it does not contain the
            cost of the measurement.

    Returns:
        seconds by kind, and multiply-adds.
    """
    began = time.perf_counter()
    for _ in range(steps):
        step()
    whole = (time.perf_counter() - began) / steps
    with Watch() as watch:
        for _ in range(steps):
            step()
    seconds = {kind: watch.seconds[kind] / steps for kind in (*KINDS, REST)}
    return seconds | {PYTHON: max(0.0, whole - sum(seconds.values()))}, watch.multiply_adds // steps


@click.command(cls=TerseCommand, context_settings={"show_default": True})
@click.option(
    "--source", type=click.Choice(["multi30k", "corpus"]), default="multi30k", help="Corpus."
)
@click.option("--data", type=PATH, help="Folder of Multi30k.  [default: $MULTI30K_DIR or download]")
@click.option("--steps", type=AT_LEAST_ONE, default=40, help="Steps per measurement and precision.")
@click.option(
    "--threads", type=AT_LEAST_ONE, default=torch.get_num_threads(), help="CPU threads to use."
)
@SEED
@out_option("_build/step-time")
@click.pass_context
def main(
    context: click.Context,
    source: str,
    data: Path | None,
    steps: int,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """Measure the time of a training step by kind of operator."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    settings = TrainConfig(source=source)
    with user_errors():
        corpus = TranslationData.load(source, data, merges=settings.merges)
        out.mkdir(parents=True, exist_ok=True)
    batches = make_batches(corpus.pairs("train"), settings.max_tokens, seed)
    config = settings.config(len(corpus.source_vocabulary), len(corpus.target_vocabulary))
    about = run_metadata(context, "solutions profile-step")
    with RunLog(out, about) as curves:
        for precision in dict.fromkeys((torch.float32, fastest_precision())):
            step = fast_steps(cycle(islice(batches, steps)), config, precision)
            for _ in range(steps):
                step()  # every shape once, before the clock runs
            seconds, multiply_adds = taken_apart(step, steps)
            rows = rows_of(precision, seconds, multiply_adds, peak(precision, SQUARES))
            print_table(rows)
            for row in rows:
                curves.append(row._asdict())


class Row(NamedTuple):
    """Time that one kind of operator takes in a step.

    Attributes:
        precision: name of the dtype.
        kind: one of `KINDS`, `REST` or `PYTHON`.
        milliseconds: per step.
        share: of the whole step, from 0 to 1.
        multiply_adds: of all products in a step; the same in every row.
        peak_per_second: multiply-adds of the fastest large product; the same in every row.
    """

    precision: str
    kind: str
    milliseconds: float
    share: float
    multiply_adds: int
    peak_per_second: int


def rows_of(
    precision: torch.dtype, seconds: dict[str, float], multiply_adds: int, highest: float
) -> list[Row]:
    """Return one row for each kind."""
    whole = sum(seconds.values())
    name = str(precision).removeprefix("torch.")
    return [
        Row(
            name,
            kind,
            round(1000 * spent, 3),
            round(spent / whole, 4),
            multiply_adds,
            round(highest),
        )
        for kind, spent in seconds.items()
    ]


def print_table(rows: list[Row]) -> None:
    """Print the kinds of one precision, and how close the products come to the peak."""
    table = Table(rows[0].precision, "ms a step", "share")
    for row in rows:
        table.add_row(row.kind, f"{row.milliseconds:.1f}", f"{row.share:.0%}")
    Console().print(table)
    (products,) = [row for row in rows if row.kind == PRODUCTS]
    rate = products.multiply_adds / (products.milliseconds / 1000)
    click.echo(
        f"products: {rate / 1e9:,.0f} thousand million multiply-adds a second, "
        f"{rate / products.peak_per_second:.0%} of the most that this machine manages"
    )


if __name__ == "__main__":
    main()
