"""The progress of a training run, and the random seed of each of its steps."""

import hashlib
from dataclasses import dataclass, field

from .resumable_run import Json


@dataclass
class TrainState:
    """The progress of a run.

    Attributes:
        epoch: the one that is going on, from 1.
        position: how many of its batches are done.
        step: how many batches are done in all.
        loss, norm, tokens: sums over the steps of this epoch: of the loss in nats, of the
            gradient's length, of the target tokens.
        busy: seconds spent in these steps. seconds: the same with saving and validation.
        rows: of the log, one for each epoch that is over.
    """

    epoch: int = 1
    position: int = 0
    step: int = 0
    loss: float = 0.0
    norm: float = 0.0
    tokens: int = 0
    busy: float = 0.0
    seconds: float = 0.0
    rows: list[Json] = field(default_factory=list)

    def next_epoch(self, row: Json) -> "TrainState":
        """Return the state at the beginning of the next epoch."""
        return TrainState(self.epoch + 1, step=self.step, rows=[*self.rows, row])

    def epochs_without_gain(self) -> int:
        """Count the epochs since the best validation loss."""
        losses = [row["validation_loss"] for row in self.rows]
        return len(losses) - 1 - losses.index(min(losses)) if losses else 0


def derived_seed(seed: int, *what: object) -> int:
    """Derive the seed of one purpose of a run; different purposes have different seeds."""
    text = " ".join(map(str, (seed, *what)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7])
