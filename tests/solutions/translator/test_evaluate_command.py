"""The command that scores: sacreBLEU's own numbers, on references that nothing has touched."""

import json
from dataclasses import replace

import lab_test_runs
import pytest
import sacrebleu
from click.testing import CliRunner
from lab_test_runs import SMALL, begin, train

from solutions.data.corpora import corpus
from solutions.data.vocabulary import UNK, tokenize
from solutions.translator.evaluate_command import chosen_splits, main, table
from solutions.translator.inference import Translator
from solutions.translator.resumable_run import RunDirectory
from solutions.translator.sacrebleu_metrics import COLUMNS, scores
from solutions.translator.testset_scores import best_alpha, evaluate

REFERENCES = [
    "A Mexican man doesn't sleep, he reads (quietly).",
    "Two dogs play in the park with a rare xylophone.",
    "The woman has a hat on her head.",
]
WRITTEN = [
    ["a", "mexican", "man", "does", "n't", "sleep", ",", "he", "eats", "(", "quietly", ")", "."],
    ["two", "dogs", "play", "in", "the", "park", "with", "a", "rare", "<unk>", "."],
    ["the", "woman", "has", "a", "hat", "on", "a", "head", "."],
]
TEXTS = [
    "A Mexican man doesn't sleep, he eats (quietly).",
    "Two dogs play in the park with a rare <unk>.",
    "the woman has a Hat on a head.",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
        train(path, replace(SMALL, epochs=30))  # long enough to write words
    return path


def run(*options: object):
    words = ["--device", "cpu", "--threads", "1"]
    return CliRunner().invoke(main, [*words, *map(str, options)])


# ---- the scores ----------------------------------------------------------------------------------


def test_scores_are_those_of_sacrebleu_called_directly():
    cut = tokenize(REFERENCES, "en")
    found = scores(WRITTEN, TEXTS, cut, REFERENCES, resamples=1)
    init_distributed = [[" ".join(tokens) for tokens in side] for side in (WRITTEN, cut)]
    bleu, chrf = sacrebleu.corpus_bleu, sacrebleu.corpus_chrf
    expected = {
        "tokens": bleu(
            init_distributed[0], [init_distributed[1]], tokenize="none", force=True
        ).score,
        "13a": bleu(TEXTS, [REFERENCES]).score,
        "13a_lower_case": bleu(TEXTS, [REFERENCES], lowercase=True).score,
        "chrf": chrf(TEXTS, [REFERENCES]).score,
    }
    assert list(found) == list(COLUMNS) == list(expected)
    for name, score in expected.items():
        assert found[name]["score"] == pytest.approx(score, abs=1e-4)
    assert len({score["score"] for score in found.values()}) == 4


def test_signatures_say_what_was_compared():
    found = scores(WRITTEN, TEXTS, tokenize(REFERENCES, "en"), REFERENCES, resamples=10)
    signatures = {name: set(score["signature"].split("|")) for name, score in found.items()}
    assert {"tok:none", "case:mixed", "nrefs:1", "bs:10"} <= signatures["tokens"]
    assert {"tok:13a", "case:mixed", "bs:10"} <= signatures["13a"]
    assert {"tok:13a", "case:lc", "bs:10"} <= signatures["13a_lower_case"]
    assert all(f"version:{sacrebleu.__version__}" in one for one in signatures.values())


def test_intervals_are_those_of_sacrebleu():
    cut = tokenize(REFERENCES, "en")
    found = scores(WRITTEN, TEXTS, cut, REFERENCES, resamples=200)
    direct = sacrebleu.metrics.BLEU().corpus_score(TEXTS, [REFERENCES], n_bootstrap=200)
    assert f"± {found['13a']['half_width']:.3f}" in direct.format(width=3)
    assert "half_width" not in found["chrf"]


def test_the_reference_itself_has_100_and_capitals_count_in_13a_alone():
    cut = tokenize(REFERENCES, "en")
    lowered = [text.lower() for text in REFERENCES]
    found = scores(cut, lowered, cut, REFERENCES, resamples=1)
    assert found["tokens"]["score"] == found["13a_lower_case"]["score"] == pytest.approx(100)
    assert found["13a"]["score"] < 90


# ---- a run's translations ------------------------------------------------------------------------


def test_references_never_pass_through_the_vocabulary(folder, monkeypatch):
    """Words that the model cannot know stay in them, on both roads; "<unk>" is no match."""
    seen = {}

    def note(wrote, texts, reference_tokens, references, resamples):
        seen.update(wrote=wrote, tokens=reference_tokens, references=references)
        return {}

    monkeypatch.setattr("solutions.translator.testset_scores.scores", note)
    translator = Translator(RunDirectory(folder))
    german = ["Das Kind schläft.", "Ein Xylophon."]
    english = ["The Zyzzyva sleeps.", "A xylophone-player's Quux."]
    evaluate(translator, {"test": (german, english)}, [1], 0.6)
    assert seen["references"] == english
    assert seen["tokens"] == tokenize(english, "en")
    strange = [token for tokens in seen["tokens"] for token in tokens]
    assert "zyzzyva" in strange
    assert not set(strange) <= set(translator.target.ids)
    assert "<unk>" not in strange


def test_every_test_set_is_translated_greedily_and_with_a_beam(folder):
    translator = Translator(RunDirectory(folder))
    splits = {name: tuple(side[:7] for side in corpus(name)) for name in ("val", "test")}
    seen: list[int] = []
    found = evaluate(translator, splits, [1, 3], 0.4, seen.append, resamples=5)
    assert [(one["test"], one["beam"], one["alpha"]) for one in found] == [
        *(("val", 1, None), ("val", 3, 0.4)),
        *(("test", 1, None), ("test", 3, 0.4)),
    ]
    assert seen == [7, 14, 21, 28]
    for one in found:
        cut = tokenize(splits[one["test"]][0], "de")
        wrote = translator.translate(cut, one["beam"], 0.4)
        texts = [translator.written(tokens) for tokens in wrote]
        references = splits[one["test"]][1]
        assert one["sentences"] == 7
        assert one["unknown"] == sum(tokens.count("<unk>") for tokens in wrote)
        assert one["scores"] == scores(wrote, texts, tokenize(references, "en"), references, 5)


def test_en_de_is_scored_against_the_german(tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
    settings = replace(SMALL, direction="en-de", epochs=1, average=1, max_tokens=2000)
    begin(tmp_path, settings, lab_test_runs.corpus("en-de")).run(
        lambda *_: None, lambda row: None, 1e9
    )
    translator = Translator(RunDirectory(tmp_path))
    seen = {}
    monkeypatch.setattr(
        "solutions.translator.testset_scores.scores", lambda *given: seen.update(given=given) or {}
    )
    german, english = ["Ein Haus."], ["A house."]
    evaluate(translator, {"test": (german, english)}, [1], 0.6)
    assert seen["given"][3] == german
    assert seen["given"][0] == translator.translate(tokenize(english, "en"), 1)


def test_unknown_words_are_written_only_when_asked_for(folder, monkeypatch):
    translator, seen = Translator(RunDirectory(folder)), []

    def pretend(model, source, bos_id, eos_id, *, never, **rest):
        seen.append(never)
        return [[UNK]]

    monkeypatch.setattr("solutions.translator.inference.translate", pretend)
    for unknown in (False, True):
        evaluate(translator, {"t": (["Ein Haus."], ["A house."])}, [1], 0.6, unknown=unknown)
    assert seen == [(UNK,), ()]


def test_alpha_is_chosen_by_the_score_on_validation(folder, monkeypatch):
    translator = Translator(RunDirectory(folder))
    pairs = tuple(side[:8] for side in corpus("val"))
    bleu = {0.0: 10.0, 0.5: 30.0, 1.0: 30.0, 2.0: 20.0}

    def pretend(translator, splits, beams, alpha, report, resamples, unknown):
        assert (splits, beams, resamples, unknown) == ({"val": pairs}, [3], 1, False)
        report(8)
        return [{"scores": {"tokens": {"score": bleu[alpha]}}}]

    monkeypatch.setattr("solutions.translator.testset_scores.evaluate", pretend)
    seen: list[int] = []
    found = best_alpha(translator, pairs, 3, [2.0, 1.0, 0.0, 0.5], seen.append)
    assert found == (0.5, bleu)
    assert seen == [8, 16, 24, 32]


# ---- the command ---------------------------------------------------------------------------------


def cells(output: str) -> list[list[str]]:
    """The rows of its tables."""
    return [
        [cell.strip() for cell in line.split("│")[1:-1]]
        for line in output.splitlines()
        if line.startswith("│")
    ]


def test_the_command_prints_every_score_and_every_signature(folder):
    result = run("--checkpoint", folder, "--beam", 2)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    splits = {"test": corpus("test")}
    found = evaluate(Translator(RunDirectory(folder)), splits, [1, 2], 0.6)
    assert [row[:2] for row in cells(result.stdout)] == [["test", "greedy"], ["test", "beam 2"]]
    for row, one in zip(cells(result.stdout), found, strict=True):
        for cell, score in zip(row[2:], one["scores"].values(), strict=True):
            assert cell.startswith(f"{score['score']:.2f}")
            assert ("±" in cell) == ("half_width" in score)
            assert score["signature"] in result.stdout
    assert not (folder / "evaluation.json").exists()


def test_write_puts_everything_into_the_folder(folder):
    assert run("--checkpoint", folder, "--beam", 1, "--test", "val", "--write").exit_code == 0
    written = json.loads((folder / "evaluation.json").read_text())
    found = evaluate(Translator(RunDirectory(folder)), {"val": corpus("val")}, [1], 0.6)
    assert written == {"results": found}


def test_of_several_alphas_the_chosen_one_is_told_and_written(folder):
    result = run("--checkpoint", folder, "--beam", 2, "--alpha", 2, "--alpha", 0.1, "--write")
    assert result.exit_code == 0, result.output
    alpha, tried = best_alpha(Translator(RunDirectory(folder)), corpus("val"), 2, [0.1, 2.0])
    lines = [line for line in result.stdout.splitlines() if line.startswith("validation")]
    assert lines == [
        f"validation, beam 2, alpha {one:g}: BLEU {tried[one]:.2f}"
        + ("  is taken" if one == alpha else "")
        for one in (0.1, 2.0)
    ]
    written = json.loads((folder / "evaluation.json").read_text())
    assert written["alpha_on_validation"] == [{"alpha": a, "bleu": b} for a, b in tried.items()]
    assert [one["alpha"] for one in written["results"]] == [None, alpha]


def test_several_runs_are_summed_up(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("solutions.translator.trainer.draw_curves", lambda *_: None)
    train(tmp_path, replace(SMALL, seed=1))
    result = run("--checkpoint", folder, tmp_path, "--beam", 1)
    assert result.exit_code == 0, result.output
    assert "2 runs: mean (lowest to highest)" in result.stdout
    one, other, both = cells(result.stdout)
    for mine, theirs, mean in zip(one[2:], other[2:], both[2:], strict=True):
        values = sorted(float(cell.split()[0]) for cell in (mine, theirs))
        assert float(mean.split()[0]) == pytest.approx(sum(values) / 2, abs=0.011)
        assert mean.endswith(f"({values[0]:.2f} to {values[1]:.2f})")


def test_the_table_of_several_runs_has_no_interval():
    runs = [
        [{"test": "t", "beam": 1, "scores": {n: {"score": s, "half_width": 9.0} for n in COLUMNS}}]
        for s in (1.0, 4.0)
    ]
    assert [list(column.cells) for column in table("", runs).columns][2] == ["2.50 (1.00 to 4.00)"]


def test_by_default_every_test_set_and_no_other_split(monkeypatch):
    names = ("train", "val", "test_2016_flickr", "test_2017_mscoco")
    monkeypatch.setattr(
        "solutions.translator.evaluate_command.sentences",
        lambda *_: {name: ([name], []) for name in names},
    )
    assert list(chosen_splits("multi30k", None, ())) == ["test_2016_flickr", "test_2017_mscoco"]
    assert list(chosen_splits("multi30k", None, ("val",))) == ["val"]
    with pytest.raises(ValueError, match="--test must be one of val, test_2016_flickr, "):
        chosen_splits("multi30k", None, ("train",))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--test", "train"], "--test must be one of val, test, not train"),
        (["--beam", "0"], "'--beam': 0 is not in the range"),
        (["absent"], "there is no run in absent (settings.json is missing)"),
    ],
)
def test_a_wrong_option_is_one_line(options, told, folder):
    result = run("--checkpoint", folder, *options)
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    assert told in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_checkpoint_is_needed():
    result = run()
    assert (result.exit_code, result.stderr) == (2, "Error: Missing option '--checkpoint'.\n")
