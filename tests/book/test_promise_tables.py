"""The page that shows which hidden test holds each sentence of a docstring."""

from collections import Counter

import pytest

from book.check_site.document import Document
from book.pagelib.promise_tables import PromiseTables


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    path = tmp_path_factory.mktemp("site") / "promises.html"
    body = PromiseTables()._repr_html_()
    path.write_text(f'<!DOCTYPE html><html lang="en"><title>x</title><body>{body}</body></html>')
    return Document(path)


def test_the_tables_are_valid_html(page):
    assert page.errors == []
    assert page.failures() == []


def test_each_sentence_has_a_row_and_each_table_a_name_of_its_own():
    tables = PromiseTables()
    text = tables._repr_html_()
    names = Counter(name for _, of_names in tables.of for name in of_names)
    sentences = sum(len(promises) for _, of_names in tables.of for promises in of_names.values())
    assert text.count('<tr role="row"><td') == sentences
    assert text.count("<table") == len(names)
    assert max(names.values()) == 1
    assert tables.summary.startswith(f"{sentences} sentences: ")


def test_a_row_shows_the_title_of_its_test():
    text = PromiseTables()._repr_html_()
    assert "<code>lengths</code>: One number for each sentence, without padding" in text
    assert "explains, promises nothing" in text
