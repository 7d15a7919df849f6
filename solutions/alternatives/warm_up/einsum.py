"""The warm-up in Einstein notation: every axis has a letter, and no axis is ever moved by hand."""

import numpy as np

from solutions.numpy_reference.backprop import softmax


def sentence_lengths(tokens, pad_id):
    return np.einsum("bt->b", (tokens != pad_id).astype(np.int64))


def add_positions(x, table):
    T = x.shape[1]
    if len(table) < T:
        raise ValueError(f"{T} positions and {len(table)} rows")
    ones = np.ones(len(x), dtype=x.dtype)
    return x + np.einsum("b,td->btd", ones, table[:T].astype(x.dtype))


def swap_last_axes(x):
    return np.einsum("...td->...dt", x)


def pairwise_distances(x, y):
    squares = np.einsum("btd,btd->bt", x, x)[:, :, None] + np.einsum("bsd,bsd->bs", y, y)[:, None]
    return np.maximum(squares - 2 * np.einsum("btd,bsd->bts", x, y), 0.0)


def unit_vectors(x):
    squares = np.einsum("...d,...d->...", x, x)
    factors = np.where(squares > 0, 1 / np.sqrt(np.where(squares > 0, squares, 1.0)), 0.0)
    return np.einsum("...,...d->...d", factors, x)


def shapes_on_the_way(B, S, T, V, d_model, h):
    sizes = {"b": B, "s": S, "t": T, "v": V, "m": d_model, "h": h, "k": d_model // h}
    axes = {
        "source": "bs",
        "embedded": "bsm",
        "queries": "bhsk",
        "encoder_weights": "bhss",
        "memory": "bsm",
        "decoder_weights": "bhtt",
        "cross_weights": "bhts",
        "logits": "btv",
        "losses": "bt",
    }
    return {stage: tuple(sizes[letter] for letter in letters) for stage, letters in axes.items()}


def embed(tokens, embedding):
    one_hot = np.eye(len(embedding), dtype=embedding.dtype)[tokens]
    scale = embedding.dtype.type(embedding.shape[1]) ** embedding.dtype.type(0.5)
    return np.einsum("btv,vd->btd", one_hot, embedding) * scale


def likeliest_tokens(logits, spellings, end="</s>"):
    is_largest = logits == logits.max(axis=-1, keepdims=True)
    numbers = np.einsum("btv,v->bt", is_largest, np.arange(logits.shape[-1]))
    over = np.cumsum(numbers == spellings.index(end), axis=1) > 0
    return [
        [spellings[n] for n, stop in zip(row, ended, strict=True) if not stop]
        for row, ended in zip(numbers, over, strict=True)
    ]


def mean_loss(probabilities, targets, pad_id):
    real = (targets != pad_id).astype(float)
    one_hot = np.eye(probabilities.shape[-1])[targets]
    right = np.einsum("btv,btv->bt", probabilities, one_hot)
    return float(np.einsum("bt,bt->", -np.log(right), real) / np.einsum("bt->", real))


def attention(query, key, value):
    scores = np.einsum("...td,...sd->...ts", query, key) * query.shape[-1] ** -0.5
    weights = softmax(scores)
    return np.einsum("...ts,...sd->...td", weights, value), weights


def into_heads(x, W, h):
    return np.einsum("btm,hdm->bhtd", x, W.reshape(h, -1, W.shape[1]))


def multi_head_attention(query, key, value, parameters, h):
    q = into_heads(query, parameters["W_q"], h)
    k = into_heads(key, parameters["W_k"], h)
    v = into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    W_o = parameters["W_o"].reshape(len(parameters["W_o"]), h, -1)
    return np.einsum("bhtd,mhd->btm", heads, W_o), weights
