"""What the lab's page tells: runs that differ in their seed alone, and the scores that they had."""

import html
import json
import re
import statistics

import pytest

from book.pagelib.lab_results import TESTS, LabRuns
from book.pagelib.recorded_run import RUNS
from solutions.translator.train_config import TrainConfig


@pytest.fixture(scope="module")
def lab():
    return LabRuns()


def test_there_are_three_seeds_of_the_settings_that_the_command_has_by_itself(lab):
    assert len(set(lab.seeds)) == 3
    assert all(TrainConfig(**run["settings"] | {"seed": 0}) == TrainConfig() for run in lab.runs)
    for run in lab.runs:
        assert run["result"]["ending"] == "all epochs done"
        assert len(run["log"]) == run["result"]["epochs"] == run["settings"]["epochs"]


def test_the_mean_is_better_than_every_model_that_it_is_made_of(lab):
    for run in lab.runs:
        single = [row["validation_loss"] for row in run["log"]]
        assert run["result"]["validation_loss"] < min(single)


def test_the_translator_reaches_what_the_page_promises(lab):
    scores = lab.scores("test_2016_flickr", "tokens")
    assert lab.mean("test_2016_flickr", "tokens") == statistics.mean(scores) >= 42
    assert lab.mean("test_2016_flickr", "tokens", greedy=True) < statistics.mean(scores)


def test_pieces_are_better_than_words_on_every_test_set(lab):
    words = LabRuns(RUNS / "lab-words")
    assert {run["settings"]["merges"] for run in words.runs} == {0}
    rows = lab.beside(words, "words", "pieces").rows
    assert len(rows) == len(TESTS)
    for name, before, after, gain, _ in rows:
        assert float(after) - float(before) == pytest.approx(float(gain), abs=0.011), name
        assert float(gain) > 0


def test_words_score_below_every_seed_of_pieces_but_on_coco(lab):
    words = LabRuns(RUNS / "lab-words")
    below = [t for t in TESTS if words.mean(t, "tokens") < min(lab.scores(t, "tokens"))]
    assert below == [test for test in TESTS if "coco" not in test]


def text_of(shown):
    return html.unescape(re.sub("<[^>]+>", "", shown._repr_html_()))


def test_what_is_shown_says_where_it_comes_from(lab):
    about = text_of(lab)
    assert "Recorded with python -m solutions.train --seed S; " in about
    words = text_of(LabRuns(RUNS / "lab-words"))
    assert "python -m solutions.train --merges 0 --epochs 24 --seed S" in words
    assert all(str(seed) in about for seed in lab.seeds)
    rows = lab.by_seed().rows
    assert len(rows) == len(lab.seeds) + 1
    assert rows[-1][2] == f"<b>{lab.mean('test_2016_flickr', 'tokens'):.2f}</b>"


def test_runs_that_differ_in_more_than_the_seed_are_refused(lab, tmp_path):
    with pytest.raises(ValueError, match="differ in nothing but the seed"):
        LabRuns(tmp_path)
    for number, epochs in enumerate((3, 4)):
        run = lab.runs[0] | {"settings": lab.runs[0]["settings"] | {"epochs": epochs}}
        (tmp_path / f"{number}.json").write_text(json.dumps(run))
    with pytest.raises(ValueError, match="differ in nothing but the seed"):
        LabRuns(tmp_path)


def test_the_curves_are_drawn_over_whole_epochs(lab):
    ((figure, description), *_) = lab.curves().panels
    (ax,) = figure.axes
    assert list(ax.get_xticks()) == [0, 5, 10, 15, 20]
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == [f"seed {seed}" for seed in lab.seeds]
    assert "Validation loss falls steeply" in description


# ---- What the text says of two runs more ---------------------------------------------------------


def test_the_timed_run_has_two_threads_and_ends_within_half_an_hour(lab):
    (run,) = LabRuns(RUNS / "lab-two-threads").runs
    assert run["settings"] == lab.runs[0]["settings"]
    assert [session["threads"] for session in run["sessions"]] == [2]
    assert run["result"]["ending"] == "all epochs done"
    assert run["result"]["seconds"] < 1800


def test_without_dropout_the_pairs_are_learnt_by_heart(lab):
    without = LabRuns(RUNS / "lab-no-dropout")
    (run,) = without.runs
    same = lab.runs[lab.seeds.index(run["settings"]["seed"])]
    assert run["settings"] == same["settings"] | {"dropout": 0.0}
    best = int(without.best_epoch(run))
    losses = [row["validation_loss"] for row in run["log"]]
    assert best < len(losses) / 2
    assert losses[-1] > losses[best - 1] + 0.3
    assert run["log"][-1]["train_loss"] < same["log"][-1]["train_loss"]
    found, theirs = (runs.scores("test_2016_flickr", "tokens")[0] for runs in (without, lab))
    assert found < theirs - 1
