"""Training by somebody careful: double precision inside, every case on its own, nothing shared."""

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
    largest = np.maximum.reduce(x, axis=-1, keepdims=True)
    log_total = np.logaddexp.reduce(x - largest, axis=-1, keepdims=True)
    return np.exp(x - largest - log_total)


def cross_entropy(logits, targets):
    require_classes(targets, logits.shape[-1])
    z = np.asarray(logits, dtype=np.float64)
    log_p = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
    gradient = np.exp(log_p)
    np.subtract.at(gradient, (np.arange(len(z)), targets), 1.0)
    losses = -np.take_along_axis(log_p, np.asarray(targets)[:, None], axis=1)
    return losses.mean().item(), gradient / len(z)


def adam_step(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    beta_1, beta_2 = betas
    new_m = np.multiply(m, beta_1)
    new_m += np.multiply(gradient, 1.0 - beta_1)
    new_v = np.multiply(v, beta_2)
    new_v += np.multiply(np.square(gradient), 1.0 - beta_2)
    new = np.array(parameter, copy=True)
    new -= (
        lr
        * (new_m / -np.expm1(t * np.log(beta_1)))
        / (np.sqrt(new_v / -np.expm1(t * np.log(beta_2))) + eps)
    )
    return new, new_m, new_v


def frequent_types(sentences, min_count=2):
    counts: Counter[str] = Counter()
    for sentence in sentences:
        for token in sentence:
            counts[token] += 1
    kept = {word: count for word, count in counts.items() if not count < min_count}
    result = []
    while kept:
        best = min(kept, key=lambda word: (-kept[word], word))
        result.append(best)
        del kept[best]
    return result


def to_ids(tokens, ids):
    found = []
    for token in tokens:
        try:
            found.append(ids[token])
        except KeyError:
            found.append(UNK)
    return found


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = max(len(sequence) for sequence in sequences)
    rows = []
    for sequence in sequences:
        row = torch.tensor(sequence, dtype=torch.int64)
        rows.append(torch.nn.functional.pad(row, (0, longest - row.numel()), value=pad_id))
    return torch.stack(rows)


def collate(pairs, pad_id):
    target_out = pad([target[1:] for _, target in pairs], pad_id)
    target_in = pad([target[:-1] for _, target in pairs], pad_id)
    assert target_in.shape == target_out.shape
    return pad([source for source, _ in pairs], pad_id), target_in, target_out


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    longest = torch.tensor([max(pair) for pair in lengths], dtype=torch.int64)
    shuffled = torch.randperm(len(lengths), generator=generator)
    order = shuffled[longest[shuffled].argsort(stable=True)]
    batch: list[int] = []
    batches, widest = [], 0
    for place in order.tolist():
        would_be = max(widest, int(longest[place]))
        if batch and would_be * (len(batch) + 1) > max_tokens:
            batches.append(batch)
            batch, would_be = [], int(longest[place])
        batch.append(place)
        widest = would_be
    if batch:
        batches.append(batch)
    again = torch.randperm(len(batches), generator=generator)
    return [batches[int(i)] for i in again]


class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"out of range: {lr=}, {betas=}, {eps=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    self._move(p, p.grad, group)

    def _move(self, parameter, gradient, group):
        state, g = self.state[parameter], gradient.double()
        if len(state) == 0:
            state.update(t=0, m=torch.zeros_like(g), v=torch.zeros_like(g))
        state["t"] += 1
        beta_1, beta_2 = group["betas"]
        state["m"] = state["m"] * beta_1 + g * (1 - beta_1)
        state["v"] = state["v"] * beta_2 + g.pow(2) * (1 - beta_2)
        m_hat = state["m"].div(1 - beta_1 ** state["t"])
        v_hat = state["v"].div(1 - beta_2 ** state["t"])
        parameter.copy_(parameter.double() - group["lr"] * m_hat / (v_hat.sqrt() + group["eps"]))


def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    rising = step * warmup ** (-3 / 2)
    falling = step ** (-1 / 2)
    return factor * (rising if rising < falling else falling) / d_model ** (1 / 2)


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer, self.d_model = optimizer, d_model
        self.warmup, self.factor = warmup, factor
        self.steps = 0

    def _write(self, rate):
        for group in self.optimizer.param_groups:
            group["lr"] = rate

    def advance(self):
        self.steps = self.steps + 1
        rate = noam_rate(self.steps, self.d_model, self.warmup, factor=self.factor)
        self._write(rate)
        return rate


def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    N, V = targets.shape[0], vocabulary_size
    share = smoothing / (V - 1)
    rows = torch.full((N, V), share, dtype=torch.float64)
    rows.scatter_(1, targets[:, None], 1 - smoothing + share)
    rows[:, pad_id] = 0
    rows[targets == pad_id] = 0
    return rows.to(torch.float32)


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    result = logits.dtype if logits.dtype == torch.float64 else torch.float32
    real = (targets != pad_id).nonzero().squeeze(1)
    z = logits[real].double()
    log_total = z.logsumexp(dim=1)
    words = [token for token in range(logits.size(1)) if token != pad_id]
    right = z[torch.arange(len(real)), targets[real]]
    loss = log_total - (1 - smoothing) * right - smoothing * z[:, words].mean(dim=1)
    return loss.sum().to(result), torch.tensor(len(real))


def clip_gradients(parameters, max_norm):
    used = [p for p in parameters if p.grad is not None]
    norm = sum(float(p.grad.double().pow(2).sum()) for p in used) ** 0.5
    if not norm > max_norm:
        return norm
    for p in used:
        p.grad.div_(norm / max_norm)
    return norm


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    result = {}
    for name, value in checkpoints[-1].items():
        if not value.is_floating_point():
            result[name] = value
            continue
        mean = torch.zeros_like(value, dtype=torch.float64)
        for number, checkpoint in enumerate(checkpoints, start=1):
            mean += (checkpoint[name].double() - mean) / number
        result[name] = mean.to(value.dtype)
    return result


def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    if not model.training:
        model.train()
    optimizer.zero_grad()
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    loss.backward()
    for p in model.parameters():  # the mean's gradient is the sum's, divided
        if p.grad is not None:
            p.grad /= tokens
    clip_gradients(model.parameters(), max_norm)
    schedule.advance()
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach()) / int(tokens)
