"""The data of the character model: the ids of a text, and random windows of it."""

import torch
from torch import Tensor

CONTEXT, BATCH = 64, 32


def numbered(text: str) -> tuple[Tensor, str]:
    """Number the characters of a text.

    Returns:
        numbers: (length of the text,) integers.
        characters: the distinct characters in the order of their numbers.
    """
    characters = "".join(sorted(set(text)))
    places = {character: place for place, character in enumerate(characters)}
    return torch.tensor([places[character] for character in text]), characters


def split(numbers: Tensor) -> tuple[Tensor, Tensor]:
    """Split a text: the first nine tenths for training, the rest for validation.

    Raises:
        ValueError: if the rest is shorter than one window.
    """
    cut = len(numbers) * 9 // 10
    if len(numbers) - cut <= CONTEXT:
        raise ValueError(
            f"a text of {len(numbers)} characters is too short: its last tenth must hold more than "
            f"{CONTEXT}"
        )
    return numbers[:cut], numbers[cut:]


def random_windows(numbers: Tensor, generator: torch.Generator) -> Tensor:
    """Draw windows from random places of the text.

    Returns:
        (32, 65) integers: 64 characters to read, each followed by the one to predict.
    """
    starts = torch.randint(len(numbers) - CONTEXT, (BATCH, 1), generator=generator)
    return numbers[starts + torch.arange(CONTEXT + 1)]  # (32, 1) + (65,) -> (32, 65)
