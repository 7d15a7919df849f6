"""The table of variations: every row beside the range that the seed alone makes."""

import json

import pytest

from book.pagelib.table3_results import VariationRuns
from solutions.translator.table3 import BUDGET, VARIATIONS, command_of

KNOWN = {variation.name: variation for variation in VARIATIONS}


def run(name: str, bleu: float, seed: int = 0) -> dict:
    """A file of `solutions.translator.table3`, as far as the page reads it."""
    variation = KNOWN[name]
    session = {"device": "cpu", "processor": "p", "precision": "float32", "python": "3.11"}
    return {
        "name": name,
        "row": variation.row,
        "words": variation.words,
        "changes": variation.changes,
        "command": " ".join(command_of(variation, seed)),
        "sessions": [session | {"torch": "2", "date": "2026-01-02T03:04"}],
        "result": {"parameters": 5_000_000, "validation_loss": 2.0},
        "scores": [
            {"test": "val", "beam": 1, "tokens": bleu - 1, "13a": 0, "chrf": 0},
            {"test": "val", "beam": 5, "tokens": bleu, "13a": 0, "chrf": 0},
        ],
    }


@pytest.fixture
def runs(tmp_path):
    several = [run("base", 30, 0), run("base", 31, 1), run("words", 26), run("heads-1", 29)]
    for number, one in enumerate(several):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    return VariationRuns(tmp_path)


def test_rows_stand_in_the_order_of_the_paper_behind_the_bases(runs):
    rows = runs.table().rows
    assert [row[0] for row in rows] == [
        *("base, seed 0", "base, seed 1", "one head of width 256"),
        "whole words in place of pieces",
    ]
    assert rows[2] == ["one head of width 256", "A", "5.0 M", "2.000", "28.00", "29.00"]


def test_the_loss_of_words_is_not_put_beside_that_of_pieces(runs):
    assert runs.table().rows[3][3] == ""


def test_a_row_is_compared_with_the_mean_of_the_bases(runs):
    assert (runs.base(), runs.spread()) == (30.5, 1)
    assert runs.change("words") == -4.5
    assert runs.loss_change("words") == 0


def test_two_bases_leave_a_wide_margin_for_chance(runs):
    # Standard deviation 0.71, times the square root of 1.5, times Student's 12.7.
    assert runs.margin(runs.bleu) == pytest.approx(12.706 * 0.5**0.5 * 1.5**0.5)
    assert runs.margin(runs.loss) == 0


def test_what_the_page_calls_beyond_chance_is_so():
    recorded = VariationRuns()
    margin, loss = recorded.margin(recorded.bleu), recorded.margin(recorded.loss)
    for one in recorded.runs:
        name = one["name"]
        unclear = name in {"heads-1", "heads-32", "keys-8", "layers-1", "smoothing-0"}
        assert (abs(recorded.change(name)) < margin) == unclear, name
        if name != "words":  # its losses are of other tokens
            same = name in {"heads-1", "smoothing-0"}
            assert (abs(recorded.loss_change(name)) < loss) == same, name


def test_the_picture_tells_the_extremes_and_the_range_of_the_bases(runs):
    ((figure, description),) = runs.picture().panels
    assert "Lowest: whole words in place of pieces, 26.0" in description
    assert "between 30.0 and 31.0" in description
    (ax,) = figure.axes
    assert ax.get_yticklabels()[0].get_text() == "heads 1"


def test_a_single_base_says_nothing_about_chance(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps(run("base", 30)))
    with pytest.raises(ValueError, match="two runs of the base or more"):
        VariationRuns(tmp_path)


def test_every_recorded_row_is_what_its_command_says():
    recorded = VariationRuns()
    assert len(recorded.runs) >= 10
    for one in (*recorded.bases, *recorded.runs):
        seed = int(one["command"].split("--seed ")[1].split()[0])
        assert one["command"] == " ".join(command_of(KNOWN[one["name"]], seed))
        assert len(one["log"]) == BUDGET["epochs"]


def test_what_the_text_concludes_is_so():
    runs = VariationRuns()
    change = {run["name"]: runs.change(run["name"]) for run in runs.runs}
    worst = ("heads-1", "keys-8", "layers-1", "narrow", "no-positions", "post-norm", "learned")
    assert all(change[name] < -runs.spread() for name in worst), "these cost more than chance"
    assert abs(change["heads-32"]) < runs.spread()
    assert change["keys-8"] < change["heads-1"]
    assert change["narrow"] < change["layers-1"]
    assert change["words"] < change["layers-1"]
    assert min(change, key=change.get) == "post-norm"
    assert abs(change["smoothing-0"]) < runs.spread() < change["dropout-0"]
    falls = [
        run["log"][-2]["validation_loss"] - run["log"][-1]["validation_loss"]
        for run in (runs["dropout-0"], *runs.bases)
    ]
    assert falls[0] == min(falls), "without dropout, learning by heart has begun"
