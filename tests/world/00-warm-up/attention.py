"""Forms in which public code writes attention in NumPy."""


# form: matmul, three lines
# as in: blog posts on attention in NumPy, set right
# verdict: right
def attention(query, key, value):
    d_k = query.shape[-1]
    scores = np.matmul(query, np.swapaxes(key, -1, -2)) / math.sqrt(d_k)
    weights = softmax(scores)
    output = np.matmul(weights, value)
    return output, weights


# form: einsum
# as in: x-transformers and ARENA, einsum over queries, keys and features
# verdict: right
def attention(query, key, value):
    sim = np.einsum("...id,...jd->...ij", query, key) * query.shape[-1] ** -0.5
    attn = softmax(sim)
    return np.einsum("...ij,...jd->...id", attn, value), attn


# form: a softmax of its own, exp and keepdims
# as in: CS231n's stable softmax
# verdict: right
def my_softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def attention(Q, K, V):
    weights = my_softmax(Q @ K.swapaxes(-1, -2) / np.sqrt(K.shape[-1]))
    return weights @ V, weights


# form: the queries are scaled, in a copy
# as in: fairseq and tensor2tensor, q * depth ** -0.5
# verdict: right
def attention(query, key, value):
    q = query.copy()
    q /= np.sqrt(q.shape[-1])
    weights = softmax(q @ swap_last_axes(key))
    return weights @ value, weights


# form: a loop over everything in front
# as in: a beginner's loop with np.ndindex
# verdict: right
def attention(query, key, value):
    front = query.shape[:-2]
    weights = np.zeros((*front, query.shape[-2], key.shape[-2]), dtype=query.dtype)
    output = np.zeros((*front, query.shape[-2], value.shape[-1]), dtype=query.dtype)
    for i in np.ndindex(*front):
        weights[i] = softmax(query[i] @ key[i].T / math.sqrt(query.shape[-1]))
        output[i] = weights[i] @ value[i]
    return output, weights


# form: through PyTorch, the scale a tensor
# as in: PyTorch users; / torch.sqrt(torch.tensor(d_k)) in float64
# verdict: right
def attention(query, key, value):
    q, k, v = (torch.tensor(x) for x in (query, key, value))
    scores = torch.matmul(q, k.transpose(-2, -1)) / torch.sqrt(torch.tensor(q.size(-1), dtype=q.dtype))
    p_attn = torch.softmax(scores, dim=-1)
    return torch.matmul(p_attn, v).numpy(), p_attn.numpy()


# form: broadcast products, no @
# as in: pedestrian NumPy, a product and a sum
# verdict: right
def attention(query, key, value):
    scores = (query[..., :, None, :] * key[..., None, :, :]).sum(-1) / np.sqrt(query.shape[-1])
    weights = softmax(scores)
    return (weights[..., None] * value[..., None, :, :]).sum(-2), weights


# form: query by query
# as in: a beginner's loop over time, stacked
# verdict: right
def attention(query, key, value):
    d_k = query.shape[-1]
    rows = []
    for t in range(query.shape[-2]):
        scores = np.einsum("...d,...sd->...s", query[..., t, :], key) / math.sqrt(d_k)
        rows.append(softmax(scores))
    weights = np.stack(rows, axis=-2)
    return weights @ value, weights


# form: np.softmax
# as in: ChatGPT-like code, a function that NumPy does not have
# verdict: wrong
# loses: attention-values
# named: attention_by_np_softmax
def attention(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    weights = np.softmax(scores, axis=-1)
    return weights @ value, weights


# form: K.T
# as in: blog posts for one sentence, np.dot(Q, K.T)
# verdict: wrong
# loses: attention-values
# named: attention_turns_the_batch_round
def attention(Q, K, V):
    d_k = Q.shape[-1]
    weights = softmax(np.matmul(Q, K.T) / np.sqrt(d_k))
    return np.matmul(weights, V), weights


# form: transpose(-2, -1)
# as in: PyTorch's key.transpose(-2, -1) in NumPy: "axes don't match array"
# verdict: wrong
# loses: attention-values
# named: attention_transposes_as_in_torch
def attention(query, key, value):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.shape[-1])
    weights = softmax(scores)
    return weights @ value, weights


# form: transpose(0, 1, 3, 2)
# as in: TensorFlow and bentrevett habits, four axes
# verdict: wrong
# loses: attention-values
# named: attention_names_four_axes
def attention(query, key, value):
    scores = query @ key.transpose(0, 1, 3, 2) / math.sqrt(query.shape[-1])
    weights = softmax(scores)
    return weights @ value, weights


# form: softmax over everything
# as in: the first softmax of many blogs, np.exp(x) / np.sum(np.exp(x))
# verdict: wrong
# loses: attention-rows
# named: attention_sums_to_one_in_all
def attention(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    weights = np.exp(scores) / np.sum(np.exp(scores))
    return weights @ value, weights


# form: softmax over axis 0
# as in: the softmax of Udacity's and Stack Overflow's famous question, axis=0
# verdict: wrong
# loses: attention-rows
# named: attention_softmax_over_the_first_axis
def attention(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    e = np.exp(scores - scores.max())
    weights = e / e.sum(axis=0)
    return weights @ value, weights


# form: no keepdims
# as in: Stack Overflow, e / e.sum(axis=-1)
# verdict: wrong
# loses: attention-values
# named: attention_without_keepdims
def attention(query, key, value):
    scores = query @ key.swapaxes(-2, -1) / np.sqrt(query.shape[-1])
    e = np.exp(scores)
    weights = e / e.sum(axis=-1)
    return weights @ value, weights


# form: divided by d_k
# as in: a forgotten root
# verdict: wrong
# loses: attention-scale
# named: attention_scaled_without_root
def attention(query, key, value):
    d_k = key.shape[-1]
    weights = softmax(np.einsum("...td,...sd->...ts", query, key) / d_k)
    return weights @ value, weights


# form: no scale
# as in: T5; Luong's dot attention
# verdict: wrong
# loses: attention-scale
# named: attention_unscaled
def attention(query, key, value):
    weights = softmax(np.einsum("...td,...sd->...ts", query, key))
    return weights @ value, weights


# form: len(query) for d_k
# as in: a slip, len() is the first axis
# verdict: wrong
# loses: attention-scale
# named: attention_scaled_by_len
def attention(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1) / math.sqrt(len(query)))
    return weights @ value, weights


# form: the width of the values
# as in: d_k = d_v in the paper
# verdict: wrong
# loses: attention-scale
# named: attention_scaled_by_the_values
def attention(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1) / math.sqrt(value.shape[-1]))
    return weights @ value, weights


# form: np.dot
# as in: blog posts, np.dot for one sentence
# verdict: wrong
# loses: attention-values
# named: attention_by_np_dot
def attention(query, key, value):
    weights = softmax(query.dot(key.swapaxes(-2, -1)) / math.sqrt(query.shape[-1]))
    return weights.dot(value), weights


# form: queries and values swapped
# as in: code in the order value, key, query (TensorFlow's tutorial calls mha(v, k, q))
# verdict: wrong
# loses: attention-values
# named: attention_asks_with_the_values
def attention(value, key, query):
    weights = softmax(query @ key.swapaxes(-2, -1) / math.sqrt(query.shape[-1]))
    return weights @ value, weights


# form: weights first
# as in: a slip in the order of two results
# verdict: wrong
# loses: attention-values
# named: attention_returns_weights_first
def attention(query, key, value):
    attn = softmax(np.matmul(query, key.swapaxes(-2, -1)) / math.sqrt(query.shape[-1]))
    output = np.matmul(attn, value)
    return attn, output


# form: the output alone
# as in: one return value too few, F.scaled_dot_product_attention
# verdict: wrong
# loses: attention-values
# named: attention_keeps_its_weights
def attention(query, key, value):
    return softmax(query @ key.swapaxes(-2, -1) / math.sqrt(query.shape[-1])) @ value


# form: the caller's queries are scaled
# as in: fairseq's q *= scaling on an array of the caller
# verdict: wrong
# loses: attention-scale
# named: attention_spoils_its_queries
def attention(query, key, value):
    query *= query.shape[-1] ** -0.5
    weights = softmax(query @ key.swapaxes(-2, -1))
    return weights @ value, weights


# form: products entry by entry
# as in: * for @, a MATLAB habit turned round
# verdict: wrong
# loses: attention-values
# named: attention_multiplies_entry_by_entry
def attention(query, key, value):
    weights = softmax(query @ key.swapaxes(-2, -1) / math.sqrt(query.shape[-1]))
    return weights * value, weights


# form: two mistakes, no scale and softmax over the queries
# as in: homework of strangers
# verdict: wrong
# loses: attention-scale, attention-rows
# named: attention_unscaled, attention_shares_out_the_keys
def attention(query, key, value):
    e = np.exp(query @ key.swapaxes(-2, -1))
    weights = e / e.sum(axis=-2, keepdims=True)
    return weights @ value, weights


# form: two mistakes, K.T and the scores returned
# as in: homework of strangers
# verdict: wrong
# loses: attention-values
# named: attention_turns_the_batch_round, attention_shows_its_scores
def attention(query, key, value):
    scores = query @ key.T / np.sqrt(query.shape[-1])
    return softmax(scores) @ value, scores
