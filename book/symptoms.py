"""What a known mistake looks like from outside: run it beside the reference on small inputs.

The chapter's table of mistakes is made here, by measuring; nothing in it is typed.
"""

import html
import re
from collections.abc import Callable

import torch
from torch import Tensor

from book.figures import Table
from solutions import attention, masks, misconceptions
from solutions.misconceptions import Misconception

B, T, S, D_K, D_MODEL, H = 2, 3, 4, 8, 12, 3
PAD_ID = 2
ROW_SUMS = "row sums"
TOKENS = torch.tensor([[5, 0, 7, 2], [3, 2, 9, 2]])  # token 0 is a word; padding is number 2


def symptom_table(*replaced: str) -> Table:
    """One row for every known way to get the named references wrong."""
    known = [mistake for name in replaced for mistake in misconceptions.of(name)]
    rows = [[_prose(one.sentence), _prose(symptom(one)), link_to(one)] for one in known]
    head = ("What happened", "Measured beside the reference", "Explained")
    return Table(head, rows, f"Known mistakes in {', '.join(replaced)}", stack=True)


def symptom(mistake: Misconception) -> str:
    """How the mistake shows, in the first situation in which it does."""
    reference = _reference(mistake.replaces)
    for name, situation in _SITUATIONS[mistake.replaces].items():
        if difference := _difference(situation, reference, mistake.implementation):
            return f"{name}: {difference}"
    return "none in these situations"


def _difference(situation: Callable, reference: Callable, wrong: Callable) -> str:
    right = situation(reference)
    try:
        result = situation(wrong)
    except (RuntimeError, ValueError, TypeError) as error:
        return f"{type(error).__name__}"
    for label, expected in right.items():
        if text := _compare(label, result[label].detach(), expected.detach()):
            return text
    return ""


def _compare(label: str, result: Tensor, expected: Tensor) -> str:
    if result.dtype != expected.dtype:
        return f"{label} is {_dtype(result)}, not {_dtype(expected)}"
    if result.shape != expected.shape:
        return f"{label} has shape {tuple(result.shape)}, not {tuple(expected.shape)}"
    if result.dtype == torch.bool:
        wrong = int((result != expected).sum())
        return f"{wrong} of {expected.numel()} entries differ" if wrong else ""
    if result.isnan().any():
        return f"NaN in {int(result.isnan().sum())} of {result.numel()} numbers ({label})"
    largest = float((result - expected).abs().max())
    if largest < 1e-6:
        return ""
    if label == ROW_SUMS:
        worst = (result - expected).abs().argmax()
        found, right = result.flatten()[worst], expected.flatten()[worst]
        return f"a row of weights sums to {found:.2f}, not {right:.0f}"
    if result.dim() == 0:
        return f"{label} {float(result):.2g}, not {float(expected):.2g}"
    return f"{label} off by up to {largest:.2g}"


def _dtype(x: Tensor) -> str:
    return str(x.dtype).removeprefix("torch.")


def _randn(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def _inputs() -> tuple[Tensor, Tensor, Tensor]:
    return _randn(B, T, D_K, seed=1), _randn(B, S, D_K, seed=2), _randn(B, S, D_K, seed=3)


def _attend(f: Callable, mask: Tensor | None = None, dropout_p: float = 0.0) -> dict[str, Tensor]:
    torch.manual_seed(0)
    output, weights = f(*_inputs(), mask, dropout_p)
    return {ROW_SUMS: weights.sum(-1), "output": output}


def _drop(f: Callable) -> dict[str, Tensor]:
    torch.manual_seed(0)
    q, k, v = (x.repeat(4000, 1, 1) for x in _inputs())
    weights = f(q, k, v, None, 0.5)[1]
    # Rounded, so that the noise of the draws does not count as a difference.
    return {
        "share of dropped weights": (weights == 0).float().mean().round(decimals=1),
        "mean weight": weights.mean().round(decimals=2),
    }


def _gradients(f: Callable) -> dict[str, Tensor]:
    inputs = [x.requires_grad_() for x in _inputs()]
    f(*inputs, NOTHING)[0].sum().backward()
    return {f"gradient of {name}": x.grad for name, x in zip("QKV", inputs, strict=True)}


def _layer(cls: Callable, dropout: float = 0.0):
    torch.manual_seed(4)
    return cls(D_MODEL, H, dropout)


def _x(length: int, seed: int) -> Tensor:
    return _randn(B, length, D_MODEL, seed=seed)


def _layer_gradient(cls: Callable) -> dict[str, Tensor]:
    layer = _layer(cls)
    layer(_x(T, 5), _x(T, 5), _x(T, 5)).square().sum().backward()
    grads = {name: p.grad for name, p in layer.named_parameters()}
    return {
        f"gradient of {name[:3]}": torch.zeros(D_MODEL, D_MODEL) if g is None else g
        for name, g in grads.items()
    }


def _layer_in_training(cls: Callable) -> dict[str, Tensor]:
    layer = _layer(cls, dropout=0.5).train()
    torch.manual_seed(0)
    x = _x(T, 5)
    return {"output": layer(x, x, x)}


SOME = masks.padding_mask(TOKENS, PAD_ID)
NOTHING = SOME & (torch.arange(T) > 0).unsqueeze(1)  # the first query may attend to nothing
NO_FUTURE = masks.causal_mask(T)

_SITUATIONS: dict[str, dict[str, Callable]] = {
    "padding_mask": {"two sentences": lambda f: {"mask": f(TOKENS, PAD_ID)}},
    "causal_mask": {"length 4": lambda f: {"mask": f(4)}},
    "target_mask": {"two sentences": lambda f: {"mask": f(TOKENS, PAD_ID)}},
    "scaled_dot_product_attention": {
        "no mask": _attend,
        "masked": lambda f: _attend(f, SOME),
        "a row with nothing to see": lambda f: _attend(f, NOTHING),
        "backward": _gradients,
        "4000 draws of dropout": _drop,
    },
    "split_heads": {"h = 3": lambda f: {"result": f(_x(T + 1, 5), H)}},
    "merge_heads": {"h = 3": lambda f: {"result": f(_x(T + 1, 5).view(B, H, T + 1, D_MODEL // H))}},
    "MultiHeadAttention": {
        "self-attention": lambda c: {"output": _layer(c)(_x(T, 5), _x(T, 5), _x(T, 5))},
        "S ≠ T": lambda c: {"output": _layer(c)(_x(T, 5), _x(S, 6), _x(S, 6))},
        "values ≠ keys": lambda c: {"output": _layer(c)(_x(T, 5), _x(S, 6), _x(S, 7))},
        "masked": lambda c: {"output": _layer(c)(_x(T, 5), _x(T, 5), _x(T, 5), NO_FUTURE)},
        "a mask per sentence": lambda c: {"output": _layer(c)(_x(T, 5), _x(S, 6), _x(S, 6), SOME)},
        "evaluation mode": lambda c: {
            "output": _layer(c, dropout=0.5).eval()(_x(T, 5), _x(T, 5), _x(T, 5))
        },
        "training mode": _layer_in_training,
        "backward": _layer_gradient,
    },
}


def _reference(name: str) -> Callable:
    return getattr(masks, name, None) or getattr(attention, name)


def _prose(text: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def link_to(mistake: Misconception) -> str:
    """A link to the section that explains the mistake, for any page of the book."""
    anchor = mistake.section.partition("#")[2]
    return f'<a href="{mistake.section}">{anchor.removeprefix("attn-").replace("-", " ")}</a>'
