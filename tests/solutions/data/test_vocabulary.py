"""Laws of tokens, types and ids."""

import json
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solutions.data.vocabulary import (
    BOS,
    EOS,
    PAD,
    SPECIALS,
    UNK,
    Vocabulary,
    encode_source,
    encode_target,
    frequent_types,
    number_types,
    to_ids,
    to_tokens,
    tokenize,
)

words = st.sampled_from(["ein", "Ä", "hund", "<pad>", "</s>", "", "."]) | st.text(max_size=3)
sentences = st.lists(st.lists(words, max_size=6), max_size=6)
type_lists = st.lists(words, unique=True, max_size=8)


# ---- text to tokens ------------------------------------------------------------------------------


def test_words_and_punctuation_come_apart_in_lower_case():
    assert tokenize(["Zwei Hunde spielen, z.B. im Schnee."], "de") == [
        ["zwei", "hunde", "spielen", ",", "z.b.", "im", "schnee", "."]
    ]
    assert tokenize(["He's here.", "A man, a dog!"], "en") == [
        ["he", "'s", "here", "."],
        ["a", "man", ",", "a", "dog", "!"],
    ]


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_is_lost_but_case_and_single_blanks(language):
    lines = ["Ein  Hund\u00a0läuft <s> weg .", " Straße ", ""]
    found = tokenize(lines, language)
    for tokens, line in zip(found, lines, strict=True):
        assert "".join(tokens).replace(" ", "") == line.lower().replace(" ", "")


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_text_yields_a_special(language):
    """So that what a person types into a translator is only words."""
    (tokens,) = tokenize([" ".join(SPECIALS)], language)
    assert not set(tokens) & set(SPECIALS)


def test_a_sentence_does_not_depend_on_those_before_it():
    lines = ["Ein Hund.", "A dog's life.", "Ein Hund."]
    assert tokenize(lines, "en") == [tokenize([line], "en")[0] for line in lines]


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="one of de, en, not 'fr'"):
        tokenize(["Un chien."], "fr")


def test_one_string_is_not_taken_for_a_list_of_letters():
    with pytest.raises(ValueError, match=r"tokenize\(\[sentence\]\)"):
        tokenize("Ein Hund.", "de")


def test_who_needs_no_tokenizer_does_not_wait_for_spacy():
    code = "import sys, solutions.data.vocabulary; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- tokens to types -----------------------------------------------------------------------------


def test_types_by_falling_count_then_by_the_alphabet():
    text = [["b", "a", "c"], ["c", "b", "a"], ["c", "z", "ä", "ä"]]
    assert frequent_types(text) == ["c", "a", "b", "ä"]
    assert frequent_types(text, 1) == ["c", "a", "b", "ä", "z"]
    assert frequent_types(text, 3) == ["c"]
    assert frequent_types([], 1) == []


@given(sentences, st.integers(1, 3), st.integers(0, 99))
def test_the_order_of_the_sentences_is_of_no_account(text, min_count, seed):
    shuffled = random.Random(seed).sample(text, k=len(text))
    assert frequent_types(shuffled, min_count) == frequent_types(text, min_count)


@given(sentences, st.integers(1, 3))
def test_in_the_list_is_exactly_what_is_frequent_enough(text, min_count):
    flat = [token for sentence in text for token in sentence]
    found = frequent_types(text, min_count)
    assert set(found) == {token for token in flat if flat.count(token) >= min_count}
    counts = [flat.count(token) for token in found]
    assert counts == sorted(counts, reverse=True)
    assert len(set(found)) == len(found)


# ---- ids -----------------------------------------------------------------------------------------


def test_the_specials_come_first_in_the_order_of_their_ids():
    assert (PAD, UNK, BOS, EOS) == (0, 1, 2, 3)
    assert SPECIALS == ("<pad>", "<unk>", "<s>", "</s>")
    assert number_types(["a", "<pad>", "b"]) == {"a": 4, "<pad>": 5, "b": 6}


@given(type_lists, st.lists(words, max_size=8))
def test_every_token_gets_an_id_and_no_word_a_special_one(types, tokens):
    ids = to_ids(tokens, number_types(types))
    assert len(ids) == len(tokens)
    for token, number in zip(tokens, ids, strict=True):
        assert number == (types.index(token) + 4 if token in types else UNK)


@given(type_lists, st.data())
def test_decoding_undoes_encoding(types, data):
    tokens = data.draw(st.lists(st.sampled_from(types), max_size=8)) if types else []
    ids = number_types(types)
    assert to_tokens(to_ids(tokens, ids), types) == tokens
    assert to_tokens(encode_source(tokens, ids), types) == tokens
    assert to_tokens(encode_target(tokens, ids), types) == tokens


@given(type_lists, st.lists(st.integers(0, 3), max_size=5), st.lists(st.integers(0, 3), max_size=5))
def test_decoding_ends_at_the_first_end_and_shows_no_filling(types, before, after):
    found = to_tokens([*before, EOS, *after], types)
    shown = before[: before.index(EOS)] if EOS in before else before
    assert found == ["<unk>"] * shown.count(UNK)


@pytest.mark.parametrize("number", [-1, 6, 99])
def test_an_id_without_a_type_is_refused(number):
    with pytest.raises(ValueError, match=rf"no id {number} in a vocabulary of 6"):
        to_tokens([4, number, EOS], ["a", "b"])


def test_source_ends_and_target_begins_and_ends():
    ids = {"a": 4, "b": 5}
    assert encode_source(["b", "x", "a"], ids) == [5, UNK, 4, EOS]
    assert encode_target(["b", "x", "a"], ids) == [BOS, 5, UNK, 4, EOS]
    assert encode_source([], ids) == [EOS]
    assert encode_target([], ids) == [BOS, EOS]


# ---- the class -----------------------------------------------------------------------------------


@given(sentences, st.integers(1, 3))
def test_the_class_is_the_functions(text, min_count):
    known = Vocabulary.from_sentences(text, min_count)
    assert list(known.types) == frequent_types(text, min_count)
    assert len(known) == 4 + len(known.types)
    assert max(known.ids.values(), default=3) == len(known) - 1
    for tokens in text:
        assert known.encode(tokens) == to_ids(tokens, known.ids)
        assert known.decode(known.encode(tokens)) == to_tokens(known.encode(tokens), known.types)


@given(type_lists.filter(bool))
def test_what_is_saved_is_loaded(tmp_path_factory, types):
    path = tmp_path_factory.mktemp("vocabulary") / "de.json"
    Vocabulary(tuple(types)).save(path)
    assert Vocabulary.load(path) == Vocabulary(tuple(types))
    assert [file.name for file in path.parent.iterdir()] == ["de.json"]


def test_a_saved_vocabulary_can_be_read_by_people(tmp_path):
    Vocabulary(("größe", ".")).save(tmp_path / "de.json")
    text = (tmp_path / "de.json").read_text(encoding="utf-8")
    assert "größe" in text
    assert json.loads(text) == {"types": ["größe", "."]}


@pytest.mark.parametrize(
    "content",
    [
        *[b"", b"{", b"[]", b"{}", b"null", b"\xff\xfe", b'{"types": null}', b'{"types": "abc"}'],
        *[b'{"types": [1]}', b'{"types": [["a"]]}', b'{"types": ["a", "a"]}'],
    ],
)
def test_another_file_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "de.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"de\.json is not a vocabulary.*Vocabulary\.save") as info:
        Vocabulary.load(path)
    assert "\n" not in str(info.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"de\.json cannot be read: No such file"):
        Vocabulary.load(tmp_path / "de.json")


@pytest.mark.parametrize(
    ("types", "word"), [(("a", "b", "a"), "'a' stands more than once"), ((1,), "must be strings")]
)
def test_types_must_be_different_strings(types, word):
    with pytest.raises(ValueError, match=word):
        Vocabulary(types)
