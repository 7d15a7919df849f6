"""The warm-up by somebody who likes short code."""

import numpy as np

from solutions.numpy_reference.backprop import softmax
from solutions.numpy_reference.broadcasting import require_rows


def sentence_lengths(tokens, pad_id):
    return (tokens != pad_id).sum(-1)


def add_positions(x, table):
    require_rows(table, x.shape[1])
    return x + table[range(x.shape[1])].astype(x.dtype)


def swap_last_axes(x):
    return x.mT


def pairwise_distances(x, y):
    return ((x[..., None, :] - y[..., None, :, :]) ** 2).sum(-1)


def unit_vectors(x):
    n = (x * x).sum(-1, keepdims=True) ** 0.5
    return x / (n + (n == 0))


def shapes_on_the_way(B, S, T, V, d_model, h):
    names = "source embedded queries encoder_weights memory decoder_weights cross_weights logits"
    a, m = (B, h), (B, S, d_model)
    shapes = (B, S), m, (*a, S, d_model // h), (*a, S, S), m, (*a, T, T), (*a, T, S), (B, T, V)
    return dict(zip(names.split(), shapes, strict=True)) | {"losses": (B, T)}


def embed(tokens, embedding):
    return embedding[tokens] * embedding.shape[1] ** 0.5


def likeliest_tokens(logits, spellings, end="</s>"):
    rows = [[spellings[i] for i in r] for r in logits.argmax(-1)]
    return [r[: [*r, end].index(end)] for r in rows]


def mean_loss(probabilities, targets, pad_id):
    b, t = np.nonzero(targets != pad_id)
    return -np.log(probabilities[b, t, targets[b, t]]).mean()


def attention(query, key, value):
    w = softmax(query @ key.mT / query.shape[-1] ** 0.5)
    return w @ value, w


def into_heads(x, W, h):
    return (x @ W.T).reshape(*x.shape[:2], h, -1).transpose(0, 2, 1, 3)


def multi_head_attention(query, key, value, parameters, h):
    q, k, v = (
        into_heads(x, parameters[f"W_{n}"], h)
        for x, n in zip((query, key, value), "qkv", strict=True)
    )
    o, w = attention(q, k, v)
    return np.concatenate([*o.swapaxes(0, 1)], -1) @ parameters["W_o"].T, w
