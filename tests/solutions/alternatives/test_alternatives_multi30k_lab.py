"""Other right ways to write the lab: each style gives what the reference gives."""

import pytest
import torch

from solutions.alternatives import styles
from solutions.assignments import lab, lab_data
from solutions.data import batching
from solutions.notebook_support import lab_probes
from solutions.training import step as training_step

STYLES = styles("multi30k-lab")
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
PAIRS = [([4 + n % 5, *[5] * (n % 4), 3], [2, *[6 + n % 4] * (1 + n % 5), 3]) for n in range(30)]
BATCHES = [
    (torch.tensor([[4, 5, 3]]), torch.tensor([[2, 7, 8, 6]]), torch.tensor([[7, 8, 6, 3]])),
    (
        torch.tensor([[6, 3], [3, 0]]),
        torch.tensor([[2, 9], [2, 0]]),
        torch.tensor([[9, 3], [3, 0]]),
    ),
]
WORDS = [("ein", "a"), ("hund", "dog"), ("und", "and"), ("park", "park"), (".", ".")]


def test_there_are_five_and_none_is_the_reference():
    assert len(STYLES) >= 5
    names = ("tokens_of", "build_vocabularies", "encode_pairs", "make_batches", "train_epoch")
    names += ("evaluate_loss", "fit", "translate_tokens", "bleu_of", "predictions", "compare_runs")
    for module in STYLES.values():
        for name in (*names, "load_translator"):
            assert getattr(module, name).__module__ == module.__name__


@each_style
@pytest.mark.parametrize(
    "sentence", ["", "  ", "Ein Hund.", "Was?! (Ja, „nein“ …) T-Shirt", "ÄÖÜ łódź x_1 2016 - é"]
)
def test_tokens(style, sentence):
    assert style.tokens_of(sentence) == lab_data.tokens_of(sentence)


@each_style
@pytest.mark.parametrize("min_count", [1, 2, 3])
def test_vocabularies_and_pairs(style, min_count):
    side = [["b", "a", "b"], [], ["c", "a"], ["a", "d", "b", "e"]]
    splits = {"train": (side, side[::-1]), "test": ([["q", "q", "q"]], [["r"] * 3])}
    known = lab_data.build_vocabularies(splits, min_count)
    assert style.build_vocabularies(splits, min_count) == known
    for longest in (2, 3, 60):
        pairs = lab_data.encode_pairs(*splits["train"], *known, longest)
        assert style.encode_pairs(*splits["train"], *known, longest) == pairs


@each_style
def test_batches(style):
    facts = [lab_probes.epoch_facts(m.make_batches, PAIRS, 30, 2) for m in (style, batching)]
    assert facts[0] == facts[1]


@each_style
def test_epoch_and_evaluation(style):
    for function, reference in ((style.train_epoch, lab.train_epoch),):
        found, expected = (lab_probes.one_epoch(f, BATCHES) for f in (function, reference))
        assert found[0] == pytest.approx(expected[0], rel=1e-6)
        assert found[1] == pytest.approx(expected[1], rel=1e-6)
    for dropout, mode in ((0.0, False), (0.9, True)):
        found, expected = (
            lab_probes.evaluated(m.evaluate_loss, BATCHES, dropout, mode)
            for m in (style, training_step)
        )
        assert found[0] == pytest.approx(expected[0], rel=1e-6)
        assert found[1:] == expected[1:]
    assert lab_probes.evaluated(style.evaluate_loss, [])[0] == "ValueError"


@each_style
@pytest.mark.parametrize(("epochs", "average"), [(1, 1), (3, 2), (5, 3), (2, 5)])
def test_training(style, epochs, average):
    found, expected = (
        lab_probes.fitted(m.fit, PAIRS[:5], PAIRS[5:8], epochs, 100, average) for m in (style, lab)
    )
    assert [row for row, _ in found[3]] == found[0]
    assert [steps for _, steps in found[3]] == list(range(1, epochs + 1))
    assert found[5]
    assert len(found[0]) == epochs
    for mine, right in zip(found[0], expected[0], strict=True):
        assert mine == pytest.approx(right, rel=1e-5)
    torch.testing.assert_close(found[1], expected[1], rtol=0, atol=1e-6)
    several = lab_probes.fit_facts(style.fit, PAIRS, PAIRS[:2], 3, 24, 1)
    assert several[3:7] == (True, True, True, True)
    assert several[8]


@each_style
@pytest.mark.parametrize("batch", [1, 2, 50])
def test_translations(style, batch):
    some = [["ein", "park", "und", "ein", "hund", "."], ["hund"], ["ein", "zebra"], ["und", "."]]
    for dropout, mode in ((0.0, False), (0.9, True)):
        found, expected = (
            lab_probes.translated(m.translate_tokens, some, WORDS, batch, dropout, mode)
            for m in (style, lab)
        )
        assert found == expected


@each_style
def test_score(style):
    sentences = ["Ein Hund und ein Park.", "Ein Quokka und ein Hund im Park."]
    references = ["A dog and the park.", "A quokka and a dog in the park."]
    found, expected = (
        lab_probes.scored(m.bleu_of, sentences, references, WORDS) for m in (style, lab)
    )
    assert found == pytest.approx(expected, rel=1e-9)


@each_style
def test_what_is_handed_in_and_the_experiment(style):
    for damage in ("", "another model", "a shape", "a NaN", "one parameter more", "no file"):
        found, expected = (lab_probes.load_facts(m.load_translator, damage) for m in (style, lab))
        assert found == expected
    assert lab.form_of_predictions(style.predictions) == (True, True, True)
    for before, after in ((1.0, 1.3), (1.0, 1.05), (2.0, 1.0), (1.0, 1.25)):
        logs = [
            [
                {"epoch": i, "train_loss": 1.0, "validation_loss": x}
                for i, x in ((1, loss), (2, 9.0))
            ]
            for loss in (before, after)
        ]
        for margin in (0.1, 0.25):
            assert style.compare_runs(*logs, margin) == lab.compare_runs(*logs, margin)
