"""The parts that pages are made of: figures and directives of the book's own."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest
from docutils import nodes
from matplotlib.figure import Figure

from book.pagelib import figures
from solutions.decoding import beam_search

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"


def extension(name):
    spec = importlib.util.spec_from_file_location(name, BOOK / "_ext" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- Figures -------------------------------------------------------------------------------------


def drawing():
    figure = Figure(figsize=(2, 1))
    ax = figure.add_subplot()
    ax.plot([0, 1], [1, 0], color=figures.BLUE, label="line")
    ax.set_xlabel("width")
    ax.legend()
    return figure


@pytest.mark.parametrize("make", [drawing, lambda: figures.grid(np.eye(3), rows="abc")])
def test_a_figure_takes_its_colors_from_the_page(make):
    svg = figures.to_svg(make(), "a line")
    assert "currentColor" in svg
    assert "var(--ink-blue)" in svg
    fixed = set(re.findall(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b|\b(?:white|black)\b", svg))
    assert not fixed, "a fixed color is unreadable on one of the two backgrounds"


def test_a_figure_says_what_it_shows():
    svg = figures.to_svg(drawing(), 'falls "steeply" & fast')
    assert svg.startswith('<svg role="img" aria-label="falls &quot;steeply&quot; &amp; fast"')


def test_a_figure_is_the_same_every_time():
    assert figures.to_svg(drawing(), "a line") == figures.to_svg(drawing(), "a line")


def test_two_figures_on_a_page_share_no_id():
    svgs = [figures.to_svg(drawing(), alt) for alt in ("first", "second")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in svgs]
    assert ids[0]
    assert not ids[0] & ids[1]
    for svg, own in zip(svgs, ids, strict=True):
        assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) == own


def test_of_stages_one_is_chosen_each_has_a_label_and_two_lists_share_no_name():
    pictures = {n: figures.Picture((drawing(), n), caption=n) for n in ("first", "second", "third")}
    html = figures.Stages("stage", pictures)._repr_html_()
    assert html.startswith('<div class="stages" role="radiogroup" aria-label="stage">')
    buttons = re.findall(r'<input type="radio" name="(\w+)" id="([\w-]+)"( checked)?>', html)
    assert [checked for *_, checked in buttons] == [" checked", "", ""]
    assert len({name for name, *_ in buttons}) == 1
    assert re.findall(r'<label for="([\w-]+)">', html) == [identity for _, identity, _ in buttons]
    assert html.count('<div class="stage"><figure') == 3
    others = figures.Stages("stage", {"first": pictures["second"]})._repr_html_()
    assert buttons[0][0] not in others


def test_the_style_sheet_shows_as_many_stages_as_pages_have():
    css = (BOOK / "_static" / "course.css").read_text(encoding="utf-8")
    places = re.findall(r"nth-of-type\((\d)\):checked ~ .stage:nth-of-type\((\d)\)", css)
    assert places == [(str(i), str(i)) for i in range(1, 8)]


def test_masks_are_drawn_with_signs_besides_color():
    assert figures._cell_text(np.True_) != figures._cell_text(np.False_)


def test_formula_drops_trailing_zeros_and_names_what_is_not_finite():
    latex = figures.Formula({"W": [[0.5, 2.0], [np.nan, -np.inf]]})._repr_html_()
    assert r"0.5 &amp; 2 \\ \text{nan} &amp; -\infty" in latex


def test_a_measured_table_is_labelled_and_reachable_by_keyboard():
    table = figures.Table(["d_k", "name"], [[1024, "x"]], "widths")._repr_html_()
    assert 'aria-label="widths"' in table
    assert 'tabindex="0"' in table
    assert '<td role="cell" class="number">1,024</td>' in table


def relative_luminance(color):
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


@pytest.mark.parametrize(("theme", "background"), [("light", "#ffffff"), ("dark", "#121212")])
def test_every_ink_can_be_read(theme, background):
    css = (BOOK / "_static" / "course.css").read_text(encoding="utf-8")
    block = re.search(rf'\[data-theme="{theme}"\] \{{(.*?)\}}', css, re.DOTALL)[1]
    inks = dict(re.findall(r"(--ink-\w+): (#\w{6})", block))
    assert len(inks) == len(figures.INKS)
    for name, color in inks.items():
        light, dark = sorted(map(relative_luminance, (color, background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


# ---- Directives ----------------------------------------------------------------------------------

QUESTION = """# Page

:::{quiz} What is $1 + 1$, in `int`s?
- [ ] 3

  Too **much**.
- [x] 2

  Yes.
:::
"""


@pytest.fixture
def build(tmp_path, monkeypatch):
    """Build one page with the book's directives; return its HTML."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    monkeypatch.syspath_prepend(BOOK / "_ext")
    source, output = tmp_path / "source", tmp_path / "html"
    source.mkdir()
    (source / "conf.py").write_text("")

    def run(text, **settings):
        (source / "index.md").write_text(text, encoding="utf-8")
        overrides = {
            "extensions": ["myst_parser", "quiz", "notebook_links"],
            "myst_enable_extensions": ["colon_fence", "dollarmath"],
            "html_theme": "basic",
        } | settings
        with patch_docutils(str(source)), docutils_namespace():
            app = Sphinx(
                str(source),
                str(source),
                str(output),
                str(tmp_path / "trees"),
                "html",
                confoverrides=overrides,
                status=None,
                warning=None,
                warningiserror=True,
            )
            app.build()
        return (output / "index.html").read_text(encoding="utf-8")

    return run


def test_a_quiz_is_a_fieldset_with_labelled_radio_buttons(build):
    html = build(QUESTION)
    assert re.search(r'<fieldset class="quiz">\s*<legend>.*<code.*</legend>', html, re.DOTALL)
    buttons = re.findall(r'<input type="radio" id="([^"]+)" name="([^"]+)"', html)
    assert len(buttons) == 2
    assert len({name for _, name in buttons}) == 1, "one choice out of both"
    assert re.findall(r'<label for="([^"]+)">', html) == [identity for identity, _ in buttons]


def test_a_quiz_announces_its_feedback_and_works_without_javascript(build):
    html = build(QUESTION)
    assert 'role="status" aria-live="polite"' in html
    details = re.search(r"<details.*?</details>", html, re.DOTALL)[0]
    assert "<strong>much</strong>" in details
    assert details.count("Right.") == details.count("Not this one.") == 1
    explained = re.findall(r'data-explanation="([^"]+)"', html)
    assert explained == re.findall(r'<li id="([^"]+)"', details)


def test_quizzes_of_a_page_do_not_share_a_group(build):
    html = build(QUESTION + QUESTION.replace("# Page", ""))
    assert len(set(re.findall(r'<input type="radio" id="[^"]+" name="([^"]+)"', html))) == 2


@pytest.mark.parametrize(
    "broken",
    [
        QUESTION.replace("[x]", "[ ]"),
        QUESTION.replace("[ ]", "[x]"),
        QUESTION.replace("[ ] 3", "3"),
        ":::{quiz} What?\nNo list.\n:::\n",
    ],
    ids=["no right answer", "two right answers", "an answer without a mark", "no list"],
)
def test_a_broken_quiz_stops_the_build(build, broken):
    from sphinx.errors import SphinxWarning

    with pytest.raises(SphinxWarning, match="quiz"):
        build(broken)


def test_notebook_links_point_to_the_release():
    links = extension("notebook_links")
    repository = "https://github.com/owner/name"
    assert links.colab_address(repository, "gh-pages", "01-attention/attention") == (
        "https://colab.research.google.com/github/owner/name/blob/gh-pages/release/"
        "01-attention/attention.ipynb"
    )
    assert links.download_address("book/attention", "a/b") == "../release/a/b.ipynb"
    assert links.download_address("index", "a/b") == "release/a/b.ipynb"


def test_bibliography_entries_are_list_items():
    repair = extension("accessible_html").repair
    assert repair('<div class="citation" role="doc-biblioentry">') == (
        '<div class="citation" role="listitem">'
    )
    assert repair('<section class="x" id="proof-content">') == '<section class="x">'
    assert repair('<section id="proofreading">') == '<section id="proofreading">'


def test_in_docstrings_nothing_is_markup_by_accident():
    docstring = """x_i * |x|, see `mask` and ``code``; W_ and d_model, *before* 2*3*4.

Parameters: one; two (also
    three), four.

Args:
    query: (..., T, d_k) float,
        over two lines.
    a, b: both.

Not in the list: anything.
"""
    assert extension("plain_docstrings").for_napoleon(docstring.splitlines()) == [
        "x_i \\* \\|x\\|, see ``mask`` and ``code``; W\\_ and d_model, *before* 2\\*3\\*4.",
        *("", "**Parameters**: one; two (also", "three), four.", ""),
        *("Args:", "    query: (..., T, d_k) float,", "        over two lines."),
        *("    a, b: both.", "", "Not in the list: anything."),
    ]


@pytest.mark.parametrize(
    ("results", "title"),
    [
        (["    output: (B, T, d_v).", "    weights: (B, T, S),", "        a list."], "Returns:"),
        (["    (B, T): no name before it,", "    and a second line."], "Return:"),
        (["    the mask."], "Return:"),
    ],
)
def test_results_are_listed_by_name_if_they_have_names(results, title):
    lines = ["A function.", "", "Returns:", *results, "", "Raises:", "    ValueError: never."]
    found = extension("plain_docstrings").for_napoleon(lines)
    assert found == [*lines[:2], title, *lines[3:]]


def test_the_api_leaves_out_what_only_refuses():
    skip = extension("plain_docstrings").skip
    assert skip(None, "function", "require_words", None, False, None) is True
    assert skip(None, "function", "required", None, False, None) is None


def test_the_api_leaves_out_what_python_says_of_a_field():
    skip = extension("plain_docstrings").skip
    assert skip(None, "class", "tokens", beam_search.Hypothesis.tokens, False, None) is True
    assert skip(None, "class", "step", beam_search.beam_step, False, None) is None


def test_no_line_begins_with_what_follows_a_formula():
    formula, keep = nodes.math("", "x"), extension("nobreak").keep_together
    document = nodes.paragraph("", "", nodes.Text("Let "), formula, nodes.Text(", and "))
    document += [nodes.math("", "y"), nodes.Text(" go"), nodes.math("", "z")]
    keep(document)
    assert document.astext() == "Let x, and y goz"
    box = document[1]
    assert (box["classes"], box.astext()) == (["nobreak"], "x,")
    assert [type(one) for one in document[2:]] == [nodes.Text, nodes.math, nodes.Text, nodes.math]


def test_on_a_phone_a_wide_drawing_scrolls_and_a_narrow_one_does_not():
    def page(inches):
        figure = Figure(figsize=(inches, 1))
        figure.add_axes((0, 0, 1, 1))
        return figures.Picture((figure, "what it shows"), caption="a caption")._repr_html_()

    assert "min-width" not in page(5)
    assert 'tabindex="0" role="group"' not in page(5)
    wide = page(8)
    least = int(re.search(r"min-width: (\d+)px", wide)[1])
    assert 0.72 * 8 * 96 < least < 0.8 * 8 * 96  # of eight inches and the labels beside them
    assert 'tabindex="0" role="group"' in wide


# ---- Chapters ------------------------------------------------------------------------------------

LISTED = """# Page

```{listing} solutions.model.masks.padding_mask
```

```{listing} solutions.data.bpe.learn_merges
```
"""
CHAPTER = """# Page

:::{chapter} 01-attention/attention
You will write it.
:::

WORDS

:::{quiz} What?
- [x] FOLDED

  Yes.
- [ ] Not this.

  No.
:::
"""
WITH_CHAPTERS = {
    "extensions": ["myst_parser", "quiz", "notebook_links", "chapter_head", "listing"],
    "html_theme": "sphinx_book_theme",
    "html_theme_options": {"repository_url": "https://github.com/a/b", "repository_branch": "main"},
}


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_only_what_is_asked_for_is_folded_and_every_docstring_is(build):
    settings = {key: WITH_CHAPTERS[key] for key in ("extensions",)}
    html = build(LISTED, **settings)
    folded = re.findall(r'<details class="write-first">.*?</details>.*?</details>', html, re.DOTALL)
    assert len(folded) == 1
    assert "Write padding_mask first, then compare" in text_of(folded[0])
    assert "The exercise is in notebook 01." in text_of(folded[0])
    assert "padding_mask(tokens" in text_of(folded[0])
    assert "learn_merges(counts" in text_of(html.replace(folded[0], ""))
    assert html.count('<details class="docstring">') == 2


def test_a_class_can_get_the_book_without_what_it_must_write(build):
    html = text_of(build(LISTED, extensions=WITH_CHAPTERS["extensions"], hide_graded_listings=True))
    assert "You write padding_mask in notebook 01." in html
    assert "def padding_mask" not in html
    assert "Returns:" in html  # its docstring is the contract
    assert "def learn_merges" in html


@pytest.mark.parametrize(("words", "minutes"), [(10, 5), (2000, 10), (2800, 15)])
def test_a_chapter_says_how_long_it_takes_without_what_is_folded(build, words, minutes):
    text = CHAPTER.replace("WORDS", "word " * words).replace("FOLDED", "word " * 5000)
    html = build(text, **WITH_CHAPTERS)
    assert f"{minutes} minutes to read" in html
    assert 'blob/main/release/01-attention/attention.ipynb">Open the notebook</a>' in html
