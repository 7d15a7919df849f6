"""The warm-up as a beginner may write it: one sentence, one position and one number at a time."""

import math

import numpy as np

from solutions.numpy_reference.backprop import require_heads


def sentence_lengths(tokens, pad_id):
    lengths = []
    for sentence in tokens:
        count = 0
        for token in sentence:
            if token != pad_id:
                count += 1
        lengths.append(count)
    return np.array(lengths)


def add_positions(x, table):
    if len(table) < x.shape[1]:
        raise ValueError("the table is too short")
    result = np.zeros_like(x)
    for b in range(x.shape[0]):
        for p in range(x.shape[1]):
            for i in range(x.shape[2]):
                result[b, p, i] = x[b, p, i] + table[p, i]
    return result


def swap_last_axes(x):
    *front, T, d = x.shape
    result = np.zeros((*front, d, T), dtype=x.dtype)
    for t in range(T):
        for i in range(d):
            result[..., i, t] = x[..., t, i]
    return result


def pairwise_distances(x, y):
    B, T, d = x.shape
    S = y.shape[1]
    result = np.zeros((B, T, S))
    for b in range(B):
        for t in range(T):
            for s in range(S):
                for i in range(d):
                    result[b, t, s] += (x[b, t, i] - y[b, s, i]) ** 2
    return result


def unit_vectors(x):
    result = x.copy()
    for place in np.ndindex(x.shape[:-1]):
        length = math.sqrt(sum(value**2 for value in x[place]))
        if length > 0:
            result[place] = x[place] / length
    return result


def shapes_on_the_way(B, S, T, V, d_model, h):
    d_k = d_model // h
    shapes: dict[str, tuple[int, ...]] = {}
    shapes["source"] = (B, S)
    shapes["embedded"] = (B, S, d_model)
    shapes["queries"] = (B, h, S, d_k)
    shapes["encoder_weights"] = (B, h, S, S)
    shapes["memory"] = shapes["embedded"]
    shapes["decoder_weights"] = (B, h, T, T)
    shapes["cross_weights"] = (B, h, T, S)
    shapes["logits"] = (B, T, V)
    shapes["losses"] = (B, T)
    return shapes


def embed(tokens, embedding):
    B, T = tokens.shape
    _V, d_model = embedding.shape
    result = np.zeros((B, T, d_model), dtype=embedding.dtype)
    for b in range(B):
        for t in range(T):
            result[b, t] = embedding[tokens[b, t]] * math.sqrt(d_model)
    return result


def likeliest_tokens(logits, spellings, end="</s>"):
    sentences = []
    for sentence in logits:
        words = []
        for row in sentence:
            best = 0
            for number in range(len(row)):
                if row[number] > row[best]:
                    best = number
            if spellings[best] == end:
                break
            words.append(spellings[best])
        sentences.append(words)
    return sentences


def mean_loss(probabilities, targets, pad_id):
    total, count = 0.0, 0
    for b in range(targets.shape[0]):
        for t in range(targets.shape[1]):
            if targets[b, t] != pad_id:
                total -= math.log(probabilities[b, t, targets[b, t]])
                count += 1
    return total / count


def attention(query, key, value):
    *front, T, d_k = query.shape
    S, d_v = value.shape[-2:]
    output, weights = np.zeros((*front, T, d_v)), np.zeros((*front, T, S))
    for place in np.ndindex(*front, T):
        at = place[:-1]
        scores = [float(np.dot(query[place], key[(*at, s)])) / math.sqrt(d_k) for s in range(S)]
        raised = [math.exp(score - max(scores)) for score in scores]
        for s in range(S):
            weights[(*place, s)] = raised[s] / sum(raised)
            output[place] += weights[(*place, s)] * value[(*at, s)]
    return output, weights


def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    d = len(W) // h
    heads = np.zeros((B, h, T, d))
    for b in range(B):
        for head in range(h):
            for t in range(T):
                for i in range(d):
                    heads[b, head, t, i] = np.dot(W[head * d + i], x[b, t])
    return heads


def multi_head_attention(query, key, value, parameters, h):
    B, T, _ = query.shape
    q = into_heads(query, parameters["W_q"], h)
    k = into_heads(key, parameters["W_k"], h)
    v = into_heads(value, parameters["W_v"], h)
    output, weights = [], []
    for b in range(B):
        found = [attention(q[b, head], k[b, head], v[b, head]) for head in range(h)]
        rows = []
        for t in range(T):
            side_by_side = np.concatenate([head_output[t] for head_output, _ in found])
            rows.append(parameters["W_o"] @ side_by_side)
        output.append(rows)
        weights.append([head_weights for _, head_weights in found])
    return np.array(output), np.array(weights)
