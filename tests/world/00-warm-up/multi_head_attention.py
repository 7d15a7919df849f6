"""Forms in which public code writes multi-head attention in NumPy."""


# form: the five steps with zip
# as in: The Annotated Transformer, MultiHeadedAttention.forward, in NumPy
# verdict: right
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = (into_heads(x, parameters[W], h) for x, W in zip((query, key, value), ("W_q", "W_k", "W_v")))
    x, attn = attention(q, k, v)
    x = np.ascontiguousarray(x.swapaxes(1, 2)).reshape(query.shape[0], query.shape[1], -1)
    return x @ parameters["W_o"].T, attn


# form: heads concatenated
# as in: the paper's Concat(head_1, ..., head_h), np.concatenate
# verdict: right
def multi_head_attention(query, key, value, parameters, h):
    q = into_heads(query, parameters["W_q"], h)
    k = into_heads(key, parameters["W_k"], h)
    v = into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    concat = np.concatenate([heads[:, i] for i in range(h)], axis=-1)
    return np.matmul(concat, parameters["W_o"].T), weights


# form: head by head, with rows of the matrices
# as in: Raschka, MultiHeadAttentionWrapper, a loop over single heads
# verdict: right
def multi_head_attention(query, key, value, parameters, h):
    W_q, W_k, W_v = (np.split(parameters[name], h) for name in ("W_q", "W_k", "W_v"))
    outputs, weights = [], []
    for i in range(h):
        out, w = attention(query @ W_q[i].T, key @ W_k[i].T, value @ W_v[i].T)
        outputs.append(out)
        weights.append(w)
    return np.concatenate(outputs, -1) @ parameters["W_o"].T, np.stack(weights, axis=1)


# form: einsum to the end, W_o cut into heads
# as in: ARENA and TransformerLens, W_O of shape (h, d, d_model), results summed over heads
# verdict: right
def multi_head_attention(query: Array, key: Array, value: Array, parameters: dict, h: int):
    W_q, W_k, W_v = (parameters[n].reshape(h, -1, query.shape[-1]) for n in ("W_q", "W_k", "W_v"))
    q = np.einsum("btm,hdm->bhtd", query, W_q)
    k = np.einsum("bsm,hdm->bhsd", key, W_k)
    v = np.einsum("bsm,hdm->bhsd", value, W_v)
    z, pattern = attention(q, k, v)
    W_o = parameters["W_o"].reshape(-1, h, v.shape[-1])
    return np.einsum("bhtd,mhd->btm", z, W_o), pattern


# form: shares of W_o, summed
# as in: Elhage et al., A Mathematical Framework for Transformer Circuits: heads add to the output one by one
# verdict: right
def multi_head_attention(query, key, value, parameters, h):
    z, weights = attention(
        into_heads(query, parameters["W_q"], h),
        into_heads(key, parameters["W_k"], h),
        into_heads(value, parameters["W_v"], h),
    )
    shares = np.split(parameters["W_o"], h, axis=1)
    return sum(z[:, i] @ share.T for i, share in enumerate(shares)), weights


# form: a class with a call
# as in: PyTorch habits, a layer with forward
# verdict: right
class MultiHead:
    def __init__(self, parameters, h):
        self.h = h
        self.__dict__.update(parameters)

    def forward(self, query, key, value):
        q, k, v = into_heads(query, self.W_q, self.h), into_heads(key, self.W_k, self.h), into_heads(value, self.W_v, self.h)
        heads, weights = attention(q, k, v)
        B, h, T, d_v = heads.shape
        return np.einsum("bhtd->bthd", heads).reshape(B, T, h * d_v) @ self.W_o.T, weights


def multi_head_attention(query, key, value, parameters, h):
    return MultiHead(parameters, h).forward(query, key, value)


# form: sentence by sentence
# as in: a beginner's loop over the batch
# verdict: right
def multi_head_attention(query, key, value, parameters, h):
    outputs, all_weights = [], []
    for b in range(len(query)):
        one = slice(b, b + 1)
        q, k, v = (into_heads(x[one], parameters[n], h) for x, n in ((query, "W_q"), (key, "W_k"), (value, "W_v")))
        heads, weights = attention(q, k, v)
        side_by_side = np.hstack(list(heads[0]))
        outputs.append(side_by_side @ parameters["W_o"].T)
        all_weights.append(weights[0])
    return np.stack(outputs), np.stack(all_weights)


# form: reshape without the swap
# as in: Stack Overflow, view without transpose
# verdict: wrong
# loses: mha-numpy-heads
# named: heads_merged_without_a_swap
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    merged = heads.reshape(query.shape[0], query.shape[1], -1)
    return merged @ parameters["W_o"].T, weights


# form: reshaped to d_model
# as in: code with d_k = d_v = d_model / h, reshape(B, T, d_model)
# verdict: wrong
# loses: mha-numpy-width
# named: heads_as_wide_as_the_model
def multi_head_attention(query, key, value, parameters, h):
    B, T, d_model = query.shape
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    merged = heads.transpose(0, 2, 1, 3).reshape(B, T, d_model)
    return merged @ parameters["W_o"].T, weights


# form: d_v taken from the queries
# as in: one d_k for all three
# verdict: wrong
# loses: mha-numpy-width
# named: heads_as_wide_as_the_queries
def multi_head_attention(query, key, value, parameters, h):
    B, T, _ = query.shape
    d_k = len(parameters["W_q"]) // h
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    return heads.swapaxes(1, 2).reshape(B, T, h * d_k) @ parameters["W_o"].T, weights


# form: W_o forgotten
# as in: the ending of many short blog posts, Concat(heads)
# verdict: wrong
# loses: mha-numpy-width
# named: heads_side_by_side_only
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    return np.concatenate(list(heads.swapaxes(0, 1)), axis=-1), weights


# form: W_o as it is
# as in: x @ W_o with W of shape (in, out)
# verdict: wrong
# loses: mha-numpy-heads
# named: output_matrix_as_it_is
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    B, h, T, d_v = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, -1) @ parameters["W_o"], weights


# form: weights averaged over the heads
# as in: PyTorch's nn.MultiheadAttention, average_attn_weights=True
# verdict: wrong
# loses: mha-numpy-heads
# named: weights_on_average
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    B, _, T, d_v = heads.shape
    out = heads.swapaxes(1, 2).reshape(B, T, h * d_v) @ parameters["W_o"].T
    return out, weights.mean(axis=1)


# form: the weights of the last head
# as in: a loop that overwrites its variable
# verdict: wrong
# loses: mha-numpy-heads
# named: weights_of_the_last_head
def multi_head_attention(query, key, value, parameters, h):
    W_q, W_k, W_v = (np.split(parameters[name], h) for name in ("W_q", "W_k", "W_v"))
    outputs = []
    for i in range(h):
        out, weights = attention(query @ W_q[i].T, key @ W_k[i].T, value @ W_v[i].T)
        outputs.append(out)
    return np.concatenate(outputs, axis=-1) @ parameters["W_o"].T, weights


# form: the output alone
# as in: nn.Module.forward of most projects
# verdict: wrong
# loses: mha-numpy-heads
# named: output_without_weights
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, _ = attention(q, k, v)
    B, _, T, d_v = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, h * d_v) @ parameters["W_o"].T


# form: one matrix for all three
# as in: a copied line, W_q three times
# verdict: wrong
# loses: mha-numpy-heads
# named: one_matrix_for_all
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = (into_heads(x, parameters["W_q"], h) for x in (query, key, value))
    heads, weights = attention(q, k, v)
    B, _, T, d = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, h * d) @ parameters["W_o"].T, weights


# form: the values through W_k
# as in: a copied line, W_k twice
# verdict: wrong
# loses: mha-numpy-heads
# named: values_through_the_wrong_matrix
def multi_head_attention(query, key, value, parameters, h):
    q = into_heads(query, parameters["W_q"], h)
    k = into_heads(key, parameters["W_k"], h)
    v = into_heads(value, parameters["W_k"], h)
    heads, weights = attention(q, k, v)
    B, T = query.shape[:2]
    return heads.transpose(0, 2, 1, 3).reshape(B, T, -1) @ parameters["W_o"].T, weights


# form: everything from the query
# as in: minGPT, whose layer has one input x
# verdict: wrong
# loses: mha-numpy-cross
# named: target_attends_to_itself
def multi_head_attention(query, key, value, parameters, h):
    x = query
    q, k, v = into_heads(x, parameters["W_q"], h), into_heads(x, parameters["W_k"], h), into_heads(x, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    B, _, T, d_v = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, h * d_v) @ parameters["W_o"].T, weights


# form: values from the keys
# as in: PyTorch tutorials with one memory, kv = memory
# verdict: wrong
# loses: mha-numpy-cross
# named: values_from_the_keys
def multi_head_attention(query, key, value, parameters, h):
    memory = key
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(memory, parameters["W_k"], h), into_heads(memory, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    B, _, T, d_v = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, h * d_v) @ parameters["W_o"].T, weights


# form: no heads
# as in: single-head attention of short blog posts
# verdict: wrong
# loses: mha-numpy-heads
# named: one_head_for_all
def multi_head_attention(query, key, value, parameters, h):
    output, weights = attention(query @ parameters["W_q"].T, key @ parameters["W_k"].T, value @ parameters["W_v"].T)
    return output @ parameters["W_o"].T, weights[:, np.newaxis]


# form: the mean of the heads
# as in: graph attention networks (GAT), whose last layer averages the heads
# verdict: wrong
# loses: mha-numpy-heads
# named: heads_on_average
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    W_o = parameters["W_o"]
    return heads.mean(axis=1) @ W_o[:, : heads.shape[-1]].T, weights


# form: queries and values swapped in the call
# as in: TensorFlow's tutorial, mha(v, k, q), called by position
# verdict: wrong
# loses: mha-numpy-heads
# named: queries_and_values_swapped
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(v, k, q)
    B, _, T, d_v = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, h * d_v) @ parameters["W_o"].T, weights


# form: two mistakes, no swap and no W_o
# as in: homework of strangers
# verdict: wrong
# loses: mha-numpy-heads, mha-numpy-width
# named: heads_merged_without_a_swap, heads_side_by_side_only
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(value, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    return heads.reshape(len(query), query.shape[1], -1), weights


# form: two mistakes, values from the keys and the last weights only
# as in: homework of strangers
# verdict: wrong
# loses: mha-numpy-cross, mha-numpy-heads
# named: values_from_the_keys, weights_of_the_last_head
def multi_head_attention(query, key, value, parameters, h):
    q, k, v = into_heads(query, parameters["W_q"], h), into_heads(key, parameters["W_k"], h), into_heads(key, parameters["W_v"], h)
    heads, weights = attention(q, k, v)
    B, _, T, d_v = heads.shape
    return heads.swapaxes(1, 2).reshape(B, T, h * d_v) @ parameters["W_o"].T, weights[:, -1]
