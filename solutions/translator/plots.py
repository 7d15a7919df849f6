"""Loss curves and attention maps of a trained model.

Legend: h heads, T target length, S source length.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import matplotlib as mpl
from matplotlib.figure import Figure
from torch import Tensor

from solutions.decoding.greedy import evaluating
from solutions.model.attention import scaled_dot_product_attention, split_heads
from solutions.model.decoder import DecoderLayer
from solutions.model.transformer import Transformer
from solutions.tooling.atomic_file import atomic_path

ENDINGS = (".png", ".svg")


def draw_curves(rows: Sequence[dict[str, float]], path: Path) -> None:
    """Draw the losses of a run over its epochs.

    Args:
        rows: of the run's log, at least one.
        path: ends in ".png" or ".svg".
    """
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    epochs = [row["epoch"] for row in rows]
    for name, label in (
        ("train_loss", "training, with dropout and smoothing"),
        ("validation_loss", "validation"),
    ):
        axes.plot(epochs, [row[name] for row in rows], marker=".", label=label)
    axes.set(xlabel="epoch", ylabel="loss, nats per token")
    axes.locator_params(axis="x", integer=True)
    axes.legend()
    save_picture(figure, path)


def cross_attention_weights(
    model: Transformer, source: Tensor, target: Tensor, layer: int
) -> Tensor:
    """Compute the cross-attention weights of each head of a decoder layer.

    Args:
        model: trained.
        source: (1, S) integers, without padding.
        target: (1, T) integers, beginning with the start symbol.
        layer: from 0 to N - 1.

    Returns:
        (h, T, S): each row sums to 1.
    """
    attention = cast(DecoderLayer, model.decoder.layers[layer]).cross_attention
    found: list[Tensor] = []

    def weigh(_, inputs: tuple[Tensor, ...]) -> None:
        query, key, value, mask = inputs
        q, k, v = (
            split_heads(matrix(x), attention.h)
            for matrix, x in ((attention.W_q, query), (attention.W_k, key), (attention.W_v, value))
        )
        found.append(scaled_dot_product_attention(q, k, v, mask.unsqueeze(-3))[1])

    hook = attention.register_forward_pre_hook(weigh)
    try:
        with evaluating(model):
            model(source, target)
    finally:
        hook.remove()
    return found[0].squeeze(0)  # (1, h, T, S) -> (h, T, S)


def draw_attention(
    weights: Tensor, source: Sequence[str], target: Sequence[str], title: str, path: Path
) -> None:
    """Draw the weights of all heads side by side, with a row for each target token.

    Args:
        weights: (h, T, S), each row summing to 1.
        source: S tokens, those that are read.
        target: T tokens, those that are written.
        title: above the picture.
        path: ends in ".png" or ".svg".
    """
    h, T, S = weights.shape
    columns = min(h, 4)
    rows = -(-h // columns)
    size = (columns * (0.7 + 0.22 * S) + 1, rows * (0.7 + 0.22 * T) + 1.6)  # inches
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for head, axes in enumerate(grid.flat):
        if head >= h:
            axes.set_axis_off()
            continue
        axes.imshow(weights[head].numpy(), cmap="Greys", vmin=0, vmax=1, aspect="auto")
        axes.set_title(f"head {head + 1}", fontsize=9)
        axes.set_xticks(range(S), [plain(token) for token in source], rotation=90, fontsize=8)
        axes.set_yticks(range(T), [plain(token) for token in target], fontsize=8)
    save_picture(figure, path)


def save_picture(figure: Figure, path: Path) -> None:
    """Write a figure in the format of its file's ending; the same figure gives the same bytes."""
    require_picture(path)
    dated = {"Date": None} if path.suffix == ".svg" else {}
    with mpl.rc_context({"svg.hashsalt": "graded-transformer"}), atomic_path(path) as unfinished:
        figure.savefig(unfinished, metadata=dated, dpi=150)


def plain(token: str) -> str:
    """Escape dollar signs, between which Matplotlib expects a formula."""
    return token.replace("$", r"\$")


def require_picture(path: Path) -> None:
    """Raise ValueError, with the fix, unless the file's ending is that of a picture."""
    if path.suffix not in ENDINGS:
        raise ValueError(f"{path}: give a file that ends in {' or '.join(ENDINGS)}")
