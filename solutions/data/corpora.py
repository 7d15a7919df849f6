"""The corpora of the course (paper, section 5.1), as sentences and as pairs of ids.

The paper trains on 4.5 million sentence pairs of WMT 2014. This course uses smaller corpora: 480
pairs of its own, which need no network; Multi30k, 29,000 training pairs which describe photographs;
and everyday sentences, 5,919 training pairs of its own, which are read together with Multi30k.

A split is two lists of sentences, German and English; sentences with the same index are a pair.
"""

import gzip
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .downloads import MULTI30K, TINY_SHAKESPEARE, DataError, download
from .vocabulary import Vocabulary, encode_source, encode_target, tokenize

Sentences = tuple[list[str], list[str]]  # German, English

CORPUS = Path(__file__).parent / "corpus"
CORPUS_SPLITS = ("train", "val", "test")
EVERYDAY = Path(__file__).parent / "everyday"
EVERYDAY_SPLITS = ("train", "test")

SOURCES = ("multi30k", "multi30k+everyday", "corpus")
MULTI30K_SPLITS = (
    "train",
    "val",
    "test_2016_flickr",
    "test_2017_flickr",
    "test_2017_mscoco",
    "test_2018_flickr",
)


def corpus(split: str) -> Sentences:
    """Read the corpus of the course: 400 pairs in train, 40 in val, 40 in test.

    Args:
        split: "train", "val" or "test".

    Returns:
        German and English sentences.

    Raises:
        ValueError: for another split.
    """
    return _own(CORPUS, CORPUS_SPLITS, split)


def everyday(split: str) -> Sentences:
    """Read the everyday sentences of the course: 5,919 pairs in train, 100 in test.

    Whoever tries a translator types a greeting or a question, not the caption of a photograph.

    Args:
        split: "train" or "test".

    Returns:
        German and English sentences.

    Raises:
        ValueError: for another split.
    """
    return _own(EVERYDAY, EVERYDAY_SPLITS, split)


def multi30k_and_everyday(folder: Path | str | None = None) -> dict[str, Sentences]:
    """Read Multi30k with the everyday sentences after its own training split.

    What is measured on Multi30k's other splits stays comparable; "test_everyday" is one more.

    Args:
        folder: see `multi30k`.

    Returns:
        split -> German and English sentences.

    Raises:
        DataError: see `multi30k`.
    """
    splits = multi30k(folder)
    german, english = everyday("train")
    splits["train"] = splits["train"][0] + german, splits["train"][1] + english
    return splits | {"test_everyday": everyday("test")}


def multi30k(folder: Path | str | None = None) -> dict[str, Sentences]:
    """Read Multi30k (Elliott et al., 2016), for non-commercial research and for teaching.

    The twelve files `train.de.gz`, ..., `test_2018_flickr.en.gz` are read from `folder`, else from
    the folder that the environment variable MULTI30K_DIR names, else from the user's cache, into
    which what is missing there is downloaded first.

    A download must match its known hash and only then gets its name; after an interruption the next
    call goes on with the files that are not there yet. A folder that you name is read as it is: it
    may hold data of your own.

    Args:
        folder: where the files are.

    Returns:
        split -> German and English sentences, of every split in MULTI30K_SPLITS.

    Raises:
        DataError: if the folder or a file is missing or damaged, a line is empty, the two languages
            have different numbers of lines, or the download fails.
    """
    folder = folder or os.environ.get("MULTI30K_DIR")
    if folder:
        folder = Path(folder)
        if not folder.is_dir():
            raise DataError(
                f"there is no folder {folder}: give one that holds {next(iter(MULTI30K.sha256))} "
                "and the other files of Multi30k, by --data or MULTI30K_DIR"
            )
    else:
        instead = (
            "name a folder that holds the files, by --data or MULTI30K_DIR, or use the corpus that "
            "comes with the course (--source corpus)"
        )
        folder = download(MULTI30K, instead)
    return {
        split: _pairs(folder / f"{split}.de.gz", folder / f"{split}.en.gz", _read_gzip)
        for split in MULTI30K_SPLITS
    }


def tiny_shakespeare(path: Path | str | None = None) -> str:
    """Read Tiny Shakespeare (Karpathy, 2015): 1,115,394 characters of plays, 65 distinct.

    Read from `path`, else from the file that the environment variable TINY_SHAKESPEARE names, else
    from the user's cache, into which it is downloaded first; see `multi30k`.

    Args:
        path: the file; any plain text will do.

    Returns:
        the whole text.

    Raises:
        DataError: if the file is missing or no UTF-8 text, or the download fails.
    """
    path = path or os.environ.get("TINY_SHAKESPEARE")
    if not path:
        instead = "name a text file, by --data or TINY_SHAKESPEARE"
        path = download(TINY_SHAKESPEARE, instead) / "input.txt"
    return _read_text(Path(path))


def sentences(source: str, folder: Path | str | None = None) -> dict[str, Sentences]:
    """Read every split of a source, not tokenized.

    Args:
        source: one of SOURCES: `corpus`, `multi30k` or `multi30k_and_everyday`.
        folder: where the files of Multi30k are.

    Returns:
        split -> German and English sentences.

    Raises:
        ValueError: for another source, or a folder for the corpus.
        DataError: see `multi30k`.
    """
    if source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(SOURCES)}, not {source!r}")
    if source != "corpus":
        return multi30k(folder) if source == "multi30k" else multi30k_and_everyday(folder)
    if folder is not None:
        raise ValueError("the corpus comes with the course: leave the folder out")
    return {split: corpus(split) for split in CORPUS_SPLITS}


@dataclass(frozen=True)
class TranslationData:
    """Sentence pairs, tokenized, with the vocabularies of the training split.

    Attributes:
        direction: "de-en" or "en-de", source first.
        tokens: split -> tokens of each source sentence, tokens of each target sentence. Those of
            the target are the references of a test, with their real words instead of UNK.
        source_vocabulary, target_vocabulary: of the training split alone; a word that only a test
            set has is unknown, as it will be in use.
    """

    direction: str
    tokens: dict[str, tuple[list[list[str]], list[list[str]]]]
    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary

    @classmethod
    def load(
        cls,
        source: str = "corpus",
        folder: Path | str | None = None,
        direction: str = "de-en",
        min_count: int = 2,
        merges: int = 0,
    ) -> "TranslationData":
        """Read, tokenize and count.

        Args:
            source: one of SOURCES, see `sentences`.
            folder: where the files of Multi30k are.
            direction: "de-en" or "en-de".
            min_count: how often a type must occur in the training split to be known.
            merges: number of byte-pair merges for each language, see `bpe`; with 0, the types are
                whole words.

        Raises:
            ValueError: for another source or direction, or a folder for the corpus.
            DataError: see `multi30k`.
        """
        if direction not in ("de-en", "en-de"):
            raise ValueError(f"direction must be 'de-en' or 'en-de', not {direction!r}")
        source_language, target_language = direction.split("-")
        tokens = {}
        for split, (german, english) in sentences(source, folder).items():
            of = {"de": german, "en": english}
            tokens[split] = (
                tokenize(of[source_language], source_language),
                tokenize(of[target_language], target_language),
            )
        vocabularies = (
            Vocabulary.from_sentences(side, min_count, merges) for side in tokens["train"]
        )
        return cls(direction, tokens, *vocabularies)

    def pairs(self, split: str) -> list[tuple[list[int], list[int]]]:
        """Return ids of each source sentence with EOS, and of its target from BOS to EOS.

        Raises:
            ValueError: if there is no such split.
        """
        if split not in self.tokens:
            raise ValueError(f"split must be one of {', '.join(self.tokens)}, not {split!r}")
        read, write = self.source_vocabulary, self.target_vocabulary
        return [
            (encode_source(read.cut(source), read.ids), encode_target(write.cut(target), write.ids))
            for source, target in zip(*self.tokens[split], strict=True)
        ]


def _own(folder: Path, splits: Sequence[str], split: str) -> Sentences:
    if split not in splits:
        raise ValueError(f"split must be one of {', '.join(splits)}, not {split!r}")
    return _pairs(folder / f"{split}.de", folder / f"{split}.en", _read_text)


def _pairs(german: Path, english: Path, read: Callable[[Path], str]) -> Sentences:
    sides = []
    for path in (german, english):
        lines = read(path).removesuffix("\n").split("\n")
        for number, line in enumerate(lines, start=1):
            # Leaving it out here and not in the other language would shift all that follows.
            if not line.strip():
                raise DataError(f"{path}: line {number} is empty; remove it in both languages")
        sides.append(lines)
    if len(sides[0]) != len(sides[1]):
        raise DataError(
            f"{german} has {len(sides[0])} lines and {english.name} {len(sides[1])}: each line "
            "must be the translation of the line of the same number"
        )
    return sides[0], sides[1]


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text: convert it") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}): give another file") from None


def _read_gzip(path: Path) -> str:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        raise DataError(f"{path} is missing: copy it there from {MULTI30K.url}") from None
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text: convert it") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise DataError(f"{path} is no whole gzip file: compress it, or copy it again") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
