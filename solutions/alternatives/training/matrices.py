"""Training in matrices and Einstein notation: tables, one-hot rows and masks, not indices."""

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
    raised = np.exp(x - np.max(x, axis=-1)[..., None])
    return np.einsum("...v,...->...v", raised, 1 / np.einsum("...v->...", raised))


def cross_entropy(logits, targets):
    require_classes(targets, logits.shape[-1])
    N, V = logits.shape
    one_hot = (np.arange(V) == targets[:, None]).astype(logits.dtype)
    top = logits.max(axis=1)
    log_total = top + np.log(np.einsum("nv->n", np.exp(logits - top[:, None])))
    right = np.einsum("nv,nv->n", logits, one_hot)
    probabilities = np.exp(logits - log_total[:, None])
    return float(np.mean(log_total - right)), (probabilities - one_hot) / N


def adam_step(parameter, gradient, m, v, t, lr=1e-3, betas=(0.9, 0.98), eps=1e-9):
    keep = np.array(betas)
    moments = np.stack([m, v])
    news = np.stack([gradient, gradient**2])
    moments = np.einsum("k,k...->k...", keep, moments) + np.einsum("k,k...->k...", 1 - keep, news)
    m_hat, v_hat = np.einsum("k,k...->k...", 1 / (1 - keep**t), moments)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), moments[0], moments[1]


def frequent_types(sentences, min_count=2):
    counts = Counter(token for sentence in sentences for token in sentence)
    by_count: dict[int, list[str]] = {}
    for word, count in counts.items():
        by_count.setdefault(count, []).append(word)
    falling = sorted((n for n in by_count if n >= min_count), reverse=True)
    return [word for n in falling for word in sorted(by_count[n])]


def to_ids(tokens, ids):
    table = dict.fromkeys(tokens, UNK) | ids
    return [table[token] for token in tokens]


def pad(sequences, pad_id):
    require_sequences_to_pad(sequences)
    sizes = torch.tensor([len(sequence) for sequence in sequences])
    inside = torch.arange(int(sizes.max())) < sizes[:, None]  # (B, longest)
    flat = torch.tensor([token for sequence in sequences for token in sequence])
    return torch.full(inside.shape, pad_id).masked_scatter(inside, flat)


def collate(pairs, pad_id):
    target = pad([target for _, target in pairs], pad_id)
    source = pad([source for source, _ in pairs], pad_id)
    return source, target.narrow(1, 0, target.size(1) - 1), target.narrow(1, 1, target.size(1) - 1)


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    generator = np.random.default_rng(seed)
    longest = np.array(lengths).reshape(-1, 2).max(axis=1, initial=0)
    order = np.lexsort([generator.random(len(longest)), longest])
    batches, start = [], 0
    while start < len(order):
        sizes = longest[order[start:]]
        fits = np.arange(1, len(sizes) + 1) * sizes <= max_tokens
        count = len(fits) if fits.all() else int(np.argmin(fits))
        batches.append(order[start : start + count].tolist())
        start += count
    return [batches[i] for i in generator.permutation(len(batches))]


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
        state = self.state[parameter]
        keep = torch.tensor(group["betas"], dtype=torch.float64)
        if "moments" not in state:
            state["moments"] = torch.zeros(2, parameter.numel(), dtype=torch.float64)
            state["powers"] = torch.ones(2, dtype=torch.float64)
            state["t"] = 0
        g = gradient.flatten().double()
        news = torch.stack([g, g.square()])
        state["moments"] = keep[:, None] * state["moments"] + (1 - keep)[:, None] * news
        state["powers"] = state["powers"] * keep  # beta^t, without a counter
        state["m"], state["v"] = state["moments"].reshape(2, *parameter.shape)
        state["t"] += 1
        m_hat, v_hat = state["moments"] / (1 - state["powers"])[:, None]
        move = group["lr"] * m_hat / (v_hat.sqrt() + group["eps"])
        parameter.add_(move.reshape(parameter.shape).to(parameter.dtype), alpha=-1)


def noam_rate(step, d_model, warmup, factor=1.0):
    require_counted_steps(step, warmup)
    terms = torch.tensor([step**-0.5, step * warmup**-1.5], dtype=torch.float64)
    return factor * d_model**-0.5 * terms.amin().item()


class NoamSchedule:
    def __init__(self, optimizer, d_model, warmup, factor=1.0):
        self.optimizer = optimizer
        self.numbers = (d_model, warmup, factor)
        self.rates = []

    def advance(self):
        self.rates.append(noam_rate(len(self.rates) + 1, *self.numbers))
        for group in self.optimizer.param_groups:
            group["lr"] = self.rates[-1]
        return self.rates[-1]


def smoothed_targets(targets, vocabulary_size, smoothing, pad_id):
    V = vocabulary_size
    table = torch.eye(V) * (1 - smoothing) + smoothing / (V - 1)
    table[pad_id] = 0
    table[:, pad_id] = 0
    return table[targets]


def label_smoothing_loss(logits, targets, smoothing, pad_id):
    require_tokens_in_a_row(logits, targets, smoothing)
    V = logits.size(1)
    dtype = torch.float64 if logits.dtype == torch.float64 else torch.float32
    table = torch.eye(V, dtype=dtype) * (1 - smoothing) + smoothing / (V - 1)
    table[pad_id], table[:, pad_id] = 0, 0
    log_p = torch.log_softmax(logits, dim=1, dtype=dtype)
    return -torch.einsum("nv,nv->", table[targets], log_p), targets.ne(pad_id).sum()


def clip_gradients(parameters, max_norm):
    gradients = [p.grad for p in parameters if p.grad is not None]
    squares = [torch.einsum("i,i->", g.reshape(-1), g.reshape(-1)) for g in gradients]
    norm = float(sum(squares)) ** 0.5
    factor = min(1.0, max_norm / norm) if norm > 0 else 1.0
    torch._foreach_mul_(gradients, factor) if gradients else None
    return norm


def average_weights(checkpoints):
    require_checkpoints_of_one_model(checkpoints)
    weights = torch.full((len(checkpoints),), 1 / len(checkpoints), dtype=torch.float64)
    mean = {}
    for name, last in checkpoints[-1].items():
        every = torch.stack([one[name] for one in checkpoints])
        averaged = torch.einsum("c,c...->...", weights, every.double()).to(last.dtype)
        mean[name] = averaged if last.dtype.is_floating_point else last
    return mean


def train_step(
    model, batch, optimizer, schedule, smoothing=0.1, max_norm=1.0, precision=torch.float32
):
    model.train(True)
    parameters = [p for p in model.parameters() if p.requires_grad]
    loss, tokens = batch_loss(model, batch, smoothing, precision)
    mean = loss / tokens
    gradients = torch.autograd.grad(mean, parameters, allow_unused=True)
    for p, gradient in zip(parameters, gradients, strict=True):
        p.grad = gradient
    clip_gradients(parameters, max_norm)
    schedule.advance()
    optimizer.step()
    return float(mean.detach())
