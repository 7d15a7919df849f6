"""Small inputs on which shapes, the way of a batch, and attention in NumPy show what is wrong."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from book.pagelib.symptom_cases import exception_of, randn

TOKENS = np.array([[4, 7, 0, 0], [5, 0, 0, 0], [6, 4, 8, 0]])
RAISED = np.exp(randn(2, 3, 5, seed=3).double().numpy())
PROBABILITIES = RAISED / RAISED.sum(axis=-1, keepdims=True)
WORDS = ["<pad>", "a", "dog", "barks", "</s>"]
MANY = np.random.default_rng(0).normal(size=(1, 200, 50))
SIZES = {"B": 2, "S": 5, "T": 3, "V": 11, "d_model": 12, "h": 4}


def _array(*shape: int, seed: int) -> np.ndarray:
    return randn(*shape, seed=seed).double().numpy()


def _called(inputs: list, *labels: str) -> Callable:
    """What a function returns of copies of the inputs, and what the copies are afterwards."""

    def situation(function: Callable) -> dict[str, object]:
        copies = [x.copy() if isinstance(x, np.ndarray) else x for x in inputs]
        with np.errstate(all="ignore"):
            found = function(*copies)
        found = found if isinstance(found, tuple) else (found,)
        seen = {label: _tensor(x) for label, x in zip(labels, found, strict=True)}
        arrays = [x for x in copies if isinstance(x, np.ndarray)]
        return seen | {f"input {i} afterwards": _tensor(x) for i, x in enumerate(arrays, start=1)}

    return situation


def _tensor(x: np.ndarray | float | Tensor) -> Tensor:
    if isinstance(x, Tensor):
        return x
    return torch.tensor(np.ascontiguousarray(x) if isinstance(x, np.ndarray | list) else x)


def _shapes(*stages: str) -> Callable:
    return lambda f: {stage: f(**SIZES)[stage] for stage in stages}


def _said(rows: list[list[int]], end: str = "</s>") -> Callable:
    logits = 5 * np.eye(len(WORDS))[np.array(rows)] - 3

    def situation(f: Callable) -> dict[str, object]:
        sentences = f(logits, WORDS, end)
        return {"it reads": " | ".join(" ".join(map(str, words)) for words in sentences)}

    return situation


def _loss(targets: list[list[int]], pad_id: int) -> Callable:
    def situation(f: Callable) -> dict[str, object]:
        loss = f(PROBABILITIES, np.array(targets), pad_id)
        return {"loss": _tensor(loss), "type of the loss": type(loss).__name__}

    return situation


def _attention(*front: int, T: int, S: int, d_k: int, d_v: int) -> Callable:
    shapes = ((T, d_k), (S, d_k), (S, d_v))
    inputs = [_array(*front, *shape, seed=i) for i, shape in enumerate(shapes)]

    def situation(f: Callable) -> dict[str, Tensor]:
        copies = [x.copy() for x in inputs]
        output, weights = (_tensor(x) for x in f(*copies))
        seen = {"row sums": weights.sum(-1), "output": output, "weights": weights}
        return seen | {"queries afterwards": _tensor(copies[0])}

    return situation


def _matrices(d_model: int, h: int, d_k: int, d_v: int) -> dict[str, np.ndarray]:
    shapes = {"W_q": (h * d_k, d_model), "W_k": (h * d_k, d_model), "W_v": (h * d_v, d_model)}
    shapes["W_o"] = (d_model, h * d_v)
    return {name: _array(*shape, seed=20 + i) for i, (name, shape) in enumerate(shapes.items())}


def _heads(T: int, S: int, d_v: int) -> Callable:
    inputs = [_array(2, n, 4, seed=10 + i) for i, n in enumerate((T, S, S))]
    return lambda f: {
        label: _tensor(x)
        for label, x in zip(
            ("output", "weights"), f(*inputs, _matrices(4, 2, 2, d_v), 2), strict=True
        )
    }


SITUATIONS: dict[str, dict[str, Callable]] = {
    "sentence_lengths": {
        "3 sentences, padding id 0": _called([TOKENS, 0], "result"),
        "padding id 4": _called([np.array([[0, 4], [5, 0]]), 4], "result"),
        "a word twice": _called([np.array([[5, 5, 0]]), 0], "result"),
        "its type": lambda f: {"type of the result": type(f(TOKENS, 0)).__name__},
    },
    "add_positions": {
        "2 sentences of 3 positions": _called(
            [_array(2, 3, 4, seed=1), _array(6, 4, seed=2)], "sum"
        ),
        "x in float32": _called(
            [_array(2, 3, 4, seed=1).astype(np.float32), _array(6, 4, seed=2)], "sum"
        ),
        "a table of one row": lambda f: {
            "exception": exception_of(f, np.ones((2, 3, 4)), np.ones((1, 4)))
        },
        "a table of T rows": lambda f: {
            "exception": exception_of(f, np.ones((2, 3, 4)), np.ones((3, 4)))
        },
    },
    "swap_last_axes": {
        "shape (2, 3, 4)": _called([_array(2, 3, 4, seed=1)], "result"),
        "shape (2, 2, 3, 4)": _called([_array(2, 2, 3, 4, seed=1)], "result"),
    },
    "pairwise_distances": {
        "T = 2, S = 3": _called([_array(2, 2, 3, seed=1), _array(2, 3, 3, seed=2)], "table"),
        "200 vectors and themselves": lambda f: {
            "something is negative": bool((f(MANY, MANY) < 0).any())
        },
    },
    "unit_vectors": {
        "shape (2, 2)": _called([np.array([[3.0, 4.0], [6.0, 8.0]])], "result"),
        "shape (3, 2, 2)": _called([_array(3, 2, 2, seed=4)], "result"),
        "a vector of zeros": _called([np.array([[0.0, 0.0], [3.0, 4.0]])], "result"),
        "length 0.5": _called([np.array([[0.3, 0.4], [0.5, 0.0]])], "result"),
        "length 0.00000005": _called([np.array([[3e-8, 4e-8], [5e-8, 0.0]])], "result"),
    },
    "shapes_on_the_way": {
        "B = 2, S = 5, T = 3, d_model = 12, h = 4": _shapes(
            "queries", "memory", "encoder_weights", "decoder_weights", "cross_weights"
        ),
        "the same, V = 11": _shapes("source", "logits", "losses"),
        "the sizes": lambda f: {"queries": str(f(**SIZES)["queries"])},
    },
    "embed": {
        "2 sentences, d_model = 9": _called(
            [np.array([[0, 2, 3], [1, 3, 3]]), _array(4, 9, seed=1)], "vectors"
        ),
        "a matrix in float32": _called(
            [np.array([[1, 0]]), _array(3, 4, seed=1).astype(np.float32)], "vectors"
        ),
    },
    "likeliest_tokens": {
        "a dog barks, end, dog, end, a": _said([[1, 2, 3, 4, 2, 4, 1]]),
        "3 sentences": _said([[1, 2], [2, 3], [1, 1]]),
        "padding within": _said([[1, 0, 2], [1, 1, 2]]),
        "an end in the first of two": _said([[1, 4, 2], [1, 1, 2]]),
        "the end spelled “barks”": _said([[1, 3, 2], [1, 1, 2]], "barks"),
    },
    "mean_loss": {
        "6 tokens": _loss([[1, 2, 3], [4, 4, 2]], 0),
        "sentences of 3 words and 1": _loss([[1, 2, 3], [4, 0, 0]], 0),
        "padding id 3": _loss([[0, 2, 3], [1, 3, 3]], 3),
    },
    "attention": {
        "B = 2, T = 3, S = 4, d_k = 8": _attention(2, T=3, S=4, d_k=8, d_v=8),
        "2 sentences, 3 heads": _attention(2, 3, T=3, S=4, d_k=8, d_v=8),
        "d_v = 3": _attention(2, T=3, S=4, d_k=8, d_v=3),
    },
    "into_heads": {
        "T = 3, h = 2, W square": _called(
            [_array(1, 3, 4, seed=1), _array(4, 4, seed=2), 2], "heads"
        ),
        "T = 3, h = 2, d = 3": _called([_array(1, 3, 4, seed=1), _array(6, 4, seed=2), 2], "heads"),
        "4 rows of W, h = 3": lambda f: {
            "exception": exception_of(f, np.ones((1, 3, 4)), np.eye(4), 3)
        },
    },
    "multi_head_attention": {
        "T = S = 3, h = 2": _heads(3, 3, 2),
        "d_v = 3": _heads(3, 3, 3),
        "T = 3, S = 5": _heads(3, 5, 2),
    },
}
