"""Small inputs on which vocabulary, batches, loss, optimizer and step show what is wrong."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from book.pagelib.symptom_cases import randn
from solutions.notebook_support import training_probes

TEXT = [["b", "c"], ["c", "a", "b"], ["a", "d", "c"]]  # c 3 times, a and b twice, d once
IDS = {"dog": 4, "the": 5}
PAIRS = [([5, 3], [2, 6, 7, 8, 3]), ([9, 4, 3], [2, 5, 3])]
LOGITS = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])
TARGETS = np.array([1, 0])
TOKENS = torch.tensor([1, 3, 0, 2])  # padding is number 0
SENTENCES = (
    torch.tensor([[4, 5, 3], [6, 3, 0]]),
    torch.tensor([[2, 7, 8], [2, 9, 0]]),
    torch.tensor([[7, 8, 3], [9, 3, 0]]),
)


def _numpy(function: Callable, *labels: str) -> Callable:
    """What a function of NumPy returns, as labeled tensors."""

    def situation(*inputs) -> dict[str, Tensor]:
        with np.errstate(all="ignore"):
            found = function(*(x.copy() if isinstance(x, np.ndarray) else x for x in inputs))
        found = found if isinstance(found, tuple) else (found,)
        return {label: torch.as_tensor(x) for label, x in zip(labels, found, strict=True)}

    return situation


def _refused(*inputs) -> Callable:
    """What becomes of input that the contract refuses."""

    def situation(f: Callable) -> dict[str, str]:
        try:
            f(*inputs)
        except ValueError:
            return {"the input": "refused"}
        except ArithmeticError as error:
            return {"the input": type(error).__name__}
        return {"the input": "accepted"}

    return situation


def _softmax(x: list, *labels: str) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        (weights,) = _numpy(f, "weights")(np.array(x)).values()
        return {"sum of a row": weights.sum(-1).max(), "weights": weights}

    return situation


def _cross_entropy(logits: np.ndarray) -> Callable:
    return lambda f: _numpy(f, "loss", "gradient")(logits, TARGETS)


def _adam_step(f: Callable) -> dict[str, Tensor]:
    gradient, m = np.array([100.0, 1e-6]), np.zeros(2)
    p, v = np.zeros(2), np.zeros(2)
    with np.errstate(all="ignore"):
        first, new_m, new_v = f(p, gradient, m, v, 1, 1.0)
        second, _, _ = f(first.copy(), gradient, new_m.copy(), new_v.copy(), 2, 1.0)
    steps = np.abs(np.stack([first, second - first])).round(2)
    return {
        "length of the first step": torch.tensor(steps[0, 0]),
        "of the first, gradient 1e-6": torch.tensor(steps[0, 1]),
        "of the second": torch.tensor(steps[1, 0]),
        "direction of the first step": torch.tensor(np.sign(first[0])),
        "m handed in": torch.tensor(m[0]),
    }


def _defaults(f: Callable) -> dict[str, Tensor]:
    some, gradient = np.array([2.0, -1.0]), np.array([1.0, 10.0])
    p, m, v = f(some, gradient, np.ones(2), np.array([400.0, 1.0]), 3)
    found = {"parameter": p, "m": m, "v": v, "parameter handed in": some}
    return {label: torch.as_tensor(x) for label, x in found.items()}


def _other_betas(f: Callable) -> dict[str, Tensor]:
    _, m, v = f(np.zeros(1), np.ones(1), np.zeros(1), np.zeros(1), 1, 1.0, (0.5, 0.5))
    return {"m": torch.tensor(m[0]), "v": torch.tensor(v[0])}


def _other_gradients(f: Callable) -> dict[str, Tensor]:
    p = m = v = np.zeros(1)
    for t, gradient in enumerate((1.0, -0.5, 20.0), start=1):
        p, m, v = f(p, np.array([gradient]), m.copy(), v.copy(), t, 1.0)
    return {"m": torch.tensor(m[0]), "v": torch.tensor(v[0]), "place": torch.tensor(p[0])}


def _rectangles(pad_id: int) -> Callable:
    def situation(f: Callable) -> dict[str, object]:
        source, read, said = f(PAIRS, pad_id)
        return {
            "tokens to say": (said != pad_id).sum(),
            "EOS to say": (said == 3).sum(),
            "first token read": read[0, 0],
            "target_in": tuple(read.shape),
            "read before the first word": read[:, 0],
            "target_out": said,
            "source": source,
        }

    return situation


def _batches(lengths: list[tuple[int, int]], max_tokens: int) -> Callable:
    def situation(f: Callable) -> dict[str, object]:
        batches = f(lengths, max_tokens, 0)
        count = len(batches)
        sizes = [[len(b) * max(lengths[i][side] for i in b) for b in batches] for side in (0, 1)]
        words = sum(sum(lengths[i]) for batch in batches for i in batch)
        facts = training_probes.batch_facts(f, lengths, max_tokens, 0)
        share = 100 * (1 - words / sum(map(sum, sizes)))
        largest = max(map(max, sizes))
        found = {
            "sentences": len({i for batch in batches for i in batch}),
            "largest rectangle": largest if largest > max_tokens else "within the limit",
            "padding": f"{share:.0f} %" if share > 12 else "below 12 %",
            "batches": "few" if facts["few batches"] else count,
        }
        found["pairs in the largest batch"] = max(map(len, batches))
        found |= {name: holds for name, holds in facts.items() if "seed" in name or "order" in name}
        drawn = training_probes.drawn_afterwards(f, lengths, max_tokens, 0)
        return found | {"PyTorch's next random numbers": drawn}

    return situation


def _walk(gradients: list, *settings) -> Callable:
    gradients = torch.tensor(gradients)

    def situation(f: Callable) -> dict[str, Tensor]:
        path = training_probes.walk(f, torch.ones(gradients.size(1)), gradients, *settings)
        return {f"place after step {t}": place for t, place in enumerate(path, start=1)}

    return situation


def _halved_rate(f: Callable) -> dict[str, Tensor]:
    p, q = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    optimizer = f([p, q], lr=1.0)
    optimizer.param_groups[0]["lr"] = 0.5
    for gradient in (1.0, -3.0):
        p.grad = q.grad = torch.tensor([gradient])
        optimizer.step()
    return {"the first parameter": p.detach()[0], "the second parameter": q.detach()[0]}


def _late(f: Callable) -> dict[str, Tensor]:
    p, q = torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))
    optimizer = f([p, q], lr=1.0)
    for gradients in ((1.0, None), (2.0, 5.0), (-1.0, 0.5)):
        for parameter, g in zip((p, q), gradients, strict=True):
            parameter.grad = None if g is None else torch.tensor([g])
        optimizer.step()
    return {"the first parameter": p.detach()[0], "the second parameter": q.detach()[0]}


def _back_to_zero(f: Callable) -> dict[str, str]:
    gradients = torch.tensor([[0.37]], dtype=torch.float64)
    start = torch.tensor([1e6], dtype=torch.float64)
    path = training_probes.walk(f, start, gradients, 1e6)
    return {"place after the step": f"{path.item():.2g}"}


def _matrix(f: Callable) -> dict[str, Tensor]:
    gradients = torch.tensor([[[1.0, -2.0]], [[0.5, 3.0]]])
    return {"place": training_probes.walk(f, torch.ones(1, 2), gradients, 0.1)[-1]}


def _kept(f: Callable) -> dict[str, str]:
    try:
        t, *_ = training_probes.remembered(f, torch.ones(2), torch.ones(2, 2))
    except KeyError as error:
        return {"t": f"{type(error).__name__}"}
    return {"t": str(t)}


def _negative_rate(f: Callable) -> dict[str, str]:
    return _refused([torch.nn.Parameter(torch.zeros(1))], -0.1)(f)


def _rates(f: Callable) -> dict[str, str]:
    rates = {f"rate at step {step}": f(step, 512, 4000) for step in (1, 4000, 16000)}
    rates["half of that at step 4000"] = f(4000, 512, 4000, 0.5)
    kind = "a tensor" if any(isinstance(rate, Tensor) for rate in rates.values()) else "a number"
    return {label: f"{float(rate):.2g}" for label, rate in rates.items()} | {"returned": kind}


def _schedule(f: Callable) -> dict[str, object]:
    returned, written, seen = training_probes.scheduled(f, 3, [16, 4, 2.0])
    _, by_default, _ = training_probes.scheduled(f, 1, [16, 4])
    kinds = {type(None): "nothing", list: "a list"}
    return {
        **seen,
        "step 1, in the first group": torch.tensor(written[0][0]),
        "step 1, in the second group": torch.tensor(written[0][1]),
        "step 3, in the first group": torch.tensor(written[2][0]),
        "rate of step 1, no factor given": torch.tensor(by_default[0][0]),
        "returned": kinds.get(type(returned[0]), "a number"),
        "returned in step 3": str(returned[2]),
    }


def _targets(pad_id: int) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        rows = f(TOKENS, 5, 0.2, pad_id)
        return {
            "shape": tuple(rows.shape),
            "sum of a row": rows[0].sum(),
            "share of padding": rows[0, pad_id],
            "share of the right token": rows[0, TOKENS[0]],
            "share of the first token in the second row": rows[1, TOKENS[0]],
            "sum of a row of padding": rows[TOKENS.eq(pad_id)][0].sum(),
        }

    return situation


def _loss(logits: Tensor, targets: Tensor, smoothing: float, pad_id: int = 0) -> Callable:
    def situation(f: Callable) -> dict[str, object]:
        found = f(logits.clone().requires_grad_(), targets, smoothing, pad_id)
        if isinstance(found, Tensor):
            return {
                "returned": "one tensor",
                "tokens": "missing",
                "loss": found,
                "gradient": "arrives",
            }
        loss, tokens = found
        flows = "arrives" if loss.requires_grad else "does not arrive"
        number = tokens if isinstance(tokens, Tensor) else "a plain number"
        return {"returned": "a pair", "tokens": number, "loss": loss, "gradient": flows}

    return situation


def _clip(gradients: list, max_norm: float, listed: bool = False) -> Callable:
    def situation(f: Callable) -> dict[str, object]:
        given = [None if g is None else torch.tensor(g) for g in gradients]
        try:
            norm, after, parameters = training_probes.clipped(f, given, max_norm, listed)
        except ZeroDivisionError:
            return {"what comes back": "ZeroDivisionError"}
        left = torch.cat([g for g in after if g is not None])
        kind = {type(None): "nothing", Tensor: "a tensor"}.get(type(norm), "a number")
        return {
            "what comes back": kind,
            "returned": torch.tensor(float(norm or 0)),
            "length afterwards": left.norm(),
            "first number over second": left[0] / left[1],
            "a parameter": parameters[0][0],
        }

    return situation


def _hooks(f: Callable) -> dict[str, Tensor]:
    (later,) = training_probes.next_gradients(f, [torch.tensor([3.0, 4.0])], 1.0)
    return {"gradient of the next backward pass": later}


def _unused(f: Callable) -> dict[str, object]:
    return {"returned": training_probes.clipped(f, [None], 1.0)[0]}


def _seven(f: Callable) -> dict[str, Tensor]:
    return {"mean": f([{"w": torch.tensor([float(i**2)]).double()} for i in range(7)])["w"]}


def _average(f: Callable) -> dict[str, object]:
    checkpoints = [
        {"w": torch.tensor(w), "steps": torch.tensor(n)}
        for w, n in ((1.0, 5), (2.0, 10), (9.0, 20))
    ]
    mean = f(checkpoints)
    return {
        "mean of 1, 2 and 9": mean["w"],
        "steps": mean.get("steps", "missing"),
        "the first checkpoint": checkpoints[0]["w"],
    }


def _train(*settings, dropout: float = 0.0, one: bool = False) -> Callable:
    batch = [x[:1, :1] for x in SENTENCES] if one else SENTENCES

    def situation(f: Callable) -> dict[str, object]:
        losses, moves, seen = training_probes.three_steps(f, *batch, list(settings), dropout)
        number = type(losses[0]).__name__
        found: dict[str, object] = dict(seen)
        found |= {"returned": "a float" if number == "float" else f"a {number}"}
        found |= {f"move in step {i}": torch.tensor(x) for i, x in enumerate(moves, start=1)}
        losses = [torch.as_tensor(loss).detach().float() for loss in losses]
        return found | {f"loss {i}": loss for i, loss in enumerate(losses, start=1)}

    return situation


MANY = torch.randint(3, 25, (240,), generator=torch.Generator().manual_seed(0)).tolist()
WIDE = 3 * randn(4, 5, seed=1)

SITUATIONS: dict[str, dict[str, Callable]] = {
    "softmax": {
        "two rows": _softmax([[0.0, 1.0, 2.0], [1.0, 3.0, 1.0]]),
        "a row of large numbers": _softmax([[1000.0, 1001.0]]),
        "rows far apart": _softmax([[0.0, 1.0], [2000.0, 2001.0]]),
        "a single row": _softmax([1.0, 3.0, 2.0]),
        "numbers near a million": _softmax([[1e6 + 0.3, 1e6 + 0.7]]),
    },
    "cross_entropy": {
        "2 tokens, 3 classes": _cross_entropy(LOGITS),
        "surely wrong": _cross_entropy(1000 * LOGITS),
        "a target of -1": _refused(LOGITS, np.array([-1, 0])),
    },
    "adam_step": {
        "gradients of 100 and 1e-6, rate 1": _adam_step,
        "gradients of 1, -0.5 and 20": _other_gradients,
        "a third step, no rate given": _defaults,
        "betas of 0.5": _other_betas,
    },
    "frequent_types": {
        "c 3 times, a and b twice": lambda f: {"types": f(TEXT, 2)},
        "all": lambda f: {"types": f(TEXT, 1)},
        "a word twice in one sentence": lambda f: {"types": f([["the", "the"], ["a"]], 2)},
        "no min_count given": lambda f: {"types": f([["the", "the"], ["a"]])},
        "capitals": lambda f: {"types": f([["apple", "Zebra"]], 1)},
    },
    "to_ids": {
        "an unknown word": lambda f: {"ids": f(["the", "zebra", "dog"], IDS)},
        "a word spelt </s>": lambda f: {"ids": f(["the", "</s>"], IDS)},
    },
    "pad": {
        "padding id 0": lambda f: {"rectangle": f([[5, 6, 7], [4]], 0)},
        "padding id 9": lambda f: {"last entry": f([[5, 6, 7], [4]], 9)[1, 2]},
        "75 and 60 tokens": lambda f: {"rectangle": f([[5] * 75, [6] * 60], 0)},
        "one and three tokens": lambda f: {"rectangle": f([[5], [6, 7, 8]], 0)},
        "an empty sequence": _refused([[5], []], 0),
    },
    "collate": {"two pairs": _rectangles(0), "padding id 20": _rectangles(20)},
    "token_batches": {
        "240 pairs, 100 tokens": _batches([(n, n + 1) for n in MANY], 100),
        "pairs of 2 and 9 words": _batches([(2, 9)] * 60, 90),
        "sources of 4 words": _batches([(4, n) for n in MANY], 100),
        "pairs of 10 and 10 or 2 and 18 words": _batches([(10, 10), (2, 18)] * 60, 60),
        "a pair that is too long": _refused([(3, 4), (12, 2)], 10, 0),
    },
    "Adam": {
        "three steps": _walk([[1.0, 100.0], [-0.5, 20.0], [0.2, 1.0]], 0.1),
        "gradients of 1e-7 and 0": _walk([[1e-7, 0.0]] * 2, 0.1),
        "two parameters, the rate halved": _halved_rate,
        "a parameter whose gradient comes later": _late,
        "float64, a step from a million to 0": _back_to_zero,
        "a matrix": _matrix,
        "a rate of -0.1": _negative_rate,
        "what is kept": _kept,
    },
    "noam_rate": {
        "the paper's numbers": _rates,
        "step 0": _refused(0, 512, 4000),
        "step -1": _refused(-1, 512, 4000),
    },
    "NoamSchedule": {"three steps": _schedule},
    "smoothed_targets": {"padding id 0": _targets(0), "padding id 3": _targets(3)},
    "label_smoothing_loss": {
        "one token, no smoothing": _loss(WIDE[:1], TOKENS[:1], 0.0),
        "2 tokens, no smoothing": _loss(WIDE[:2], TOKENS[:2], 0.0),
        "2 tokens, smoothing 0.3": _loss(WIDE[:2], TOKENS[:2], 0.3),
        "3 words and padding": _loss(WIDE, TOKENS, 0.3),
        "padding id 3": _loss(WIDE, TOKENS, 0.3, 3),
        "logits in the hundreds": _loss(200 * WIDE, TOKENS, 0.1),
        "logits in bfloat16": _loss(WIDE.bfloat16(), TOKENS, 0.1),
        "logits in float64": _loss(WIDE.double(), TOKENS, 0.1),
        "a smoothing of 1.5": _refused(WIDE, TOKENS, 1.5, 0),
        "a smoothing of 1": _refused(WIDE, TOKENS, 1.0, 0),
        "logits (B, T, V)": _refused(WIDE[None], TOKENS[None], 0.1, 0),
    },
    "clip_gradients": {
        "3 and 4, longest 2": _clip([[3.0], [4.0]], 2.0),
        "the same from a list": _clip([[3.0], [4.0]], 2.0, listed=True),
        "0.3 and 0.4, longest 1": _clip([[0.3], [0.4]], 1.0),
        "one without a gradient": _clip([[3.0], None, [4.0]], 2.0),
        "a gradient of 0": _clip([[0.0], [0.0]], 2.0),
        "no gradient at all": _unused,
        "3 and 4, longest 1": _hooks,
    },
    "average_weights": {
        "three checkpoints": _average,
        "seven checkpoints in float64": _seven,
        "a name that only the last has": _refused([{}, {"w": torch.ones(1)}]),
    },
    "train_step": {
        "three steps": _train(0.1, 1e6),
        "longest gradient 0.2": _train(0.1, 0.2),
        "one token, longest 1.2": _train(0.1, 1.2, one=True),
        "dropout 0.5": _train(0.1, 1e6, dropout=0.5),
        "one token, nothing given": _train(one=True),
        "bfloat16": _train(0.1, 1e6, "bfloat16"),
    },
}
