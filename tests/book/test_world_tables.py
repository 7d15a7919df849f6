"""The tables that show how answers of many origins are judged."""

import pytest

from book.pagelib import world_tables
from book.pagelib.world_tables import WorldTables
from exercises.world_report import Figures, read_figures, total


def test_the_record_keeps_every_promise():
    """At least 99 % of the wrong answers lose points, and so on."""
    found = total(read_figures())
    assert found.broken == 0
    assert found.lose >= 0.99 * found.wrong
    assert found.named >= 0.85 * found.wrong
    assert found.told >= 0.70 * found.tests
    assert found.false <= 0.01 * (found.named + found.false)


def test_each_assignment_has_a_row_in_each_table():
    tables = WorldTables()
    text = tables._repr_html_()
    for row in tables.rows:
        assert text.count(row.assignment) >= 2
    assert str(total(tables.rows).wrong) in tables.summary


def test_a_record_that_breaks_a_promise_is_not_shown(monkeypatch):
    rows = read_figures()
    monkeypatch.setattr(world_tables, "read_figures", lambda: [Figures("01-attention"), *rows[1:]])
    with pytest.raises(RuntimeError, match="of other assignments"):
        WorldTables()
    rows[0].red = 1
    monkeypatch.setattr(world_tables, "read_figures", lambda: rows)
    with pytest.raises(RuntimeError, match="judged wrongly"):
        WorldTables()
