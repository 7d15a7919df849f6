"""Cross-entropy with label smoothing (paper, section 5.4).

Legend: N tokens (a batch and its positions, flattened), V size of the vocabulary.
"""

import torch
from torch import Tensor


def smoothed_targets(
    targets: Tensor, vocabulary_size: int, smoothing: float, pad_id: int
) -> Tensor:
    """The distribution that the model is to match, one row per token.

    1 - smoothing goes to the right token, and smoothing is spread evenly over the vocabulary, the
    right token included and padding excluded. Rows of padding are zero: nothing is learnt there.

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
    """Cross-entropy between `smoothed_targets` and the model, without building the (N, V) table.

    Args:
        logits: (N, V) float, before the softmax.
        targets: (N,) integers.
        smoothing: epsilon_ls in [0, 1); 0 is plain cross-entropy.
        pad_id: the id of padding, in no way part of the loss.

    Returns:
        loss: scalar, summed over the tokens that are not padding, in nats.
        tokens: scalar integer, how many those are; divide by it for the mean.

    Raises:
        ValueError: if the shapes do not fit or smoothing is out of range.
    """
    if logits.dim() != 2 or targets.shape != logits.shape[:1]:
        raise ValueError(
            f"expected logits (N, V) and targets (N,), got {tuple(logits.shape)} and "
            f"{tuple(targets.shape)}; flatten batch and positions first"
        )
    if not 0 <= smoothing < 1:
        raise ValueError(f"smoothing must be in [0, 1), got {smoothing}")
    real = targets != pad_id
    log_probabilities = logits[real].log_softmax(dim=-1)  # (tokens, V)
    right = log_probabilities.gather(1, targets[real][:, None]).sum()
    every = log_probabilities.sum() - log_probabilities[:, pad_id].sum()
    loss = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    return loss, real.sum()
