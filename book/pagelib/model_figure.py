"""Figure 1 of the paper, drawn afresh with the names of the code."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from .figures import BLUE, GREEN, ORANGE, RED, TEXT

WIDTH, HEIGHT = 2.1, 0.42  # of a box
ENCODER, DECODER = 1.55, 5.75  # the middles of the two towers
LINE = {"color": TEXT, "lw": 1.1, "alpha": 0.8}


def transformer_figure() -> Figure:
    """Both towers from token ids to logits; the memory goes from the left one to the right one."""
    figure = Figure(figsize=(7.4, 7.4))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 7.8), ylim=(-0.25, 8.4))
    ax.set_axis_off()

    _feet(ax, ENCODER, "source ids  (B, S)", "source_embedding", "source_positions")
    _feet(ax, DECODER, "target ids  (B, T)", "target_embedding", "target_positions")
    _frame(ax, ENCODER, 1.95, 5.3)
    _frame(ax, DECODER, 1.95, 6.85)

    top = _sublayer(ax, ENCODER, 2.45, "self_attention", BLUE, 1.4)
    top = _sublayer(ax, ENCODER, top, "feed_forward", GREEN, top - 0.75)
    top = _sublayer(ax, DECODER, 2.45, "self_attention", BLUE, 1.4)
    cross = top
    top = _sublayer(ax, DECODER, top, "cross_attention", ORANGE, top - 0.75)
    top = _sublayer(ax, DECODER, top, "feed_forward", GREEN, top - 0.75)

    _arrow(ax, (DECODER, 6.4), (DECODER, 7.17))
    _box(ax, DECODER, 7.4, "target_embedding.to_logits", RED)
    _arrow(ax, (DECODER, 7.62), (DECODER, 8.05))
    ax.text(DECODER, 8.15, "logits  (B, T, V)", ha="center", fontsize=9.5)

    # The memory: up from the encoder, across, and into every layer's cross-attention.
    corner = 3.86
    ax.plot([ENCODER, ENCODER, corner, corner], [4.84, 5.6, 5.6, cross], **LINE | {"lw": 1.8})
    _arrow(ax, (corner, cross), (DECODER - WIDTH / 2, cross), lw=1.8)
    ax.text(ENCODER + 0.1, 5.7, "memory  (B, S, d_model)", fontsize=9)
    for x, y, text in (
        (ENCODER, 2.45, "padding of\nthe source"),
        (DECODER, 2.45, "future and\npadding"),
        (DECODER, cross, "padding of\nthe source"),
    ):
        ax.text(x + WIDTH / 2 + 0.06, y - 0.02, text, fontsize=7.4, va="center", color=RED)
    return figure


def _feet(ax: Axes, x: float, ids: str, embedding: str, positions: str) -> None:
    ax.text(x, -0.12, ids, ha="center", fontsize=9.5)
    _arrow(ax, (x, 0.1), (x, 0.34))
    _box(ax, x, 0.56, embedding, RED)
    _arrow(ax, (x, 0.77), (x, 1.0))
    _box(ax, x, 1.22, f"+ {positions}", RED)


def _sublayer(ax: Axes, x: float, y: float, name: str, ink: str, below: float) -> float:
    """A sub-layer with its residual; returns where the next one stands."""
    _arrow(ax, (x, below + 0.03), (x, y - HEIGHT / 2))
    _box(ax, x, y, name, ink)
    _arrow(ax, (x, y + HEIGHT / 2), (x, y + 0.49))
    _box(ax, x, y + 0.67, "add & norm", None, height=0.32)
    # Around the sub-layer, from under its box to the sum.
    left, start = x - WIDTH / 2 - 0.22, y - HEIGHT / 2 - 0.12
    ax.plot([x, left, left], [start, start, y + 0.67], **LINE)
    _arrow(ax, (left, y + 0.67), (x - WIDTH / 2, y + 0.67))
    return y + 1.55


def _box(ax: Axes, x: float, y: float, text: str, ink: str | None, height: float = HEIGHT) -> None:
    corner = (x - WIDTH / 2, y - height / 2)
    shape = "round,pad=0,rounding_size=0.08"
    if ink:
        ax.add_patch(
            FancyBboxPatch(corner, WIDTH, height, boxstyle=shape, fc=ink, alpha=0.28, lw=0)
        )
    ax.add_patch(FancyBboxPatch(corner, WIDTH, height, boxstyle=shape, fill=False, ec=TEXT, lw=0.9))
    ax.text(x, y - 0.01, text, ha="center", va="center", fontsize=9.4)


def _frame(ax: Axes, x: float, bottom: float, top: float) -> None:
    shape = "round,pad=0,rounding_size=0.15"
    corner = (x - WIDTH / 2 - 0.4, bottom - 0.18)
    size = (WIDTH + 1.28, top - bottom + 0.02)
    ax.add_patch(
        FancyBboxPatch(corner, *size, boxstyle=shape, fill=False, ec=TEXT, lw=1, ls=(0, (4, 3)))
    )
    ax.text(corner[0] + size[0] - 0.1, corner[1] + size[1] - 0.3, "× N", ha="right", fontsize=10)


def _arrow(ax: Axes, start: tuple, end: tuple, lw: float = 1.1) -> None:
    style = {"arrowstyle": "-|>", "color": TEXT, "lw": lw, "alpha": 0.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=end, xytext=start, arrowprops=style | {"mutation_scale": 9})
