"""Tokenization, and the mapping between tokens and ids (paper, section 5.1).

The paper cuts words into pieces (byte-pair encoding, about 37,000 of them for both languages). Here
a token is a word or a punctuation mark, and each language has its own vocabulary.

In reading order: text to tokens, tokens to types, types to ids, ids to tokens, and the class that
keeps them together. A *type* is a distinct token; an *id* is its number. The four special ids come
before all types, so no type shares an id with them, however it is spelled.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import chain
from pathlib import Path

from solutions.tooling.atomic_file import atomic_write_text

from .bpe import BpeSegmenter, join_pieces, learn_merges

PAD, UNK, BOS, EOS = 0, 1, 2, 3
SPECIALS = ("<pad>", "<unk>", "<s>", "</s>")  # how they are spelled, in the order of their ids
LANGUAGES = ("de", "en")


def tokenize(sentences: Iterable[str], language: str) -> list[list[str]]:
    """Cut sentences into lower-cased words and punctuation marks, by spaCy's rules.

    Only upper case is lost: blanks at unusual places are tokens too.

    Args:
        sentences: one string each.
        language: "de" or "en".

    Returns:
        the tokens of each sentence, in order.

    Raises:
        ValueError: for another language, or one string in place of several.
    """
    if isinstance(sentences, str):
        raise ValueError("tokenize takes a list of sentences; for one, write tokenize([sentence])")
    tokenizer = _tokenizer(language)
    return [[token.text.lower() for token in sentence] for sentence in tokenizer.pipe(sentences)]


@cache
def _tokenizer(language: str):
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
    import spacy  # here, because it takes seconds, and most who need the ids need no tokenizer

    return spacy.blank(language).tokenizer  # rules only: no model to download


def frequent_types(sentences: Iterable[list[str]], min_count: int = 2) -> list[str]:
    """Return the types that are frequent enough to be learned, the most frequent first.

    Types with the same count come in alphabetical order (of Unicode, as Python compares strings),
    so that the same text gives the same list every time.

    Args:
        sentences: tokens of each sentence, of the training split only.
        min_count: how often a type must occur to be in the list.

    Returns:
        the types, each once, without the specials.
    """
    counts = Counter(token for sentence in sentences for token in sentence)
    frequent = [one for one, count in counts.items() if count >= min_count]
    return sorted(frequent, key=lambda one: (-counts[one], one))


def number_types(types: Iterable[str]) -> dict[str, int]:
    """Give each type its id: 4, 5, 6, ... in the order of the list.

    Ids 0 to 3 belong to PAD, UNK, BOS and EOS. A type that is spelled like a special (a text may
    contain "<pad>") gets an id of its own like every other.

    Args:
        types: each once.

    Returns:
        type -> id, without the specials.
    """
    return {one: number for number, one in enumerate(types, start=len(SPECIALS))}


def to_ids(tokens: list[str], ids: dict[str, int]) -> list[int]:
    """Replace each token by its id.

    Args:
        tokens: T tokens.
        ids: type -> id, as `number_types` makes it.

    Returns:
        T ids; UNK for a token that is not a known type.
    """
    return [ids.get(token, UNK) for token in tokens]


def to_tokens(sequence: list[int], types: Sequence[str]) -> list[str]:
    """Replace ids by their tokens, up to the end of the sentence.

    Everything from the first EOS on is left out, and so are PAD and BOS wherever they occur. UNK
    stays visible, as "<unk>".

    Args:
        sequence: ids; with a tensor, take `tensor.tolist()`.
        types: in the order of their ids, the first has id 4.

    Returns:
        the tokens.

    Raises:
        ValueError: if an id has no type.
    """
    require_known_ids(sequence, types)
    spellings = [*SPECIALS, *types]
    end = sequence.index(EOS) if EOS in sequence else len(sequence)
    return [spellings[number] for number in sequence[:end] if number not in (PAD, BOS)]


def encode_source(tokens: list[str], ids: dict[str, int]) -> list[int]:
    """Return what the encoder reads: the ids of the tokens, then EOS.

    EOS marks the end, so that "no more words" is a position that can be attended to.

    Args:
        tokens: T tokens of the source sentence.
        ids: type -> id of the source language.

    Returns:
        T + 1 ids.
    """
    return [*to_ids(tokens, ids), EOS]


def encode_target(tokens: list[str], ids: dict[str, int]) -> list[int]:
    """Return the ids of a target sentence: BOS, the ids of the tokens, EOS.

    BOS is what the decoder reads before the first word; EOS is what it must write after the last.

    Args:
        tokens: T tokens of the target sentence.
        ids: type -> id of the target language.

    Returns:
        T + 2 ids.
    """
    return [BOS, *to_ids(tokens, ids), EOS]


@dataclass(frozen=True)
class Vocabulary:
    """The types of one language with their ids.

    `len(vocabulary)` is the number of ids, the four specials included: the size of an embedding.

    Attributes:
        types: in the order of their ids, the first has id 4.
        merges: of pairs of neighbors, as `learn_merges` makes them: tokens are cut into pieces,
            and the types are pieces. Without merges, a type is a whole token.

    Raises:
        ValueError: if something is not a string, or a type occurs twice.
    """

    types: tuple[str, ...]
    merges: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not all(isinstance(one, str) for one in chain(self.types, *self.merges)):
            raise ValueError("the types and merges of a vocabulary must be strings")
        if len(set(self.types)) != len(self.types):
            twice, _ = Counter(self.types).most_common(1)[0]
            raise ValueError(f"the type {twice!r} stands more than once: list each type once")

    @classmethod
    def from_sentences(
        cls, sentences: Iterable[list[str]], min_count: int = 2, merges: int = 0
    ) -> "Vocabulary":
        """Build the vocabulary of a training split; see `frequent_types`, `learn_merges`."""
        sentences = list(sentences)
        if not merges:
            return cls(tuple(frequent_types(sentences, min_count)))
        learned = learn_merges(Counter(chain.from_iterable(sentences)), merges)
        pieces = map(BpeSegmenter(learned), sentences)
        return cls(tuple(frequent_types(pieces, min_count)), tuple(learned))

    @cached_property
    def ids(self) -> dict[str, int]:
        """Type -> id; see `number_types`."""
        return number_types(self.types)

    def __len__(self) -> int:
        return len(SPECIALS) + len(self.types)

    def encode(self, tokens: list[str]) -> list[int]:
        """Return the ids of tokens, or of their pieces; UNK for unknown ones; see `to_ids`."""
        return to_ids(self.cut(tokens), self.ids)

    def cut(self, tokens: list[str]) -> list[str]:
        """Split tokens into pieces; without merges, return the tokens."""
        return self._pieces(tokens) if self.merges else tokens

    @cached_property
    def _pieces(self) -> BpeSegmenter:
        return BpeSegmenter(self.merges)

    def decode(self, sequence: list[int]) -> list[str]:
        """Return the tokens of ids, up to the first EOS; see `to_tokens` and `join_pieces`."""
        tokens = to_tokens(sequence, self.types)
        return join_pieces(tokens) if self.merges else tokens

    def save(self, path: Path | str) -> None:
        """Write types and merges to a JSON file, in one move."""
        content: dict[str, object] = {"types": self.types}
        if self.merges:
            content["merges"] = self.merges
        text = json.dumps(content, ensure_ascii=False, indent=0)
        atomic_write_text(Path(path), text + "\n")

    @classmethod
    def load(cls, path: Path | str) -> "Vocabulary":
        """Read what `save` has written.

        Raises:
            ValueError: if the file is missing or holds something else.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            types, merges = content["types"], content.get("merges", [])
            if isinstance(types, list) and isinstance(merges, list):
                return cls(tuple(types), tuple((left, right) for left, right in merges))
        except OSError as error:
            raise ValueError(f"{path} cannot be read: {error.strerror}") from None
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
        raise ValueError(
            f'{path} is not a vocabulary: expected JSON with a list of different types at "types", '
            "as Vocabulary.save writes it"
        )


def require_known_ids(sequence: list[int], types: Sequence[str]) -> None:
    """Raise ValueError unless every id is that of a special or a type.

    A negative one would count from the end of a list and pass for a word.
    """
    size = len(SPECIALS) + len(types)
    for number in sequence:
        if not 0 <= number < size:
            raise ValueError(
                f"there is no id {number} in a vocabulary of {size}: is it of the other language?"
            )
