"""Figures that readers operate: a still picture, the data, and a script that brings them to life.

Plain SVG and small scripts of our own (`_static/figures/`, each below 15 KB). Plotting libraries
for the browser would be a well-kept choice, but plotly.js has more than a megabyte when compressed
and Bokeh a quarter of one; a page of this book may have 400 KB in all. The still picture is what
stands on paper and where scripts are off.
"""

import html
import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor, nn

from solutions.data.vocabulary import EOS, SPECIALS
from solutions.model.positional import angular_frequencies, sinusoidal_table
from solutions.training.optim import noam_rate
from solutions.translator.exported_model import COURSE_MODEL, ExportedModel
from solutions.translator.inference import Translator

from .figures import BLUE, GREEN, ORANGE, TEXT, Picture, Table, grid
from .record_attention import record

RECORDED = Path(__file__).parents[1] / "runs" / "explorers.json"


class Interactive:
    """A figure to operate, shown by Jupyter as HTML.

    Args:
        kind: the script's name in `_static/figures`.
        label: what the figure is, for screen readers.
        data: what the script needs, as plain values.
        still: what stands in its place on paper and without scripts; it has its own alternative.
    """

    def __init__(self, kind: str, label: str, data: dict[str, object], still: Picture | Table):
        self.kind, self.label, self.data, self.still = kind, label, data, still

    def _repr_html_(self) -> str:
        data = json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))
        data = data.replace("<", "\\u003c")  # "</script>" would end the element
        # Without a number: a reader who operates the figure never sees it.
        still = self.still._repr_html_().replace("figure-caption ", "")
        return (
            f'<div class="interactive" data-figure="{self.kind}" role="group" '
            f'aria-label="{html.escape(self.label)}">\n'
            f'<div class="still">{still}</div>\n'
            f'<script type="application/json">{data}</script>\n</div>'
        )


@cache
def recorded() -> dict:
    """What `book.pagelib.record_attention` wrote down."""
    return json.loads(RECORDED.read_text("utf-8"))


def weights(scores: Sequence[Sequence[int]], scale: float, causal: bool = False) -> Tensor:
    """Attention weights from recorded products of queries and keys.

    Args:
        scores: (queries, keys) whole numbers.
        scale: what to divide them by.
        causal: whether a query sees only the keys up to its own place.

    Returns:
        (queries, keys), rows summing to 1.
    """
    logits = torch.tensor(scores, dtype=torch.float64) / scale
    if causal:
        logits = logits.masked_fill(torch.ones_like(logits).triu(1).bool(), -math.inf)
    return logits.softmax(-1)


def first_choice() -> dict[str, tuple[float, float]]:
    """How much of its weight a query gives to its first choice, in the mean of all recorded rows.

    Returns:
        kind of attention -> with the scale, without it.
    """
    found = recorded()
    root = math.sqrt(found["config"]["d_k"])
    measured = {}
    for kind in ("encoder", "decoder", "cross"):
        heads = [
            head
            for one in found["sentences"]
            for layer in one["scores"][kind]
            for head in layer
        ]  # fmt: skip
        largest = [
            torch.cat(
                [weights(x, found["scale"] * scale, kind == "decoder").amax(-1) for x in heads]
            )
            for scale in (root, 1.0)
        ]
        measured[kind] = (largest[0].mean().item(), largest[1].mean().item())
    return measured


@cache
def looked_up(german: str) -> dict:
    """What the course's model writes for a sentence, and the scores of all its heads.

    The same entries as those of `recorded()["sentences"]`, computed now.
    """
    return record(Translator(ExportedModel(COURSE_MODEL)), german)


def cross_attention(layer: int, head: int, german: str = "") -> tuple[list[str], list[str], Tensor]:
    """The weights of one head of the cross-attention.

    Args:
        layer, head: counted from 1.
        german: a sentence to translate now; the first recorded one if empty.

    Returns:
        The word that each query writes, the words that it may read, and the weights (T, S).
    """
    one = looked_up(german) if german else recorded()["sentences"][0]
    scale = recorded()["scale"] * math.sqrt(recorded()["config"]["d_k"])
    shown = weights(one["scores"]["cross"][layer - 1][head - 1], scale)
    return [*one["target"][1:], SPECIALS[EOS]], one["source"], shown


def attention_picture(layer: int, head: int, german: str = "", **options: str) -> Picture:
    """What one head of the cross-attention looks at.

    Args:
        layer, head: counted from 1.
        german: a sentence to translate now; the first recorded one if empty.
        options: further arguments of `Picture`.
    """
    written, read, shown = cross_attention(layer, head, german)
    drawing = grid(shown.numpy(), rows=written, columns=read, row_title="to write", cell=0.48)
    drawing.axes[0].tick_params(axis="x", rotation=90)
    best = [read[i] for i in shown.argmax(-1).tolist()]
    alt = "; ".join(f"to write {a}, {b}" for a, b in zip(written, best, strict=True))
    return Picture(
        (drawing, f"What the head looks at most: {alt}."),
        caption=f"Head {head} of the cross-attention in decoder layer {layer}: a row for each word "
        "that is written, with the weights of the German words.",
        **options,
    )


def search_explorer() -> Interactive:
    """A beam search of the trained model, step by step."""
    search = recorded()["search"]
    data = {name: search[name] for name in ("k", "alpha", "steps")}
    finished = [
        [html.escape(" ".join(words)), f"{log_p:.2f}", f"{score:.2f}"]
        for words, log_p, score in search["steps"][-1]["finished"]
    ]
    head = ["finished translation", "\\(\\log P\\)", "divided by the penalty"]
    still = Table(head, finished, "What the beam search has finished, best first")
    return Interactive("search", "Beam search, step by step", data, still)


def schedule_explorer(
    d_model: int = 512, warmup: int = 4000, factor: float = 1.0, steps: int = 20_000
) -> Interactive:
    """The learning rate over the steps of a training, with sliders for its three numbers."""
    figure = Figure(figsize=(5, 2.4))
    ax = figure.add_axes((0.16, 0.2, 0.82, 0.76))
    xs = np.arange(1, steps, 25)
    ax.plot(xs, [noam_rate(int(x), d_model, warmup, factor) for x in xs], color=BLUE, lw=2)
    ax.set(xlabel="step", ylabel="learning rate")
    peak = noam_rate(warmup, d_model, warmup, factor)
    caption = f"\\(d_{{\\text{{model}}}} = {d_model}\\), {warmup} steps of warm-up: "
    still = Picture(
        (figure, f"The rate rises in a line to {peak:.1e} at step {warmup}, and then falls."),
        caption=caption + f"the peak is {peak:.1e}.",
    )
    data = {"d_model": d_model, "warmup": warmup, "factor": factor, "steps": steps}
    return Interactive("schedule", "Learning-rate schedule with sliders", data, still)


def position_explorer(
    d_model: int = 64, pair: int = 4, position: int = 3, offset: int = 5, longest: int = 60
) -> Interactive:
    """One pair of features of the encoding, and the rotation that an offset is.

    Args:
        d_model: width of the encoding.
        pair, position, offset: what the still picture shows.
        longest: the last position that can be chosen.
    """
    table = sinusoidal_table(position + offset + 1, d_model, torch.float64)
    figure = Figure(figsize=(2.6, 2.6))
    ax = figure.add_axes((0, 0, 1, 1), aspect="equal")
    ax.axis("off")
    angles = np.linspace(0, 2 * np.pi, 200)
    ax.plot(np.cos(angles), np.sin(angles), color=TEXT, alpha=0.5, lw=1)
    omega = float(angular_frequencies(d_model, torch.float64)[pair])
    turn = np.linspace(position * omega, (position + offset) * omega, 40)
    ax.plot(0.4 * np.sin(turn), 0.4 * np.cos(turn), color=GREEN, lw=2)
    for place, ink in ((position, BLUE), (position + offset, ORANGE)):
        sine, cosine = table[place, 2 * pair : 2 * pair + 2].tolist()
        ax.plot([0, sine], [0, cosine], color=ink, lw=2, marker="o", markevery=[1])
        ax.text(1.18 * sine, 1.18 * cosine, str(place), color=ink, ha="center", va="center")
    ax.set(xlim=(-1.3, 1.3), ylim=(-1.3, 1.3))
    angle = math.degrees(offset * omega)
    still = Picture(
        (figure, f"Position {position} and position {position + offset} as points of a circle, "
                 f"{angle:.0f} degrees apart."),
        caption=f"Pair {pair} of \\(d_{{\\text{{model}}}} = {d_model}\\): an offset of {offset} "
        f"turns every position by {angle:.1f} degrees.",
    )  # fmt: skip
    data = {"d_model": d_model, "longest": longest, "base": 10_000}
    return Interactive("positions", "Positional encoding as a rotation", data, still)


def pipeline_explorer(stages: dict[str, tuple[str, object, Sequence[str]]]) -> Interactive:
    """The stages of one sentence's way through a model: choose one, see its numbers.

    Args:
        stages: name -> (what happens, the tensor of one sentence, names of its rows). The last axis
            is cut to what fits on a phone.
    """
    shown, rows = [], []
    for name, (what, tensor, names) in stages.items():
        values = np.asarray(tensor)
        corner = values.reshape(values.shape[0], -1)[:, :6]
        show = "{:.3f}" if np.issubdtype(values.dtype, np.floating) else "{}"
        cells = [[show.format(x) for x in row.tolist()] for row in corner]
        shape = "×".join(map(str, values.shape))
        more = values[0].size > corner.shape[1]
        shown.append(
            {"name": name, "what": what, "shape": shape, "rows": list(names), "cells": cells,
             "more": more}
        )  # fmt: skip
        first = html.escape(", ".join(cells[0]))
        rows.append([html.escape(name), shape, first + (", …" if more else "")])
    still = Table(["stage", "shape", "first row"], rows, "The stages of one sentence's way")
    return Interactive(
        "pipeline", "The way of one sentence, stage by stage", {"stages": shown}, still
    )


def outputs_of(model: nn.Module, names: Sequence[str], *batch: Tensor) -> dict[str, Tensor]:
    """What the named modules of a model return for a batch."""
    found: dict[str, Tensor] = {}
    hooks = [
        model.get_submodule(name).register_forward_hook(
            lambda _, __, output, name=name: found.update({name: output.detach()})
        )
        for name in names
    ]
    try:
        with torch.no_grad():
            found["logits"] = model(*batch)
    finally:
        for hook in hooks:
            hook.remove()
    return found
