"""Forms in which public code makes unit vectors."""


# form: np.linalg.norm, ones in place of zeros on an own array
# as in: sklearn's normalize, _handle_zeros_in_scale
# verdict: right
def unit_vectors(x):
    norms = np.linalg.norm(x, axis=-1, keepdims=True)
    norms[norms == 0] = 1.0
    return x / norms


# form: np.divide with where and out
# as in: Stack Overflow, how to return 0 with a division by zero
# verdict: right
def unit_vectors(x):
    n = np.sqrt(np.sum(x * x, axis=-1, keepdims=True))
    return np.divide(x, n, out=np.zeros_like(x), where=n != 0)


# form: NaN replaced afterwards
# as in: Stack Overflow, np.nan_to_num after a division
# verdict: right
def unit_vectors(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(x / np.linalg.norm(x, axis=-1, keepdims=True), nan=0.0)


# form: einsum and a new axis
# as in: NumPy users, the fast norm by einsum
# verdict: right
def unit_vectors(x):
    norm = np.sqrt(np.einsum("...i,...i->...", x, x))[..., np.newaxis]
    return x / (norm + (norm == 0))


# form: apply_along_axis
# as in: Stack Overflow, np.apply_along_axis with a function for one vector
# verdict: right
def normalize(v):
    n = np.linalg.norm(v)
    return v if n == 0 else v / n


def unit_vectors(x):
    return np.apply_along_axis(normalize, -1, x)


# form: flattened to rows, a loop, and back
# as in: a beginner's loop
# verdict: right
def unit_vectors(x: Array) -> Array:
    rows = x.reshape(-1, x.shape[-1]).copy()
    for i in range(len(rows)):
        length = math.sqrt(sum(float(v) ** 2 for v in rows[i]))
        if length > 0:
            rows[i] = rows[i] / length
    return rows.reshape(x.shape)


# form: times one over the length
# as in: a habit of multiplying, np.where
# verdict: right
def unit_vectors(x):
    squares = np.square(x).sum(-1)
    scale = np.where(squares > 0, 1 / np.sqrt(np.where(squares > 0, squares, 1)), 0).astype(x.dtype)
    return x * scale[..., None]


# form: the largest number is taken out first
# as in: hypot and BLAS's nrm2, which cannot overflow
# verdict: right
def unit_vectors(x):
    top = np.abs(x).max(axis=-1, keepdims=True)
    y = x / np.where(top == 0, 1, top)
    n = np.linalg.norm(y, axis=-1, keepdims=True)
    return y / np.where(n == 0, 1, n)


# form: float64 inside, and outside
# as in: careful numerics, np.asarray(x, dtype=np.float64)
# verdict: right
def unit_vectors(x):
    x = np.asarray(x, dtype=np.float64)
    n = np.linalg.norm(x, axis=-1, keepdims=True)
    return x / np.where(n == 0, 1, n)


# form: division by zero
# as in: Stack Overflow's first answer, v / np.linalg.norm(v)
# verdict: wrong
# loses: unit-zeros
# named: zeros_become_nan
def unit_vectors(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


# form: + 1e-8
# as in: blog posts, a small number against a division by zero; cosine similarity's eps
# verdict: wrong
# loses: unit-zeros
# named: lengths_with_a_little_more, lengths_with_a_tiny_bit_more
def unit_vectors(x):
    return x / (np.linalg.norm(x, axis=-1, keepdims=True) + 1e-8)


# form: eps inside the root
# as in: layer-norm habits, sqrt(... + 1e-5)
# verdict: wrong
# loses: unit-lengths, unit-zeros
# named: lengths_with_eps_in_the_root
def unit_vectors(x):
    return x / np.sqrt((x**2).sum(axis=-1, keepdims=True) + 1e-5)


# form: no keepdims
# as in: Stack Overflow, "operands could not be broadcast together with shapes (2,3) (2,)"
# verdict: wrong
# loses: unit-lengths
# named: lengths_without_keepdims
def unit_vectors(x):
    n = np.linalg.norm(x, axis=-1)
    return x / np.where(n == 0, 1, n)


# form: the norm of everything
# as in: np.linalg.norm without an axis
# verdict: wrong
# loses: unit-lengths
# named: one_length_for_all
def unit_vectors(x):
    n = np.linalg.norm(x)
    return x / n if n > 0 else x


# form: axis=1
# as in: sklearn's and Stack Overflow's axis=1 for matrices
# verdict: wrong
# loses: unit-lengths
# named: lengths_along_axis_1
def unit_vectors(x):
    n = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(n == 0, 1, n)


# form: axis=0
# as in: Stack Overflow, axis=0 for rows
# verdict: wrong
# loses: unit-lengths
# named: lengths_of_the_columns
def unit_vectors(x):
    n = np.linalg.norm(x, axis=0, keepdims=True)
    return x / np.where(n == 0, 1, n)


# form: the L1 norm
# as in: sklearn's normalize(norm="l1")
# verdict: wrong
# loses: unit-lengths
# named: lengths_by_absolute_values
def unit_vectors(x):
    n = np.abs(x).sum(axis=-1, keepdims=True)
    return x / np.where(n == 0, 1, n)


# form: the squared length
# as in: a forgotten root
# verdict: wrong
# loses: unit-lengths
# named: lengths_without_root
def unit_vectors(x):
    n = np.einsum("...i,...i->...", x, x)[..., None]
    return np.divide(x, n, out=np.zeros_like(x), where=n != 0)


# form: in place
# as in: x /= ..., "saves memory"
# verdict: wrong
# loses: unit-zeros
# named: lengths_in_place
def unit_vectors(x):
    n = np.linalg.norm(x, axis=-1, keepdims=True)
    n[n == 0] = 1
    np.divide(x, n, out=x)
    return x


# form: short vectors are left as they are
# as in: gradient clipping, np.maximum(norm, 1)
# verdict: wrong
# loses: unit-lengths, unit-zeros
# named: lengths_of_at_least_one
def unit_vectors(x):
    return x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1)


# form: if norm == 0 for an array
# as in: Stack Overflow's normalize(v) for one vector: "The truth value of an array ... is ambiguous"
# verdict: wrong
# loses: unit-lengths
# named: lengths_asked_all_at_once
def unit_vectors(x):
    norm = np.linalg.norm(x, axis=-1, keepdims=True)
    if norm == 0:
        return x
    return x / norm


# form: standardized
# as in: a mix-up with layer norm: mean 0 and deviation 1
# verdict: wrong
# loses: unit-lengths
# named: lengths_of_standardized_vectors
def unit_vectors(x):
    s = x.std(axis=-1, keepdims=True)
    return (x - x.mean(axis=-1, keepdims=True)) / np.where(s == 0, 1, s)


# form: two mistakes, no keepdims and no care for zeros
# as in: Stack Overflow questions
# verdict: wrong
# loses: unit-lengths, unit-zeros
# named: lengths_without_keepdims, zeros_become_nan
def unit_vectors(x):
    return x / np.sqrt((x**2).sum(axis=-1))


# form: two mistakes, in place and a small number added
# as in: homework of strangers
# verdict: wrong
# loses: unit-zeros
# named: lengths_in_place, lengths_with_a_little_more
def unit_vectors(x):
    x /= np.linalg.norm(x, axis=-1, keepdims=True) + 1e-6
    return x
