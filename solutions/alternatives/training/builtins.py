"""Training with what PyTorch and NumPy have built in, wherever they have it."""

from collections import Counter

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from solutions.data.batching import require_pairs_that_fit, require_sequences_to_pad
from solutions.data.vocabulary import UNK
from solutions.numpy_reference.backprop import require_classes
from solutions.training.loss import require_tokens_in_a_row
from solutions.training.optim import require_checkpoints_of_one_model, require_counted_steps
from solutions.training.step import batch_loss


def softmax(x):
    return torch.tensor(x).softmax(dim=-1).numpy()


def cross_entropy(logits, targets):
    require_classes(targets, logits.shape[-1])
    z = torch.tensor(logits, requires_grad=True)
    with torch.enable_grad():
        loss = F.cross_entropy(z, torch.tensor(targets))
    (gradient,) = torch.autograd.grad(loss, z)
    return loss.item(), gradient.numpy()


def adam_step(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    m = np.average([m, gradient], axis=0, weights=[betas[0], 1 - betas[0]])
    v = np.average([v, np.square(gradient)], axis=0, weights=[betas[1], 1 - betas[1]])
    m_hat, v_hat = (mean / (1 - beta**t) for mean, beta in zip((m, v), betas, strict=True))
    return parameter - lr * np.divide(m_hat, np.add(np.sqrt(v_hat), eps)), m, v


def frequent_types(sentences, min_count=2):
    counts: Counter[str] = Counter()
    for sentence in sentences:
        counts.update(sentence)
    by_name = sorted(counts.items())
    return [word for word, n in sorted(by_name, key=lambda item: -item[1]) if n >= min_count]


def to_ids(tokens, ids):
    from collections import defaultdict

    return list(map(defaultdict(lambda: UNK, ids).__getitem__, tokens))


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    rows = [torch.tensor(sequence, dtype=torch.long) for sequence in sequences]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=pad_id)


def collate(pairs, pad_id):
    sources, targets = zip(*pairs, strict=True)
    target = pad(list(targets), pad_id)
    return pad(list(sources), pad_id), target[:, :-1], target[:, 1:]


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    from itertools import groupby
    from random import Random

    random = Random(seed)
    keyed = sorted(range(len(lengths)), key=lambda i: (max(lengths[i]), random.random()))
    longest = {i: max(lengths[i]) for i in keyed}
    batches: list[list[int]] = []
    for size, places in groupby(keyed, key=longest.__getitem__):
        for place in places:
            if batches and (len(batches[-1]) + 1) * size <= max_tokens:
                batches[-1].append(place)
            else:
                batches.append([place])
    random.shuffle(batches)
    return batches


class Adam(torch.optim.Adam):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        super().__init__(parameters, lr=lr, betas=betas, eps=eps)

    def step(self, closure=None):
        loss = super().step(closure)
        for state in self.state.values():
            state["t"], state["m"], state["v"] = (
                state[name] for name in ("step", "exp_avg", "exp_avg_sq")
            )
        return loss


def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return float(factor * np.power(d_model, -0.5) * np.minimum(step**-0.5, step * warmup**-1.5))


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model, self.warmup, self.factor = d_model, warmup, factor
        self.steps = 0

    def advance(self):
        self.steps += 1
        rate = {"lr": noam_rate(self.steps, self.d_model, self.warmup, self.factor)}
        for group in self.optimizer.param_groups:
            group.update(rate)
        return rate["lr"]


def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.lerp(
        F.one_hot(targets, vocabulary_size).float(),
        torch.ones(len(targets), vocabulary_size) / (vocabulary_size - 1),
        smoothing,
    )
    rows = rows.index_fill(1, torch.tensor([pad_id]), 0.0)
    return rows.masked_fill((targets == pad_id).unsqueeze(1), 0.0)


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    logits = logits if logits.dtype == torch.float64 else logits.float()
    hard = F.cross_entropy(logits, targets, ignore_index=pad_id, reduction="sum")
    log_p = F.log_softmax(logits[targets != pad_id], dim=-1)
    words = torch.arange(logits.shape[1]) != pad_id
    soft = -log_p[:, words].mean(dim=1).sum()
    return torch.lerp(hard, soft, smoothing), torch.count_nonzero(targets != pad_id)


def clip_gradients(parameters, max_norm):
    return float(nn.utils.clip_grad_norm_(parameters, max_norm))


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    last = checkpoints[-1]
    return {
        name: torch.stack([one[name] for one in checkpoints]).mean(dim=0)
        if value.is_floating_point()
        else value
        for name, value in last.items()
    }


def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    optimizer.zero_grad(set_to_none=True)
    loss, tokens = batch_loss(model.train(), batch, smoothing=smoothing, precision=precision)
    loss = loss.div(tokens)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    return loss.item()
