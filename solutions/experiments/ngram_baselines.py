"""What counting alone gives: the losses that a model has to beat before it has learnt anything."""

import math
from collections import Counter

import torch
from torch import Tensor


def unigram_loss(sequences: list[list[int]]) -> float:
    """The entropy of the tokens' frequencies, in nats: what knowing the frequencies alone gives.

    No guess that is the same at every position has a smaller loss on these very tokens.

    Args:
        sequences: target ids; the first of each (BOS) is given and not guessed.
    """
    counts = Counter(token for sequence in sequences for token in sequence[1:])
    total = counts.total()
    return -sum(n / total * math.log(n / total) for n in counts.values())


def bigram_loss(train: Tensor, validation: Tensor) -> float:
    """The loss of a table of pairs: how often each character follows each other one.

    What a model can reach that sees the last character alone. Each pair counts one more than it
    occurs in training, so that none is impossible.

    Args:
        train, validation: integers.

    Returns:
        mean over the validation text, in nats.
    """
    V = int(torch.cat([train, validation]).max()) + 1
    counts = torch.ones(V * V).index_add_(0, train[:-1] * V + train[1:], torch.ones(len(train) - 1))
    log_probabilities = counts.view(V, V).log() - counts.view(V, V).sum(1, keepdim=True).log()
    return -float(log_probabilities[validation[:-1], validation[1:]].mean())
