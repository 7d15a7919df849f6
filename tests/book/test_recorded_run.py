"""Runs that pages read from files: they say where they come from, and what the text says of them
holds."""

import json
import math
import re
import statistics
from pathlib import Path

import pytest

from book.pagelib.recorded_run import RUNS, Recorded
from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import EOS
from solutions.experiments import fault_injection, layer_costs
from solutions.experiments.ngram_baselines import unigram_loss

BOOK = Path(__file__).resolve().parents[2] / "book"
NAMES = sorted(
    folder.name
    for folder in RUNS.iterdir()
    if folder.is_dir() and not folder.name.startswith("lab")  # these are tested by test_lab_runs
)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_names_its_command_seed_machine_and_date(name):
    run = Recorded(name)
    assert run.rows
    assert run.about["command"].startswith(("python -m solutions.", "python -m solutions "))
    assert {"seed", "seeds"} & set(run.about["configuration"])
    assert {"cores", "processor", "instructions"} <= set(run.about["machine"])
    shown = run._repr_html_()
    for told in (run.about["date"][:10], run.about["torch"], run.about["machine"]["instructions"]):
        assert told in shown


@pytest.mark.parametrize("name", NAMES)
def test_a_record_names_no_place_on_a_machine(name):
    text = (RUNS / name / "run.json").read_text(encoding="utf-8")
    assert not re.search(r"[\w.]*/(home|root|tmp|work|Users)/", text)
    assert "host" not in json.loads(text)["machine"]


@pytest.mark.parametrize("name", NAMES)
def test_every_record_is_read_by_a_page(name):
    assert any(f'("{name}")' in page.read_text("utf-8") for page in BOOK.glob("*.md"))


def test_a_missing_record_is_named():
    with pytest.raises(ValueError, match="nothing holds no run"):
        Recorded("nothing")


# ---- What the text says of the costs -------------------------------------------------------------


@pytest.fixture(scope="module")
def measured():
    run = Recorded("costs")

    def of(kind, n, d, column="median_ms"):
        (row,) = run.where(layer=kind, n=n, d=d)
        return row[column]

    return of


def test_the_costs_are_those_of_the_formulas():
    for row in Recorded("costs").rows:
        assert row["multiply_adds"] == layer_costs.multiply_adds(row["layer"], row["n"], row["d"])


def test_attention_does_more_work_in_less_time_where_sequences_are_short(measured):
    n, d = 128, 64
    assert layer_costs.multiply_adds("self-attention", n, d) > layer_costs.multiply_adds(
        "recurrent", n, d
    )
    assert measured("self-attention", n, d) < measured("recurrent", n, d)


def test_the_crossing_is_not_at_n_equal_to_d(measured):
    assert measured("self-attention", 256, 64) < measured("recurrent", 256, 64)  # 4 times d
    assert measured("self-attention", 256, 256) > measured("recurrent", 256, 256)


def test_a_wide_step_costs_less_than_its_work(measured):
    assert measured("recurrent", 1024, 256) < 4 * measured("recurrent", 1024, 64)


def test_the_fused_kernel_is_faster_and_keeps_less_where_the_table_is_large(measured):
    plain, fused = (f"self-attention{kind}" for kind in ("", ", fused"))
    assert measured(fused, 2048, 256) < 0.7 * measured(plain, 2048, 256)
    assert measured(fused, 2048, 256, "kept_bytes") < 0.2 * measured(plain, 2048, 256, "kept_bytes")


def test_convolutions_are_the_fastest_over_long_sequences(measured):
    for d in (64, 256):
        times = {kind: measured(kind, 2048, d) for kind in layer_costs.layers_of_width(64)}
        fastest = sorted(times, key=times.get)[:2]
        assert all(kind.startswith("convolution") for kind in fastest)


# ---- What the text says of the broken models -----------------------------------------------------


def of(name, column, run="broken"):
    """That column of the last row of every seed."""
    record = Recorded(run)
    rows = record.where(mistake=name, epoch=record.about["configuration"]["epochs"])
    return [row[column] for row in rows]


def mean(name, column, run="broken"):
    return statistics.mean(of(name, column, run))


@pytest.fixture(scope="module")
def data():
    return TranslationData.load()


@pytest.fixture(scope="module")
def frequency_loss(data):
    """The loss of a model that knows how frequent each word is, and nothing else."""
    return unigram_loss([target for _, target in data.pairs("train")])


@pytest.fixture(scope="module")
def uniform_loss(data):
    return math.log(len(data.target_vocabulary))


def test_the_whole_gallery_was_trained_with_every_seed():
    for name in fault_injection.GALLERY:
        assert len(of(name, "bleu")) == 3
    assert Recorded("broken").about["configuration"]["seeds"] == 3


@pytest.mark.parametrize("name", ["CausalityForgotten", "collate_without_shift"])
def test_a_leak_is_too_good_and_translates_nothing(name):
    assert min(of(name, "held_out_accuracy")) > 0.9 > max(of("healthy", "held_out_accuracy"))
    assert max(of(name, "held_out_loss")) < min(of("healthy", "held_out_loss"))
    assert max(of(name, "bleu")) < 1 < 30 < min(of("healthy", "bleu"))


def test_without_memory_every_source_gets_the_same(frequency_loss):
    assert max(of("MemoryNotPassedOn", "different")) == 1
    assert mean("MemoryNotPassedOn", "held_out_loss") < frequency_loss - 1


def test_an_inverted_mask_trains_without_a_murmur(frequency_loss):
    assert mean("padding_mask_inverted", "train_loss") < frequency_loss - 1
    assert max(of("padding_mask_inverted", "bleu")) < 5


def test_without_a_warm_up_it_stops_at_the_frequencies(frequency_loss):
    assert abs(mean("rate_without_warmup", "held_out_loss") - frequency_loss) < 0.3
    assert max(of("rate_without_warmup", "bleu")) < 1


def test_two_softmaxes_stop_where_a_model_that_always_says_one_word_does(data, uniform_loss):
    """`broken-models.md`: just below ln V, far above the floor of two softmaxes."""
    said = [y for _, target in data.pairs("val") + data.pairs("test") for y in target[1:]]
    words = [data.target_vocabulary.encode(["the"])[0], EOS]
    always = [
        math.log(math.e + len(data.target_vocabulary) - 1) - said.count(y) / len(said)
        for y in words
    ]
    for loss in of("LogitsAreProbabilities", "held_out_loss"):
        assert any(loss == pytest.approx(one, abs=1e-3) for one in always)
        assert uniform_loss - 0.15 < loss < uniform_loss
    for first in of("LogitsAreProbabilities", "first_loss"):
        assert first == pytest.approx(uniform_loss, abs=0.01)


def test_a_rate_that_never_arrives_changes_nothing():
    first = of("ScheduleNeverWrites", "first_loss")
    later = of("ScheduleNeverWrites", "train_loss")
    assert [abs(a - b) < 0.3 for a, b in zip(first, later, strict=True)] == [True] * len(first)


def test_without_an_end_nothing_ends():
    assert min(of("collate_never_ends", "endless")) > 0.9
    assert max(of("collate_never_ends", "bleu")) < min(of("healthy", "bleu")) - 10


def test_with_dropout_on_it_never_says_the_same_twice():
    assert min(of("DropsInEvaluation", "unsteady")) > 0.3
    assert max(of("healthy", "unsteady")) == 0
    assert mean("DropsInEvaluation", "bleu") < mean("healthy", "bleu")
    assert mean("DropsInEvaluation", "held_out_loss") > mean("healthy", "held_out_loss")


def test_the_first_loss_tells_of_padding_in_the_divisor_and_of_no_shift(uniform_loss):
    wrong = "step_divides_by_every_position+batches_do_not_sort"
    assert max(of(wrong, "first_loss")) < uniform_loss < min(of("healthy", "first_loss"))
    assert max(of("collate_without_shift", "first_loss")) < uniform_loss


def test_the_wrong_divisor_reports_what_no_model_can_reach_and_harms_none():
    wrong = "step_divides_by_every_position+batches_do_not_sort"
    assert max(of(wrong, "train_loss")) < mean("collate_without_shift", "train_loss")
    assert mean(wrong, "bleu") > mean("healthy", "bleu") - 6


def test_without_positions_it_still_translates_a_little():
    for name in ("SourcePositionsForgotten", "TargetPositionsForgotten"):
        assert 5 < mean(name, "bleu") < mean("healthy", "bleu")


def test_one_wide_head_without_its_scale_is_lost():
    wide = "broken-wide-head"
    healthy = of("healthy", "held_out_loss", wide)
    assert min(of("attention_without_scale", "held_out_loss", wide)) > max(healthy) + 0.5


def test_copying_reaches_the_floor_of_label_smoothing():
    """What the section on the false alarm says: with smoothing, this is zero."""
    assert mean("collate_without_shift", "train_loss") == pytest.approx(0.92, abs=0.03)


# ---- What the text says of the translator's heads ------------------------------------------------


def test_a_head_looks_where_the_text_says():
    recorded = json.loads((RUNS / "explorers.json").read_text(encoding="utf-8"))

    def looked_at(sentence, layer=2, head=3):
        """(word, source word with the largest weight once the translation was read up to it)."""
        rows = sentence["scores"]["cross"][layer - 1][head - 1]
        places = [row.index(max(row)) for row in rows]
        return list(zip(sentence["target"], places, strict=True))

    first, second = recorded["sentences"]
    assert first["source"][:4] == ["ein", "brauner", "hund", "rennt"]
    assert first["source"][4:8] == ["dem", "schwarzen", "hund", "hinterher"]
    walk = [0, 1, 2, 3, 3, 7, 7, 5, 6, 9, 9]
    words = ["<s>", "a", "brown", "dog", "is", "running", "after", "the", "black", "dog", "."]
    assert looked_at(first) == list(zip(words, walk, strict=True))
    assert second["source"][6:9] == ["sei@@", "cht@@", "es"]
    assert ("through", 6) in looked_at(second)
    assert ("shallow", 9) in looked_at(second)


def test_the_heads_that_read_neighbors_are_those_of_the_text():
    """`translate.md`: what a reader may find."""
    recorded = json.loads((RUNS / "explorers.json").read_text(encoding="utf-8"))["neighbors"]
    text = " ".join((BOOK / "translate.md").read_text(encoding="utf-8").split())

    def most(stack, place):
        weights = recorded[stack][place]
        return max(
            (w, layer + 1, head + 1) for layer, x in enumerate(weights) for head, w in enumerate(x)
        )

    assert f"Over {recorded['lines']} captions" in text
    weight, layer, head = most("encoder", "before")
    assert f"head {head} of layer {layer} in the encoder gives {weight:.2f} of its weight" in text
    weight, layer, head = most("decoder", "itself")
    assert f"In the decoder, head {head} of layer {layer} gives {weight:.2f} to the word" in text
    weight, layer, head = most("encoder", "after")
    assert f"the most is {weight:.2f}, by head {head} of layer {layer}" in text


def test_the_recorded_search_ends_as_the_text_says():
    """`decoding.md`: three beginnings, and the one that finishes last wins."""
    steps = json.loads((RUNS / "explorers.json").read_text(encoding="utf-8"))["search"]["steps"]
    begun = [" ".join(words) for words, _ in steps[3]["beams"]]
    assert begun[:3] == ["a man is", "a man sits", "a man sitting"]
    finished = [[" ".join(words[:3]) for words, *_ in step["finished"]] for step in steps]
    assert finished[9] == []
    assert set(finished[10]) == {"a man sits", "a man sitting"}
    (best, log_p, _), *others = steps[11]["finished"]
    assert best[:3] == ["a", "man", "is"]
    assert all(log_p > other for _, other, _ in others)
    assert all(len(best) > len(words) for words, *_ in others if words[2] != "is")


def test_the_classifier_learns_what_order_is():
    accuracies = [row["accuracy"] for row in Recorded("classifier").rows]
    assert len(accuracies) == 5
    assert accuracies[-1] > 0.85
