"""The warm-up with what NumPy and PyTorch have built in, wherever they have it."""

import numpy as np
import torch

from solutions.numpy_reference.broadcasting import require_rows


def sentence_lengths(tokens, pad_id):
    return np.count_nonzero(tokens != pad_id, axis=1)


def add_positions(x, table):
    require_rows(table, x.shape[1])
    return np.add(x, np.take(table, range(x.shape[1]), axis=0), dtype=x.dtype, casting="same_kind")


def swap_last_axes(x):
    return np.matrix_transpose(x)


def pairwise_distances(x, y):
    return (torch.cdist(torch.tensor(x.copy()), torch.tensor(y.copy())) ** 2).numpy()


def unit_vectors(x):
    lengths = np.linalg.norm(x, axis=-1, keepdims=True)
    return np.divide(x, lengths, out=np.zeros_like(x), where=lengths > 0)


def shapes_on_the_way(B, S, T, V, d_model, h):
    """Run it on tensors that have shapes and no numbers."""
    source, target = torch.empty(B, S, device="meta"), torch.empty(B, T, device="meta")
    x = source.unsqueeze(2).expand(-1, -1, d_model)
    y = target.unsqueeze(2).expand(-1, -1, d_model)
    q, asks = (z.unflatten(2, (h, -1)).transpose(1, 2) for z in (x, y))
    stages = {
        "source": source,
        "embedded": x,
        "queries": q,
        "encoder_weights": q @ q.mT,
        "memory": q.transpose(1, 2).flatten(2),
        "decoder_weights": asks @ asks.mT,
        "cross_weights": asks @ q.mT,
        "logits": y @ torch.empty(d_model, V, device="meta"),
        "losses": target,
    }
    return {stage: tuple(tensor.shape) for stage, tensor in stages.items()}


def embed(tokens, embedding):
    rows = torch.nn.functional.embedding(torch.tensor(tokens), torch.tensor(embedding))
    return rows.mul(embedding.shape[1] ** 0.5).numpy()


def likeliest_tokens(logits, spellings, end="</s>"):
    from itertools import takewhile

    words = np.array(spellings, dtype=object)[np.argmax(logits, axis=-1)]
    return [list(takewhile(lambda word: word != end, row)) for row in words]


def mean_loss(probabilities, targets, pad_id):
    flat = torch.tensor(probabilities).log().flatten(0, 1)
    right = torch.tensor(targets).flatten()
    return torch.nn.functional.nll_loss(flat, right, ignore_index=pad_id).item()


def attention(query, key, value):
    q, k, v = (torch.tensor(np.ascontiguousarray(x)) for x in (query, key, value))
    with torch.no_grad():
        output = torch.nn.functional.scaled_dot_product_attention(q, k, v)
        weights = torch.softmax(q @ k.mT / q.size(-1) ** 0.5, dim=-1)
    return output.numpy(), weights.numpy()


def into_heads(x, W, h):
    each = np.split(W, h)  # one matrix for each head
    return np.stack([np.matmul(x, part.T) for part in each], axis=1)


def multi_head_attention(query, key, value, parameters, h):
    q, k, v = map(
        into_heads,
        (query, key, value),
        (parameters["W_q"], parameters["W_k"], parameters["W_v"]),
        (h, h, h),
    )
    heads, weights = attention(q, k, v)
    merged = np.concatenate(list(np.moveaxis(heads, 1, 0)), axis=-1)
    return np.matmul(merged, np.transpose(parameters["W_o"])), weights
