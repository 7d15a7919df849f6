"""Translation with a trained model (paper, section 6.1).

The tokens are those of `vocabulary.tokenize`, lower-cased. `Translator.written` turns them back
into text with `solutions.data.detokenize`.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import torch

from solutions.data.batching import pad
from solutions.data.detokenize import capitalize, detokenize
from solutions.data.vocabulary import BOS, EOS, PAD, UNK, Vocabulary, encode_source, tokenize
from solutions.decoding.greedy import translate
from solutions.model.transformer import Transformer
from solutions.training.fused import fast

from .exported_model import ExportedModel
from .resumable_run import RunDirectory
from .train_config import TrainConfig

BATCH = 100  # sentences that are translated side by side


class TrainedModel(Protocol):
    """What a translator is made of: a `RunDirectory` or an `ExportedModel`."""

    def settings(self) -> TrainConfig:
        """Return the settings of the training."""
        ...

    def load_model(self) -> tuple[Transformer, Vocabulary, Vocabulary]:
        """Load the model and the vocabularies of source and target."""
        ...

    def spelling(self) -> dict[str, str]:
        """Return the words that are not written in lower case."""
        ...


def open_trained(path: Path) -> TrainedModel:
    """Open the folder of a finished run, or the file of an exported model.

    Raises:
        ValueError: if a file is not an exported model.
    """
    return ExportedModel(path) if path.is_file() else RunDirectory(path)


class Translator:
    """A trained model with its vocabularies.

    Args:
        trained: the folder of a finished run, or an exported model.
        device: where to compute.

    Raises:
        ValueError: if the run is not finished, or its files are missing or damaged.
    """

    def __init__(self, trained: TrainedModel, device: torch.device | str = "cpu"):
        self.settings = trained.settings()
        self.model, self.source, self.target = trained.load_model()
        self.spelling = trained.spelling()
        self.device = torch.device(device)
        fast(self.model).to(self.device)

    def tokens(self, sentences: Sequence[str]) -> list[list[str]]:
        """Tokenize source sentences.

        Raises:
            ValueError: if a sentence is longer than the model can read.
        """
        language = self.settings.direction.split("-")[0]
        cut = tokenize(list(sentences), language)
        limit = self.model.config.max_length - 1  # and </s>
        for number, tokens in enumerate(cut, start=1):
            length = len(self.source.cut(tokens))
            if length > limit:
                raise ValueError(
                    f"sentence {number} has {length} tokens, and the model reads at most "
                    f"{limit}: cut it into several"
                )
        return cut

    def unknown(self, tokens: Sequence[str]) -> list[str]:
        """Return the tokens that the model does not know, or knows only in part."""
        return [token for token in tokens if UNK in self.source.encode([token])]

    def translate(
        self,
        sentences: Sequence[list[str]],
        beam: int = 5,
        alpha: float = 0.6,
        report: Callable[[int], None] = lambda done: None,
        unknown: bool = False,
    ) -> list[list[str]]:
        """Translate sentences, batched by length.

        Args:
            sentences: tokens of each. The translation of an empty sentence is empty.
            beam, alpha: as `beam_size` and `alpha` of `solutions.decoding.greedy.translate`.
            report: is called with the number of sentences translated so far.
            unknown: allow "<unk>" in translations. It does not help a reader, so by default the
                next best word is taken.

        Returns:
            the tokens of each translation, in the order of the sentences.
        """
        found: list[list[str]] = [[] for _ in sentences]
        order = [place for place, tokens in enumerate(sentences) if tokens]
        order.sort(key=lambda place: len(sentences[place]))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            ids = [
                encode_source(self.source.cut(sentences[place]), self.source.ids)
                for place in places
            ]
            written = translate(
                self.model,
                pad(ids, PAD).to(self.device),
                BOS,
                EOS,
                beam_size=beam,
                alpha=alpha,
                cached=self.settings.d_k is None,  # the cache knows one width of heads only
                never=() if unknown else (UNK,),
            )
            for place, sequence in zip(places, written, strict=True):
                found[place] = self.target.decode(sequence)
            report(start + len(places))
        return found

    def written(self, tokens: Sequence[str]) -> str:
        """Return a translation as text, with capitals and without blanks before marks."""
        return detokenize(capitalize(tokens, self.spelling))
