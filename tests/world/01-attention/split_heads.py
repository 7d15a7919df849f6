"""Forms in which public code splits the width into heads."""


# form: view, then transpose
# as in: The Annotated Transformer, MultiHeadedAttention: view(nbatches, -1, self.h, self.d_k).transpose(1, 2); reshape for inputs that are not contiguous
# verdict: right
def split_heads(x, h):
    B, T, d_model = x.size()
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    d_k = d_model // h
    return x.reshape(B, -1, h, d_k).transpose(1, 2) if T else x.new_zeros(B, h, 0, d_k)


# form: permute(0, 2, 1, 3)
# as in: Hugging Face transformers, BertSelfAttention.transpose_for_scores
# verdict: right
def split_heads(x, h):
    if h < 1 or x.size(-1) % h != 0:
        raise ValueError(f"The hidden size ({x.size(-1)}) is not a multiple of the number of heads ({h})")
    new_x_shape = x.size()[:-1] + (h, x.size(-1) // h)
    x = x.contiguous().view(*new_x_shape)
    return x.permute(0, 2, 1, 3)


# form: chunks, stacked along a new axis
# as in: a habit from Keras and TensorFlow, tf.split and tf.stack
# verdict: right
def split_heads(x, h):
    if h < 1 or x.shape[-1] % h != 0:
        raise ValueError("heads")
    return torch.stack(x.chunk(h, dim=-1), dim=1)


# form: a loop over heads with slices
# as in: a beginner's loop, one slice for each head
# verdict: right
def split_heads(x: Tensor, h: int) -> Tensor:
    B, T, d_model = x.shape
    if h <= 0 or d_model % h != 0:
        raise ValueError("d_model must be divisible by h")
    d_k = d_model // h
    heads = x.new_empty(B, h, T, d_k)
    for i in range(h):
        heads[:, i] = x[:, :, i * d_k : (i + 1) * d_k]
    return heads


# form: unflatten
# as in: PyTorch's tutorial on nested tensors and MultiHeadAttention, query.unflatten(-1, [nheads, E_head]).transpose(1, 2)
# verdict: right
def split_heads(x, h):
    if h < 1 or x.size(-1) % h:
        raise ValueError("E_total is not divisible by nheads")
    return x.unflatten(-1, [h, x.size(-1) // h]).transpose(1, 2)


# form: unfold, a window of d_k numbers
# as in: a one-liner with Tensor.unfold
# verdict: right
def split_heads(x, h):
    width = x.shape[-1]
    if h < 1 or width % h:
        raise ValueError(f"{width} / {h}")
    return x.unfold(-1, width // h, width // h).permute(0, 2, 1, 3)


# form: heads in front of the batch, and back
# as in: d2l, transpose_qkv, without merging heads into the batch
# verdict: right
def transpose_qkv(X, num_heads):
    X = X.reshape(X.shape[0], X.shape[1], num_heads, -1)
    X = X.permute(0, 2, 1, 3)
    return X


def split_heads(x, h):
    if h < 1 or x.shape[2] % h != 0:
        raise ValueError("h does not divide d_model")
    return transpose_qkv(x, h)


# form: view, whatever the strides are
# as in: minGPT, k.view(B, T, self.n_head, C // self.n_head).transpose(1, 2); a cut of one axis needs no copy
# verdict: right
def split_heads(x, h):
    B, T, d_model = x.shape
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    return x.view(B, T, h, d_model // h).transpose(1, 2)


# form: straight to (B, h, T, d_k)
# as in: Stack Overflow, why view and transpose and not view alone
# verdict: wrong
# loses: split-heads
# named: split_heads_by_view_alone
def split_heads(x, h):
    B, T, d_model = x.shape
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    return x.contiguous().view(B, h, -1, d_model // h)


# form: no transpose
# as in: labml, whose heads stay behind the positions: PrepareForMultiHeadAttention
# verdict: wrong
# loses: split-heads
# named: split_heads_without_transpose
def split_heads(x, h):
    if h < 1 or x.shape[-1] % h:
        raise ValueError("h must divide d_model")
    head_shape = x.shape[:-1]
    return x.reshape(*head_shape, h, x.shape[-1] // h)


# form: cut as (d_k, h)
# as in: a mix-up of the einops patterns "(h d)" and "(d h)"
# verdict: wrong
# loses: split-heads
# named: split_heads_interleaved
def split_heads(x, h):
    B, T, d_model = x.shape
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    return x.reshape(B, T, d_model // h, h).permute(0, 3, 1, 2)


# form: every h-th feature by a stride
# as in: a beginner's slice x[..., i::h]
# verdict: wrong
# loses: split-heads
# named: split_heads_interleaved
def split_heads(x, h):
    if h < 1 or x.shape[-1] % h:
        raise ValueError("h must divide d_model")
    return torch.stack([x[..., i::h] for i in range(h)], dim=1)


# form: heads merged into the batch
# as in: d2l, transpose_qkv: (batch_size * num_heads, T, d_k)
# verdict: wrong
# loses: split-heads
# named: split_heads_into_the_batch
def split_heads(x, h):
    if h < 1 or x.shape[2] % h:
        raise ValueError("h must divide d_model")
    x = x.reshape(x.shape[0], x.shape[1], h, -1)
    x = x.permute(0, 2, 1, 3)
    return x.reshape(-1, x.shape[2], x.shape[3])


# form: heads in front of the batch
# as in: a slip: torch.stack without dim=1
# verdict: wrong
# loses: split-heads
# named: split_heads_in_front_of_the_batch
def split_heads(x, h):
    if h < 1 or x.shape[-1] % h:
        raise ValueError("h must divide d_model")
    return torch.stack(x.chunk(h, dim=-1))


# form: keys made ready for the product, (B, h, d_k, T)
# as in: OpenAI's GPT (pytorch-openai-transformer-lm and HF), split_heads(x, k=True): permute(0, 2, 3, 1)
# verdict: wrong
# loses: split-heads
# named: split_heads_with_positions_last
def split_heads(x, h):
    B, T, d_model = x.shape
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    return x.reshape(B, T, h, d_model // h).permute(0, 2, 3, 1)


# form: a list of heads
# as in: a habit of torch.chunk, a tuple of tensors
# verdict: wrong
# loses: split-heads
# named: -
def split_heads(x, h):
    if h < 1 or x.shape[-1] % h:
        raise ValueError("h must divide d_model")
    return list(torch.split(x, x.shape[-1] // h, dim=-1))


# form: slices of d_k and h mixed up
# as in: a slip: torch.split takes the size of a piece, not their number
# verdict: wrong
# loses: split-heads
# named: split_heads_into_pieces_of_width_h
def split_heads(x, h):
    if h < 1 or x.shape[-1] % h:
        raise ValueError("h must divide d_model")
    return torch.stack(torch.split(x, h, dim=-1), dim=1)


# form: d_model / h is a float
# as in: Python 2 habits, "view(): argument must be tuple of ints"
# verdict: wrong
# loses: split-heads
# named: split_heads_by_a_float
def split_heads(x, h):
    B, T, d_model = x.shape
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    d_k = d_model / h
    return x.reshape(B, T, h, d_k).transpose(1, 2)


# form: assert in place of ValueError
# as in: minGPT and The Annotated Transformer, assert n_embd % n_head == 0
# verdict: wrong
# loses: split-heads
# named: split_heads_takes_any_h
def split_heads(x, h):
    B, T, d_model = x.shape
    assert d_model % h == 0
    return x.reshape(B, T, h, d_model // h).transpose(1, 2)


# form: no ValueError, the rest is thrown away
# as in: public code that slices, range(h) * (d_model // h)
# verdict: wrong
# loses: split-heads
# named: split_heads_takes_any_h
def split_heads(x, h):
    d_k = x.size(-1) // h
    return torch.stack([x[:, :, i * d_k : (i + 1) * d_k] for i in range(h)], dim=1)


# form: two mistakes, no transpose and cut as (d_k, h)
# as in: homework of strangers, the last two sizes swapped and axis 1 left alone
# verdict: wrong
# loses: split-heads
# named: split_heads_cut_backwards
def split_heads(x, h):
    B, T, d_model = x.shape
    if h < 1 or d_model % h:
        raise ValueError("h must divide d_model")
    return x.reshape(B, T, d_model // h, h)


# form: two mistakes, view alone with the sizes in the wrong order, and no ValueError
# as in: homework of strangers
# verdict: wrong
# loses: split-heads
# named: -
def split_heads(x, h):
    B, T, d_model = x.shape
    return x.reshape(B, h, d_model // h, T).transpose(2, 3)
