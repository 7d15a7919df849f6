"""Batches of sentence pairs (paper, section 5.1).

"Sentence pairs were batched together by approximate sequence length." A batch is a rectangle, as
long as its longest sentence; the rest is padding, which costs time and teaches nothing. Batching by
length keeps it small.

Legend: B pairs in a batch, S longest source, T longest target, EOS counted and BOS not.
A pair is (source ids, target ids), as `encode_source` and `encode_target` make them.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .vocabulary import PAD


def pad(sequences: list[list[int]], pad_id: int) -> Tensor:
    """Stack sequences as rows, padded at their ends to the same length.

    Args:
        sequences: B sequences of ids, none of them empty.
        pad_id: the id to fill up with.

    Returns:
        (B, longest) int64.

    Raises:
        ValueError: if there is no sequence, or an empty one.
    """
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences))
    return torch.tensor([[*s, *[pad_id] * (longest - len(s))] for s in sequences])


def collate(pairs: list[tuple[list[int], list[int]]], pad_id: int) -> tuple[Tensor, Tensor, Tensor]:
    """Build the three tensors that a training step needs from sentence pairs.

    At each position the decoder reads `target_in` and has to predict `target_out`: the same
    sentence, shifted by one position.

    Args:
        pairs: B pairs; each target begins with BOS and ends with EOS.
        pad_id: the id to fill up with.

    Returns:
        source: (B, S) int64.
        target_in: (B, T) int64, each target without its last token: begins with BOS.
        target_out: (B, T) int64, each target without its first token: ends with EOS. Where it is
            padding, nothing is learned, so the content of target_in does not matter there.

    Raises:
        ValueError: if there is no pair, or an empty source or target in one.
    """
    source = pad([source for source, _ in pairs], pad_id)
    target_in = pad([target[:-1] for _, target in pairs], pad_id)
    target_out = pad([target[1:] for _, target in pairs], pad_id)
    return source, target_in, target_out


def token_batches(lengths: list[tuple[int, int]], max_tokens: int, seed: int) -> list[list[int]]:
    """Sort pairs by length and cut them into batches of at most `max_tokens` tokens per side.

    The length of a pair is that of its longer side. Padding counts, because it costs as much as a
    word: B * S <= max_tokens and B * T <= max_tokens. Each batch takes as many pairs as it can.

    The order of pairs of the same length, and the order of the batches, is drawn from the seed: the
    same seed gives the same batches, and every epoch takes another. PyTorch's global random numbers
    stay as they are.

    Args:
        lengths: of source and target, for each pair.
        max_tokens: the limit, for each of the two sides.
        seed: of the random order.

    Returns:
        the batches, each a list of places in `lengths`; each place is in exactly one batch.

    Raises:
        ValueError: if a single pair is longer than `max_tokens`. Exceeding the limit for it could
            exhaust the memory in the middle of an epoch.
    """
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    order.sort(key=lambda place: max(lengths[place]))  # stable: equal lengths stay shuffled
    batches: list[list[int]] = []
    for place in order:
        longest = max(lengths[place])  # of all so far, because they are sorted
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
        batches[-1].append(place)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@dataclass(frozen=True)
class Batch:
    """Sentence pairs for one training step; see `collate`.

    Attributes:
        source: (B, S) int64.
        target_in: (B, T) int64, what the decoder reads; begins with BOS.
        target_out: (B, T) int64, what it has to predict; ends with EOS, before the padding.
    """

    source: Tensor
    target_in: Tensor
    target_out: Tensor

    @property
    def tokens(self) -> int:
        """Number of tokens to predict, without padding: the divisor of the loss."""
        return int((self.target_out != PAD).sum())

    def to(self, device: torch.device | str) -> "Batch":
        """Return the same batch on another device."""
        return Batch(self.source.to(device), self.target_in.to(device), self.target_out.to(device))


def make_batches(
    pairs: list[tuple[list[int], list[int]]], max_tokens: int, seed: int
) -> list[Batch]:
    """Build the batches of one epoch: every pair once, batched by length, in random order.

    Args:
        pairs: source ids ending with EOS; target ids from BOS to EOS.
        max_tokens: most tokens of a batch on each side, padding included.
        seed: another one for every epoch.

    Returns:
        the batches, padded with PAD.

    Raises:
        ValueError: if a side of a pair is longer than max_tokens; see `token_batches`.
    """
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    return [Batch(*collate([pairs[place] for place in batch], PAD)) for batch in batches]


def require_sequences_to_pad(sequences: list[list[int]]) -> None:
    """Raise ValueError, with the fix, if there is no sequence or an empty one."""
    if not sequences:
        raise ValueError("there are no sequences to pad: leave empty batches out")
    for place, sequence in enumerate(sequences):
        if not sequence:
            raise ValueError(f"sequence {place} is empty: leave it out, or end it with EOS")


def require_pairs_that_fit(lengths: list[tuple[int, int]], max_tokens: int) -> None:
    """Raise ValueError, with the fix, if a pair is too long for every batch."""
    for place, pair in enumerate(lengths):
        if max(pair) > max_tokens:
            raise ValueError(
                f"pair {place} has lengths {pair}, above max_tokens = {max_tokens}: "
                "leave it out or raise max_tokens"
            )
