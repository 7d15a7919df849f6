"""The settings that determine the result of a training run, and the model they describe.

Most settings are those that the paper varies in its table 3. Two variations are not settings of
`TransformerConfig`, so this module changes an ordinary model: no positions at all, and queries and
keys of another width than the values (row B).
"""

from dataclasses import asdict, dataclass

import torch
from torch import nn

from solutions.data.corpora import TranslationData
from solutions.data.vocabulary import PAD
from solutions.model.attention import MultiHeadAttention
from solutions.model.config import TransformerConfig, small, tiny
from solutions.model.transformer import Transformer
from solutions.training.fused import fastest_precision

SIZES = {"tiny": tiny, "small": small, "base": TransformerConfig}
SIZE_NAMES = ("N", "d_model", "d_ff", "h", "dropout", "attention_dropout")
POSITIONS = ("sinusoidal", "learned", "none")


@dataclass(frozen=True)
class TrainConfig:
    """All settings that determine the trained model.

    Device, threads and number of processes are not among them: they change only the time and the
    last digits.

    Attributes:
        source, direction, min_count, merges: as in `TranslationData.load`.
        N, d_model, d_ff, h, dropout, attention_dropout: as in `TransformerConfig`.
        pre_norm: likewise, but True by default: on 29,000 pairs a post-norm model, as in the paper,
            needs four epochs to reach the loss of a pre-norm model after two.
        d_k: width of a head's queries and keys; None is d_model / h, as everywhere else.
        positions: "sinusoidal", "learned" or "none".
        epochs: maximum number of passes over the training split.
        max_tokens: most tokens of a batch on each side, padding included.
        warmup, factor: of the learning rate, see `noam_rate`.
        smoothing: of the labels (section 5.4).
        average: number of last epochs whose parameters are averaged (section 6.1).
        patience: epochs without a better validation loss before the training stops; 0 for never.
        precision: "float32", "bfloat16", or "auto": the faster one of the device.
        seed: of all random numbers.

    Raises:
        ValueError: if the numbers do not fit together.
    """

    source: str = "multi30k"
    direction: str = "de-en"
    min_count: int = 2
    merges: int = 4000
    N: int = 3
    d_model: int = 256
    d_ff: int = 1024
    h: int = 8
    d_k: int | None = None
    dropout: float = 0.3
    attention_dropout: float = 0.0
    pre_norm: bool = True
    positions: str = "sinusoidal"
    epochs: int = 20
    max_tokens: int = 2000
    warmup: int = 800
    factor: float = 1.0
    smoothing: float = 0.1
    average: int = 8
    patience: int = 0
    precision: str = "auto"
    seed: int = 0

    def __post_init__(self) -> None:
        if self.positions not in POSITIONS:
            raise ValueError(
                f"positions must be one of {', '.join(POSITIONS)}, not {self.positions!r}"
            )
        if self.average > self.epochs:
            raise ValueError(
                f"the mean of the last {self.average} epochs needs as many, and there are "
                f"{self.epochs}: lower --average or raise --epochs"
            )
        self.config(5, 5)  # raises unless the sizes fit together

    def config(self, source_vocabulary: int, target_vocabulary: int) -> TransformerConfig:
        """Return the configuration of the model for two vocabulary sizes."""
        sizes = {name: getattr(self, name) for name in SIZE_NAMES}
        positions = "learned" if self.positions == "none" else self.positions
        return TransformerConfig(
            *(source_vocabulary, target_vocabulary, PAD),
            pre_norm=self.pre_norm,
            positions=positions,
            **sizes,
        )

    def model(self, source_vocabulary: int, target_vocabulary: int) -> Transformer:
        """Build a new model, with parameters drawn from the global random state."""
        model = Transformer(self.config(source_vocabulary, target_vocabulary))
        if self.positions == "none":
            forget_positions(model)
        if self.d_k is not None:
            resize_keys(model, self.d_k)
        return model


def sizes(name: str) -> dict[str, object]:
    """Return the sizes of a configuration ("tiny", "small" or "base") by name."""
    config = asdict(SIZES[name](5, 5))
    return {size: config[size] for size in SIZE_NAMES}


def forget_positions(model: Transformer) -> None:
    """Remove a model's positions: set learned ones to zero and freeze them.

    Because they are zero, the checkpoint is an ordinary one that gives the same results.
    """
    for positions in (model.source_positions, model.target_positions):
        for table in positions.parameters():
            nn.init.zeros_(table).requires_grad_(False)


def resize_keys(model: Transformer, d_k: int) -> None:
    """Resize the queries and keys of every head to width d_k (table 3, row B)."""
    for module in model.modules():
        if isinstance(module, MultiHeadAttention):
            for name in ("W_q", "W_k"):
                matrix = nn.Linear(module.W_q.in_features, module.h * d_k, bias=False)
                nn.init.xavier_uniform_(matrix.weight)
                setattr(module, name, matrix)


def require_usable_data(data: TranslationData, settings: TrainConfig) -> None:
    """Raise ValueError, with the fix, if a sentence is too long for a batch or for the model."""
    limit = min(settings.max_tokens, settings.config(5, 5).max_length)
    for split in ("train", "val"):
        for number, (source, target) in enumerate(data.pairs(split), start=1):
            longest = max(len(source), len(target) - 1)  # with </s>, or <s>
            if longest > limit:
                raise ValueError(
                    f"sentence {number} of {split} has {longest} tokens, and a batch holds "
                    f"{limit}: raise --max-tokens (at most 1024 count) or leave the sentence out"
                )


def working_precision(precision: str, device: torch.device) -> torch.dtype:
    """Return the dtype of a precision; "auto" depends on the device."""
    if precision != "auto":
        return getattr(torch, precision)
    if device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False):
        return torch.bfloat16
    return fastest_precision() if device.type == "cpu" else torch.float32
