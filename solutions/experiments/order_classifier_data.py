"""The data of the order classifier: windows of words, in order or shuffled.

Legend: B batch, T length of a window.
"""

import torch
from torch import Tensor

WORDS, BATCH = 10, 32


def words_only(tokens: list[str]) -> list[str]:
    """Remove punctuation: a full stop in the middle would give the answer away."""
    return [token for token in tokens if any(letter.isalnum() for letter in token)]


def all_windows(sentences: list[list[int]]) -> Tensor:
    """Return every ten consecutive words of every sentence that has them.

    Returns:
        (windows, 10) integers.

    Raises:
        ValueError: if no sentence has ten words.
    """
    windows = [s[i : i + WORDS] for s in sentences for i in range(len(s) - WORDS + 1)]
    if not windows:
        raise ValueError(f"no sentence has {WORDS} words: take another text")
    return torch.tensor(windows)


def random_windows(sentences: list[list[int]], length: int, generator: torch.Generator) -> Tensor:
    """Draw windows of random sentences, from a random place in each.

    Args:
        sentences: each of `length` words or more.
        length: T.
        generator: of the random numbers.

    Returns:
        (32, T) integers.
    """
    windows = []
    for place in torch.randint(len(sentences), (BATCH,), generator=generator).tolist():
        last = len(sentences[place]) - length
        start = int(torch.randint(last + 1, (), generator=generator))
        windows.append(sentences[place][start : start + length])
    return torch.tensor(windows)


def shuffled(windows: Tensor, generator: torch.Generator) -> Tensor:
    """Shuffle the words of each window independently.

    Args:
        windows: (B, T) integers.
        generator: of the random numbers.

    Returns:
        (B, T).
    """
    keys = torch.rand(windows.shape, generator=generator)
    return windows.gather(1, keys.argsort(dim=1))
