"""The processes of the grader and the messages between them."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from .figures import BLUE, GREEN, ORANGE, RED, TEXT, Picture

LEFT, RIGHT = 2.05, 7.3  # the middles of the two columns
WIDTH = 2.7  # of a box
ALT = (
    "Trusted processes on the left: autograder grade, a checker fork server, and a checker that "
    "runs hidden tests. On the right a sandbox fork server, forked from the checker fork server "
    "before this has imported anything of the grader, and in the sandbox a worker that runs "
    "the student's cells and a fork of the worker for one hidden test. The checker asks the "
    "sandbox fork server to fork and end workers, sends cells to the worker and receives outputs, "
    "and sends calls to the fork and receives results."
)
CAPTION = (
    "Solid arrows are messages, dashed arrows are forks. Only the checker reads what the sandbox "
    "sends, and it treats it as data."
)


def grader_processes() -> Picture:
    """Who starts whom, and what travels."""
    figure = Figure(figsize=(7.7, 5.2))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, 9.1), ylim=(-0.35, 5.75))
    ax.set_axis_off()
    _frame(ax, LEFT, "trusted", -0.2, 5.35, 0.55)
    _frame(ax, RIGHT, "sandbox", -0.2, 2.62)
    _box(ax, LEFT, 4.6, "autograder grade", "ingest, merge, report", BLUE)
    _box(ax, LEFT, 3.2, "checker fork server", "PyTorch, grader", BLUE)
    _box(ax, LEFT, 0.9, "checker", "hidden tests, reference", GREEN)
    _box(ax, RIGHT, 3.2, "sandbox fork server", "PyTorch, IPython, no course", ORANGE)
    _box(ax, RIGHT, 1.7, "worker", "the student's cells", RED)
    _box(ax, RIGHT, 0.4, "fork of the worker", "serves one hidden test", RED)

    fork = {"ls": (0, (4, 3)), "alpha": 0.7}
    _arrow(ax, (LEFT + 0.3, 4.26), (LEFT + 0.3, 3.54), "-|>")
    _arrow(ax, (LEFT + 0.3, 2.86), (LEFT + 0.3, 1.24), "-|>", **fork)
    _arrow(ax, (LEFT + WIDTH / 2, 3.2), (RIGHT - WIDTH / 2, 3.2), "-|>", **fork)
    _arrow(ax, (RIGHT, 2.86), (RIGHT, 2.04), "-|>", **fork)
    _arrow(ax, (RIGHT, 1.36), (RIGHT, 0.74), "-|>", **fork)
    edge, beside = LEFT - WIDTH / 2, LEFT - WIDTH / 2 - 0.3
    ax.plot([beside, beside], [0.9, 4.6], color=TEXT, lw=1.1, alpha=0.8)
    _arrow(ax, (beside, 4.6), (edge, 4.6), "-|>")
    _arrow(ax, (beside, 0.9), (edge, 0.9), "-|>")
    right, left = LEFT + WIDTH / 2, RIGHT - WIDTH / 2
    _arrow(ax, (right, 1.16), (left, 3.1), "-|>")
    _arrow(ax, (right, 0.98), (left, 1.72), "<|-|>")
    _arrow(ax, (right, 0.76), (left, 0.4), "<|-|>")
    label = {"fontsize": 8.6, "va": "center"}
    ax.text(LEFT + 0.4, 3.9, "fork, end", **label)
    ax.text(LEFT + 0.4, 2.05, "forks", **label)
    ax.text(beside + 0.1, 2.05, "notebook,\nresult", **label)
    ax.text(RIGHT + 0.1, 2.74, "forks", **label)
    ax.text(RIGHT + 0.1, 1.1, "forks", **label)
    middle = {**label, "ha": "center"}
    ax.text(4.55, 3.36, "forks", **middle)
    ax.text(4.55, 2.62, "fork, end", **middle)
    ax.text(4.85, 1.62, "cell, outputs", **middle)
    ax.text(4.68, 0.2, "calls, results:\nJSON and tensors", **middle)
    return Picture((figure, ALT), caption=CAPTION)


def _box(ax: Axes, x: float, y: float, name: str, holds: str, ink: str) -> None:
    box = {"xy": (x - WIDTH / 2, y - 0.34), "width": WIDTH, "height": 0.68}
    box["boxstyle"] = "round,pad=0,rounding_size=0.08"
    ax.add_patch(FancyBboxPatch(**box, fc=ink, alpha=0.26, lw=0))
    ax.add_patch(FancyBboxPatch(**box, fill=False, ec=TEXT, lw=0.9))
    ax.text(x, y + 0.13, name, ha="center", va="center", fontsize=9.8)
    ax.text(x, y - 0.15, holds, ha="center", va="center", fontsize=8.2, alpha=0.85)


def _frame(ax: Axes, x: float, name: str, bottom: float, top: float, left: float = 0.25) -> None:
    box = {
        "xy": (x - WIDTH / 2 - left, bottom),
        "width": WIDTH + left + 0.25,
        "height": top - bottom,
    }
    box["boxstyle"] = "round,pad=0,rounding_size=0.12"
    ax.add_patch(FancyBboxPatch(**box, fill=False, ec=TEXT, lw=1, ls=(0, (1, 2))))
    ax.text(x + WIDTH / 2 + 0.2, top - 0.22, name, ha="right", va="center", fontsize=9.5)


def _arrow(ax: Axes, start: tuple, end: tuple, style: str, alpha: float = 0.8, **line) -> None:
    arrow = {"arrowstyle": style, "color": TEXT, "lw": 1.1, "alpha": alpha, "mutation_scale": 9}
    ax.annotate("", xy=end, xytext=start, arrowprops=arrow | {"shrinkA": 0, "shrinkB": 0} | line)
