"""Attention masks (paper, sections 3.2.1 and 3.2.3).

The whole course has one convention: a mask is boolean and `True` means "may attend".
Two masks are combined with `&`: a position must be allowed by both.

Legend: B batch, T target (query) length, S source (key) length.
"""

import torch
from torch import Tensor


def padding_mask(tokens: Tensor, pad_id: int) -> Tensor:
    """Let every query attend to the real tokens and not to padding.

    A batch is padded to its longest sentence, and no position may read the padding.
    The same row serves every query, so the query axis has length 1 and broadcasts.

    Args:
        tokens: (B, S) integers, token ids.
        pad_id: the id that stands for padding.

    Returns:
        (B, 1, S) boolean, on the device of `tokens`; True where the token is not padding.

    Raises:
        ValueError: if `tokens` is not two-dimensional.
    """
    require_batch_of_tokens(tokens)
    return (tokens != pad_id).unsqueeze(1)  # (B, S) -> (B, 1, S)


def causal_mask(length: int, device: torch.device | str | None = None) -> Tensor:
    """Let position t attend to positions 0..t: to itself and the past, never to the future.

    Section 3.2.3: the decoder must not see the words that it has yet to produce.

    Args:
        length: T, the number of positions.
        device: where to put the mask; the default device if None.

    Returns:
        (T, T) boolean; row t is the query, column s the key; True where s <= t.

    Raises:
        ValueError: if `length` is negative.
    """
    if length < 0:
        raise ValueError(f"length must not be negative, got {length}")
    return torch.ones(length, length, dtype=torch.bool, device=device).tril()


def target_mask(tokens: Tensor, pad_id: int) -> Tensor:
    """Combine both masks for the decoder's self-attention: no future and no padding.

    Args:
        tokens: (B, T) integers, token ids of the target sentences.
        pad_id: the id that stands for padding.

    Returns:
        (B, T, T) boolean, on the device of `tokens`; True where the key is real and not later
        than the query.

    Raises:
        ValueError: if `tokens` is not two-dimensional.
    """
    require_batch_of_tokens(tokens)
    no_future = causal_mask(tokens.size(1), tokens.device)  # (T, T)
    return padding_mask(tokens, pad_id) & no_future  # (B, 1, T) & (T, T) -> (B, T, T)


def require_batch_of_tokens(tokens: Tensor) -> None:
    """Raise ValueError, with the fix, unless `tokens` is (batch, length)."""
    if tokens.dim() != 2:
        raise ValueError(
            f"tokens must have shape (batch, length), got {tuple(tokens.shape)}; "
            "for one sentence use tokens.unsqueeze(0)"
        )
