"""Diagrams of the packages, drawn from their imports.

`python -m book.pagelib.package_diagram` writes the diagram in CONTRIBUTING.md; with `--check` it
only compares. The page about the grader draws its own diagram from the same graph.

An arrow points from a package to one that it imports. Arrows that follow from others are left out:
if `grading` imports `execution`, and `execution` imports `protocol`, there is no arrow from
`grading` to `protocol`.
"""

import ast
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from .figures import BLUE, GREEN, ORANGE, TEXT, Picture

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "CONTRIBUTING.md"
BEGIN, END = "<!-- begin: package diagram -->", "<!-- end: package diagram -->"
ROOMS = ("book", "exercises", "autograder", "solutions")
WITH_PACKAGES = ("autograder", "solutions")
ENTRY_POINTS = ("autograder.cli",)  # modules that are drawn although they are not packages
Graph = dict[str, set[str]]


@cache
def package_graph() -> Graph:
    """Package -> the packages that it imports. `book` and `exercises` count as one package each."""
    nodes = [*ROOMS, *ENTRY_POINTS]
    for room in WITH_PACKAGES:
        places = sorted((ROOT / room).glob("*/__init__.py"))
        nodes += [f"{room}.{place.parent.name}" for place in places]
    graph: Graph = {node: set() for node in nodes}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            source = _node(module, graph)
            for target in _imports(path, module):
                if target.split(".")[0] in ROOMS:
                    graph[source].add(_node(target, graph))
    for node, targets in graph.items():
        targets.discard(node)
    return graph


def reduced(graph: Graph) -> Graph:
    """The graph without the arrows that follow from others; packages in a circle keep theirs."""
    reach = {node: _reachable(graph, node) for node in graph}

    def follows(source: str, target: str) -> bool:
        return any(
            target in reach[other] and source not in reach[other] and other not in reach[target]
            for other in graph[source] - {target}
        )

    return {
        node: {target for target in targets if not follows(node, target)}
        for node, targets in graph.items()
    }


def room_graph(room: str) -> Graph:
    """The reduced graph of the packages of one room, without the room's own modules."""
    inside = [node for node in package_graph() if node.startswith(f"{room}.")]
    return reduced({node: package_graph()[node] & set(inside) for node in inside})


def ranks(graph: Graph) -> dict[str, int]:
    """Package -> its height: 0 if it imports none of the others, else one above the highest."""
    reach = {node: _reachable(graph, node) for node in graph}
    found: dict[str, int] = {}

    def rank(node: str) -> int:
        if node not in found:
            below = [t for t in graph[node] if node not in reach[t]]
            found[node] = 1 + max(map(rank, sorted(below)), default=-1)
        return found[node]

    for node in sorted(graph):
        rank(node)
    return found


def mermaid() -> str:
    """The diagram of all rooms in the language of Mermaid."""
    rooms: Graph = defaultdict(set)
    for source, targets in package_graph().items():
        rooms[source.split(".")[0]] |= {target.split(".")[0] for target in targets}
    lines = ["flowchart TB"]
    for room in ROOMS:
        if room not in WITH_PACKAGES:
            lines.append(f'  {room}["{room}/"]')
            continue
        lines += [f'  subgraph {room}["{room}/"]', "    direction TB"]
        graph = room_graph(room)
        lines += [f'    {_id(node)}["{node.split(".")[1]}"]' for node in sorted(graph)]
        lines += [f"    {_id(a)} --> {_id(b)}" for a in sorted(graph) for b in sorted(graph[a])]
        lines.append("  end")
    between = reduced({room: rooms[room] - {room} for room in ROOMS})
    lines += [f"  {room} --> {target}" for room in ROOMS for target in sorted(between[room])]
    return "\n".join(lines)


def page_with_diagram(text: str) -> str:
    """A page's text with the present diagram between its two marks."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n```mermaid\n{mermaid()}\n```\n{END}{after}"


def grader_packages() -> Picture:
    """The packages of the grader and their imports."""
    graph = room_graph("autograder")
    place = _places(graph)
    widest = max(abs(x) for x, _ in place.values()) + 1.15
    top = max(y for _, y in place.values())
    figure = Figure(figsize=(1.45 * widest, 0.72 * (top + 0.9)))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set(xlim=(-widest, widest), ylim=(-0.45, top + 0.45))
    ax.set_axis_off()
    inks = {"autograder.sandbox": ORANGE, "autograder.protocol": GREEN}
    for node, (x, y) in place.items():
        box = {"xy": (x - 0.98, y - 0.24), "width": 1.96, "height": 0.48}
        box["boxstyle"] = "round,pad=0,rounding_size=0.08"
        ax.add_patch(FancyBboxPatch(**box, fc=inks.get(node, BLUE), alpha=0.26, lw=0))
        ax.add_patch(FancyBboxPatch(**box, fill=False, ec=TEXT, lw=0.9))
        ax.text(x, y, node.split(".")[1], ha="center", va="center", fontsize=9.5)
    for source, targets in graph.items():
        for target in sorted(targets):
            _arrow(ax, source, target, place)
    sentences = [
        f"{node.split('.')[1]} imports {', '.join(sorted(t.split('.')[1] for t in targets))}"
        for node, targets in sorted(graph.items())
        if targets
    ]
    caption = (
        "The packages of <code>autograder/</code>, drawn from their imports. An arrow points to "
        "the imported package; arrows that follow from others are left out."
    )
    return Picture((figure, "; ".join(sentences)), caption=caption)


def _places(graph: Graph) -> dict[str, tuple[float, float]]:
    """Where each package is drawn: importers above, and near the middle of what they import."""
    height = ranks(graph)
    place: dict[str, tuple[float, float]] = {}
    for level in range(max(height.values()) + 1):
        row = sorted(node for node in graph if height[node] == level)
        below = {n: [place[t][0] for t in graph[n] if t in place] or [0.0] for n in row}
        row.sort(key=lambda n: (sum(below[n]) / len(below[n]), n))
        for i, node in enumerate(row):
            place[node] = (2.4 * (i - (len(row) - 1) / 2), 1.15 * level)
    return place


def _arrow(ax: Axes, source: str, target: str, place: dict[str, tuple[float, float]]) -> None:
    """An arrow between two boxes; it bends where a straight one would cross other boxes."""
    (x, y), (to_x, to_y) = place[source], place[target]
    if y == to_y:
        side = 0.99 if to_x > x else -0.99
        start, end = (x + side, y), (to_x - side, to_y)
    else:
        lean = 0.3 * max(-2.0, min(2.0, to_x - x))
        edge = 0.25 if to_y > y else -0.25
        start, end = (x + lean, y + edge), (to_x - lean, to_y - edge)
    others = [where for node, where in place.items() if node not in (source, target)]
    bends = (0.0, 0.2, -0.2, 0.35, -0.35, 0.5, -0.5)
    bend = min(bends, key=lambda one: (_crossed(start, end, one, others), abs(one)))
    style = {"arrowstyle": "-|>", "color": TEXT, "lw": 1, "alpha": 0.75, "mutation_scale": 9}
    style |= {"shrinkA": 0, "shrinkB": 0, "connectionstyle": f"arc3,rad={bend}"}
    ax.annotate("", xytext=start, xy=end, arrowprops=style)


def _crossed(start: tuple, end: tuple, bend: float, boxes: list[tuple[float, float]]) -> int:
    """The points of a bent arrow that lie in one of the boxes."""
    (x, y), (to_x, to_y) = start, end
    middle = ((x + to_x) / 2 + bend * (to_y - y), (y + to_y) / 2 - bend * (to_x - x))
    points = []
    for t in (i / 30 for i in range(31)):
        weights = (1 - t) ** 2, 2 * t * (1 - t), t**2
        points.append(
            [
                sum(w * p[i] for w, p in zip(weights, (start, middle, end), strict=True))
                for i in (0, 1)
            ]
        )
    return sum(abs(a - c) < 1.05 and abs(b - d) < 0.3 for a, b in points for c, d in boxes)


def _imports(path: Path, module: str) -> set[str]:
    """Full names of the modules that a file imports, and of the names that it takes from them."""
    found = set()
    package = module.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            found |= {f"{start}.{alias.name}" for alias in node.names}
    return found


def _node(module: str, graph: Graph) -> str:
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        if (name := ".".join(parts[:length])) in graph:
            return name
    raise KeyError(module)


def _reachable(graph: Graph, start: str) -> set[str]:
    found, rest = set(), [start]
    while rest:
        for target in graph[rest.pop()]:
            if target not in found:
                found.add(target)
                rest.append(target)
    return found


def _id(node: str) -> str:
    return node.replace(".", "_")


def main() -> None:
    """Write the diagram into CONTRIBUTING.md, or compare it."""
    text = PAGE.read_text(encoding="utf-8")
    fresh = page_with_diagram(text)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(fresh, encoding="utf-8")
    elif text != fresh:
        command = "python -m book.pagelib.package_diagram"
        sys.exit(f"{PAGE.name}: the package diagram is out of date; run `{command}`")


if __name__ == "__main__":
    main()
