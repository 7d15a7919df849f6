"""The sizes of a Transformer (paper, table 3) and the sizes that this course trains."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TransformerConfig:
    """The settings that determine a model's parameters and its behavior.

    Attributes:
        source_vocabulary, target_vocabulary: numbers of token ids.
        pad_id: the id of padding, in both vocabularies.
        N: layers in the encoder, and in the decoder.
        d_model, d_ff, h: width, inner width of the feed-forward network, heads.
        dropout: on embeddings and on each sub-layer's output (section 5.4).
        attention_dropout: on the attention weights.
        pre_norm: normalize before the sub-layers; the paper normalizes after the sums.
        share_embeddings: one matrix for source, target and output (section 3.4); needs one
            vocabulary. Otherwise target embedding and output share one.
        positions: "sinusoidal" (section 3.5) or "learned".
        max_length: the longest sequence.

    Raises:
        ValueError: if the settings contradict each other.
    """

    source_vocabulary: int
    target_vocabulary: int
    pad_id: int = 0
    N: int = 6
    d_model: int = 512
    d_ff: int = 2048
    h: int = 8
    dropout: float = 0.1
    attention_dropout: float = 0.0
    pre_norm: bool = False
    share_embeddings: bool = False
    positions: str = "sinusoidal"
    max_length: int = 1024

    def __post_init__(self) -> None:
        if self.d_model % self.h != 0:
            raise ValueError(f"d_model = {self.d_model} must be a multiple of h = {self.h}")
        if self.share_embeddings and self.source_vocabulary != self.target_vocabulary:
            raise ValueError(
                f"share_embeddings needs one vocabulary, got {self.source_vocabulary} source and "
                f"{self.target_vocabulary} target ids"
            )
        if self.positions not in ("sinusoidal", "learned"):
            raise ValueError(f"positions must be 'sinusoidal' or 'learned', not {self.positions!r}")
        for name in ("dropout", "attention_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"{name} must be in [0, 1), got {getattr(self, name)}")


PAPERS_VOCABULARY = 37_120  # "about 37000 tokens", up to the next multiple of 128


def base(vocabulary: int = PAPERS_VOCABULARY) -> TransformerConfig:
    """Return the paper's base model, with its shared English-German vocabulary: 65 M parameters."""
    return TransformerConfig(vocabulary, vocabulary, share_embeddings=True)


def big(vocabulary: int = PAPERS_VOCABULARY) -> TransformerConfig:
    """Return the paper's big model: 213 M parameters."""
    return TransformerConfig(
        vocabulary, vocabulary, d_model=1024, d_ff=4096, h=16, dropout=0.3, share_embeddings=True
    )


def small(source_vocabulary: int, target_vocabulary: int) -> TransformerConfig:
    """Return the model that the Multi30k lab trains on a laptop."""
    return TransformerConfig(
        source_vocabulary, target_vocabulary, N=3, d_model=256, d_ff=1024, h=8, dropout=0.3
    )


def tiny(source_vocabulary: int, target_vocabulary: int) -> TransformerConfig:
    """Return a model that is small enough for a test, a figure or the embedded corpus."""
    return TransformerConfig(
        source_vocabulary, target_vocabulary, N=2, d_model=64, d_ff=128, h=4, dropout=0.1
    )
