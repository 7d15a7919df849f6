"""Attention, cross-entropy and Adam in NumPy alone, with the backward passes written by hand.

Forward and backward passes are equal to PyTorch's results.

Legend: B batch, T target length, S source length, h heads, d_model width, d_k and d_v widths of a
head's keys and values, N tokens, V vocabulary. dX is the gradient of the loss with respect to X.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]


def softmax(x: Array) -> Array:
    """Return exp(x) / sum(exp(x)) over the last axis, computed from x minus its maximum.

    Subtracting a constant does not change the quotient, and exp can no longer overflow.
    """
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)


def softmax_backward(weights: Array, d_weights: Array) -> Array:
    """Return dx = w * (dw - sum(w * dw)): the Jacobian diag(w) - w w^T, row by row."""
    return weights * (d_weights - (weights * d_weights).sum(axis=-1, keepdims=True))


def attention(query: Array, key: Array, value: Array) -> tuple[Array, Array]:
    """Compute equation 1 of the paper, softmax(Q K^T / sqrt(d_k)) V, without a mask.

    Q K^T compares each query with each key, in the same sentence and the same head: the leading
    axes stay as they are. The weights of each query sum to 1 over the keys.

    Args:
        query: (..., T, d_k). key: (..., S, d_k). value: (..., S, d_v).

    Returns:
        output (..., T, d_v) and weights (..., T, S).
    """
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])  # (..., T, S)
    weights = softmax(scores)
    return weights @ value, weights


def masked_attention(query: Array, key: Array, value: Array, mask) -> tuple[Array, Array]:
    """Compute attention under a mask; a query that may attend to no key gets zeros.

    Args:
        query, key, value: as in `attention`.
        mask: boolean, broadcastable to (..., T, S), True = may attend.

    Returns:
        output (..., T, d_v) and weights (..., T, S).
    """
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])  # (..., T, S)
    scores = np.where(mask, scores, np.finfo(scores.dtype).min)
    weights = np.where(mask, softmax(scores), 0.0)
    return weights @ value, weights


def attention_backward(
    query: Array, key: Array, value: Array, weights: Array, d_output: Array
) -> tuple[Array, Array, Array]:
    """Return the gradients with respect to query, key and value.

    Masked keys need no special case: their weight is 0, and so is the gradient through it.

    Args:
        query, key, value: as given to `attention`.
        weights: as it returned them.
        d_output: (..., T, d_v).

    Returns:
        d_query (..., T, d_k), d_key (..., S, d_k), d_value (..., S, d_v).
    """
    d_value = weights.swapaxes(-2, -1) @ d_output
    d_weights = d_output @ value.swapaxes(-2, -1)  # (..., T, S)
    d_scores = softmax_backward(weights, d_weights) / np.sqrt(query.shape[-1])
    return d_scores @ key, d_scores.swapaxes(-2, -1) @ query, d_value


def into_heads(x: Array, W: Array, h: int) -> Array:
    """Project each position, and split the result into h heads of equal width.

    The first d numbers of a projected position belong to head 0, the next d to head 1, and so on.

    Args:
        x: (B, T, d_model).
        W: (h * d, d_model), applied as x @ W.T.
        h: number of heads.

    Returns:
        (B, h, T, d).

    Raises:
        ValueError: if the rows of W cannot be shared out among h heads.
    """
    require_heads(W, h)
    B, T, _ = x.shape
    heads = (x @ W.T).reshape(B, T, h, len(W) // h)  # (B, T, h * d) -> (B, T, h, d)
    return heads.transpose(0, 2, 1, 3)  # (B, T, h, d) -> (B, h, T, d)


def merge_heads(heads: Array) -> Array:
    """Concatenate the heads of each position: (B, h, T, d) -> (B, T, h * d)."""
    B, h, T, d = heads.shape
    return heads.transpose(0, 2, 1, 3).reshape(B, T, h * d)


def multi_head_attention(
    query: Array, key: Array, value: Array, parameters: dict[str, Array], h: int
) -> tuple[Array, Array]:
    """Compute section 3.2.2: project, attend in h heads, concatenate them, project again.

    The concatenated heads have width h * d_v, which W_o maps to d_model. Every query sees every key
    of its own sentence.

    Args:
        query: (B, T, d_model). key, value: (B, S, d_model).
        parameters: W_q and W_k, each (h * d_k, d_model); W_v (h * d_v, d_model);
            W_o (d_model, h * d_v); each applied as x @ W.T.
        h: number of heads.

    Returns:
        output (B, T, d_model) and weights (B, h, T, S).
    """
    q = into_heads(query, parameters["W_q"], h)  # (B, h, T, d_k)
    k = into_heads(key, parameters["W_k"], h)  # (B, h, S, d_k)
    v = into_heads(value, parameters["W_v"], h)  # (B, h, S, d_v)
    heads, weights = attention(q, k, v)
    B, _, T, d_v = heads.shape
    side_by_side = heads.transpose(0, 2, 1, 3).reshape(B, T, h * d_v)  # the paper's Concat
    return side_by_side @ parameters["W_o"].T, weights


def multi_head_attention_forward(
    query: Array, key: Array, value: Array, parameters: dict[str, Array], h: int, mask=None
) -> tuple[Array, dict]:
    """Compute multi-head attention, and keep what the backward pass needs.

    Args:
        query, key, value, parameters, h: as in `multi_head_attention`.
        mask: boolean, (T, S), (B, 1, S) or (B, T, S), True = may attend, or None.

    Returns:
        output (B, T, d_model), and what `multi_head_attention_backward` needs.
    """
    inputs = {"W_q": query, "W_k": key, "W_v": value}
    q, k, v = (into_heads(x, parameters[name], h) for name, x in inputs.items())
    if mask is None:
        heads, weights = attention(q, k, v)
    else:
        heads, weights = masked_attention(q, k, v, np.expand_dims(mask, -3))  # an axis for heads
    merged = merge_heads(heads)  # (B, T, h * d_v)
    kept = {"inputs": (query, key, value), "q": q, "k": k, "v": v}
    kept |= {"weights": weights, "merged": merged, "parameters": parameters, "h": h}
    return merged @ parameters["W_o"].T, kept


def multi_head_attention_backward(d_output: Array, kept: dict) -> tuple[dict, dict]:
    """Return the gradients with respect to the three inputs and the four projections.

    Args:
        d_output: (B, T, d_model).
        kept: as `multi_head_attention_forward` returned it.

    Returns:
        {"query", "key", "value"} -> gradient, and {"W_q", "W_k", "W_v", "W_o"} -> gradient.
    """
    parameters, h = kept["parameters"], kept["h"]
    d_parameters = {"W_o": _over_tokens(d_output, kept["merged"])}
    d_heads = into_heads(d_output, parameters["W_o"].T, h)
    d_projected = attention_backward(kept["q"], kept["k"], kept["v"], kept["weights"], d_heads)
    d_inputs = {}
    names = zip(("query", "key", "value"), ("W_q", "W_k", "W_v"), strict=True)
    for (name, W), x, d in zip(names, kept["inputs"], d_projected, strict=True):
        d = merge_heads(d)  # (B, T or S, d_model)
        d_parameters[W] = _over_tokens(d, x)
        d_inputs[name] = d @ parameters[W]
    return d_inputs, d_parameters


def cross_entropy(logits: Array, targets: NDArray[np.integer]) -> tuple[float, Array]:
    """Return the mean of -log p(target), and its gradient (softmax - one-hot) / N.

    Args:
        logits: (N, V).
        targets: (N,) integers from 0 to V - 1.

    Returns:
        the loss in nats, and d_logits (N, V).

    Raises:
        ValueError: if a target is not a class.
    """
    require_classes(targets, logits.shape[-1])
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_total = np.log(np.exp(shifted).sum(axis=-1))  # log-sum-exp: never the log of a rounded 0
    rows = np.arange(len(targets))
    d_logits = np.exp(shifted - log_total[:, None])
    d_logits[rows, targets] -= 1
    return float((log_total - shifted[rows, targets]).mean()), d_logits / len(targets)


def adam_step(
    parameter: Array,
    gradient: Array,
    m: Array,
    v: Array,
    t: int,
    lr: float = 1e-3,
    betas: tuple[float, float] = (0.9, 0.98),
    eps: float = 1e-9,
) -> tuple[Array, Array, Array]:
    """Take one step of Adam for one array (Kingma and Ba, 2015, algorithm 1).

    m and v are running means of the gradient and of its square, entry by entry. Both began at 0, so
    after t steps they are too small, by the factor 1 - beta^t. Divided by it, they say by how much
    to move: lr * m / (sqrt(v) + eps), downhill.

    Args:
        parameter, gradient, m, v: four arrays of one shape; they are left as they are. m and v
            come from the step before, and are not corrected.
        t: the number of this step, from 1.
        lr: the learning rate.
        betas: how much m and v keep of the past.
        eps: added to the root of v, outside it.

    Returns:
        parameter, m and v after the step; m and v again without the correction.
    """
    beta_1, beta_2 = betas
    m = beta_1 * m + (1 - beta_1) * gradient
    v = beta_2 * v + (1 - beta_2) * gradient**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return parameter - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


class Adam:
    """Adam over a dictionary of arrays, which it changes in place; see `adam_step`.

    Args:
        parameters: name -> array.
        lr, betas, eps: as in `solutions.training.optim.Adam`.
    """

    def __init__(
        self,
        parameters: dict[str, Array],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.98),
        eps: float = 1e-9,
    ):
        self.parameters, self.lr, self.betas, self.eps = parameters, lr, betas, eps
        self.m = {name: np.zeros_like(p) for name, p in parameters.items()}
        self.v = {name: np.zeros_like(p) for name, p in parameters.items()}
        self.t = 0

    def step(self, gradients: dict[str, Array]) -> None:
        """Update every parameter with the gradient of the same name."""
        self.t += 1
        for name, gradient in gradients.items():
            parameter, m, v = self.parameters[name], self.m[name], self.v[name]
            parameter[...], self.m[name], self.v[name] = adam_step(
                parameter, gradient, m, v, self.t, self.lr, self.betas, self.eps
            )


def require_classes(targets: NDArray[np.integer], V: int) -> None:
    """Raise ValueError unless every target is a class; a negative one would count from the end."""
    if targets.min() < 0 or targets.max() >= V:
        raise ValueError(f"targets must be from 0 to {V - 1}, got {targets.min()}..{targets.max()}")


def require_heads(W: Array, h: int) -> None:
    """Raise ValueError unless h heads can share the rows of a projection."""
    if len(W) % h != 0:
        raise ValueError(f"a width of {len(W)} must be a multiple of h = {h}")


def _over_tokens(d: Array, x: Array) -> Array:
    """Return the gradient of W in y = x @ W.T, summed over batch and positions: (out, in)."""
    return d.reshape(-1, d.shape[-1]).T @ x.reshape(-1, x.shape[-1])
