"""Forms in which public code merges the heads."""


# form: transpose, contiguous, view
# as in: The Annotated Transformer and nanoGPT
# verdict: right
def merge_heads(x):
    B, h, T, d_k = x.size()
    return x.transpose(1, 2).contiguous().view(B, T, h * d_k)


# form: permute and a new shape from size()
# as in: Hugging Face transformers, BertSelfAttention: context_layer.size()[:-2] + (all_head_size,)
# verdict: right
def merge_heads(x):
    context = x.permute(0, 2, 1, 3).contiguous()
    new_shape = context.size()[:-2] + (context.size(2) * context.size(3),)
    return context.view(new_shape)


# form: flatten
# as in: PyTorch's tutorial on MultiHeadAttention, attn_output.transpose(1, 2).flatten(-2)
# verdict: right
def merge_heads(x: Tensor) -> Tensor:
    return x.transpose(1, 2).flatten(-2)


# form: heads concatenated
# as in: Raschka, MultiHeadAttentionWrapper: torch.cat([head(x) for head in self.heads], dim=-1)
# verdict: right
def merge_heads(x):
    return torch.cat([x[:, i] for i in range(x.size(1))], dim=-1)


# form: unbind and cat, as a lambda
# as in: a one-liner with unbind
# verdict: right
merge_heads = lambda x: torch.cat(x.unbind(dim=1), dim=-1)


# form: positions in a loop
# as in: a beginner's loop over time
# verdict: right
def merge_heads(x):
    B, h, T, d_k = x.shape
    out = torch.empty(B, T, h * d_k, dtype=x.dtype, device=x.device)
    for t in range(T):
        out[:, t] = x[:, :, t].reshape(B, h * d_k)
    return out


# form: swapaxes and -1
# as in: NumPy habits; the width as -1
# verdict: right
def merge_heads(x):
    B, _, T, _ = x.shape
    return torch.swapaxes(x, 1, 2).reshape((B, T, -1))


# form: a scripted helper
# as in: torch.jit.script as a decorator, PyTorch's TorchScript tutorial
# verdict: right
@torch.jit.script
def combine(x: torch.Tensor) -> torch.Tensor:
    return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3))


def merge_heads(x):
    return combine(x)


# form: torch.compile'd
# as in: PyTorch's torch.compile tutorial, with its default backend
# verdict: right
def _merge(x):
    B, h, T, d_k = x.shape
    return x.transpose(1, 2).reshape(B, T, h * d_k)


merge_heads = torch.compile(_merge)


# form: reshape alone
# as in: Stack Overflow, a missing transpose before the view
# verdict: wrong
# loses: merge-heads
# named: merge_heads_without_transpose
def merge_heads(x):
    batch, heads, length, d_tensor = x.size()
    return x.contiguous().view(batch, length, heads * d_tensor)


# form: view after transpose, without contiguous
# as in: Stack Overflow, "view size is not compatible with input tensor's size and stride ... Use .reshape(...) instead"
# verdict: wrong
# loses: merge-heads
# named: merge_heads_by_view
def merge_heads(x):
    B, h, T, d_k = x.shape
    return x.transpose(1, 2).view(B, T, h * d_k)


# form: contiguous before transpose
# as in: PyTorch forum, contiguous in the wrong place
# verdict: wrong
# loses: merge-heads
# named: merge_heads_by_view
def merge_heads(x):
    B, h, T, d_k = x.shape
    return x.contiguous().transpose(1, 2).view(B, T, -1)


# form: feature by feature
# as in: a mix-up of the einops patterns "b t (h d)" and "b t (d h)"
# verdict: wrong
# loses: merge-heads
# named: merge_heads_interleaved
def merge_heads(x):
    B, h, T, d_k = x.shape
    return x.permute(0, 2, 3, 1).flatten(2)


# form: stacked behind, then flattened
# as in: a slip, torch.stack(dim=-1) in place of cat
# verdict: wrong
# loses: merge-heads
# named: merge_heads_interleaved
def merge_heads(x):
    heads = [x[:, i] for i in range(x.size(1))]
    return torch.stack(heads, dim=-1).flatten(start_dim=2)


# form: heads concatenated along the positions
# as in: a slip, torch.cat(dim=1)
# verdict: wrong
# loses: merge-heads
# named: merge_heads_along_the_positions
def merge_heads(x):
    return torch.cat([x[:, i] for i in range(x.size(1))], dim=1)


# form: flatten(1), one axis too few
# as in: a habit from image classifiers, x.flatten(1)
# verdict: wrong
# loses: merge-heads
# named: merge_heads_and_positions
def merge_heads(x):
    return x.transpose(1, 2).flatten(1)


# form: heads left where they are after the transpose
# as in: a beginner's half of the way
# verdict: wrong
# loses: merge-heads
# named: merge_heads_transposed_only
def merge_heads(x):
    return x.transpose(1, 2)


# form: the mean of the heads
# as in: graph attention networks (GAT), whose last layer averages the heads
# verdict: wrong
# loses: merge-heads
# named: merge_heads_by_their_mean
def merge_heads(x):
    return x.mean(dim=1)


# form: permute(0, 2, 1, 3) replaced by a swap of the last two axes
# as in: a mix-up with key.transpose(-2, -1)
# verdict: wrong
# loses: merge-heads
# named: merge_heads_swaps_the_last_two
def merge_heads(x):
    B, h, T, d_k = x.shape
    return x.transpose(-2, -1).reshape(B, T, h * d_k)


# form: d2l's way back, B taken from h
# as in: d2l, transpose_output, for (B * h, T, d_k): its num_heads is missing here
# verdict: wrong
# loses: merge-heads
# named: -
def merge_heads(x):
    X = x.permute(0, 2, 1, 3)
    return X.reshape(X.shape[2], X.shape[1], -1)


# form: forgotten assignment, tensors are not changed by reshape
# as in: a beginner's slip, x.transpose(1, 2) without x =
# verdict: wrong
# loses: merge-heads
# named: merge_heads_without_transpose
def merge_heads(x):
    B, h, T, d_k = x.shape
    x.transpose(1, 2)
    return x.reshape(B, T, h * d_k)


# form: two mistakes, no transpose, and positions merged with features
# as in: homework of strangers
# verdict: wrong
# loses: merge-heads
# named: merge_heads_positions_into_the_width
def merge_heads(x):
    B, h, T, d_k = x.shape
    return x.reshape(B, h, T * d_k)


# form: two mistakes, interleaved features and positions in the wrong place
# as in: homework of strangers, axes permuted until the shape fits
# verdict: wrong
# loses: merge-heads
# named: -
def merge_heads(x):
    B, h, T, d_k = x.shape
    return x.permute(0, 3, 1, 2).reshape(B, T, d_k * h)
