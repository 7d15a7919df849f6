"""The command that translates: the same as the search called by hand, one line out for each in."""

from dataclasses import replace

import pytest
import torch
from click.testing import CliRunner
from lab_test_runs import SMALL, begin, corpus, train

from solutions.data.bpe import MORE
from solutions.data.corpora import TranslationData
from solutions.data.detokenize import capitalize, detokenize
from solutions.data.vocabulary import BOS, EOS, Vocabulary, tokenize
from solutions.decoding.greedy import translate
from solutions.translator import plots
from solutions.translator.inference import Translator
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.translate_command import lines, main

SENTENCES = ["Das Kind schläft im Garten.", "", "Die Frau liest.", "Der Hund frißt Xylophone."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
        train(path, replace(SMALL, epochs=30))  # long enough to write words
    return path


def run(folder, *options: object, stdin: str | None = None):
    words = ["--checkpoint", str(folder), "--device", "cpu", "--threads", "1"]
    return CliRunner().invoke(main, [*words, *map(str, options)], input=stdin)


def by_hand(folder, sentence: str, **search) -> list[str]:
    """One sentence by itself, with nothing but the checkpoint and the two vocabularies."""
    model, source, target = RunDirectory(folder).load_model()
    (tokens,) = tokenize([sentence], "de")
    ids = torch.tensor([[*source.encode(tokens), EOS]])
    return target.decode(translate(model, ids, BOS, EOS, **search)[0])


@pytest.mark.parametrize(
    ("options", "search"),
    [
        ((), {"beam_size": 5, "alpha": 0.6}),
        (("--beam", 1), {"beam_size": 1}),
        (("--beam", 3, "--alpha", 0), {"beam_size": 3, "alpha": 0.0}),
    ],
)
def test_each_sentence_is_translated_as_it_would_be_alone(options, search, folder):
    result = run(folder, "--tokens", *options, *SENTENCES)
    assert result.exit_code == 0, result.output
    expected = [" ".join(by_hand(folder, s, **search)) if s else "" for s in SENTENCES]
    assert result.stdout == "".join(f"{line}\n" for line in expected)


def test_without_tokens_it_is_text_with_capitals(folder):
    spelling = RunDirectory(folder).read("spelling.json")
    words = by_hand(folder, SENTENCES[0], beam_size=5)
    result = run(folder, SENTENCES[0])
    assert result.stdout == detokenize(capitalize(words, spelling)) + "\n"


def test_lines_of_the_standard_input_are_as_good_as_arguments(folder):
    stdin = "".join(f"{sentence}\n" for sentence in SENTENCES)
    assert run(folder, stdin=stdin).output == run(folder, *SENTENCES).output
    assert run(folder, stdin="").output == ""


def test_what_is_typed_is_answered_at_once(monkeypatch):
    class Terminal(list):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal(["one\n", "two\n"]))
    assert list(lines(())) == [["one\n"], ["two\n"]]
    assert list(lines(("three", "four"))) == [["three", "four"]]


def test_unknown_words_are_named_on_the_standard_error(folder):
    result = run(folder, *SENTENCES)
    unknown = [line.removeprefix("unknown to the model: ") for line in result.stderr.splitlines()]
    known = RunDirectory(folder).load_model()[1].ids
    tokens = [token for sentence in tokenize(SENTENCES, "de") for token in sentence]
    assert unknown == [token for token in tokens if token not in known]
    assert "xylophone" in unknown
    assert "unknown" not in result.stdout


def test_an_empty_line_stays_empty_and_in_its_place(folder):
    result = run(folder, "", "  ", SENTENCES[2], "")
    first, second, third, fourth = result.stdout.split("\n")[:-1]
    assert (first, second, fourth) == ("", "", "")
    assert third


def test_narrow_keys_translate_too(tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
    train(tmp_path, replace(SMALL, d_k=3, epochs=1, average=1))
    tokens = tokenize([SENTENCES[0]], "de")
    written = Translator(RunDirectory(tmp_path)).translate(tokens)
    assert written == [by_hand(tmp_path, SENTENCES[0], beam_size=5, cached=False)]


def test_progress_counts_every_sentence_that_is_not_empty(folder, monkeypatch):
    monkeypatch.setattr("solutions.translator.inference.BATCH", 2)
    seen: list[int] = []
    translator = Translator(RunDirectory(folder))
    several = translator.translate(tokenize(SENTENCES, "de"), beam=1, report=seen.append)
    assert seen == [2, 3]
    monkeypatch.undo()
    assert translator.translate(tokenize(SENTENCES, "de"), beam=1) == several


# ---- the picture ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["picture.png", "picture.svg"])
def test_the_picture_shows_what_was_read_and_what_was_written(name, folder, tmp_path, monkeypatch):
    drawn = {}

    def note(weights, source, target, title, path):
        drawn.update(weights=weights, source=source, target=target, title=title)
        plots.draw_attention(weights, source, target, title, path)

    monkeypatch.setattr("solutions.translator.translate_command.draw_attention", note)
    result = run(folder, SENTENCES[3], "--tokens", "--attention", tmp_path / name)
    assert result.exit_code == 0, result.output
    assert (tmp_path / name).stat().st_size > 1000
    written = result.stdout.split()
    assert drawn["target"] == [*written, "</s>"]
    assert drawn["source"][:2] == ["der", "hund"]
    assert drawn["source"][3:] == ["<unk> (xylophone)", ".", "</s>"]
    assert drawn["weights"].shape == (SMALL.h, len(written) + 1, 6)
    assert drawn["title"].startswith("What decoder layer 1 ")


def test_pieces_are_read_and_whole_words_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
    tokens = {split: tuple(side[:60] for side in of) for split, of in corpus().tokens.items()}
    both = (Vocabulary.from_sentences(side, 2, 200) for side in tokens["train"])
    data = TranslationData("de-en", tokens, *both)
    begin(tmp_path, replace(SMALL, merges=200, epochs=10), data).run(
        lambda done, words: None, lambda row: None, 1e9
    )
    translator, drawn = Translator(RunDirectory(tmp_path)), []
    monkeypatch.setattr(
        "solutions.translator.translate_command.draw_attention", lambda *given: drawn.extend(given)
    )
    new = "Der Gartenhund schläft."  # in no sentence of the corpus
    result = run(tmp_path, new, "--tokens", "--attention", tmp_path / "a.png")
    assert (result.exit_code, result.stderr) == (0, "")
    written = result.stdout.split()
    assert written == translator.translate(tokenize([new], "de"))[0]
    assert written
    assert not any(MORE in word for word in written)
    weights, read, wrote, *_ = drawn
    assert read == [*translator.source.cut(["der", "gartenhund", "schläft", "."]), "</s>"]
    assert sum(piece.endswith(MORE) for piece in read) > 1
    assert wrote == [*translator.target.cut(written), "</s>"]
    assert weights.shape == (SMALL.h, len(wrote), len(read))


# ---- wrong options -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("a", "b", "--attention", "x.png"), "--attention draws one sentence: give exactly one"),
        ((" ", "--attention", "x.png"), "--attention draws one sentence"),
        (("a", "--attention", "x.gif"), "x.gif: give a file that ends in .png or .svg"),
        (("a", "--attention", "no/x.png"), "no/.unfinished.x.png: No such file or directory"),
        (("a", "--layer", 2), "--layer 2: the decoder has 1 layers, counted from 1"),
        (("a", "--beam", 0), "'--beam': 0 is not in the range"),
        (("a", "--alpha", -1), "'--alpha': -1.0 is not in the range"),
        (("so " * 1024,), "sentence 1 has 1024 tokens, and the model reads at most 1023"),
    ],
)
def test_a_wrong_option_is_one_line(options, told, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run(folder, *options)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert told in result.stderr.splitlines()[-1]
    assert [line for line in result.stderr.splitlines() if not line.startswith("unknown")][1:] == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_finished_run_is_one_line(tmp_path):
    result = run(tmp_path, "a")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"Error: there is no run in {tmp_path} ")
    assert len(result.stderr.splitlines()) == 1
    begin(tmp_path)
    result = run(tmp_path, "a")
    assert result.exit_code == 2
    assert "is not finished" in result.stderr
