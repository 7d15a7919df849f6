"""Forms in which public code computes the squared distances of all pairs."""


# form: newaxis
# as in: Stack Overflow and the Python Data Science Handbook, X[:, np.newaxis, :] - X[np.newaxis, :, :]
# verdict: right
def pairwise_distances(x, y):
    diff = x[:, :, np.newaxis, :] - y[:, np.newaxis, :, :]
    return np.sum(np.square(diff), axis=-1)


# form: expand_dims and einsum
# as in: NumPy users, einsum for the sum of squares
# verdict: right
def pairwise_distances(x, y):
    d = np.expand_dims(x, 2) - np.expand_dims(y, 1)
    return np.einsum("btsd,btsd->bts", d, d)


# form: three loops
# as in: CS231n, compute_distances_two_loops, with one more for the batch
# verdict: right
def pairwise_distances(x, y):
    B, T, _ = x.shape
    S = y.shape[1]
    dists = np.zeros((B, T, S), dtype=x.dtype)
    for b in range(B):
        for i in range(T):
            for j in range(S):
                dists[b, i, j] = ((x[b, i] - y[b, j]) ** 2).sum()
    return dists


# form: the three squares, cut at 0
# as in: CS231n, compute_distances_no_loops; sklearn's euclidean_distances has np.maximum(distances, 0)
# verdict: right
def pairwise_distances(x, y):
    xx = (x**2).sum(-1)[:, :, None]
    yy = (y**2).sum(-1)[:, None, :]
    d2 = xx + yy - 2 * x @ y.swapaxes(1, 2)
    return np.maximum(d2, 0)


# form: the norm, squared again
# as in: NumPy users, np.linalg.norm
# verdict: right
def pairwise_distances(x: Array, y: Array) -> Array:
    return np.linalg.norm(x[:, :, None] - y[:, None], axis=-1) ** 2


# form: feature by feature
# as in: memory-saving code, a sum over the features in a loop
# verdict: right
def pairwise_distances(x, y):
    total = 0
    for i in range(x.shape[2]):
        total = total + np.subtract.outer(x[..., i], y[..., i]).diagonal(axis1=0, axis2=2).transpose(2, 0, 1) ** 2
    return total


# form: PyTorch's cdist
# as in: PyTorch users, torch.cdist
# verdict: right
def pairwise_distances(x, y):
    d = torch.cdist(torch.tensor(x), torch.tensor(y), compute_mode="donot_use_mm_for_euclid_dist")
    return (d * d).numpy()


# form: row by row, stacked
# as in: a one-loop version, CS231n's compute_distances_one_loop
# verdict: right
def pairwise_distances(x, y):
    rows = [((x[:, t, None] - y) ** 2).sum(-1) for t in range(x.shape[1])]
    return np.stack(rows, axis=1)


# form: the three squares, not cut
# as in: CS231n and Stack Overflow, |x|^2 + |y|^2 - 2xy, which is slightly below zero at times
# verdict: wrong
# loses: pairs
# named: pairs_by_three_squares
def pairwise_distances(x, y):
    xx = np.sum(x**2, axis=2, keepdims=True)
    yy = np.sum(y**2, axis=2)[:, None, :]
    return xx + yy - 2 * np.matmul(x, y.transpose(0, 2, 1))


# form: the root is taken
# as in: CS231n, L2 distance; sklearn's pairwise_distances
# verdict: wrong
# loses: pairs
# named: pairs_with_a_root
def pairwise_distances(x, y):
    return np.linalg.norm(x[:, :, None, :] - y[:, None, :, :], axis=-1)


# form: the axes the other way round
# as in: Stack Overflow, X[:, None] - Y[:, :, None]
# verdict: wrong
# loses: pairs
# named: pairs_the_other_way_round
def pairwise_distances(x, y):
    diff = x[:, None, :, :] - y[:, :, None, :]
    return (diff**2).sum(-1)


# form: for two matrices, without a batch
# as in: Stack Overflow's X[:, None] - Y for (n, d) and (m, d)
# verdict: wrong
# loses: pairs
# named: pairs_without_a_batch
def pairwise_distances(x, y):
    return ((x[:, None] - y) ** 2).sum(axis=-1)


# form: every sentence with every sentence
# as in: X[:, None] - Y[None] carried over to batches
# verdict: wrong
# loses: pairs
# named: pairs_across_sentences
def pairwise_distances(x, y):
    a = np.expand_dims(x, (1, 3))
    b = np.expand_dims(y, (0, 2))
    return np.square(a - b).sum(axis=-1)


# form: absolute values
# as in: CS231n, L1 distance
# verdict: wrong
# loses: pairs
# named: pairs_in_city_blocks
def pairwise_distances(x, y):
    return np.linalg.norm(x[:, :, None] - y[:, None], ord=1, axis=-1)


# form: the mean of the squares
# as in: the mean squared error, np.mean
# verdict: wrong
# loses: pairs
# named: pairs_on_average
def pairwise_distances(x, y):
    return np.mean((x[:, :, None] - y[:, None]) ** 2, axis=3)


# form: the sum is squared
# as in: a slip in the order of sum and square
# verdict: wrong
# loses: pairs
# named: pairs_squared_after_the_sum
def pairwise_distances(x, y):
    return (x[:, :, None] - y[:, None]).sum(axis=-1) ** 2


# form: the products, not the distances
# as in: attention, x @ y.T
# verdict: wrong
# loses: pairs
# named: pairs_as_products
def pairwise_distances(x, y):
    return x @ y.swapaxes(-2, -1)


# form: the three squares with a lost axis
# as in: CS231n, a missing reshape(-1, 1)
# verdict: wrong
# loses: pairs
# named: -
def pairwise_distances(x, y):
    xx = (x**2).sum(axis=-1)
    yy = (y**2).sum(axis=-1)
    return np.maximum(xx + yy - 2 * x @ y.swapaxes(1, 2), 0)


# form: summed over the wrong axis
# as in: a slip, axis=2 counted without the new axis
# verdict: wrong
# loses: pairs
# named: pairs_summed_over_the_keys
def pairwise_distances(x, y):
    return ((x[:, :, None] - y[:, None]) ** 2).sum(axis=2)


# form: the same place only
# as in: torch.nn.PairwiseDistance and F.pairwise_distance, which pair equal places
# verdict: wrong
# loses: pairs
# named: pairs_of_the_same_place
def pairwise_distances(x, y):
    return np.sum(np.square(x - y), axis=-1)


# form: two mistakes, transposed and with a root
# as in: homework of strangers
# verdict: wrong
# loses: pairs
# named: pairs_the_other_way_round, pairs_with_a_root
def pairwise_distances(x, y):
    return np.sqrt(((y[:, :, None] - x[:, None]) ** 2).sum(-1))


# form: two mistakes, the mean and the absolute value
# as in: homework of strangers, mean absolute error
# verdict: wrong
# loses: pairs
# named: pairs_on_average, pairs_in_city_blocks
def pairwise_distances(x, y):
    return np.abs(x[:, :, None] - y[:, None]).mean(-1)
