"""The last assignment's references, its handed-out parts, and its hidden sentences."""

import pytest
import torch

from solutions.assignments import lab, lab_data
from solutions.data import batching
from solutions.data.corpora import corpus
from solutions.data.vocabulary import EOS, frequent_types
from solutions.fallbacks import assignments_4_6
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer, predicted_parameters
from solutions.notebook_support import lab_probes, own_part_checks
from solutions.notebook_support.caption_testset import captions
from solutions.notebook_support.lab_recipes import recipe, train_translator
from solutions.notebook_support.lab_reference_files import reference_files
from solutions.notebook_support.training_probes import batch_facts
from solutions.training import optim

CONFIG = TransformerConfig(9, 7, N=2, d_model=8, d_ff=12, h=2, dropout=0.1, pre_norm=True)


# ---- text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    ["A man isn't here.", "Two dogs, a cat and (maybe) a t-shirt!", "Only 3/4 of it?"],
)
def test_cut_and_put_together_a_sentence_is_the_same(sentence):
    assert lab_data.text_of(lab_data.tokens_of(sentence)) == sentence


def test_nothing_but_blanks_is_lost():
    for side in corpus("train"):
        for sentence in side:
            kept = "".join(lab_data.tokens_of(sentence))
            assert kept == "".join(sentence.lower().split())


def test_a_pair_never_loses_its_partner():
    sources = [[f"s{i}"] * (i % 5) for i in range(40)]
    targets = [[f"t{i}"] * (i % 7) for i in range(40)]
    ids = [{f"{side}{i}": 4 + i for i in range(40)} for side in "st"]
    pairs = lab_data.encode_pairs(sources, targets, *ids, longest=4)
    assert pairs
    for source, target in pairs:
        assert source[0] == target[1]
        assert set(source[:-1]) == set(target[1:-1])


# ---- the parts that are handed out ---------------------------------------------------------------


def test_the_model_has_the_size_of_the_reference_and_what_must_hold_of_one():
    for config in (
        CONFIG,
        TransformerConfig(9, 7, N=1, d_model=8, d_ff=6, h=4, positions="learned"),
    ):
        model = assignments_4_6.Transformer(config)
        assert sum(p.numel() for p in model.parameters()) == predicted_parameters(config)
    assert own_part_checks.model_fault(assignments_4_6.Transformer) == ""
    assert own_part_checks.model_fault(Transformer) == ""


def test_the_model_computes_what_the_reference_does():
    """One layer has its parameters under other names, and in another order: copy part by part."""
    config = TransformerConfig(9, 7, N=1, d_model=8, d_ff=12, h=2, pre_norm=True)
    right, mine = Transformer(config).eval(), assignments_4_6.Transformer(config).eval()
    names = {"encoder": ("self_attention", "network"),
             "decoder": ("self_attention", "cross_attention", "network")}  # fmt: skip
    for stack, parts in names.items():
        layer, other = getattr(right, stack).layers[0], getattr(mine, stack).layers[0]
        for number, part in enumerate(parts, start=1):
            source = getattr(layer, "feed_forward" if part == "network" else part)
            getattr(other, part).load_state_dict(source.state_dict())
            residual = getattr(layer, f"residual_{number}")
            getattr(other, f"around_{part}").load_state_dict(residual.state_dict())
        getattr(mine, stack).top.load_state_dict(getattr(right, stack).norm.state_dict())
    for side in ("source", "target"):
        state = getattr(right, f"{side}_embedding").state_dict()
        getattr(mine, f"{side}_embedding").load_state_dict(state)
    source, target = (
        torch.tensor([[4, 8, 3, 0], [5, 6, 7, 3]]),
        torch.tensor([[2, 4, 0], [2, 5, 6]]),
    )
    torch.testing.assert_close(mine(source, target), right(source, target), rtol=0, atol=2e-6)


def test_the_parts_of_a_training():
    text = [["b", "a", "b"], ["c", "a"], [], ["d", "c", "b", "e"]]
    for n in (1, 2, 3):
        assert assignments_4_6.frequent_types(text, n) == frequent_types(text, n)
    pairs = [([5, 3], [2, 8, 9, 3]), ([4, 5, 6, 3], [2, 3]), ([9, 3], [2, 4, 3])]
    for mine, right in zip(
        assignments_4_6.collate(pairs, 0), batching.collate(pairs, 0), strict=True
    ):
        assert mine.dtype == torch.int64
        assert torch.equal(mine[right != 0], right[right != 0])
    for step in (1, 2, 9, 10, 11, 4000):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        schedule = assignments_4_6.NoamSchedule(optimizer, 64, 10, 0.7)
        rates = [schedule.advance() for _ in range(min(step, 12))]
        assert rates[-1] == pytest.approx(optim.noam_rate(len(rates), 64, 10, 0.7))
        assert optimizer.param_groups[0]["lr"] == rates[-1]
    lengths = [(n % 17 + 2, n % 13 + 2) for n in range(300)]
    assert all(
        batch_facts(assignments_4_6.token_batches, [(a, a) for a, _ in lengths], 60, 1).values()
    )
    with pytest.raises(ValueError, match="a pair has 18 tokens, and a batch holds 9"):
        assignments_4_6.token_batches(lengths, 9, 0)


def test_the_search_stops_at_the_end_or_at_the_limit():
    class Endless(lab_probes.EchoModel):
        def decode(self, target, memory, source_mask):
            return torch.eye(10)[(target % 3) + 5]

    source = torch.tensor([[4, 5, EOS, 0], [4, 6, 7, EOS]])
    assert assignments_4_6.search(lab_probes.EchoModel(10), source) == [[4, 5], [4, 6, 7]]
    assert [len(one) for one in assignments_4_6.search(Endless(10), source, 3)] == [6, 7]


# ---- the whole -----------------------------------------------------------------------------------


def test_the_small_corpus_is_learned(tmp_path):
    texts = {"train": tuple(side[:24] for side in corpus("train")), "val": corpus("val")}
    model, config, known, log = train_translator(
        texts, recipe("tiny") | {"N": 1, "epochs": 50, "dropout": 0.0}, tell=lambda row: None
    )
    assert log[-1]["train_loss"] < 0.5 * log[0]["train_loss"]
    lab.save_translator(tmp_path, model, config, *known)
    lab.save_log(tmp_path, log)
    again, *vocabularies = lab.load_translator(tmp_path)
    assert tuple(vocabularies) == known
    scores = [lab.bleu_of(one, *texts["train"], *known) for one in (model, again)]
    assert scores[0] == scores[1] > 50
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0] == "epoch,train_loss,validation_loss"
    assert len(rows) == 51


@pytest.mark.parametrize("change", lab.CHANGES)
def test_every_change_of_the_experiment_changes_the_training(change):
    texts = {"train": tuple(side[:8] for side in corpus("train")), "val": corpus("val")}
    logs = [
        train_translator(texts, recipe("tiny") | {"epochs": 2}, one, lambda row: None)[-1]
        for one in ("", change)
    ]
    assert logs[0][-1]["validation_loss"] != logs[1][-1]["validation_loss"]


def test_the_hidden_sentences_are_pairs_that_nobody_trains_on():
    german, english = captions()
    assert len(german) == len(english) == len(set(german)) == len(set(english)) == 60
    for side, language in ((german, 0), (english, 1)):
        known = {one for split in ("train", "val", "test") for one in corpus(split)[language]}
        assert not known & set(side)
        for sentence in side:
            assert sentence == sentence.strip()
            assert sentence[0].isupper()
            assert sentence[-1] == "."


def test_what_the_perfect_student_hands_in_knows_the_hidden_sentences(tmp_path):
    files = reference_files()
    assert set(files) == {"translator.safetensors", "translator.json", "log.csv"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    model, *known = lab.load_translator(tmp_path)
    assert lab.bleu_of(model, *captions(), *known) > 90
