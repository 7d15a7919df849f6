"""Small inputs on which layer norm, feed-forward networks and residuals show what is wrong."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from book.pagelib.symptom_cases import randn

B, T, D_MODEL, D_FF = 3, 5, 4, 6
X = 2 * randn(B, T, D_MODEL, seed=1) + 1


def _built(cls: Callable, *args, **kwargs) -> nn.Module:
    torch.manual_seed(4)
    return cls(*args, **kwargs)


def _parameters(layer: nn.Module) -> dict[str, str]:
    shapes: dict[str, list[str]] = {}
    for name, p in layer.named_parameters():
        shapes.setdefault(name.partition(".")[0], []).append("×".join(map(str, p.shape)))
    found = ", ".join(f"{name} {' + '.join(parts)}" for name, parts in shapes.items())
    return {"parameters": found or "nothing"}


def _gradients(layer: nn.Module, *inputs) -> dict[str, Tensor]:
    x = X.clone().requires_grad_()
    output = layer(x, *inputs)
    output.backward(randn(*output.shape, seed=2))
    found = {"gradient of x": x.grad}
    for name, p in layer.named_parameters():
        found[f"gradient of {name}"] = torch.zeros_like(p) if p.grad is None else p.grad
    return found


def _change(layer: nn.Module, place: tuple) -> Tensor:
    """How much the first position's output moves when x changes at another place."""
    changed = X.clone()
    changed[place] += 1
    return (layer(changed) - layer(X))[0, 0]


def _with_gain_and_bias(cls: Callable) -> dict[str, Tensor]:
    layer = _built(cls, D_MODEL)
    layer.load_state_dict({"gain": randn(D_MODEL, seed=5), "bias": randn(D_MODEL, seed=6)})
    return {"output": layer(X)}


def _values_in_training(cls: Callable) -> dict[str, str]:
    layer = _built(cls, 50, dropout=0.5, pre_norm=True).train()
    torch.manual_seed(0)
    # The norm makes -1 and 1 of 6 and 8, and the square makes 1 of both.
    x = torch.tensor([6.0, 8.0]).repeat(1, 40, 25)
    values = layer(x, torch.square).round(decimals=2).unique()
    found = "{" + ", ".join(f"{v:g}" for v in values.tolist()) + "}"
    return {"values of 6 or 8 + Dropout(1)": found}


def _order_in_training(cls: Callable) -> dict[str, bool]:
    layer = _built(cls, 60, dropout=0.5).train()
    torch.manual_seed(0)
    y = layer(torch.tensor([0.0, 10.0]).repeat(1, 40, 30), torch.ones_like)
    return {
        "large features of x stay the larger ones": bool(y[..., ::2].max() < y[..., 1::2].min())
    }


def _twice_in_evaluation(cls: Callable) -> dict[str, bool]:
    layer = _built(cls, D_MODEL, dropout=0.5).eval()
    return {"two calls agree": torch.equal(layer(X, torch.sin), layer(X, torch.sin))}


def _stack(norms: Callable) -> dict[str, Tensor]:
    layers = [torch.sin, torch.tanh, torch.square]
    return {"norms": norms(layers, randn(B, D_MODEL, seed=7), randn(B, D_MODEL, seed=8))}


SITUATIONS: dict[str, dict[str, Callable]] = {
    "LayerNorm": {
        "another sentence changes": lambda c: {
            "the first one's output": _change(_built(c, D_MODEL), (1, 0))
        },
        "a later position changes": lambda c: {
            "the first one's output": _change(_built(c, D_MODEL), (0, 2))
        },
        # Rounded: what eps does to ordinary features is too small to be seen here.
        "3 sentences of 5 positions": lambda c: {"output": _built(c, D_MODEL)(X).round(decimals=3)},
        "all features equal": lambda c: {
            "output": _built(c, D_MODEL)(torch.full((1, 1, D_MODEL), 2.0))
        },
        "features that hardly vary": lambda c: {"output": _built(c, D_MODEL)(0.003 * X)},
        "eps = 0.5": lambda c: {"output": _built(c, D_MODEL, eps=0.5)(X)},
        "the constructor": lambda c: _parameters(_built(c, D_MODEL)),
        "other gain and bias": _with_gain_and_bias,
        "a single vector": lambda c: {"output": _built(c, D_MODEL)(X[0, 0])},
        "backward": lambda c: _gradients(_built(c, D_MODEL)),
    },
    "FeedForward": {
        "the constructor": lambda c: _parameters(_built(c, D_MODEL, D_FF)),
        "3 sentences of 5 positions": lambda c: {"output": _built(c, D_MODEL, D_FF)(X)},
        "backward": lambda c: _gradients(_built(c, D_MODEL, D_FF)),
    },
    "ConvolutionalFeedForward": {
        "the constructor": lambda c: _parameters(_built(c, D_MODEL, 2 * D_MODEL)),
        "3 sentences of 5 positions": lambda c: {"output": _built(c, D_MODEL, 2 * D_MODEL)(X)},
    },
    "ResidualSublayer": {
        "a sub-layer of zeros, pre-norm": lambda c: {
            "output": _built(c, D_MODEL, pre_norm=True)(X, torch.zeros_like)
        },
        "the sine, post-norm": lambda c: {"output": _built(c, D_MODEL)(X.clone(), torch.sin)},
        "the sine, pre-norm": lambda c: {
            "output": _built(c, D_MODEL, pre_norm=True)(X.clone(), torch.sin)
        },
        "training, pre-norm": _values_in_training,
        "training, post-norm": _order_in_training,
        "evaluation": _twice_in_evaluation,
        "backward": lambda c: _gradients(_built(c, D_MODEL, pre_norm=True), torch.sin),
    },
    "backward_norms": {"sine, tanh, square": _stack},
    "factor_per_layer": {"norms 0.5, 4, 2": lambda f: {"factor": f(torch.tensor([0.5, 4.0, 2.0]))}},
}


def _raised(call: Callable) -> dict[str, str]:
    try:
        call()
    except (RuntimeError, ValueError) as error:
        return {"another width raises": type(error).__name__}
    return {"another width raises": "nothing"}


def _flat_gradient(c: Callable) -> dict[str, bool]:
    x = torch.full((1, 4), 2.0, requires_grad=True)
    (gradient,) = torch.autograd.grad(c(4)(x)[0, 0], x)
    return {"the gradient is finite": bool(gradient.isfinite().all())}


def _two_calls(c: Callable) -> dict[str, bool]:
    layer, x = c(8, dropout=0.5, pre_norm=True), torch.ones(9, 9, 8)
    with torch.random.fork_rng(devices=[]):
        return {"two calls differ": bool((layer(x, torch.cos) != layer(x, torch.cos)).any())}


def _what_is_written(f: Callable) -> dict[str, object]:
    linear = torch.nn.Linear(2, 2, dtype=torch.float64)
    found = f([linear], torch.ones(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64))
    return {
        ".grad is written": linear.weight.grad is not None,
        "dtype": str(getattr(found, "dtype", "none, a list")),
        "requires a gradient": getattr(found, "requires_grad", False),
    }


SITUATIONS["LayerNorm"] |= {
    "one feature": lambda c: _raised(lambda: c(4)(torch.ones(1, 2, 1))),
    "all features equal, backward": _flat_gradient,
}
SITUATIONS["FeedForward"] |= {
    "one feature": lambda c: _raised(lambda: c(4, 8)(torch.ones(1, 2, 1))),
    "transposed": lambda c: _raised(lambda: c(4, 8)(torch.ones(2, 4, 3).transpose(1, 2))),
}
SITUATIONS["ConvolutionalFeedForward"] |= {
    "one feature": lambda c: _raised(lambda: c(4, 8)(torch.ones(1, 2, 1))),
    "one sentence": lambda c: {"shape": list(c(4, 8)(torch.ones(1, 2, 4)).shape)},
}
SITUATIONS["ResidualSublayer"] |= {"in training": _two_calls}
SITUATIONS["backward_norms"] |= {"a linear map in float64": _what_is_written}
SITUATIONS["factor_per_layer"] |= {
    "norms 8, 1, 1, 1": lambda f: {"f": f(torch.tensor([8.0, 1, 1, 1]))},
    "the kind": lambda f: {"f is a": type(f(torch.tensor([8.0, 1, 1, 1]))).__name__},
}
