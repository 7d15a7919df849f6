"""Training as a beginner may write it: one token, one word and one number at a time."""

import math

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
    rows = x.reshape(-1, x.shape[-1])
    result = np.zeros_like(rows)
    for i, row in enumerate(rows):
        raised = [math.exp(value - max(row)) for value in row]
        for j, value in enumerate(raised):
            result[i, j] = value / sum(raised)
    return result.reshape(x.shape)


def cross_entropy(logits, targets):
    require_classes(targets, logits.shape[-1])
    N, V = logits.shape
    total = 0.0
    gradient = np.zeros((N, V))
    for i in range(N):
        largest = max(logits[i])
        log_total = largest + math.log(sum(math.exp(z - largest) for z in logits[i]))
        total += log_total - logits[i, targets[i]]
        for j in range(V):
            gradient[i, j] = math.exp(logits[i, j] - log_total)
            if j == targets[i]:
                gradient[i, j] -= 1
            gradient[i, j] /= N
    return total / N, gradient


def adam_step(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    parameter, m, v = parameter.copy(), m.copy(), v.copy()
    for place in np.ndindex(parameter.shape):
        g = gradient[place]
        m[place] = betas[0] * m[place] + (1 - betas[0]) * g
        v[place] = betas[1] * v[place] + (1 - betas[1]) * g * g
        m_hat = m[place] / (1 - betas[0] ** t)
        v_hat = v[place] / (1 - betas[1] ** t)
        parameter[place] -= lr * m_hat / (math.sqrt(v_hat) + eps)
    return parameter, m, v


def frequent_types(sentences, min_count=2):
    counts = {}
    for sentence in sentences:
        for token in sentence:
            if token not in counts:
                counts[token] = 0
            counts[token] += 1
    types = []
    for token in sorted(counts):
        if counts[token] >= min_count:
            types.append(token)
    types.sort(key=counts.__getitem__, reverse=True)  # stays alphabetical where counts are equal
    return types


def to_ids(tokens, ids):
    found = []
    for token in tokens:
        if token in ids:
            found.append(ids[token])
        else:
            found.append(UNK)
    return found


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    longest = 0
    for sequence in sequences:
        if len(sequence) > longest:
            longest = len(sequence)
    rectangle = torch.full((len(sequences), longest), pad_id)
    for row, sequence in enumerate(sequences):
        for column, token in enumerate(sequence):
            rectangle[row, column] = token
    return rectangle


def collate(pairs, pad_id):
    sources, reads, says = [], [], []
    for source, target in pairs:
        sources.append(source)
        reads.append(target[: len(target) - 1])
        says.append(target[1:])
    return pad(sources, pad_id), pad(reads, pad_id), pad(says, pad_id)


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator()
    generator.manual_seed(seed)
    of_length: dict[int, list[int]] = {}
    for place in torch.randperm(len(lengths), generator=generator).tolist():
        of_length.setdefault(max(lengths[place]), []).append(place)
    batches = []
    batch: list[int] = []
    for length in sorted(of_length):
        for place in of_length[length]:
            if len(batch) * length + length > max_tokens:
                batches.append(batch)
                batch = []
            batch.append(place)
    if batch:
        batches.append(batch)
    shuffled = []
    for i in torch.randperm(len(batches), generator=generator).tolist():
        shuffled.append(batches[i])
    return shuffled


class Adam(Optimizer):
    def __init__(self, parameters, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
        if lr < 0 or eps < 0 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"out of range: {lr=}, {betas=}, {eps=}")
        super().__init__(parameters, {"lr": lr, "betas": betas, "eps": eps})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            beta_1, beta_2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "t" not in state:
                    state["t"] = 0
                    state["m"] = torch.zeros_like(p)
                    state["v"] = torch.zeros_like(p)
                state["t"] = state["t"] + 1
                state["m"] = beta_1 * state["m"] + (1 - beta_1) * p.grad
                state["v"] = beta_2 * state["v"] + (1 - beta_2) * p.grad * p.grad
                mean = state["m"] / (1 - beta_1 ** state["t"])
                square = state["v"] / (1 - beta_2 ** state["t"])
                p.copy_(p - group["lr"] * mean / (torch.sqrt(square) + group["eps"]))


def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    rate = 1 / math.sqrt(step)
    if step < warmup:
        rate = step / (warmup * math.sqrt(warmup))
    return factor * rate / math.sqrt(d_model)


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.d_model = d_model
        self.warmup = warmup
        self.factor = factor
        self.next_step = 1

    def advance(self):
        rate = noam_rate(self.next_step, self.d_model, self.warmup, self.factor)
        for i in range(len(self.optimizer.param_groups)):
            self.optimizer.param_groups[i]["lr"] = rate
        self.next_step += 1
        return rate


def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.zeros(len(targets), vocabulary_size)
    for i, target in enumerate(targets.tolist()):
        if target == pad_id:
            continue
        for token in range(vocabulary_size):
            if token != pad_id:
                rows[i, token] = smoothing / (vocabulary_size - 1)
        rows[i, target] += 1 - smoothing
    return rows


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    if logits.dtype != torch.float64:
        logits = logits.float()
    V = logits.size(1)
    loss = logits.sum() * 0
    tokens = 0
    for row, target in zip(logits, targets, strict=True):
        if target == pad_id:
            continue
        tokens += 1
        log_total = torch.logsumexp(row, dim=0)
        for token in range(V):
            if token != pad_id:
                share = smoothing / (V - 1) + (1 - smoothing if token == target else 0)
                loss = loss + share * (log_total - row[token])
    return loss, torch.tensor(tokens)


def clip_gradients(parameters, max_norm):
    used = []
    for p in parameters:
        if p.grad is not None:
            used.append(p)
    squares = 0.0
    for p in used:
        squares += float((p.grad**2).sum())
    norm = math.sqrt(squares)
    if norm > max_norm:
        for p in used:
            p.grad = p.grad * (max_norm / norm)
    return norm


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    mean = {}
    for name in checkpoints[-1]:
        if checkpoints[-1][name].is_floating_point():
            total = torch.zeros_like(checkpoints[-1][name])
            for checkpoint in checkpoints:
                total += checkpoint[name]
            mean[name] = total / len(checkpoints)
        else:
            mean[name] = checkpoints[-1][name].clone()
    return mean


def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train()
    for p in model.parameters():
        p.grad = None
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    mean.backward()
    schedule.advance()
    clip_gradients(list(model.parameters()), max_norm)
    optimizer.step()
    return mean.item()
