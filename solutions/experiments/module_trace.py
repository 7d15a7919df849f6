"""A trace of one batch through a model, module by module.

PyTorch calls hooks before and after each module's `forward`. They record inputs and outputs without
changing the model. Only modules have a row: masks, softmax, the sum of a residual and methods such
as `TokenEmbedding.to_logits` have none, but their effect shows in the rows around them.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

Shape = tuple[int, ...]
WIDTH = 100


@dataclass(frozen=True)
class Row:
    """One call of one module; `dataclasses.asdict` gives plain data, ready for JSON.

    Attributes:
        name: as in `model.named_modules()`, empty for the model itself. A module with several names
            has them all here, joined by `=`.
        kind: the module's class.
        depth: number of modules that had started and not yet ended.
        inputs: shapes of the tensors that went in, masks included.
        outputs: shapes of the tensors that came out.
        parameters: numbers in the module's own parameters, without those of its children.
        values: the first numbers of the first tensor that came out.
    """

    name: str
    kind: str
    depth: int
    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    parameters: int
    values: tuple[float, ...]


def trace(model: nn.Module, *batch: object) -> list[Row]:
    """Call `model(*batch)` and record every module that runs, in the order of their starts.

    A module that is called twice has two rows; one that is not called has none. The model stays as
    it was: its mode, its gradients, its hooks and the state of the random numbers on the CPU. No
    graph is built. In training mode dropout acts, as it would without the trace.

    Args:
        model: any module.
        batch: what it is called with.

    Returns:
        one row per call; the model itself comes first.
    """
    names: dict[nn.Module, list[str]] = {}
    for name, module in model.named_modules(remove_duplicate=False):
        names.setdefault(module, []).append(name)
    rows: list[Row] = []
    running: list[tuple[int, list[str]]] = []  # number of the row, and the names it may have

    def start(module: nn.Module, args: tuple, kwargs: dict) -> None:
        called = _called_names(names[module], [known for _, known in running])
        row = Row(
            name=" = ".join(called),
            kind=type(module).__name__,
            depth=len(running),
            inputs=tuple(tuple(x.shape) for x in _tensors((args, kwargs))),
            outputs=(),
            parameters=sum(p.numel() for p in module.parameters(recurse=False)),
            values=(),
        )
        running.append((len(rows), called))
        rows.append(row)

    def end(module: nn.Module, args: tuple, output: object) -> None:
        number, _ = running.pop()
        tensors = _tensors(output)
        values = tensors[0].flatten()[:4].tolist() if tensors else ()
        shapes = tuple(tuple(x.shape) for x in tensors)
        rows[number] = replace(rows[number], outputs=shapes, values=tuple(values))

    hooks = []
    try:
        for module in names:
            hooks.append(module.register_forward_pre_hook(start, with_kwargs=True))
            hooks.append(module.register_forward_hook(end))
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            model(*batch)
    finally:
        for hook in hooks:
            hook.remove()
    return rows


def as_table(rows: list[Row]) -> str:
    """Format the rows as plain text, at most 100 columns wide.

    Names are indented by depth and relative to the enclosing module. A cell with several tensors
    shows the first shape and the number of others; two of the values are shown. Long cells are cut,
    marked by "…".

    Args:
        rows: from `trace`.
    """
    head = ("module", "kind", "input", "output", "parameters", "values")
    cells = [head, *(_cells(row, rows[:i]) for i, row in enumerate(rows))]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    gap = 2 * (len(widths) - 1)
    while sum(widths) + gap > WIDTH:
        widths[widths.index(max(widths))] -= 1
    return "\n".join(
        "  ".join(
            _cut(cell, width).rjust(width) if i == 4 else _cut(cell, width).ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def gradient_norms(model: nn.Module) -> dict[str, float]:
    """Return the Euclidean norm of each parameter's gradient by name, in the model's order.

    Call after `backward`. Parameters without a gradient are left out.
    """
    return {
        name: parameter.grad.norm().item()
        for name, parameter in model.named_parameters()
        if parameter.grad is not None
    }


def _called_names(names: list[str], callers: list[list[str]]) -> list[str]:
    """Select the names of a module that lie below the innermost caller with any of them.

    The caller need not be the parent: a residual sub-layer calls its neighbor.
    """
    for known in reversed(callers):
        below = [n for n in names if any(n.startswith(f"{k}.") or not k for k in known)]
        if below:
            return below
    return names


def _tensors(value: object) -> list[Tensor]:
    """Return the tensors in a nested structure of tuples, lists and dictionaries."""
    return [leaf for leaf in tree_leaves(value) if isinstance(leaf, Tensor)]


def _cells(row: Row, before: list[Row]) -> tuple[str, ...]:
    return (
        "  " * row.depth + (_short_name(row, before) or "(model)"),
        row.kind,
        _shapes(row.inputs),
        _shapes(row.outputs),
        f"{row.parameters:,}" if row.parameters else "",
        " ".join(f"{value:.2f}" for value in row.values[:2]),
    )


def _short_name(row: Row, before: list[Row]) -> str:
    """Return the name without that of the innermost enclosing row that it begins with."""
    depth = row.depth
    for other in reversed(before):
        if other.depth < depth:  # the next one out
            depth = other.depth
            if other.name and row.name.startswith(f"{other.name}."):
                return row.name.removeprefix(f"{other.name}.")
    return row.name


def _shapes(shapes: tuple[Shape, ...]) -> str:
    if not shapes:
        return ""
    first = "×".join(map(str, shapes[0])) or "scalar"
    return first if len(shapes) == 1 else f"{first} +{len(shapes) - 1}"


def _cut(cell: str, width: int) -> str:
    return cell if len(cell) <= width else cell[: width - 1] + "…"
