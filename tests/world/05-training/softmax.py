"""Forms in which public code writes the softmax in NumPy."""


# form: subtract the row's maximum, with np functions
# as in: Stack Overflow, "How to implement the Softmax function in Python", the later answers for many rows
# verdict: right
def softmax(x):
    e_x = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e_x / np.sum(e_x, axis=-1, keepdims=True)


# form: exp of the log-softmax
# as in: scipy.special, softmax by logsumexp in older versions
# verdict: right
def logsumexp(x):
    a = np.amax(x, axis=-1, keepdims=True)
    return a + np.log(np.sum(np.exp(x - a), axis=-1, keepdims=True))


def softmax(x: Array) -> Array:
    return np.exp(x - logsumexp(x))


# form: one row at a time with apply_along_axis
# as in: a habit from pandas, a function for one row and apply
# verdict: right
def softmax(x):
    def one_row(row):
        row = np.exp(row - row.max())
        return row / row.sum()

    return np.apply_along_axis(one_row, -1, x)


# form: in place on an own copy
# as in: karpathy/llm.c, softmax_forward: maximum, exponentials, sum, normalize
# verdict: right
def softmax(x):
    out = np.array(x, dtype=float)
    out -= out.max(axis=-1)[..., np.newaxis]
    np.exp(out, out=out)
    out /= out.sum(axis=-1)[..., None]
    return out


# form: all rows in a loop
# as in: karpathy/llm.c, loops over batch and time in train_gpt2.c
# verdict: right
def softmax(x):
    flat = x.reshape(-1, x.shape[-1])
    rows = []
    for row in flat:
        biggest = max(row)
        exps = [math.exp(value - biggest) for value in row]
        total = sum(exps)
        rows.append([e / total for e in exps])
    return np.array(rows).reshape(x.shape)


# form: turned around, so that the axis is the first
# as in: Stack Overflow, x.T tricks for softmax over rows
# verdict: right
def softmax(x):
    e = np.exp(x.T - np.max(x.T, axis=0))
    return (e / e.sum(axis=0)).T


# form: a lambda with an alias
# as in: a habit of code golfers
# verdict: right
_exp = lambda x: np.exp(x - x.max(-1, keepdims=True))
softmax = lambda x: (lambda e: e / e.sum(-1, keepdims=True))(_exp(x))


# form: einsum for the sum
# as in: a habit of einsum users
# verdict: right
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / np.einsum("...i->...", e)[..., None]


# form: the shortest answer
# as in: Stack Overflow, "How to implement the Softmax function in Python", the question's own formula
# verdict: wrong
# loses: softmax-values, softmax-overflow
# named: softmax_over_everything, softmax_overflows
def softmax(x):
    return np.exp(x) / np.sum(np.exp(x))


# form: one maximum for all, sum over axis 0
# as in: Stack Overflow, "How to implement the Softmax function in Python", a much copied answer
# verdict: wrong
# loses: softmax-values, softmax-overflow
# named: softmax_over_the_first_axis, softmax_takes_off_one_number
def softmax(x):
    """Compute softmax values for each sets of scores in x."""
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum(axis=0)


# form: one maximum for all, rows right
# as in: blog posts on softmax from scratch
# verdict: wrong
# loses: softmax-overflow
# named: softmax_takes_off_one_number
def softmax(x):
    e_x = np.exp(x - np.max(x))
    return e_x / e_x.sum(axis=-1, keepdims=True)


# form: axis 1
# as in: CS231n notes and homework, scores of shape (N, C)
# verdict: wrong
# loses: softmax-values
# named: softmax_over_axis_1
def softmax(x):
    shifted = x - np.max(x, axis=1, keepdims=True)
    exp_scores = np.exp(shifted)
    return exp_scores / np.sum(exp_scores, axis=1, keepdims=True)


# form: no keepdims in the sum
# as in: Stack Overflow, "operands could not be broadcast together" in a softmax
# verdict: wrong
# loses: softmax-values
# named: softmax_without_keepdims
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1)


# form: [:, None] for rows of two axes only
# as in: Machine Learning from scratch posts, [:, None] or [:, np.newaxis]
# verdict: wrong
# loses: softmax-values
# named: softmax_expects_two_axes
def softmax(x):
    x = x - x.max(axis=-1)[:, None]
    e = np.exp(x)
    return e / e.sum(axis=-1)[:, None]


# form: clip against the overflow
# as in: a habit from the sigmoid, np.clip(x, -500, 500)
# verdict: wrong
# loses: softmax-overflow
# named: softmax_clips_large_numbers
def softmax(x):
    e = np.exp(np.clip(x, -500, 500))
    return e / e.sum(axis=-1, keepdims=True)


# form: without the maximum, as on paper
# as in: d2l, softmax from scratch (section Softmax Regression Implementation)
# verdict: wrong
# loses: softmax-overflow
# named: softmax_overflows
def softmax(X):
    X_exp = np.exp(X)
    partition = X_exp.sum(-1, keepdims=True)
    return X_exp / partition


# form: a small number in the denominator, which does no harm where the sum is 1 or more
# as in: a habit of ChatGPT-like code, "to avoid division by zero"
# verdict: right
def softmax(x, eps=1e-6):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / (e.sum(axis=-1, keepdims=True) + eps)


# form: log-softmax
# as in: a habit from PyTorch, F.log_softmax
# verdict: wrong
# loses: softmax-values, softmax-overflow
# named: softmax_returns_logarithms
def softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


# form: float32 inside, after which large numbers are equal
# as in: a habit from PyTorch, everything float32
# verdict: wrong
# loses: softmax-overflow
# named: softmax_in_single_precision
def softmax(x):
    x = np.asarray(x, dtype=np.float32)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return (e / e.sum(axis=-1, keepdims=True)).astype(np.float64)


# form: printed, not returned
# as in: typical homework
# verdict: wrong
# loses: softmax-values, softmax-overflow
# named: -
def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    result = e / e.sum(axis=-1, keepdims=True)
    print(result)
