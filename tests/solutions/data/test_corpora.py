"""Where sentences come from, what is refused, and what becomes of them.

Nothing here leaves this machine; `test_downloads` tests downloads from a server of its own.
"""

import gzip
import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pooch
import pytest

from solutions.data import corpora, downloads
from solutions.data.corpora import (
    MULTI30K_SPLITS,
    TranslationData,
    corpus,
    multi30k,
    tiny_shakespeare,
)
from solutions.data.downloads import MULTI30K, TINY_SHAKESPEARE, DataError
from solutions.data.vocabulary import BOS, EOS, UNK, tokenize

SIZES = dict(zip(MULTI30K_SPLITS, [29_000, 1_014, 1_000, 1_000, 461, 1_071], strict=True))


@pytest.fixture(autouse=True)
def no_folders_and_no_network(monkeypatch):
    """Whoever forgets a folder is told at once."""

    def refuse(remote, instead):
        raise AssertionError(f"a test downloads {remote.name}")

    monkeypatch.delenv("MULTI30K_DIR", raising=False)
    monkeypatch.delenv("TINY_SHAKESPEARE", raising=False)
    monkeypatch.setattr(corpora, "download", refuse)


def write(path: Path, text: str | bytes) -> None:
    path.write_bytes(gzip.compress(text.encode() if isinstance(text, str) else text))


@pytest.fixture
def folder(tmp_path):
    """Multi30k as small as it can be: two sentences a split, four in train."""
    for split in MULTI30K_SPLITS:
        write(tmp_path / f"{split}.de.gz", f"Ein Hund.\nDie Katze in {split}.\n")
        write(tmp_path / f"{split}.en.gz", f"A dog.\nThe cat in {split}.\n")
    write(tmp_path / "train.de.gz", "Ein Hund.\nEin Hund.\nEine Katze.\nEin Haus.\n")
    write(tmp_path / "train.en.gz", "A dog.\nA dog.\nA cat.\nA house.\n")
    return tmp_path


# ---- sources -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("split", "size"), [("train", 400), ("val", 40), ("test", 40)])
def test_the_corpus_is_its_files(split, size):
    german, english = corpus(split)
    assert len(german) == len(english) == size
    for lines, language in ((german, "de"), (english, "en")):
        text = (corpora.CORPUS / f"{split}.{language}").read_text(encoding="utf-8")
        assert "\n".join(lines) + "\n" == text


def test_the_corpus_has_no_other_split():
    with pytest.raises(ValueError, match="one of train, val, test, not 'dev'"):
        corpus("dev")


def test_multi30k_line_by_line(folder):
    found = multi30k(folder)
    assert tuple(found) == MULTI30K_SPLITS
    assert found["val"] == (["Ein Hund.", "Die Katze in val."], ["A dog.", "The cat in val."])


def test_a_folder_that_is_named_goes_before_the_variable_and_that_before_the_cache(
    folder, monkeypatch
):
    monkeypatch.setenv("MULTI30K_DIR", str(folder))
    assert len(multi30k()["train"][0]) == 4
    monkeypatch.setenv("MULTI30K_DIR", str(folder / "nowhere"))
    assert len(multi30k(str(folder))["train"][0]) == 4
    with pytest.raises(DataError, match="nowhere"):
        multi30k()
    monkeypatch.setenv("MULTI30K_DIR", "")  # as good as not set
    monkeypatch.setattr(corpora, "download", lambda remote, instead: folder)
    assert len(multi30k()["train"][0]) == 4


def test_shakespeare_likewise(tmp_path, monkeypatch):
    for name in ("mine", "theirs", "input"):
        (tmp_path / f"{name}.txt").write_text(f"{name}: O!\n", encoding="utf-8")
    monkeypatch.setattr(corpora, "download", lambda remote, instead: tmp_path)
    assert tiny_shakespeare() == "input: O!\n"
    monkeypatch.setenv("TINY_SHAKESPEARE", str(tmp_path / "theirs.txt"))
    assert tiny_shakespeare() == "theirs: O!\n"
    assert tiny_shakespeare(tmp_path / "mine.txt") == "mine: O!\n"


def test_lines_of_other_systems_and_a_missing_end_of_line(folder):
    write(folder / "val.de.gz", "Ein Hund.\r\nDie Katze.")
    write(folder / "val.en.gz", "A dog\u2028or so.\nThe cat.\n")
    assert multi30k(folder)["val"] == (
        ["Ein Hund.", "Die Katze."],
        ["A dog\u2028or so.", "The cat."],
    )


# ---- what is refused: one line that names the file and the fix -----------------------------------


def refused(call, *words: str) -> None:
    with pytest.raises(DataError) as info:
        call()
    text = str(info.value)
    assert "\n" not in text
    assert all(word in text for word in words), text


def test_a_folder_that_is_not_there(tmp_path):
    refused(lambda: multi30k(tmp_path / "no"), "no folder", "no", "--data", "MULTI30K_DIR")


def test_a_file_that_is_not_there(folder):
    (folder / "val.en.gz").unlink()
    refused(lambda: multi30k(folder), "val.en.gz is missing", MULTI30K.url)


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"Ein Hund.\n",
        lambda whole: whole[:-12],
        lambda whole: whole[:15] + b"\xff\xff\xff" + whole[18:],
        lambda whole: b"",
    ],
    ids=["not gzip", "cut off", "damaged", "empty"],
)
def test_a_file_that_is_no_whole_gzip_file(folder, damage):
    path = folder / "val.de.gz"
    path.write_bytes(damage(path.read_bytes()))
    refused(lambda: multi30k(folder), "val.de.gz")


def test_text_in_another_encoding(folder):
    write(folder / "val.de.gz", "Straße\n".encode("latin-1"))
    refused(lambda: multi30k(folder), "val.de.gz is not UTF-8 text: convert it")


def test_a_folder_in_place_of_a_file(folder):
    (folder / "val.de.gz").unlink()
    (folder / "val.de.gz").mkdir()
    refused(lambda: multi30k(folder), "val.de.gz cannot be read: Is a directory")


def test_languages_of_different_lengths(folder):
    write(folder / "val.de.gz", "Ein Hund.\nEine Katze.\nEin Haus.\n")
    refused(lambda: multi30k(folder), "val.de.gz has 3 lines and val.en.gz 2", "same number")


@pytest.mark.parametrize("text", ["A dog.\n\n", "A dog.\n \t\u00a0\n", "A dog.\n\nA cat.\n"])
def test_an_empty_line_is_refused_and_not_passed_over(folder, text):
    """Passed over in one language it would join every later sentence to a wrong one."""
    write(folder / "val.en.gz", text)
    refused(lambda: multi30k(folder), "val.en.gz: line 2 is empty", "both languages")


def test_shakespeare_that_is_not_there_or_no_text(tmp_path):
    refused(lambda: tiny_shakespeare(tmp_path / "no.txt"), "no.txt", "No such file")
    refused(lambda: tiny_shakespeare(tmp_path), "Is a directory", "give another file")
    (tmp_path / "bytes.txt").write_bytes(b"\xff\xfe")
    refused(lambda: tiny_shakespeare(tmp_path / "bytes.txt"), "bytes.txt is not UTF-8 text")


def test_without_a_network_the_message_says_what_works_without(tmp_path, monkeypatch):
    monkeypatch.setattr(corpora, "download", downloads.download)
    monkeypatch.setattr(pooch, "os_cache", lambda project: tmp_path)
    monkeypatch.setattr(downloads, "RETRIES", 0)
    monkeypatch.setenv("no_proxy", "*")
    for known in (MULTI30K, TINY_SHAKESPEARE):
        name = "MULTI30K" if known is MULTI30K else "TINY_SHAKESPEARE"
        monkeypatch.setattr(corpora, name, replace(known, url="http://127.0.0.1:9/"))
    refused(multi30k, "train.de.gz", "MULTI30K_DIR", "--source corpus")
    refused(tiny_shakespeare, "input.txt", "TINY_SHAKESPEARE")


# ---- pairs of ids --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def small():
    return TranslationData.load()


def test_the_corpus_as_pairs_of_ids(small):
    assert list(small.tokens) == ["train", "val", "test"]
    for split, (german, english) in small.tokens.items():
        assert german == tokenize(corpus(split)[0], "de")
        assert english == tokenize(corpus(split)[1], "en")
        pairs = small.pairs(split)
        assert len(pairs) == len(german)
        for (source, target), source_tokens, target_tokens in zip(
            pairs, german, english, strict=True
        ):
            assert source == [*small.source_vocabulary.encode(source_tokens), EOS]
            assert target == [BOS, *small.target_vocabulary.encode(target_tokens), EOS]


def test_nothing_that_is_tested_on_the_corpus_is_unknown(small):
    for split in ("val", "test"):
        assert not any(UNK in [*source, *target] for source, target in small.pairs(split))


def test_the_other_direction_is_the_mirror_image(small):
    other = TranslationData.load(direction="en-de")
    assert other.source_vocabulary == small.target_vocabulary
    assert other.target_vocabulary == small.source_vocabulary
    for (source, target), (german, english) in zip(
        other.pairs("val"), small.pairs("val"), strict=True
    ):
        assert (source, target) == (english[1:], [BOS, *german])


def test_the_vocabulary_knows_the_training_split_alone(folder):
    found = TranslationData.load("multi30k", folder)
    assert found.source_vocabulary.types == (".", "ein", "hund")
    assert found.target_vocabulary.types == (".", "a", "dog")
    assert found.pairs("val")[0] == ([5, 6, 4, EOS], [BOS, 5, 6, 4, EOS])
    assert found.pairs("val")[1][0] == [UNK, UNK, UNK, UNK, 4, EOS]
    assert found.tokens["val"][1][1] == ["the", "cat", "in", "val", "."]
    every = TranslationData.load("multi30k", folder, min_count=1)
    assert set(every.source_vocabulary.types) == {".", "ein", "hund", "eine", "katze", "haus"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"direction": "de-fr"}, "'de-en' or 'en-de', not 'de-fr'"),
        ({"source": "wmt"}, r"multi30k, multi30k\+everyday, corpus, not 'wmt'"),
        ({"folder": "here"}, "comes with the course: leave the folder out"),
    ],
)
def test_wrong_arguments_are_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        TranslationData.load(**arguments)


def test_an_unknown_split_is_refused(small):
    with pytest.raises(ValueError, match="one of train, val, test, not 'dev'"):
        small.pairs("dev")


# ---- the real thing ------------------------------------------------------------------------------

REAL = os.environ.get("MULTI30K_DIR")


@pytest.mark.slow
@pytest.mark.skipif(not REAL, reason="MULTI30K_DIR IS NOT SET: MULTI30K ITSELF IS NOT TESTED")
def test_multi30k_itself():
    for name, known in MULTI30K.sha256.items():
        assert hashlib.sha256((Path(REAL) / name).read_bytes()).hexdigest() == known
    found = TranslationData.load("multi30k", REAL)
    assert {split: len(english) for split, (_, english) in found.tokens.items()} == SIZES
    assert len(found.source_vocabulary) == 7_849 + 4
    assert len(found.target_vocabulary) == 5_889 + 4
    unknown = [UNK in source for source, _ in found.pairs("test_2016_flickr")]
    assert 0.1 < sum(unknown) / len(unknown) < 0.5
