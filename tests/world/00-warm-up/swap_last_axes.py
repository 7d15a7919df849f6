"""Forms in which public code swaps the last two axes."""


# form: np.swapaxes
# as in: Stack Overflow, transpose of a stack of matrices
# verdict: right
def swap_last_axes(x):
    return np.swapaxes(x, -1, -2)


# form: einsum
# as in: the NumPy documentation of einsum, '...ij->...ji'
# verdict: right
def swap_last_axes(x):
    return np.einsum("...ij->...ji", x)


# form: all axes named from a list
# as in: tensor2tensor and TensorFlow, perm lists with two entries exchanged
# verdict: right
def swap_last_axes(x):
    perm = list(range(x.ndim))
    perm[-1], perm[-2] = perm[-2], perm[-1]
    return x.transpose(perm)


# form: np.moveaxis
# as in: NumPy users
# verdict: right
def swap_last_axes(x: Array) -> Array:
    return np.moveaxis(x, -1, -2)


# form: the array API's name
# as in: NumPy 2, np.matrix_transpose
# verdict: right
swap_last_axes = np.matrix_transpose


# form: .mT
# as in: PyTorch's and NumPy 2's x.mT
# verdict: right
swap_last_axes = lambda x: x.mT


# form: through PyTorch
# as in: PyTorch users, key.transpose(-2, -1)
# verdict: right
def swap_last_axes(x):
    return torch.tensor(x).transpose(-2, -1).numpy()


# form: recursion over the axes in front
# as in: a functional style
# verdict: right
def swap_last_axes(x):
    if x.ndim == 2:
        return x.T
    return np.stack([swap_last_axes(part) for part in x])


# form: column by column in a loop
# as in: a beginner's loop
# verdict: right
def swap_last_axes(x):
    *front, T, d = x.shape
    out = np.empty((*front, d, T), dtype=x.dtype)
    for i in range(d):
        out[..., i, :] = x[..., i]
    return out


# form: .T
# as in: blog posts, Q @ K.T
# verdict: wrong
# loses: swap-axes
# named: axes_turned_round
def swap_last_axes(x):
    return x.T


# form: np.transpose without axes
# as in: Stack Overflow, np.transpose on more than two axes
# verdict: wrong
# loses: swap-axes
# named: axes_turned_round
def swap_last_axes(x):
    return np.transpose(x)


# form: transpose(-2, -1)
# as in: PyTorch's x.transpose(-2, -1), which NumPy reads as a list of all axes
# verdict: wrong
# loses: swap-axes
# named: axes_transposed_as_in_torch
def swap_last_axes(x):
    return x.transpose(-2, -1)


# form: transpose(0, 2, 1)
# as in: Keras, K.permute_dimensions(x, (0, 2, 1))
# verdict: wrong
# loses: swap-axes
# named: axes_named_one_by_one
def swap_last_axes(x):
    return np.transpose(x, (0, 2, 1))


# form: transpose(0, 1, 3, 2)
# as in: bentrevett/pytorch-seq2seq, K.permute(0, 1, 3, 2)
# verdict: wrong
# loses: swap-axes
# named: axes_of_four_named
def swap_last_axes(x):
    return x.transpose(0, 1, 3, 2)


# form: swapaxes(1, 2)
# as in: Raschka, keys.transpose(1, 2)
# verdict: wrong
# loses: swap-axes
# named: axes_counted_from_the_left
def swap_last_axes(x):
    return np.swapaxes(x, 1, 2)


# form: reshape
# as in: Stack Overflow, reshape taken for transpose
# verdict: wrong
# loses: swap-axes
# named: axes_reshaped
def swap_last_axes(x):
    *rest, T, d = x.shape
    return x.reshape(rest + [d, T])


# form: reshape in Fortran's order
# as in: a half-way: order="F" turns a single matrix only
# verdict: wrong
# loses: swap-axes
# named: axes_reshaped
def swap_last_axes(x):
    return x.reshape(*x.shape[:-2], x.shape[-1], x.shape[-2], order="F")


# form: each matrix in a comprehension
# as in: a beginner's [m.T for m in x], right for three axes only
# verdict: wrong
# loses: swap-axes
# named: axes_of_each_matrix
def swap_last_axes(x):
    return np.array([matrix.T for matrix in x])


# form: the first two
# as in: PyTorch's batch_first, x.transpose(0, 1)
# verdict: wrong
# loses: swap-axes
# named: first_axes_swapped
def swap_last_axes(x):
    return np.swapaxes(x, 0, 1)


# form: the first and the last
# as in: a slip, swapaxes(0, -1)
# verdict: wrong
# loses: swap-axes
# named: axes_first_and_last
def swap_last_axes(x):
    return x.swapaxes(0, -1)


# form: np.rollaxis, one axis too far
# as in: np.rollaxis, whose arguments confuse
# verdict: wrong
# loses: swap-axes
# named: -
def swap_last_axes(x):
    return np.rollaxis(x, -1)


# form: the shape is set in place
# as in: Stack Overflow, x.shape = (...)
# verdict: wrong
# loses: swap-axes
# named: axes_reshaped
def swap_last_axes(x):
    x = x.copy()
    x.shape = (*x.shape[:-2], x.shape[-1], x.shape[-2])
    return x


# form: the result is not kept
# as in: a beginner's slip: swapaxes returns a new view
# verdict: wrong
# loses: swap-axes
# named: axes_not_kept
def swap_last_axes(x):
    x.swapaxes(-2, -1)
    return x


# form: two mistakes, all axes reversed and then reshaped to fit
# as in: homework of strangers
# verdict: wrong
# loses: swap-axes
# named: axes_turned_round, axes_reshaped
def swap_last_axes(x):
    return x.T.reshape(*x.shape[:-2], x.shape[-1], x.shape[-2])


# form: two mistakes, axes counted from the left, and no return
# as in: homework of strangers
# verdict: wrong
# loses: swap-axes
# named: axes_counted_from_the_left
def swap_last_axes(x):
    y = x.swapaxes(1, 2)
