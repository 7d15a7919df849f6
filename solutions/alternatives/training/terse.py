"""Training by somebody who likes short code."""

from collections import Counter

import numpy as np
import torch
from torch.optim import Optimizer

from solutions.data.batching import require_pairs_that_fit, require_sequences_to_pad
from solutions.data.vocabulary import UNK
from solutions.numpy_reference.backprop import require_classes
from solutions.training.loss import require_tokens_in_a_row
from solutions.training.optim import require_checkpoints_of_one_model, require_counted_steps
from solutions.training.step import batch_loss


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def cross_entropy(logits, targets):
    require_classes(targets, logits.shape[-1])
    z = logits - logits.max(-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(-1, keepdims=True))
    hot = np.eye(logits.shape[1])[targets]
    return -(hot * log_p).sum() / len(z), (np.exp(log_p) - hot) / len(z)


def adam_step(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    a, b = betas
    m, v = m + (1 - a) * (gradient - m), v + (1 - b) * (gradient * gradient - v)
    step = lr * (1 - b**t) ** 0.5 / (1 - a**t)  # the corrections folded into the rate, eps too
    return parameter - step * m / (v**0.5 + eps * (1 - b**t) ** 0.5), m, v


def frequent_types(sentences, min_count=2):
    n = Counter(w for s in sentences for w in s)
    return sorted((w for w in n if n[w] >= min_count), key=lambda w: (-n[w], w))


def to_ids(tokens, ids):
    return [({t: UNK} | ids)[t] for t in tokens]


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    n = max(map(len, sequences))
    return torch.tensor([(s + n * [pad_id])[:n] for s in sequences])


def collate(pairs, pad_id):
    s, t = (pad([p[i] for p in pairs], pad_id) for i in (0, 1))
    return s, t[:, :-1], t[:, 1:]


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    noise = torch.rand(len(lengths), generator=g).tolist()
    out: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: (max(lengths[i]), noise[i])):
        if out and (len(out[-1]) + 1) * max(lengths[i]) <= max_tokens:
            out[-1] += [i]
        else:
            out += [[i]]
    return [out[i] for i in torch.randperm(len(out), generator=g)]


class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"out of range: {lr=}, {betas=}, {eps=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure=None):
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is not None:
                    self._move(p, p.grad, g)

    def _move(self, p, gradient, g):
        (a, b), s = g["betas"], self.state[p]
        s["t"] = s.get("t", 0) + 1
        s["m"] = torch.lerp(s.get("m", torch.zeros_like(p)), gradient, 1 - a)
        s["v"] = torch.lerp(s.get("v", torch.zeros_like(p)), gradient**2, 1 - b)
        c, d = (1 - x ** s["t"] for x in (a, b))
        p.sub_(g["lr"] * (s["m"] / c) / ((s["v"] / d) ** 0.5 + g["eps"]))


def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    return factor * min(step**-0.5, step / warmup**1.5) / d_model**0.5


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.o, self.steps = optimizer, 0
        self.rate = lambda n: noam_rate(n, d_model, warmup, factor)

    def advance(self):
        self.steps += 1
        for g in self.o.param_groups:
            g["lr"] = self.rate(self.steps)
        return g["lr"]


def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    ids = torch.arange(vocabulary_size)
    hot = (ids == targets[:, None]).float()
    words = (ids != pad_id).float() / (vocabulary_size - 1)
    return ((1 - smoothing) * hot + smoothing * words) * (targets != pad_id).unsqueeze(-1)


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    wide = torch.promote_types(logits.dtype, torch.float32)
    rows = smoothed_targets(targets, logits.shape[1], smoothing, pad_id)
    return -(rows.to(wide) * logits.to(wide).log_softmax(-1)).sum(), (targets != pad_id).sum()


def clip_gradients(parameters, max_norm):
    gs = [p.grad for p in parameters if p.grad is not None]
    n = torch.cat([g.flatten() for g in gs]).norm().item() if gs else 0.0
    [g.mul_(max_norm / n) for g in gs if n > max_norm]
    return n


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    return {
        k: sum(c[k] / len(checkpoints) for c in checkpoints) if x.is_floating_point() else x
        for k, x in checkpoints[-1].items()
    }


def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    optimizer.zero_grad()
    schedule.advance()
    loss, n = batch_loss(model.train(), batch, smoothing, precision)
    (loss / n).backward()
    clip_gradients(model.parameters(), max_norm)
    optimizer.step()
    return loss.item() / n.item()
