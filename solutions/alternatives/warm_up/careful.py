"""The warm-up by somebody who checks every shape, and gives every step a name."""

import numpy as np

from solutions.numpy_reference.backprop import softmax


def sentence_lengths(tokens: np.ndarray, pad_id: int) -> np.ndarray:
    if tokens.ndim != 2:
        raise ValueError(f"expected (B, T), got {tokens.shape}")
    is_padding = np.equal(tokens, pad_id)
    return tokens.shape[1] - is_padding.sum(axis=1)


def add_positions(x: np.ndarray, table: np.ndarray) -> np.ndarray:
    _B, T, d = x.shape
    if len(table) < T:
        raise ValueError(f"the table has {len(table)} rows, and there are {T} positions")
    rows = np.asarray(table[:T], dtype=x.dtype)[np.newaxis]
    assert rows.shape == (1, T, d)
    result = x.copy()
    result += rows  # on the copy
    return result


def swap_last_axes(x: np.ndarray) -> np.ndarray:
    axes = list(range(x.ndim))
    axes[-1], axes[-2] = axes[-2], axes[-1]
    return np.ascontiguousarray(np.transpose(x, axes))


def pairwise_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    B, T, d = x.shape
    _, S, _ = y.shape
    left = np.broadcast_to(np.expand_dims(x, 2), (B, T, S, d))
    right = np.broadcast_to(np.expand_dims(y, 1), (B, T, S, d))
    squares = np.square(left - right)
    return np.sum(squares, axis=3)


def unit_vectors(x: np.ndarray) -> np.ndarray:
    squares = np.square(x).sum(axis=-1)
    lengths = np.expand_dims(np.sqrt(squares), -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        divided = x / lengths
    return np.where(lengths > 0, divided, x)


def shapes_on_the_way(B: int, S: int, T: int, V: int, d_model: int, h: int) -> dict:
    if d_model % h != 0:
        raise ValueError(f"d_model = {d_model} is no multiple of h = {h}")
    d_k = int(d_model / h)
    source_side = {"source": (B, S), "embedded": (B, S, d_model)}
    inside = {"queries": (B, h, S, d_k), "encoder_weights": (B, h, S, S)}
    memory = {"memory": (B, S, h * d_k)}
    decoder = {"decoder_weights": (B, h, T, T), "cross_weights": (B, h, T, S)}
    top = {"logits": (B, T, V), "losses": (B, T)}
    return {**source_side, **inside, **memory, **decoder, **top}


def embed(tokens: np.ndarray, embedding: np.ndarray) -> np.ndarray:
    V, d_model = embedding.shape
    if tokens.min() < 0 or tokens.max() >= V:
        raise ValueError(f"ids must be from 0 to {V - 1}")
    looked_up = np.take(embedding, tokens, axis=0)
    scaled = looked_up * np.sqrt(d_model)
    return scaled.astype(embedding.dtype)


def likeliest_tokens(logits: np.ndarray, spellings: list, end: str = "</s>") -> list:
    B, T, V = logits.shape
    assert len(spellings) == V
    best = np.argsort(-logits, axis=2, kind="stable")[:, :, 0]
    result = []
    for b in range(B):
        sentence = []
        for t in range(T):
            word = spellings[best[b, t]]
            if word == end:
                break
            sentence.append(word)
        result.append(sentence)
    return result


def mean_loss(probabilities: np.ndarray, targets: np.ndarray, pad_id: int) -> float:
    B, T, V = probabilities.shape
    flat = probabilities.reshape(B * T, V)
    ids = targets.reshape(B * T)
    keep = np.flatnonzero(ids != pad_id)
    if len(keep) == 0:
        raise ValueError("there is nothing but padding")
    surprise = -np.log(flat[keep, ids[keep]])
    return surprise.sum().item() / len(keep)


def attention(query: np.ndarray, key: np.ndarray, value: np.ndarray) -> tuple:
    d_k = query.shape[-1]
    turned = np.swapaxes(key, -1, -2)
    scores = np.matmul(query, turned)
    scaled = scores * (1.0 / np.sqrt(d_k))
    weights = softmax(scaled)
    assert weights.shape == (*query.shape[:-1], key.shape[-2])
    output = np.matmul(weights, value)
    return output, weights


def into_heads(x: np.ndarray, W: np.ndarray, h: int) -> np.ndarray:
    B, T, _d_model = x.shape
    width = W.shape[0]
    if width % h:
        raise ValueError(f"{width} is no multiple of {h}")
    projected = np.matmul(x, W.transpose())
    cut = projected.reshape((B, T, h, width // h))
    return np.ascontiguousarray(np.moveaxis(cut, 2, 1))


def multi_head_attention(query, key, value, parameters: dict, h: int) -> tuple:
    B, T, _d_model = query.shape
    q = into_heads(query, parameters["W_q"], h)
    k = into_heads(key, parameters["W_k"], h)
    v = into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    d_v = v.shape[-1]
    side_by_side = np.empty((B, T, h * d_v), dtype=heads.dtype)
    for i in range(h):
        side_by_side[:, :, i * d_v : (i + 1) * d_v] = heads[:, i]
    output = np.matmul(side_by_side, parameters["W_o"].transpose())
    assert output.shape == query.shape
    return output, weights
