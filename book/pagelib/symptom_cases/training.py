"""Small inputs on which vocabulary, batches, loss, optimiser and step show what is wrong."""

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
    """What a function of NumPy returns, as labelled tensors."""

    def situation(*inputs) -> dict[str, Tensor]:
        with np.errstate(all="ignore"):
            found = function(*(x.copy() if isinstance(x, np.ndarray) else x for x in inputs))
        found = found if isinstance(found, tuple) else (found,)
        return {label: torch.as_tensor(x) for label, x in zip(labels, found, strict=True)}

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


def _other_gradients(f: Callable) -> dict[str, Tensor]:
    p = m = v = np.zeros(1)
    for t, gradient in enumerate((1.0, -0.5, 20.0), start=1):
        p, m, v = f(p, np.array([gradient]), m.copy(), v.copy(), t, 1.0)
    return {"m": torch.tensor(m[0]), "v": torch.tensor(v[0]), "place": torch.tensor(p[0])}


def _rectangles(pad_id: int) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        source, read, said = f(PAIRS, pad_id)
        return {
            "tokens to say": (said != pad_id).sum(),
            "EOS to say": (said == 3).sum(),
            "first token read": read[0, 0],
            "target_out": said,
            "source": source,
        }

    return situation


def _batches(lengths: list[tuple[int, int]], max_tokens: int) -> Callable:
    def situation(f: Callable) -> dict[str, object]:
        batches = f(lengths, max_tokens, 0)
        sizes = [[len(b) * max(lengths[i][side] for i in b) for b in batches] for side in (0, 1)]
        words = sum(sum(lengths[i]) for batch in batches for i in batch)
        facts = training_probes.batch_facts(f, lengths, max_tokens, 0)
        share = 100 * (1 - words / sum(map(sum, sizes)))
        largest = max(map(max, sizes))
        found = {
            "sentences": len({i for batch in batches for i in batch}),
            "largest rectangle": largest if largest > max_tokens else "within the limit",
            "padding": f"{share:.0f} %" if share > 12 else "below 12 %",
            "batches": "few" if facts["few batches"] else len(batches),
        }
        return found | {name: holds for name, holds in facts.items() if "seed" in name}

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


def _rates(f: Callable) -> dict[str, str]:
    rates = {f"rate at step {step}": f(step, 512, 4000) for step in (1, 4000, 16000)}
    rates["half of that at step 4000"] = f(4000, 512, 4000, 0.5)
    return {label: f"{rate:.2g}" for label, rate in rates.items()}


def _schedule(f: Callable) -> dict[str, object]:
    returned, written = training_probes.rates(f, 3, 16, 4, 2.0)
    return {
        "step 1, in the first group": torch.tensor(written[0][0]),
        "step 1, in the second group": torch.tensor(written[0][1]),
        "step 3, in the first group": torch.tensor(written[2][0]),
        "returned": "nothing" if returned[0] is None else "the rate",
    }


def _targets(pad_id: int) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        rows = f(TOKENS, 5, 0.2, pad_id)
        return {
            "sum of a row": rows[0].sum(),
            "share of padding": rows[0, pad_id],
            "share of the right token": rows[0, TOKENS[0]],
            "sum of a row of padding": rows[TOKENS.eq(pad_id)][0].sum(),
        }

    return situation


def _loss(logits: Tensor, targets: Tensor, smoothing: float, pad_id: int = 0) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        loss, tokens = f(logits, targets, smoothing, pad_id)
        return {"tokens": tokens, "loss": loss}

    return situation


def _clip(gradients: list, max_norm: float, listed: bool = False) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        given = [None if g is None else torch.tensor(g) for g in gradients]
        norm, after, parameters = training_probes.clipped(f, given, max_norm, listed)
        left = torch.cat([g for g in after if g is not None])
        return {
            "returned": torch.tensor(norm),
            "length afterwards": left.norm(),
            "first number over second": left[0] / left[1],
            "a parameter": parameters[0][0],
        }

    return situation


def _average(f: Callable) -> dict[str, Tensor]:
    checkpoints = [
        {"w": torch.tensor(w), "steps": torch.tensor(n)}
        for w, n in ((1.0, 5), (2.0, 10), (9.0, 20))
    ]
    mean = f(checkpoints)
    return {
        "mean of 1, 2 and 9": mean["w"],
        "steps": mean["steps"],
        "the first checkpoint": checkpoints[0]["w"],
    }


def _train(max_norm: float, dropout: float = 0.0, one: bool = False) -> Callable:
    batch = [x[:1, :1] for x in SENTENCES] if one else SENTENCES

    def situation(f: Callable) -> dict[str, object]:
        losses, moves, calls, mode = training_probes.train(f, *batch, 0.1, max_norm, dropout)
        number = type(losses[0]).__name__
        found: dict[str, object] = {"optimizer steps": calls, "in training mode": mode}
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
    },
    "cross_entropy": {
        "2 tokens, 3 classes": _cross_entropy(LOGITS),
        "surely wrong": _cross_entropy(1000 * LOGITS),
    },
    "adam_step": {
        "gradients of 100 and 1e-6, rate 1": _adam_step,
        "gradients of 1, -0.5 and 20": _other_gradients,
    },
    "frequent_types": {
        "c 3 times, a and b twice": lambda f: {"types": f(TEXT, 2)},
        "all": lambda f: {"types": f(TEXT, 1)},
    },
    "to_ids": {
        "an unknown word": lambda f: {"ids": f(["the", "zebra", "dog"], IDS)},
        "a word spelt </s>": lambda f: {"ids": f(["the", "</s>"], IDS)},
    },
    "pad": {
        "padding id 0": lambda f: {"rectangle": f([[5, 6, 7], [4]], 0)},
        "padding id 9": lambda f: {"last entry": f([[5, 6, 7], [4]], 9)[1, 2]},
    },
    "collate": {"two pairs": _rectangles(0), "padding id 20": _rectangles(20)},
    "token_batches": {
        "240 pairs, 100 tokens": _batches([(n, n + 1) for n in MANY], 100),
        "pairs of 2 and 9 words": _batches([(2, 9)] * 60, 90),
        "sources of 4 words": _batches([(4, n) for n in MANY], 100),
    },
    "Adam": {
        "three steps": _walk([[1.0, 100.0], [-0.5, 20.0], [0.2, 1.0]], 0.1),
        "gradients of 1e-7 and 0": _walk([[1e-7, 0.0]] * 2, 0.1),
        "two parameters, the rate halved": _halved_rate,
    },
    "noam_rate": {"the paper's numbers": _rates},
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
    },
    "clip_gradients": {
        "3 and 4, longest 2": _clip([[3.0], [4.0]], 2.0),
        "the same from a list": _clip([[3.0], [4.0]], 2.0, listed=True),
        "0.3 and 0.4, longest 1": _clip([[0.3], [0.4]], 1.0),
        "one without a gradient": _clip([[3.0], None, [4.0]], 2.0),
    },
    "average_weights": {"three checkpoints": _average},
    "train_step": {
        "three steps": _train(1e6),
        "longest gradient 0.2": _train(0.2),
        "one token, longest 1.2": _train(1.2, one=True),
        "dropout 0.5": _train(1e6, 0.5),
    },
}
