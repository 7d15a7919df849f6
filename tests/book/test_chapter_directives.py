"""Heads of chapters, listings to compare with, and numbers of figures."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "book" / "_ext"))

import figure_numbers  # noqa: E402
import listing  # noqa: E402

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
