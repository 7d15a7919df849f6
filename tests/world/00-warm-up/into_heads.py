"""Forms in which public code projects and cuts into heads, in NumPy."""


# form: reshape and swapaxes
# as in: The Annotated Transformer's view and transpose, in NumPy
# verdict: right
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    projected = np.matmul(x, W.T)
    return projected.reshape(B, T, h, -1).swapaxes(1, 2)


# form: split, stacked along axis 1
# as in: a habit from TensorFlow, tf.split and tf.stack
# verdict: right
def into_heads(x, W, h):
    require_heads(W, h)
    return np.stack(np.split(x @ W.T, h, axis=-1), axis=1)


# form: einsum with a matrix for each head
# as in: ARENA and tensor2tensor-like code, W of shape (h, d, d_model)
# verdict: right
def into_heads(x, W, h):
    require_heads(W, h)
    return np.einsum("btm,hdm->bhtd", x, W.reshape(h, -1, x.shape[-1]))


# form: head by head, each with its rows of W
# as in: Raschka, MultiHeadAttentionWrapper, a loop over heads
# verdict: right
def into_heads(x: Array, W: Array, h: int) -> Array:
    require_heads(W, h)
    d = len(W) // h
    heads = np.empty((x.shape[0], h, x.shape[1], d), dtype=x.dtype)
    for i in range(h):
        heads[:, i] = x @ W[i * d : (i + 1) * d].T
    return heads


# form: broadcasting over heads
# as in: NumPy's matmul over axes in front
# verdict: right
def into_heads(x, W, h):
    require_heads(W, h)
    per_head = W.reshape(h, len(W) // h, W.shape[1])
    return x[:, None] @ per_head.swapaxes(-1, -2)


# form: through PyTorch's F.linear
# as in: PyTorch users, F.linear and unflatten
# verdict: right
def into_heads(x, W, h):
    require_heads(W, h)
    y = torch.nn.functional.linear(torch.tensor(x), torch.tensor(W))
    return y.unflatten(-1, (h, -1)).transpose(1, 2).numpy()


# form: tensordot and moveaxis
# as in: NumPy users
# verdict: right
def into_heads(x, W, h):
    require_heads(W, h)
    y = np.tensordot(x, W, axes=([2], [1]))
    return np.moveaxis(y.reshape(*y.shape[:2], h, len(W) // h), 2, 1)


# form: x @ W
# as in: d2l and blog posts, X @ W_q with W of shape (in, out)
# verdict: wrong
# loses: heads-cut
# named: heads_by_the_matrix_as_it_is
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    y = np.matmul(x, W)
    return y.reshape(B, T, h, -1).transpose(0, 2, 1, 3)


# form: straight to (B, h, T, d)
# as in: Stack Overflow, view alone
# verdict: wrong
# loses: heads-cut
# named: heads_by_reshape_alone
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    return np.reshape(x @ W.T, (B, h, T, len(W) // h))


# form: no swap
# as in: labml, heads stay behind
# verdict: wrong
# loses: heads-cut
# named: heads_left_behind_the_positions
def into_heads(x, W, h):
    require_heads(W, h)
    return (x @ W.T).reshape(*x.shape[:2], h, len(W) // h)


# form: heads in front of the batch
# as in: np.array of a list of heads
# verdict: wrong
# loses: heads-cut
# named: heads_before_the_sentences
def into_heads(x, W, h):
    require_heads(W, h)
    return np.array([x @ rows.T for rows in np.split(W, h)])


# form: heads merged into the batch
# as in: d2l, transpose_qkv
# verdict: wrong
# loses: heads-cut
# named: heads_in_the_batch
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    y = (x @ W.T).reshape(B, T, h, -1).transpose(0, 2, 1, 3)
    return y.reshape(B * h, T, -1)


# form: d from the width of x
# as in: d_k = d_model // h, where h * d is not d_model
# verdict: wrong
# loses: heads-cut
# named: heads_as_wide_as_x_allows
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, d_model = x.shape
    d_k = d_model // h
    return (x @ W.T).reshape(B, T, h, d_k).transpose(0, 2, 1, 3)


# form: a float for a size
# as in: Python 2 habits, len(W) / h
# verdict: wrong
# loses: heads-cut
# named: heads_of_half_numbers
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    return (x @ W.T).reshape(B, T, h, len(W) / h).swapaxes(1, 2)


# form: no projection
# as in: split_heads alone, which comes after the projection
# verdict: wrong
# loses: heads-cut
# named: heads_without_projection
def into_heads(x, W, h):
    require_heads(W, h)
    return np.stack(np.split(x, h, axis=-1), axis=1)


# form: every h-th feature
# as in: a mix-up of the einops patterns "(h d)" and "(d h)"
# verdict: wrong
# loses: heads-cut
# named: heads_dealt_like_cards
def into_heads(x, W, h):
    require_heads(W, h)
    y = x @ W.T
    return np.stack([y[..., i::h] for i in range(h)], axis=1)


# form: ready for the product, (B, h, d, T)
# as in: GPT's split_heads(x, k=True)
# verdict: wrong
# loses: heads-cut
# named: heads_with_positions_last
def into_heads(x, W, h):
    require_heads(W, h)
    B, T, _ = x.shape
    return (x @ W.T).reshape(B, T, h, -1).transpose(0, 2, 3, 1)


# form: a list of heads
# as in: np.split returns a list
# verdict: wrong
# loses: heads-cut
# named: heads_in_a_list
def into_heads(x, W, h):
    require_heads(W, h)
    return np.split(x @ W.T, h, axis=-1)


# form: no ValueError, the rest is left out
# as in: public code that slices, h * (len(W) // h)
# verdict: wrong
# loses: heads-cut
# named: heads_of_any_number
def into_heads(x, W, h):
    d = W.shape[0] // h
    return np.stack([x @ W[i * d : i * d + d].T for i in range(h)], axis=1)


# form: two mistakes, x @ W and no swap
# as in: homework of strangers
# verdict: wrong
# loses: heads-cut
# named: heads_by_the_matrix_as_it_is, heads_left_behind_the_positions
def into_heads(x, W, h):
    require_heads(W, h)
    return (x @ W).reshape(x.shape[0], x.shape[1], h, -1)


# form: two mistakes, no projection and reshape alone
# as in: homework of strangers
# verdict: wrong
# loses: heads-cut
# named: heads_without_projection, heads_by_reshape_alone
def into_heads(x, W, h):
    require_heads(W, h)
    return x.reshape(x.shape[0], h, x.shape[1], -1)
