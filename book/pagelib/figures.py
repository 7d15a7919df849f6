"""Figures for the pages: matplotlib drawings as inline SVG that follow the reader's colors.

Text and lines take the color of the page's text (`currentColor`); the four inks are CSS variables
that `_static/course.css` defines twice, for light and for dark pages. Nothing has a background.
A figure may hold several panels: they stand side by side, and below each other on a narrow screen.
"""

import html
import io
import re
import zlib
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

# Stand-ins while matplotlib draws; `to_svg` replaces them by what the page's style sheet says.
TEXT, BLUE, ORANGE, GREEN, RED = "#010203", "#010211", "#010212", "#010213", "#010214"
INKS = (BLUE, ORANGE, GREEN, RED)
_PAGE_COLORS = {
    TEXT: "currentColor",
    BLUE: "var(--ink-blue)",
    ORANGE: "var(--ink-orange)",
    GREEN: "var(--ink-green)",
    RED: "var(--ink-red)",
}
_STYLE = {
    "svg.hashsalt": "the graded transformer",
    "svg.fonttype": "path",  # looks the same whichever fonts the reader has
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "axes.titlesize": 10,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": mpl.cycler(color=INKS),
    **dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), TEXT
    ),
}
mpl.rcParams.update(_STYLE)


PIXELS_A_POINT = 4 / 3
SHRINKS_TO, LITTLE = 0.72, 420  # of its width; pixels: so little may shrink further still


def to_svg(figure: Figure, alt: str) -> str:
    """The figure as one `<svg>` element, the same bytes every time.

    Args:
        figure: drawn with the colors of this module.
        alt: what the figure shows, for readers who do not see it.
    """
    buffer = io.StringIO()
    figure.savefig(
        buffer,
        format="svg",
        transparent=True,
        bbox_inches="tight",
        pad_inches=0.04,
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = _keep_ids_apart(svg, prefix=f"f{zlib.crc32((svg + alt).encode()):x}-")
    for drawn, shown in _PAGE_COLORS.items():
        svg = svg.replace(drawn, shown)
    svg = re.sub(r"\n\s*", "\n", svg).strip()
    return svg.replace("<svg ", f'<svg role="img" aria-label="{html.escape(alt)}" ', 1)


def _legible(svg: str) -> str:
    """Keep a wide drawing from shrinking, on a phone, until nobody can read its words."""
    width = float(re.search(r'<svg [^>]*?\bwidth="([\d.]+)pt"', svg)[1]) * PIXELS_A_POINT
    least = SHRINKS_TO * width
    if least < LITTLE:
        return svg
    return svg.replace("<svg ", f'<svg style="min-width: {least:.0f}px" ', 1)


class Picture:
    """One or more panels with a caption, shown by Jupyter as HTML.

    Args:
        panels: pairs (figure, alternative text).
        caption: HTML; formulas between \\( and \\).
        name: for links to it, such as "fig-attention-entropy".
    """

    def __init__(self, *panels: tuple[Figure, str], caption: str, name: str = ""):
        self.panels = panels
        self.caption = caption
        self.name = name

    def _repr_html_(self) -> str:
        drawings = "\n".join(_legible(to_svg(figure, alt)) for figure, alt in self.panels)
        # What may scroll must be within reach of the keyboard.
        wide = 'tabindex="0" role="group" aria-label="Drawing" ' if "min-width" in drawings else ""
        named = f' id="{self.name}"' if self.name else ""
        caption = f'<figcaption class="figure-caption mathjax_process">{self.caption}</figcaption>'
        return (
            f'<figure class="picture"{named}><div {wide}class="panels">\n{drawings}\n</div>'
            f"{caption}</figure>"
        )


class Stages:
    """Pictures of which the reader sees one at a time, chosen by radio buttons; no script needed.

    Where the style sheet is missing, all of them stand below each other.

    Args:
        label: what is chosen, for screen readers.
        stages: title of the button -> what it shows.
    """

    def __init__(self, label: str, stages: dict[str, Picture]):
        self.label = label
        self.stages = stages

    def _repr_html_(self) -> str:
        # They are one figure: the numbers of a page count none of them.
        pictures = (picture._repr_html_() for picture in self.stages.values())
        shown = [picture.replace('class="figure-caption ', 'class="') for picture in pictures]
        name = f"s{zlib.crc32(''.join(shown).encode()):x}"
        buttons = "".join(
            f'<input type="radio" name="{name}" id="{name}-{i}"{" checked" if i == 1 else ""}>'
            f'<label for="{name}-{i}">{title}</label>'
            for i, title in enumerate(self.stages, start=1)
        )
        panels = "\n".join(f'<div class="stage">{picture}</div>' for picture in shown)
        return (
            f'<div class="stages" role="radiogroup" aria-label="{html.escape(self.label)}">'
            f"{buttons}\n{panels}</div>"
        )


def grid(
    values,
    *,
    text: Sequence[Sequence[str]] | None = None,
    rows: Sequence[str] = (),
    columns: Sequence[str] = (),
    row_title: str = "",
    column_title: str = "",
    title: str = "",
    inks: np.ndarray | None = None,
    cell: float = 0.42,
) -> Figure:
    """A matrix as a grid of cells: the larger the value, the stronger the ink.

    Args:
        values: (R, C) numbers or booleans; booleans get a tick for True and a dot for False.
        text: what to write in the cells; None writes the values with two decimals.
        inks: (R, C) positions in `INKS`; None takes blue everywhere.
        cell: width of a cell in inches.
    """
    values = np.asarray(values)
    if text is None:
        text = [[_cell_text(value) for value in row] for row in values]
    R, C = values.shape
    figure = Figure(figsize=(C * cell, R * cell))
    ax = figure.add_axes((0, 0, 1, 1))
    largest = max(float(np.abs(values).max()), 1e-9)
    for r in range(R):
        for c in range(C):
            strength = 0.62 * abs(float(values[r, c])) / largest  # text stays readable on 0.62
            ink = INKS[inks[r, c]] if inks is not None else BLUE
            ax.add_patch(Rectangle((c, r), 1, 1, facecolor=ink, alpha=strength, linewidth=0))
            ax.add_patch(
                Rectangle((c, r), 1, 1, fill=False, edgecolor=TEXT, alpha=0.35, linewidth=0.8)
            )
            ax.text(c + 0.5, r + 0.52, text[r][c], ha="center", va="center", fontsize=9.5)
    ax.set(xlim=(-0.02, C + 0.02), ylim=(R + 0.02, -0.02))
    ax.set_xticks(np.arange(C) + 0.5 if len(columns) else [], columns)
    ax.set_yticks(np.arange(R) + 0.5 if len(rows) else [], rows)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel(column_title)
    ax.set_ylabel(row_title)
    if title:
        ax.text(C / 2, R + 0.25, title, ha="center", va="top")
    return figure


class Formula:
    """Named matrices as displayed maths, side by side where there is room.

    Args:
        matrices: name in LaTeX -> tensor or array of one or two dimensions.
        decimals: digits after the point; trailing zeros are dropped.
    """

    def __init__(self, matrices: dict[str, object], decimals: int = 3):
        self.matrices = matrices
        self.decimals = decimals

    def _repr_html_(self) -> str:
        terms = (f"{name} = {self._matrix(value)}" for name, value in self.matrices.items())
        return f'<div class="formulas mathjax_process">{"".join(map(_displayed, terms))}</div>'

    def _matrix(self, value) -> str:
        rows = np.atleast_2d(np.asarray(value))
        body = r" \\ ".join(" &amp; ".join(self._number(x) for x in row) for row in rows)
        return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"

    def _number(self, x: float) -> str:
        if not np.isfinite(x):
            return r"\text{nan}" if np.isnan(x) else (r"\infty" if x > 0 else r"-\infty")
        text = f"{x:.{self.decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


ONE_NUMBER = r"[−+±×-]? ?\d[\d.,]*(e[+-]?\d+)?( ?%)?"
NUMBER = re.compile(rf"(<b>)?{ONE_NUMBER}( to {ONE_NUMBER})?(</b>)?")


class Table:
    """Rows of text and numbers as an HTML table that scrolls inside its own box.

    Args:
        head: the column titles (HTML).
        rows: the cells (HTML); numbers are set right.
        label: what the table holds, for screen readers.
        stack: on a narrow screen, put the cells of a row below each other.
        name: for links to it, such as "tab-attention-shapes"; with a name, the label is shown.
    """

    def __init__(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[object]],
        label: str,
        stack: bool = False,
        name: str = "",
    ):
        self.name = name
        self.head = head
        self.rows = rows
        self.label = label
        self.stack = stack

    def _numeric(self, column: int) -> bool:
        cells = [row[column] for row in self.rows if row[column] != ""]
        return bool(cells) and all(map(_is_number, cells))

    def _repr_html_(self) -> str:
        # The roles keep it a table for screen readers when the style sheet stacks its cells.
        kinds = [' class="number"' if self._numeric(i) else "" for i in range(len(self.head))]
        head = "".join(
            f'<th role="columnheader" scope="col"{kind}>{title}</th>'
            for title, kind in zip(self.head, kinds, strict=True)
        )
        body = "\n".join(
            f'<tr role="row">{"".join(map(self._cell, row, self._named()))}</tr>'
            for row in self.rows
        )
        kind = "measured stacking" if self.stack else "measured"
        title = ""
        if self.name:
            label = f'<p class="table-caption">{html.escape(self.label)}</p>'
            title = f'<div class="table-title" id="{self.name}">{label}</div>'
        return (
            f"{title}"
            f'<div class="{kind} mathjax_process" tabindex="0" role="region" '
            f'aria-label="{html.escape(self.label)}"><table class="table" role="table">'
            f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>\n'
            f'<tbody role="rowgroup">{body}</tbody></table></div>'
        )

    def _named(self) -> list[str]:
        """What a cell says of its column when the cells stand below each other."""
        if not self.stack:
            return [""] * len(self.head)
        titles = [html.escape(re.sub("<[^>]+>", "", title)) for title in self.head[1:]]
        return ["", *(f' data-column="{title}"' if title else "" for title in titles)]

    @staticmethod
    def _cell(value: object, named: str) -> str:
        if isinstance(value, str):
            kind = ' class="number"' if _is_number(value) else ""
            return f'<td role="cell"{kind}{named}>{value}</td>'
        whole = isinstance(value, int) or abs(value) >= 1000
        number = f"{value:,.0f}" if whole else f"{value:.3g}"
        return f'<td role="cell" class="number"{named}>{number}</td>'


def _is_number(value: object) -> bool:
    return not isinstance(value, str) or bool(NUMBER.fullmatch(value))


def code(text: str) -> str:
    """Text as code, as Sphinx writes it: lines end between its words only."""
    words = (f'<span class="pre">{html.escape(word)}</span>' for word in text.split())
    return f'<code class="literal">{" ".join(words)}</code>'


def _displayed(formula: str) -> str:
    return f"<div>\\[{formula}\\]</div>"


def _cell_text(value) -> str:
    if isinstance(value, bool | np.bool_):
        return "✓" if value else "·"
    return f"{value:.2f}"


def _keep_ids_apart(svg: str, prefix: str) -> str:
    """Prefix the ids that something refers to, drop the others: pages hold many figures."""
    used = set(re.findall(r'(?:url\(|href=")#([^")]+)', svg))
    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{prefix}{m[1]}"' if m[1] in used else "", svg)
    return re.sub(r'(url\(|href=")#', rf"\1#{prefix}", svg)
