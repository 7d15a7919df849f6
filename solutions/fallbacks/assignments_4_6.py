"""Fallbacks for the parts of assignments 4 to 6 that the last assignment needs.

As with `assignments_1_3`, students who solved the earlier assignments continue with their own, and
all others with these. The contracts are those of `transformer`, `vocabulary`, `batching`,
`loss`, `optim` and `step`, whose code is not shown here. `search` is the greedy search of
`solutions.decoding.greedy` around a model.

A notebook gets these one by one, after the layers of `assignments_1_3` and `TransformerConfig`.

Legend: B sentences, S source length, T target length, V size of the target vocabulary.
"""

import itertools
import math
import random
from collections import Counter
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from solutions.data.batching import Batch
from solutions.data.vocabulary import BOS, EOS, PAD
from solutions.model.config import TransformerConfig
from solutions.training.step import batch_loss

from .assignments_1_3 import (
    FeedForward,
    LayerNorm,
    LearnedPositionalEncoding,
    MultiHeadAttention,
    PositionalEncoding,
    ResidualSublayer,
    TokenEmbedding,
    padding_mask,
    target_mask,
)

# ---- the model (assignment 4) --------------------------------------------------------------------


class Stack(nn.Module):
    """N layers of figure 1, each with the named attentions and a feed-forward network."""

    def __init__(self, config: TransformerConfig, *attentions: str):
        super().__init__()
        self.attentions, width = attentions, config.d_model
        self.layers = nn.ModuleList()
        for _ in range(config.N):
            layer = nn.Module()
            for name in (*attentions, "network"):
                part = (
                    FeedForward(width, config.d_ff)
                    if name == "network"
                    else MultiHeadAttention(width, config.h, config.attention_dropout)
                )
                layer.add_module(name, part)
                around = ResidualSublayer(width, config.dropout, config.pre_norm)
                layer.add_module(f"around_{name}", around)
            self.layers.append(layer)
        self.top = LayerNorm(width) if config.pre_norm else nn.Identity()

    def forward(self, x: Tensor, *read: tuple[Tensor | None, Tensor]) -> Tensor:
        """Map (B, T, d_model) to (B, T, d_model).

        Args:
            read: for each attention, its keys and values (None: x itself) and its mask.
        """
        for one in self.layers:
            part = dict(one.named_children())
            for name, (memory, mask) in zip(self.attentions, read, strict=True):
                attend = partial(self._attend, part[name], memory, mask)
                x = part[f"around_{name}"](x, attend)
            x = part["around_network"](x, part["network"])
        return self.top(x)

    @staticmethod
    def _attend(attention: nn.Module, memory: Tensor | None, mask: Tensor, x: Tensor) -> Tensor:
        read = x if memory is None else memory
        return attention(x, read, read, mask)


class Transformer(nn.Module):
    """The model of figure 1, used through `encode`, `decode` and `target_embedding.to_logits`."""

    source_embedding: TokenEmbedding
    target_embedding: TokenEmbedding
    source_positions: PositionalEncoding
    target_positions: PositionalEncoding

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config, width = config, config.d_model
        kinds = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        for side in ("source", "target"):
            rows = getattr(config, f"{side}_vocabulary")
            places = kinds[config.positions](width, config.dropout, config.max_length)
            self.add_module(f"{side}_embedding", TokenEmbedding(rows, width))
            self.add_module(f"{side}_positions", places)
        self.encoder = Stack(config, "self_attention")
        self.decoder = Stack(config, "self_attention", "cross_attention")
        for stack in (self.encoder, self.decoder):
            for matrix in (p for p in stack.parameters() if p.dim() == 2):
                nn.init.xavier_uniform_(matrix)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Map (B, S) ids to memory (B, S, d_model) and mask (B, 1, S), True where a word is."""
        words = padding_mask(source, self.config.pad_id)
        read = self.source_positions(self.source_embedding(source))
        return self.encoder(read, (None, words)), words

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        """Map (B, T) ids, memory and mask of `encode` to (B, T, d_model)."""
        earlier = target_mask(target, self.config.pad_id)
        begun = self.target_positions(self.target_embedding(target))
        return self.decoder(begun, (None, earlier), (memory, source_mask))

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Map (B, S) and (B, T) ids to logits (B, T, V)."""
        return self.target_embedding.to_logits(self.decode(target, *self.encode(source)))


# ---- the parts of a training (assignment 5) ------------------------------------------------------


def frequent_types(sentences: list[list[str]], min_count: int = 2) -> list[str]:
    """Return the tokens that occur min_count times or more, by falling count, ties by alphabet."""
    numbers = Counter(itertools.chain.from_iterable(sentences))
    by_name = sorted(numbers)
    by_name.sort(key=numbers.__getitem__, reverse=True)  # stable: ties stay alphabetical
    return [token for token in by_name if numbers[token] >= min_count]


def pad(sequences: list[list[int]], pad_id: int) -> Tensor:
    """Stack sequences of ids as rows, padded at their ends: (B, longest)."""
    return pad_sequence(list(map(torch.tensor, sequences)), True, pad_id)


def collate(pairs: list[tuple[list[int], list[int]]], pad_id: int) -> tuple[Tensor, Tensor, Tensor]:
    """Map pairs of ids to source (B, S), target_in (B, T), target_out (B, T), with padding."""
    sources, targets = zip(*pairs, strict=True)
    sides = sources, [y[:-1] for y in targets], [y[1:] for y in targets]
    read, begun, ended = (
        pad_sequence(list(map(torch.tensor, rows)), True, pad_id) for rows in sides
    )
    return read, begun, ended


def token_batches(lengths: list[tuple[int, int]], max_tokens: int, seed: int) -> list[list[int]]:
    """Batch indices of `lengths` by length, with at most max_tokens tokens per side."""
    chance = random.Random(seed)
    sizes = [max(pair) for pair in lengths]
    if max(sizes, default=0) > max_tokens:
        raise ValueError(f"a pair has {max(sizes)} tokens, and a batch holds {max_tokens}")
    found: list[list[int]] = []
    for place in sorted(range(len(sizes)), key=lambda i: (sizes[i], chance.random())):
        if found and sizes[place] * (1 + len(found[-1])) <= max_tokens:
            found[-1] += [place]
        else:
            found.append([place])
    chance.shuffle(found)
    return found


def label_smoothing_loss(
    logits: Tensor, targets: Tensor, smoothing: float, pad_id: int
) -> tuple[Tensor, Tensor]:
    """Return the summed loss in nats and the number of tokens, for (N, V) logits and (N,) ids.

    PyTorch's label smoothing gives padding a share too.
    """
    loss = F.cross_entropy(
        logits, targets, ignore_index=pad_id, label_smoothing=smoothing, reduction="sum"
    )
    return loss, targets.ne(pad_id).sum()


class NoamSchedule:
    """The learning rate of equation 3; `advance()` sets it before each step."""

    def __init__(self, optimizer, d_model: int, warmup: int, factor: float = 1.0):
        self.numbers = itertools.count(1)
        self.groups, self.height, self.warmup = optimizer.param_groups, factor, warmup
        self.d_model = d_model

    def advance(self) -> float:
        """Set the rate of the next step, and return it."""
        step = next(self.numbers)
        rate = self.height / math.sqrt(self.d_model * max(step, self.warmup**3 / step**2))
        for one in self.groups:
            one.update(lr=rate)
        return rate


def train_step(
    model: nn.Module,
    batch: Batch,
    optimizer: torch.optim.Optimizer,
    schedule: NoamSchedule,
    smoothing: float = 0.1,
    max_norm: float = 1.0,
) -> float:
    """Take one step on a batch; return the loss per target token, in nats, before the step."""
    total, tokens = batch_loss(model.train(), batch, smoothing)
    optimizer.zero_grad()
    (total / tokens).backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return total.item() / tokens.item()


def average_weights(checkpoints: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """Average several state dicts of one model (section 6.1)."""
    return {
        name: torch.stack([one[name] for one in checkpoints]).double().mean(dim=0).to(last)
        for name, last in checkpoints[-1].items()
    }


# ---- the search (assignment 6) -------------------------------------------------------------------


def search(model: Transformer, source: Tensor, extra: int = 25) -> list[list[int]]:
    """Append the most likely next token until it is EOS or the maximum length is reached.

    Args:
        model: in evaluation mode.
        source: (B, S) ids, padded with PAD, on the model's device.
        extra: a translation has at most this many tokens more than its source.

    Returns:
        for each sentence its ids, without BOS and EOS.
    """
    with torch.no_grad():
        memory, words = model.encode(source)
        most = source.ne(PAD).sum(dim=1) + extra
        begun = torch.full_like(source[:, :1], BOS)
        found: list[list[int]] = [[] for _ in source]
        rows = torch.arange(len(source), device=source.device)
        while len(rows):
            x = model.decode(begun, memory[rows], words[rows])[:, -1]  # (R, d_model)
            logits = model.target_embedding.to_logits(x)
            logits[:, [PAD, BOS]] = -math.inf
            begun = torch.hstack([begun, logits.argmax(dim=-1, keepdim=True)])
            ended = begun[:, -1].eq(EOS) | (most[rows] < begun.size(1))
            for row, ids in zip(rows[ended].tolist(), begun[ended].tolist(), strict=True):
                found[row] = [number for number in ids[1:] if number != EOS]
            rows, begun = rows[~ended], begun[~ended]
    return found
