"""Probes of batches, optimizers and training steps, which return plain numbers.

Classes, generators and batches cannot be recorded as numbers, but their results can. Each function
runs a student's part, right or wrong, and returns its observable behavior.

Legend: B batch, S source length, T target length, V size of the target vocabulary.
"""

from collections.abc import Callable
from types import SimpleNamespace

import torch
from torch import Tensor, nn

from solutions.data.batching import Batch


def walk(optimizer: type, start: Tensor, gradients: Tensor, *settings) -> Tensor:
    """Run an optimizer on a sequence of gradients; return the path of the parameter.

    Args:
        optimizer: class of the optimizer.
        start: (n,), the first value of the parameter.
        gradients: (steps, n).
        settings: further arguments of the optimizer.

    Returns:
        (steps, n), its value after each step.
    """
    parameter = nn.Parameter(start.clone())
    chosen = optimizer([parameter], *settings)
    path = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        chosen.step()
        path.append(parameter.detach().clone())
    return torch.stack(path)


def remembered(
    optimizer: type, start: Tensor, gradients: Tensor, *settings
) -> tuple[int, Tensor, Tensor]:
    """Run an optimizer on a sequence of gradients; return what it keeps for the next step.

    The arguments are those of `walk`.

    Returns:
        "t", "m" and "v" of the parameter's state, the last two (n,).
    """
    parameter = nn.Parameter(start.clone())
    chosen = optimizer([parameter], *settings)
    for gradient in gradients:
        parameter.grad = gradient.clone()
        chosen.step()
    state = chosen.state[parameter]
    m, v = (state[name].detach().to(start.dtype) for name in ("m", "v"))
    return int(state["t"]), m, v


def rates(
    schedule: Callable, steps: int, d_model: int, warmup: int, factor: float = 1.0
) -> tuple[list, list]:
    """Run a schedule; return its rates and those of an optimizer with two parameter groups.

    Returns:
        what `advance()` returns, call after call;
        the rates of the two groups after each call.
    """
    groups = [{"params": [nn.Parameter(torch.zeros(1))]} for _ in range(2)]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    plan = schedule(optimizer, d_model, warmup, factor)
    returned, written = [], []
    for _ in range(steps):
        returned.append(plan.advance())
        written.append([group["lr"] for group in optimizer.param_groups])
    return returned, written


def scheduled(schedule: Callable, steps: int, settings: list) -> tuple[list, list, dict]:
    """Run a schedule on an optimizer with two parameter groups.

    Args:
        schedule: class of the schedule.
        steps: number of calls of `advance()`.
        settings: d_model, warmup and, if it is given, factor.

    Returns:
        what `advance()` returns, call after call;
        the rates of the two groups after each call;
        what else was seen.
    """

    def new_plan() -> tuple:
        groups = [{"params": [nn.Parameter(torch.zeros(1))], "lr": lr} for lr in (0.7, 3.0)]
        optimizer = torch.optim.SGD(groups)
        return schedule(optimizer, *settings), optimizer

    plan, optimizer = new_plan()
    calls: list[str] = []
    optimizer.register_step_post_hook(lambda *_: calls.append("step"))
    returned, written = [], []
    for _ in range(steps):
        returned.append(plan.advance())
        written.append([group["lr"] for group in optimizer.param_groups])
    again, other = new_plan()
    again.advance()
    seen = {
        "calls of optimizer.step()": len(calls),
        "a new schedule begins with the same rate": other.param_groups[0]["lr"] == written[0][0],
    }
    return returned, written, seen


def clipped(
    clip: Callable, gradients: list[Tensor | None], max_norm: float, listed: bool = False
) -> tuple[float, list, list]:
    """Run gradient clipping; return its result and the gradients afterwards.

    The parameters are all 1. They come from a generator, as `model.parameters()` does, or from a
    list. One whose gradient is None was not used.

    Returns:
        what `clip` returns; the gradients afterwards; the parameters afterwards.
    """
    parameters = [
        nn.Parameter(torch.ones(1) if g is None else torch.ones_like(g)) for g in gradients
    ]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = None if gradient is None else gradient.clone()
    norm = clip(parameters if listed else (p for p in parameters), max_norm)
    return norm, [p.grad for p in parameters], [p.detach() for p in parameters]


def next_gradients(clip: Callable, gradients: list[Tensor], max_norm: float) -> list[Tensor | None]:
    """Run gradient clipping, then a backward pass; return its gradients, all of which are 3."""
    parameters = [nn.Parameter(torch.ones_like(g)) for g in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    clip((p for p in parameters), max_norm)
    with torch.enable_grad():
        for parameter in parameters:
            parameter.grad = None
            (3 * parameter).sum().backward()
    return [p.grad for p in parameters]


def batch_facts(
    cut: Callable, lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> dict[str, bool]:
    """Check the properties of the batches that `cut` makes of pairs with these lengths."""
    batches = cut(lengths, max_tokens, seed)
    places = [frozenset(batch) for batch in batches]
    others = [frozenset(batch) for batch in cut(lengths, max_tokens, seed + 1)]
    cost, words = [0, 0], [0, 0]
    largest = [0, 0]
    for batch in batches:
        for side in (0, 1):
            sizes = [lengths[place][side] for place in batch]
            rectangle = len(sizes) * max(sizes)
            largest[side] = max(largest[side], rectangle)
            cost[side] += rectangle
            words[side] += sum(sizes)
    longest = [max(max(lengths[place]) for place in batch) for batch in batches]
    alone = all(len(batch) == 1 for batch in batches)
    most = len(frozenset().union(*places)) > len(lengths) / 2  # leaving all out is no way to do it
    fewest = sum(map(max, lengths)) / max_tokens
    return {
        "each pair once": sorted(i for batch in batches for i in batch)
        == list(range(len(lengths))),
        "sources within the limit": most and largest[0] <= max_tokens,
        "targets within the limit": most and largest[1] <= max_tokens,
        "little padding": 1 - sum(words) / sum(cost) < 0.12,
        "few batches": len(batches) <= 1.25 * fewest + 1,
        "same seed, same batches": cut(lengths, max_tokens, seed) == batches,
        "other seed, other order": others != places,
        "other seed, other company": alone or set(others) != set(places),
        "batches in mixed order": len(set(longest)) < 3
        or longest not in (sorted(longest), sorted(longest, reverse=True)),
    }


def drawn_afterwards(
    cut: Callable, lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[int]:
    """Set PyTorch's global seed, let `cut` make batches, and return the next random numbers."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(20)
        cut(lengths, max_tokens, seed)
        return torch.randint(1000, (3,)).tolist()


class ToyTranslator(nn.Module):
    """A tiny model with the interface of the Transformer.

    Each position sees its target token, the mean of the target tokens so far, and the mean of the
    source.

    Args:
        V: size of both vocabularies.
        d_model: width.
        dropout: on the decoder's output, in training only.
        pad_id: the id of padding.
    """

    def __init__(self, V: int, d_model: int = 4, dropout: float = 0.0, pad_id: int = 0):
        super().__init__()
        self.config = SimpleNamespace(pad_id=pad_id)
        self.source_embedding = nn.Embedding(V, d_model)
        self.target_embedding = nn.Embedding(V, d_model)
        self.target_embedding.to_logits = nn.Linear(d_model, V)
        self.dropout = nn.Dropout(dropout)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """(B, S) and (B, T) integers -> logits (B, T, V)."""
        to_logits = self.target_embedding.get_submodule("to_logits")
        return to_logits(self.decode(target, *self.encode(source)))

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S) integers -> memory (B, S, d_model), mask (B, 1, S)."""
        return self.source_embedding(source), (source != self.config.pad_id)[:, None]

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        """(B, T) integers -> (B, T, d_model)."""
        weights = source_mask / source_mask.sum(dim=-1, keepdim=True)  # (B, 1, S)
        mean = weights.to(memory.dtype) @ memory  # (B, 1, S) @ (B, S, d_model) -> (B, 1, d_model)
        x = self.target_embedding(target)
        so_far = x.cumsum(dim=1) / torch.arange(1, x.size(1) + 1).to(x)[:, None]
        return self.dropout(torch.tanh(x + so_far + mean))


class HalvingSchedule:
    """A simple schedule, which halves the optimizer's rate before each step."""

    def __init__(self, optimizer: torch.optim.Optimizer):
        self.optimizer, self.factor = optimizer, 0.5

    def advance(self) -> None:
        """Halve the rate; call before each step."""
        for group in self.optimizer.param_groups:
            group["lr"] *= self.factor


def train(
    step: Callable,
    source: Tensor,
    target_in: Tensor,
    target_out: Tensor,
    smoothing: float,
    max_norm: float,
    dropout: float = 0.0,
) -> tuple[list, list, int, bool]:
    """Take three steps of gradient descent with a new `ToyTranslator`, in float64.

    The rates are 1/2, 1/4 and 1/8. Before the first step the model is in evaluation mode.

    Args:
        step: is called like `train_step`.
        source: (B, S) integers from 0 to 9, padded with 0.
        target_in, target_out: (B, T) likewise.
        smoothing, max_norm: handed on to `step`.
        dropout: of the model.

    Returns:
        what `step` returns, three times;
        the length of each change of all parameters together;
        the number of calls of `optimizer.step()`;
        whether the model is in training mode at the end.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)
        model = ToyTranslator(10, dropout=dropout).double().eval()
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        calls = []
        optimizer.register_step_post_hook(lambda *_: calls.append("step"))
        schedule = HalvingSchedule(optimizer)
        batch = Batch(source, target_in, target_out)
        losses, moves = [], []
        for _ in range(3):
            before = [p.detach().clone() for p in model.parameters()]
            losses.append(step(model, batch, optimizer, schedule, smoothing, max_norm))
            moved = [
                (p.detach() - b).norm() for p, b in zip(model.parameters(), before, strict=True)
            ]
            moves.append(float(torch.stack(moved).norm()))
    return losses, moves, len(calls), model.training


def three_steps(
    step: Callable,
    source: Tensor,
    target_in: Tensor,
    target_out: Tensor,
    settings: list,
    dropout: float = 0.0,
) -> tuple[list, list, dict]:
    """Take three steps of gradient descent with a new `ToyTranslator`, and watch them.

    The rates are 0.3, 0.09 and 0.027. Before the first step the model is in evaluation mode, and
    gradients of an earlier batch are still at its parameters.

    Args:
        step: is called like `train_step`.
        source: (B, S) integers from 0 to 9, padded with 0.
        target_in, target_out: (B, T) likewise.
        settings: smoothing, max_norm and precision for `step`, or the first of these only. With a
            precision, such as "bfloat16", the model is in float32, otherwise in float64.
        dropout: of the model.

    Returns:
        what `step` returns, three times;
        the length of each change of all parameters together;
        what else was seen.
    """
    given = [getattr(torch, x) if isinstance(x, str) else x for x in settings]
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(0)
        model = ToyTranslator(10, dropout=dropout).eval()
        model.to(torch.float64 if len(given) < 3 else torch.float32)
        for p in model.parameters():
            p.grad = torch.full_like(p, 0.2)
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        schedule = HalvingSchedule(optimizer)
        schedule.factor = 0.3
        to_logits = model.target_embedding.get_submodule("to_logits")
        modes, types, backwards, calls = [], [], [], []
        model.dropout.register_forward_hook(lambda layer, *_: modes.append(layer.training))
        to_logits.register_forward_hook(lambda *given: types.append(str(given[-1].dtype)))
        dict(to_logits.named_parameters())["bias"].register_hook(
            lambda _: backwards.append("backward")
        )
        optimizer.register_step_post_hook(lambda *_: calls.append(len(backwards)))
        losses, moves, in_training = [], [], []
        for _ in range(3):
            before = [p.detach().clone() for p in model.parameters()]
            modes.clear()
            losses.append(
                step(model, Batch(source, target_in, target_out), optimizer, schedule, *given)
            )
            in_training.append(all(modes))
            moved = [
                (p.detach() - b).norm() for p, b in zip(model.parameters(), before, strict=True)
            ]
            moves.append(float(torch.stack(moved).norm()))
    graphs = any(isinstance(x, Tensor) and x.requires_grad for x in losses)
    seen = {
        "calls of optimizer.step()": len(calls),
        "a gradient was computed before each": all(n >= i for i, n in enumerate(calls, start=1)),
        "in training mode while the loss is computed": in_training,
        "in training mode at the end": model.training,
        "type of the logits": "".join(types[:1]),
        "what is returned keeps a graph": graphs,
    }
    return [x.detach() if isinstance(x, Tensor) else x for x in losses], moves, seen
