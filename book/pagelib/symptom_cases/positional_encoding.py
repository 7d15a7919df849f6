"""Small inputs on which positional encoding and embeddings show what is wrong with them."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from book.pagelib.symptom_cases import randn
from solutions.model import positional

B, T, D_MODEL, V = 2, 3, 8, 7
TOKENS = torch.tensor([[3, 0, 6], [6, 5, 1]])
TABLE = positional.sinusoidal_table(30, D_MODEL, torch.float64)
ANGLES = torch.tensor([0.7, -2.0, 4.0])


def _gradient(result: Tensor, wanted: Tensor) -> Tensor:
    """Zeros where none arrives."""
    if not result.requires_grad:
        return torch.zeros_like(wanted)
    (found,) = torch.autograd.grad(result.square().sum(), [wanted], allow_unused=True)
    return torch.zeros_like(wanted) if found is None else found


def _block_gradient(f: Callable) -> dict[str, Tensor]:
    angle = ANGLES.clone().requires_grad_()
    first_row = f(angle)[..., 0, 0]
    return {"gradient of the angle": _gradient(first_row, angle)}


def _shifted(k: float, p: slice) -> Callable:
    def situation(f: Callable) -> dict[str, Tensor]:
        return {"PE(p + k)": TABLE[p] @ f(k, D_MODEL).double().T}

    return situation


def _sines(f: Callable) -> dict[str, float]:
    omega = 0.5
    p, q, k = f(omega)
    gap = {
        "before the shift": (p, q),
        "after it": (p + k, q + k),
    }
    return {
        f"distance of the two sines {when}": round(
            abs(math.sin(a * omega) - math.sin(b * omega)), 2
        )
        for when, (a, b) in gap.items()
    }


def _x(dtype: torch.dtype = torch.float32) -> Tensor:
    return randn(B, T, D_MODEL, seed=5).to(dtype)


def _add(c: Callable) -> dict[str, Tensor]:
    x = _x()
    return {"output": c(D_MODEL).eval()(x), "input afterwards": x}


def _too_long(c: Callable) -> dict[str, str]:
    try:
        c(D_MODEL, max_length=5).eval()(_x(), 4)
    except ValueError:
        return {"positions 4 to 6 are": "refused"}
    except AssertionError:
        return {"positions 4 to 6 are": "refused by an AssertionError"}
    return {"positions 4 to 6 are": "accepted"}


def _refused(*args: float) -> Callable:
    def situation(f: Callable) -> dict[str, str]:
        try:
            f(*args)
        except ValueError:
            return {"the input is": "refused by a ValueError"}
        except RuntimeError:
            return {"the input is": "refused by a RuntimeError"}
        return {"the input is": "accepted"}

    return situation


def _narrow(c: Callable) -> dict[str, str]:
    return _refused(_x()[..., :1])(c(D_MODEL).eval())


def _state(c: Callable) -> dict[str, int]:
    layer = c(D_MODEL, max_length=9)
    return {"trained tensors": len(list(layer.parameters())), "saved": len(layer.state_dict())}


def _moved(c: Callable) -> dict[str, str]:
    layer = c(D_MODEL).to("meta")
    return {"device": layer(_x().to("meta")).device.type}


def _in_training(c: Callable) -> dict[str, Tensor]:
    torch.manual_seed(0)
    output = c(D_MODEL, dropout=0.5)(_x().repeat(1, 500, 1), 1)
    return {
        "share of zeros": (output == 0).float().mean().round(decimals=1),
        "share of words that are all zeros": (output == 0).all(-1).float().mean().round(decimals=1),
        "share of doubled sums": (
            ((output - 2 * c(D_MODEL).eval()(_x().repeat(1, 500, 1), 1)).abs() < 1e-4)
            .float()
            .mean()
            .round(decimals=1)
        ),
    }


def _layer_gradient(c: Callable) -> dict[str, Tensor]:
    x = _x().requires_grad_()
    return {"gradient of the input": _gradient(c(D_MODEL).eval()(x), x)}


def _embedding(c: Callable):
    layer = c(V, D_MODEL)
    layer.load_state_dict({"embedding.weight": randn(V, D_MODEL, seed=6)}, strict=False)
    return layer


def _embedding_gradients(c: Callable) -> dict[str, Tensor]:
    layer = _embedding(c)
    matrix = layer.embedding.weight
    return {
        "gradient of the lookup": _gradient(layer(TOKENS), matrix),
        "gradient of the logits": _gradient(layer.to_logits(_x()), matrix),
    }


SITUATIONS: dict[str, dict[str, Callable]] = {
    "angular_frequencies": {
        "d_model = 8": lambda f: {"omega": f(D_MODEL).double()},
        "float64, position 1,000,000": lambda f: {"angles": f(D_MODEL, torch.float64) * 1e6},
        "no dtype given": lambda f: {"omega": f(D_MODEL)},
        "bfloat16, d_model = 10": lambda f: {"omega": f(10, torch.bfloat16)},
        "d_model = 5": _refused(5),
    },
    "sinusoidal_table": {
        "10 positions": lambda f: {"table": f(10, D_MODEL)},
        "position 4999": lambda f: {"row": f(5000, 12)[-1]},
        "float64": lambda f: {"table": f(3, D_MODEL, torch.float64)},
        "the last digits of float64": lambda f: {
            "10^8 times what is wrong": 1e8 * (f(3, D_MODEL, torch.float64) - TABLE[:3])
        },
        "-1 positions": _refused(-1, 4),
        "d_model = 5": _refused(3, 5),
    },
    "shift_block": {
        "one angle": lambda f: {"block": f(ANGLES[0])},
        "three angles": lambda f: {"block": f(ANGLES)},
        "backward": _block_gradient,
        "one angle in a row": lambda f: {"block": f(ANGLES[:1])},
        "float64": lambda f: {"block": f(ANGLES.double())},
    },
    "shift_matrix": {
        "k = 3": _shifted(3, slice(0, 20)),
        "k = -3": _shifted(-3, slice(3, 20)),
        "k = 0.5": _shifted(0.5, slice(0, 20)),
        "no dtype given": lambda f: {"matrix": f(3, D_MODEL)},
        "k = 4000": lambda f: {"matrix": f(4000, 6)},
        "float64": lambda f: {"matrix": f(3, D_MODEL, torch.float64)},
        "d_model = 5": _refused(1, 5),
    },
    "where_sine_alone_fails": {"omega = 0.5": _sines},
    "PositionalEncoding": {
        "two sentences": _add,
        "one feature": _narrow,
        "from position 2": lambda c: {"output": c(D_MODEL).eval()(_x(), 2)},
        "a table of 5 rows": _too_long,
        "what it holds": _state,
        "another device": _moved,
        "training mode, p = 0.5": _in_training,
        "evaluation mode": lambda c: {"output": c(D_MODEL, dropout=0.5).eval()(_x())},
        "bfloat16 input": lambda c: {"output": c(D_MODEL).eval()(_x(torch.bfloat16))},
        "backward": _layer_gradient,
    },
    "TokenEmbedding": {
        "two sentences": lambda c: {"embeddings": _embedding(c)(TOKENS)},
        "to_logits": lambda c: {"logits": _embedding(c).to_logits(_x())},
        "backward": _embedding_gradients,
    },
}

SITUATIONS["TokenEmbedding"] |= {
    "id 7 of 7": lambda c: _refused_id(c),
    "state": lambda c: {"trained tensors": len(list(c(V, D_MODEL).parameters()))},
    "first numbers": lambda c: {
        "spread": round(float(c(900, 64).embedding.weight.detach().std()), 1),
        "mean": round(abs(float(c(900, 64).embedding.weight.detach().mean())), 1),
    },
}


def _refused_id(c: Callable) -> dict[str, str]:
    try:
        c(V, D_MODEL)(torch.tensor([[V]]))
    except IndexError:
        return {"the id is": "refused by an IndexError"}
    except ValueError:
        return {"the id is": "refused by a ValueError"}
    return {"the id is": "accepted"}
