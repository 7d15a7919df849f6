"""Unigram and bigram losses, the baselines that a trained model has to beat."""

import math
from collections import Counter

import torch
from torch import Tensor


def unigram_loss(sequences: list[list[int]]) -> float:
    """Return the entropy of the token frequencies, in nats, the loss of a unigram model.

    No prediction that is the same at every position has a smaller loss on these tokens.

    Args:
        sequences: target ids; the first of each (BOS) is given and not predicted.
    """
    counts = Counter(token for sequence in sequences for token in sequence[1:])
    total = counts.total()
    return -sum(n / total * math.log(n / total) for n in counts.values())


def bigram_loss(train: Tensor, validation: Tensor) -> float:
    """Return the loss of a bigram model, counted on the training text.

    A model that sees only the last character can reach this loss. Each pair is counted once more
    than it occurs in training, so that none is impossible.

    Args:
        train, validation: integers.

    Returns:
        mean over the validation text, in nats.
    """
    V = int(torch.cat([train, validation]).max()) + 1
    counts = torch.ones(V * V).index_add_(0, train[:-1] * V + train[1:], torch.ones(len(train) - 1))
    log_probabilities = counts.view(V, V).log() - counts.view(V, V).sum(1, keepdim=True).log()
    return -float(log_probabilities[validation[:-1], validation[1:]].mean())
