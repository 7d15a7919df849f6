"""Heads of chapters, listings to compare with, and numbers of figures."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import figure_numbers  # noqa: E402
import listing  # noqa: E402
import moved  # noqa: E402

PICTURE = (
    '<figure class="picture"{id}><div class="panels"></div>'
    '<figcaption class="figure-caption mathjax_process">It.</figcaption></figure>'
)
TABLE = '<div class="table-title" id="tab-x"><p class="table-caption">Sizes</p></div>'


def test_figures_and_tables_are_numbered_apart_and_in_order():
    page = PICTURE.format(id="") + TABLE + PICTURE.format(id=' id="fig-b"')
    page += '<a class="figure-link" href="#fig-b"></a> <a class="figure-link" href="#tab-x"></a>'
    shown, lost = figure_numbers.numbered(page)
    text = re.sub("<[^>]+>", "", shown).replace("\N{NO-BREAK SPACE}", " ")
    assert text == "Figure 1. It.Table 1. SizesFigure 2. It.Figure 2 Table 1"
    assert lost == []


def test_a_link_to_a_figure_that_is_not_there_is_reported():
    shown, lost = figure_numbers.numbered('<a class="figure-link" href="#fig-z"></a>')
    assert lost == ["fig-z"]
    assert "fig-z</a>" in shown


def test_a_listing_is_the_code_without_its_docstring():
    source, docstring, path = listing.source_of("solutions.model.masks.padding_mask")
    assert path == ROOT / "solutions" / "model" / "masks.py"
    assert source.startswith("def padding_mask(")
    assert '"""' not in source
    assert docstring
    assert docstring.splitlines()[0] in path.read_text("utf-8")
    assert not re.search(r":\n\n", source)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("solutions.model.masks.no_such", "defines no no_such"),
        ("solutions.model.nowhere.padding_mask", "there is no file"),
    ],
)
def test_a_listing_of_nothing_is_an_error(name, reason):
    with pytest.raises(ValueError, match=reason):
        listing.source_of(name)


def test_every_graded_function_is_known_with_its_notebook():
    found = listing.graded()
    assert found["solutions.model.attention.MultiHeadAttention"] == "01-attention/attention"
    assert len(set(found.values())) == 8


def test_every_listing_of_the_book_names_what_there_is():
    """All functions that readers are asked to write are folded, because `listing` folds them."""
    asked_for = 0
    for page in sorted((ROOT / "book").glob("*.md")):
        text = page.read_text("utf-8")
        assert "literalinclude" not in text, page.name
        for name in re.findall(r"^```\{listing\} (\S+)$", text, re.MULTILINE):
            source, _, _ = listing.source_of(name)
            assert source, name
            asked_for += name in listing.graded()
    assert asked_for > 60


def test_no_cell_of_a_page_defines_what_readers_are_asked_to_write():
    """Code that stands open on a page: what would be pasted into a notebook."""
    asked_for = {name.rpartition(".")[2] for name in listing.graded()}
    cell = re.compile(
        r"^```(?:\{code-cell\} ipython3|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL
    )
    for page in sorted((ROOT / "book").glob("*.md")):
        for code in cell.findall(page.read_text("utf-8")):
            if not re.search(r"^:?\s*tags: ?\[[^]]*(?:hide-input|remove-)", code, re.MULTILINE):
                defined = set(re.findall(r"^(?:def|class) (\w+)", code, re.MULTILINE))
                assert not defined & asked_for, f"{page.name}: {defined & asked_for}"


def test_sections_that_have_moved_are_where_the_list_says():
    pages = {page.stem: page.read_text("utf-8") for page in (ROOT / "book").glob("*.md")}
    for page, places in moved.moved_sections(moved.LIST.read_text("utf-8")).items():
        assert page in pages, page
        for anchor, address in places.items():
            now, _, new = address.partition("#")
            text = pages[now.removesuffix(".html")]
            slugs = {
                re.sub(r"[^a-z0-9]+", "-", h.lower()).strip("-")
                for h in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            }
            labels = {*re.findall(r"^\((\S+)\)=$", text, re.MULTILINE), *slugs}
            assert new in labels or f'id="{new}"' in text, address
            assert f"({anchor})=" not in pages[page], f"{anchor} is still on {page}"


def test_old_addresses_are_grouped_by_page():
    text = "training.html#adam: optimization.html#adam\ntraining.html#x: attention.html#y\n"
    expected = {"training": {"adam": "optimization.html#adam", "x": "attention.html#y"}}
    assert moved.moved_sections(text) == expected
    assert moved.moved_sections("# nothing\n") == {}
