"""Embeddings and softmax (paper, section 3.4): from token ids to vectors, and back to logits.

Legend: B batch, T length, V size of the vocabulary, d_model width.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class TokenEmbedding(nn.Module):
    """Look up a vector for each token and multiply it by sqrt(d_model).

    The same matrix serves as the linear map before the softmax (`to_logits`), and one instance may
    be shared by encoder and decoder: the paper's three-way weight tying.

    The rows start from N(0, 1 / d_model). After the multiplication by sqrt(d_model) an embedding's
    features have variance 1, comparable to the positional encoding; and the first logits are of
    the order of 1, so that training starts at a loss near ln(V) and not on a plateau.

    Args:
        vocabulary_size: V, the number of token ids.
        d_model: width.

    Parameters: embedding.weight (V, d_model).
    """

    def __init__(self, vocabulary_size: int, d_model: int):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.embedding = nn.Embedding(vocabulary_size, d_model)
        nn.init.normal_(self.embedding.weight, std=d_model**-0.5)

    def forward(self, tokens: Tensor) -> Tensor:
        """Embed token ids.

        Args:
            tokens: (B, T) integers from 0 to V - 1.

        Returns:
            (B, T, d_model) float.

        Raises:
            ValueError: if an id is not in the vocabulary.
        """
        require_known_tokens(tokens, self.embedding.num_embeddings)
        return self.embedding(tokens) * self.scale

    def to_logits(self, x: Tensor) -> Tensor:
        """Apply the linear map before the softmax, with the embedding's own matrix.

        Args:
            x: (B, T, d_model) float.

        Returns:
            (B, T, V), before the softmax.
        """
        return F.linear(x, self.embedding.weight)


def require_known_tokens(tokens: Tensor, vocabulary_size: int) -> None:
    """Raise ValueError, with the fix, if an id is no integer, negative or beyond the vocabulary.

    Values are checked on the CPU only: elsewhere looking would wait for the device at every step.
    """
    if tokens.is_floating_point() or tokens.dtype == torch.bool:
        raise ValueError(f"token ids are integers, got {tokens.dtype}; use tokens.long()")
    if tokens.device.type != "cpu" or tokens.numel() == 0:
        return
    low, high = int(tokens.min()), int(tokens.max())
    if low < 0 or high >= vocabulary_size:
        wrong = low if low < 0 else high
        raise ValueError(
            f"token id {wrong} is not in a vocabulary of {vocabulary_size}; "
            "encode with the vocabulary that the model was built for"
        )
