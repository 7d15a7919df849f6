"""Cross-entropy with label smoothing (paper, section 5.4).

Legend: N tokens (a batch and its positions, flattened), V size of the vocabulary.
"""

import torch
from torch import Tensor


def smoothed_targets(
    targets: Tensor, vocabulary_size: int, smoothing: float, pad_id: int
) -> Tensor:
    """Return the target distribution of each token, one row per token.

    1 - smoothing goes to the right token, and smoothing is spread evenly over the vocabulary, the
    right token included and padding excluded. Rows of padding are zero: nothing is learned there.

    Args:
        targets: (N,) integers.
        vocabulary_size: V.
        smoothing: epsilon_ls; the paper takes 0.1.
        pad_id: the id of padding.

    Returns:
        (N, V) float.
    """
    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] += 1 - smoothing
    return rows * (targets != pad_id)[:, None]


def label_smoothing_loss(
    logits: Tensor, targets: Tensor, smoothing: float, pad_id: int
) -> tuple[Tensor, Tensor]:
    """Compute the cross-entropy of the model with `smoothed_targets`, without their (N, V) table.

    Args:
        logits: (N, V) float, before the softmax.
        targets: (N,) integers.
        smoothing: epsilon_ls in [0, 1); 0 is plain cross-entropy.
        pad_id: the id of padding, in no way part of the loss.

    Returns:
        loss: scalar, summed over the tokens that are not padding, in nats; float64 if the logits
            are, else float32, because half precision has too few digits for sums over a vocabulary.
        tokens: scalar int64 tensor, how many those are; divide by it for the mean.

    Raises:
        ValueError: if the shapes do not fit or smoothing is out of range.
    """
    require_tokens_in_a_row(logits, targets, smoothing)
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)  # (N, V)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)  # (N, 1) -> (N,)
    before, after = log_probabilities[:, :pad_id], log_probabilities[:, pad_id + 1 :]
    every = before.sum(dim=-1) + after.sum(dim=-1)
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


def require_tokens_in_a_row(logits: Tensor, targets: Tensor, smoothing: float) -> None:
    """Raise ValueError, with the fix, unless the inputs of the loss fit together."""
    if logits.dim() != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(
            f"expected logits (N, V) and targets (N,), got {tuple(logits.shape)} and "
            f"{tuple(targets.shape)}; flatten batch and positions first"
        )
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing must be in [0, 1), got {smoothing}")
