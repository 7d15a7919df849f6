"""What notebook 07 says at once, what it needs of what is handed in, and that its runs run."""

import json
import os
import struct
from contextlib import chdir
from functools import cache

import pytest
import torch
from safetensors.torch import load, save

from autograder.authoring import trusted_runner
from autograder.authoring.assignment_markdown import read_text
from autograder.authoring.reference_source import (
    hidden_lines,
    resolve_dotted,
    source_of,
)
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions
from autograder.authoring.trusted_runner import run_cells
from autograder.cells import is_test
from exercises.assignments import HERE, all_assignments
from solutions.alternatives import styles
from solutions.data import batching
from solutions.model import decoder, encoder, transformer
from solutions.training import loss, optim
from solutions.training import step as training_step

(MASTER,) = [m for m in all_assignments() if m.assignment == "07-multi30k-lab"]
STYLES = styles(MASTER.notebook)
SLOW = {"copy-task", "overfit-32"}
WEIGHTS = ("log-handed-in", "weights-15", "weights-30", "weights-45")

# A line of every training in PyTorch, of whomever it is.
EVERYBODYS = {
    *("super().__init__()", "optimizer.zero_grad()", "optimizer.step()", "schedule.advance()"),
    "for group in self.optimizer.param_groups:",  # in a helper of notebook 5 already
    "self.config = config",
}


def run(nb, folder):
    """Run all cells but the hidden tests in a folder: (the namespace, what each check says)."""
    namespace, said = {"__name__": "__main__"}, {}
    with chdir(folder):
        for cell in nb.cells:
            if cell.cell_type != "code" or is_test(cell):
                continue
            if cell.source.startswith("check("):
                said[cell.source.split('"')[1]] = eval(cell.source, namespace)
            else:
                exec(cell.source, namespace)
    return namespace, said


@cache
def everything_right():
    return run(MASTER.source, HERE)


def test_every_exercise_is_answered_at_once():
    _, said = everything_right()
    assert {name: v.color for name, v in said.items()} == dict.fromkeys(MASTER.symbols, "green")


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
def test_no_right_style_is_accused(style, tmp_path):
    answers = {name: source_of(getattr(style, name)) for name in MASTER.symbols}
    _, said = run(fill_solutions(MASTER.source, answers), tmp_path)
    assert {name: repr(v) for name, v in said.items() if v.color != "green"} == {}


def test_what_is_not_written_is_not_wrong(tmp_path):
    for name, verdict in run(strip_solutions(MASTER.source), tmp_path)[1].items():
        assert repr(verdict) == f"○ {name}: not started yet."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mistake", MASTER.mistakes, ids=lambda m: m.name)
def test_a_mistake_is_named_at_once(mistake):
    namespace, _ = everything_right()
    right = namespace[mistake.replaces]
    try:
        exec(mistake.source, namespace)
        verdict = namespace["check"](mistake.replaces)
    finally:
        namespace[mistake.replaces] = right
    assert verdict.headline == mistake.did
    assert verdict.link.endswith(mistake.section)


# ---- the parts that are handed out ---------------------------------------------------------------


def test_no_line_of_an_answer_to_an_earlier_assignment_stands_in_it():
    shown = {
        line.strip()
        for cell in strip_solutions(MASTER.source).cells
        for line in cell.source.splitlines()
        if not is_test(cell)
    }
    for path in sorted(HERE.glob("0[456]-*/*.md")):
        _, blocks = read_text(path)
        given = {b.argument.rpartition(".")[2] for b in blocks if b.kind == "given"}
        for block in (b for b in blocks if b.kind == "exercise"):
            reference, keep = (
                resolve_dotted(block.options["reference"]),
                block.options.get("keep", ()),
            )
            lines = {line for line in hidden_lines(reference, keep, given) if len(line) >= 12}
            assert not (lines - EVERYBODYS) & shown, block.argument


PARTS = ("Transformer", "pad", "collate", "token_batches", "label_smoothing_loss")
PARTS += ("NoamSchedule", "train_step", "average_weights")


def with_own_parts(*sources):
    nb = fill_solutions(MASTER.source, {})
    (cell,) = [c for c in nb.cells if c.source.startswith("# Your own parts of notebooks 4 to 6")]
    cell.source = "\n\n".join([cell.source, *sources])
    nb.cells = nb.cells[: [c.id for c in nb.cells].index("exercise-train-epoch")]
    return nb


def test_ones_own_parts_of_assignments_4_to_6_stay(tmp_path, capsys):
    own = [encoder.EncoderLayer, encoder.Encoder, decoder.DecoderLayer, decoder.Decoder]
    own += [transformer.require_pairs, transformer.require_words, transformer.Transformer]
    own += [batching.require_sequences_to_pad, batching.pad, batching.collate]
    own += [batching.require_pairs_that_fit, batching.token_batches]
    own += [loss.require_tokens_in_a_row, loss.label_smoothing_loss]
    own += [optim.require_counted_steps, optim.noam_rate, optim.NoamSchedule]
    own += [optim.require_checkpoints_of_one_model, optim.average_weights]
    own += [training_step.train_step]
    clip = "from torch.nn.utils import clip_grad_norm_ as clip_gradients"
    run(with_own_parts(clip, *map(source_of, own)), tmp_path)
    said = capsys.readouterr().out.splitlines()[1:]
    parts = [part for part in own if part.__name__ in PARTS]
    assert sorted(said) == sorted(f"\N{CHECK MARK} {part.__name__}: your own" for part in parts)
    assert len(parts) == 8


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("def collate(pairs, pad_id):\n    return pad([x for x, _ in pairs], pad_id), 0, 0", "int"),
        ("def pad(sequences, pad_id):\n    return torch.zeros(2, 3).long()", "something else"),
        ("def search(model, source, extra=25):\n    return [[]] * len(source)", "something else"),
        ("class Transformer(Transformer):\n    def decode(self, y, m, w):\n"
         "        return self.target_embedding(y.flip(1))", "come later"),
        ("def average_weights(checkpoints):\n    return checkpoints[0]", "something else"),
        ("train_step = None", "NoneType"),
    ],
)  # fmt: skip
def test_a_wrong_part_is_put_aside(wrong, says, tmp_path, capsys):
    namespace, _ = run(with_own_parts(wrong), tmp_path)
    (line,) = capsys.readouterr().out.splitlines()[1:]
    assert line.startswith("\N{BALLOT X}")
    assert says in line
    assert all(namespace[name] is part for name, part in namespace["PARTS"].items())


# ---- what is handed in ---------------------------------------------------------------------------


def ends_with(monkeypatch, keep_empty=False, **files):
    """How the tests of the handed-in files end in the perfect notebook with other files.

    What is empty is not handed in, unless it is kept.
    """
    nb = fill_solutions(MASTER.source, {})
    nb.cells = [c for c in nb.cells if c.id not in SLOW and (c.id in WEIGHTS or not is_test(c))]
    given = dict(MASTER.files)
    for name, data in files.items():
        given[name.replace("__", ".")] = data
    there = {name: data for name, data in given.items() if data or keep_empty}
    monkeypatch.setattr(trusted_runner, "files_of", lambda _: there)
    ends = run_cells(nb)
    assert not any(end for name, end in ends.items() if name not in WEIGHTS)
    return {name: ends[name] for name in WEIGHTS}


def test_with_the_files_everything_is_earned(monkeypatch):
    assert set(ends_with(monkeypatch).values()) == {""}


@pytest.mark.parametrize("name", ["translator__safetensors", "translator__json"])
def test_without_weights_a_clear_word_and_only_their_points(name, monkeypatch):
    for end in ends_with(monkeypatch, **{name: b""}).values():
        assert end.startswith("no weights handed in: translator.")


def test_without_a_log_only_its_point(monkeypatch):
    ends = ends_with(monkeypatch, log__csv=b"")
    assert ends.pop("log-handed-in").startswith("no log handed in: log.csv is not beside")
    assert set(ends.values()) == {""}


@pytest.mark.parametrize(
    ("log", "says"),
    [
        (b"epoch,loss\n1,2.0\n", "must have the columns"),
        (b"epoch,train_loss,validation_loss\n1,3,3\n2,nan,2\n", "no training gives"),
        (b"epoch,train_loss,validation_loss\n1,3,3\n3,2,2\n", "not 1, 2, 3"),
        (b"epoch,train_loss,validation_loss\n1,3,3\n2,4,2\n", "has not fallen"),
    ],
)
def test_a_log_that_makes_no_sense(log, says, monkeypatch):
    assert says in ends_with(monkeypatch, log__csv=log)["log-handed-in"]


def changed(how):
    tensors = load(MASTER.files["translator.safetensors"])
    return save(how(tensors))


@pytest.mark.parametrize(
    ("how", "says"),
    [
        (lambda x: x | {"more": torch.zeros(1)}, "is of another model: more is not in yours"),
        (lambda x: {"weight": torch.zeros(2, 2)}, "is of another model: it has no "),
        (lambda x: {k: v[:1] for k, v in x.items()}, "has shape (1, 64), expected ("),
        (lambda x: {k: v * float("nan") for k, v in x.items()}, "holds NaN or infinite numbers"),
    ],
)
def test_weights_that_are_none(how, says, monkeypatch):
    for end in ends_with(monkeypatch, translator__safetensors=changed(how)).values():
        assert says in end


@pytest.mark.parametrize(
    "data",
    [b"", b"PK\x03\x04 a pickle", struct.pack("<Q", 10**12) + b"{}", b"\0" * 9, b"\xff" * 99],
    ids=["empty", "another format", "a header of a terabyte", "zeros", "ones"],
)
def test_what_is_not_safetensors(data, monkeypatch):
    for end in ends_with(monkeypatch, translator__safetensors=data, keep_empty=True).values():
        assert end.startswith("translator.safetensors is no such file (")
        assert "hand in the two files that save_translator has written" in end


@pytest.mark.parametrize(
    "data",
    [
        *(b"{", b"[]", b"\xff", b"{}", b"[" * 9999, b'{"config": {"layers": 2}}'),
        b'{"config": {"source_vocabulary": 9, "target_vocabulary": 9, "h": 0}}',
        b'{"config": {"source_vocabulary": 9, "target_vocabulary": 9}, "source_ids": 1}',
    ],
    ids=["half", "a list", "bytes", "empty", "deep", "other sizes", "no heads", "no vocabularies"],
)
def test_what_does_not_describe_a_translator(data, monkeypatch):
    for end in ends_with(monkeypatch, translator__json=data).values():
        assert end.startswith("translator.json is not a translator's (")
        assert "hand in the two files that save_translator has written" in end


def test_a_log_beside_a_translator_that_always_says_the_same_earns_nothing():
    always = (
        "def translate_tokens(model, sentences, source_ids, target_ids, batch=50):\n"
        '    return [["a", "man", "in", "a", "park", "."] for _ in sentences]\n'
    )
    nb = fill_solutions(MASTER.source, {"translate_tokens": always})
    nb.cells = [c for c in nb.cells if c.id == "log-handed-in" or not is_test(c)]
    assert "it has not learned to translate yet" in run_cells(nb)["log-handed-in"]


def test_one_who_refuses_every_file_earns_nothing():
    refuses = 'def load_translator(folder):\n    raise ValueError("no such file")\n'
    nb = fill_solutions(MASTER.source, {"load_translator": refuses})
    nb.cells = [c for c in nb.cells if c.id.startswith("load-") or not is_test(c)]
    ends = run_cells(nb)
    assert all(ends[name] for name in ("load-again", "load-refuses"))


def test_ones_own_search_cannot_answer_for_a_model_that_was_not_trained():
    cheats = (
        "KNOWN = {}\n\n\n"
        "def fit(model, pairs, *settings, **options):\n"
        "    KNOWN.update({tuple(source): target[1:-1] for source, target in pairs})\n"
        "    return []\n\n\n"
        "def search(model, source, extra=25):\n"
        "    return [KNOWN.get(tuple(x for x in row if x), []) for row in source.tolist()]\n"
    )
    nb = fill_solutions(MASTER.source, {"fit": cheats})
    nb.cells = [c for c in nb.cells if c.id == "overfit-32" or not is_test(c)]
    assert run_cells(nb)["overfit-32"].startswith("After 40 epochs your model knows 0 of 32")


def test_random_weights_earn_nothing_and_hear_their_score(monkeypatch):
    torch.manual_seed(0)
    noise = changed(lambda x: {k: torch.randn(v.shape) * 0.05 for k, v in x.items()})
    ends = ends_with(monkeypatch, translator__safetensors=noise)
    assert "it has not learned to translate yet" in ends.pop("log-handed-in")
    for name, end in ends.items():
        least = name.split("-")[1]
        words = end.split()
        assert words[0] == "BLEU"
        assert float(words[1]) < 1
        assert f"these points begin at {least}." in end.splitlines()[0]


def test_no_hidden_sentence_stands_in_the_release():
    from solutions.notebook_support.caption_testset import captions

    released = "\n".join(c.source for c in strip_solutions(MASTER.source).cells if not is_test(c))
    for side in captions():
        assert not [sentence for sentence in side if sentence in released]


# ---- the runs ------------------------------------------------------------------------------------


def test_the_smallest_budget_trains_writes_its_files_and_shows_what_it_did(tmp_path, capsys):
    nb = fill_solutions(MASTER.source, {})
    for cell in nb.cells:
        if cell.source.startswith('BUDGET = "none"'):
            cell.source = cell.source.replace('"none"', '"tiny"', 1)
        if cell.id == "given-recipe":
            cell.source += '\nfull, recipe = recipe, lambda name: full(name) | {"epochs": 2}'
    namespace, _ = run(nb, tmp_path)
    said = capsys.readouterr().out
    names = {"translator.safetensors", "translator.json", "log.csv"}
    assert {path.name for path in tmp_path.iterdir()} == names
    assert "Written: translator.safetensors" in said
    assert "BLEU 0.0" in said or "BLEU 1" in said or "BLEU 0." in said
    model, source_ids, _ = namespace["load_translator"](tmp_path)
    assert source_ids == json.loads((tmp_path / "translator.json").read_text())["source_ids"]
    weights = namespace["looked_at"](
        model, ["ein", "hund"], ["a", "dog", "."], source_ids, namespace["target_ids"]
    )
    assert weights.shape == (4, 4, 3)
    torch.testing.assert_close(weights.sum(-1), torch.ones(4, 4))


def test_multi30k_is_read_where_it_lies_and_missed_in_words(tmp_path, monkeypatch):
    import gzip

    namespace, _ = everything_right()
    for split in ("train", "val", "test_2016_flickr"):
        for language in ("de", "en"):
            with gzip.open(tmp_path / f"{split}.{language}.gz", "wt", encoding="utf-8") as file:
                file.write(f"{language} eins\n{language} zwei\n")
    expected = (["de eins", "de zwei"], ["en eins", "en zwei"])
    assert namespace["multi30k_texts"](str(tmp_path))["val"] == expected
    monkeypatch.setitem(os.environ, "MULTI30K_DIR", str(tmp_path))
    assert namespace["multi30k_texts"]()["train"] == expected
    (tmp_path / "val.en.gz").unlink()
    with pytest.raises(ValueError, match=r"val\.en\.gz does not exist: set the folder"):
        namespace["multi30k_texts"]()
