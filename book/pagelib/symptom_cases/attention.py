"""Small inputs on which masks and attention show what is wrong with them."""

from collections.abc import Callable

import torch
from torch import Tensor

from book.pagelib.symptom_cases import exception_of, randn
from solutions.model import masks
from solutions.notebook_support import model_probes

B, T, S, D_K, D_V, D_MODEL, H = 2, 3, 4, 8, 5, 12, 3
PAD_ID = 2
TOKENS = torch.tensor([[5, 0, 7, 2], [3, 2, 9, 2]])  # token 0 is a word; padding is number 2


def _inputs() -> tuple[Tensor, Tensor, Tensor]:
    return randn(B, T, D_K, seed=1), randn(B, S, D_K, seed=2), randn(B, S, D_K, seed=3)


def _attend(f: Callable, mask: Tensor | None = None, dropout_p: float = 0.0) -> dict[str, Tensor]:
    torch.manual_seed(0)
    output, weights = f(*_inputs(), mask, dropout_p)
    return {"row sums": weights.sum(-1), "output": output}


def _drop(f: Callable) -> dict[str, Tensor]:
    torch.manual_seed(0)
    q, k, v = (x.repeat(4000, 1, 1) for x in _inputs())
    output, weights = f(q, k, v, None, 0.5)
    # Rounded, so that the noise of the draws does not count as a difference.
    return {
        "share of dropped weights": (weights == 0).float().mean().round(decimals=1),
        "mean weight": weights.mean().round(decimals=2),
        "share of zeros in the output": (output == 0).float().mean().round(decimals=1),
    }


def _gradients(f: Callable) -> dict[str, Tensor]:
    inputs = [x.requires_grad_() for x in _inputs()]
    f(*inputs, NOTHING)[0].sum().backward()
    return {f"gradient of {name}": x.grad for name, x in zip("QKV", inputs, strict=True)}


def _layer(cls: Callable, dropout: float = 0.0):
    torch.manual_seed(4)
    return cls(D_MODEL, H, dropout)


def _x(length: int, seed: int) -> Tensor:
    return randn(B, length, D_MODEL, seed=seed)


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

SITUATIONS: dict[str, dict[str, Callable]] = {
    "padding_mask": {
        "two sentences": lambda f: {"mask": f(TOKENS, PAD_ID)},
        "one axis": lambda f: {"exception": exception_of(f, TOKENS[0], PAD_ID)},
        "three axes": lambda f: {"exception": exception_of(f, TOKENS[None], PAD_ID)},
        "tokens on the device “meta”": lambda f: {
            "device": str(f(TOKENS.to("meta"), PAD_ID).device)
        },
    },
    "causal_mask": {
        "length 4": lambda f: {"mask": f(4)},
        "on the device “meta”": lambda f: {"device": str(f(4, "meta").device)},
        "length -1": lambda f: {"exception": exception_of(f, -1)},
        "length 0": lambda f: {"exception": exception_of(f, 0)},
        "“meta” as the default device": lambda f: {"device": model_probes.device_by_default(f, 3)},
    },
    "target_mask": {
        "two sentences": lambda f: {"mask": f(TOKENS, PAD_ID)},
        "tokens on the device “meta”": lambda f: {
            "device": str(f(TOKENS.to("meta"), PAD_ID).device)
        },
        "one axis": lambda f: {"exception": exception_of(f, TOKENS[0], PAD_ID)},
        "three axes": lambda f: {"exception": exception_of(f, TOKENS[None], PAD_ID)},
    },
    "scaled_dot_product_attention": {
        "no mask": _attend,
        "masked": lambda f: _attend(f, SOME),
        "a row with nothing to see": lambda f: _attend(f, NOTHING),
        "d_v ≠ d_k": lambda f: {"output": f(*_inputs()[:2], randn(B, S, D_V, seed=3))[0]},
        "backward": _gradients,
        "without a batch": lambda f: {"output": f(*(x[0] for x in _inputs()))[0]},
        "a mask of numbers": lambda f: {"exception": exception_of(f, *_inputs(), SOME.float())},
        "4000 draws of dropout": _drop,
    },
    "split_heads": {
        "h = 3": lambda f: {"result": f(_x(T + 1, 5), H)},
        "h = 5": lambda f: {"exception": exception_of(f, _x(T, 5), 5)},
    },
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
        "width 4": lambda c: {"exception": exception_of(_layer(c), *[torch.ones(B, T, 4)] * 3)},
        "keys of width 4": lambda c: {
            "exception": exception_of(_layer(c), _x(T, 5), torch.ones(B, T, 4), _x(T, 5))
        },
        "more values than keys": lambda c: {
            "exception": exception_of(_layer(c), _x(T, 5), _x(T, 5), _x(S, 6))
        },
        "h = 5": lambda c: {"exception": exception_of(c, D_MODEL, 5)},
    },
}
