"""Forms of the mean factor of one layer."""


# form: the root of the ratio, in NumPy's words
# as in: short answers on Stack Overflow, geometric growth rate
# verdict: right
def factor_per_layer(norms):
    n_layers = norms.size(0) - 1
    return (norms[0] / norms[-1]).pow(1.0 / n_layers)


# form: scipy.stats.gmean by hand
# as in: scipy's gmean, exp of the mean of logs
# verdict: right
def geometric_mean(factors: Tensor) -> Tensor:
    return torch.exp(torch.mean(torch.log(factors)))


def factor_per_layer(norms: Tensor) -> Tensor:
    return geometric_mean(norms[:-1] / norms[1:])


# form: prod of the factors
# as in: homework that writes the definition
# verdict: right
def factor_per_layer(norms):
    N = len(norms) - 1
    factors = torch.stack([norms[l] / norms[l + 1] for l in range(N)])
    return torch.prod(factors) ** (1 / N)


# form: exp2 of a slope, alias
# as in: a habit from plots with a logarithmic axis
# verdict: right
def mean_factor(norms):
    logs = norms.log2()
    return torch.exp2((logs[0] - logs[-1]) / (logs.numel() - 1))


factor_per_layer = mean_factor


# form: a lambda with N from the end
# as in: one-liners
# verdict: right
factor_per_layer = lambda norms: torch.float_power(norms[0] / norms[-1], 1 / (norms.shape[0] - 1)).to(norms.dtype)


# form: unpacked, 0-dim tensors throughout
# as in: typed and verbose homework
# verdict: right
def factor_per_layer(norms: torch.Tensor) -> torch.Tensor:
    first, *middle, last = norms.unbind()
    exponent = torch.tensor(1.0, dtype=norms.dtype) / (len(middle) + 1)
    return torch.pow(first / last, exponent)


# form: no root
# as in: homework, the whole stack
# verdict: wrong
# loses: factor-per-layer
# named: factor_of_the_stack
def factor_per_layer(norms):
    return norms[0] / norms[-1]


# form: last over first
# as in: growth rates (final / initial) ** (1 / n)
# verdict: wrong
# loses: factor-per-layer
# named: factor_upside_down
def factor_per_layer(norms):
    growth = norms[-1] / norms[0]
    return growth ** (1 / (norms.numel() - 1))


# form: len(norms) roots
# as in: an off-by-one
# verdict: wrong
# loses: factor-per-layer
# named: factor_per_place
def factor_per_layer(norms):
    return (norms[0] / norms[-1]).pow(1 / len(norms))


# form: the mean of the ratios
# as in: homework, torch.mean
# verdict: wrong
# loses: factor-per-layer
# named: factor_by_arithmetic_mean
def factor_per_layer(norms):
    ratios = [norms[i] / norms[i + 1] for i in range(len(norms) - 1)]
    return sum(ratios) / len(ratios)


# form: the mean of the ratios the other way round
# as in: homework, norms[1:] / norms[:-1]
# verdict: wrong
# loses: factor-per-layer
# named: factor_upside_down, factor_by_arithmetic_mean
def factor_per_layer(norms):
    return (norms[1:] / norms[:-1]).mean()


# form: upside down, and one root too many
# as in: growth rates with n + 1 in place of n
# verdict: wrong
# loses: factor-per-layer
# named: factor_upside_down, factor_per_place
def factor_per_layer(norms):
    return (norms[-1] / norms[0]) ** (1 / len(norms))


# form: a Python float
# as in: a habit, .item() at the end
# verdict: wrong
# loses: factor-per-layer
# named: factor_as_a_number
def factor_per_layer(norms):
    n = len(norms) - 1
    return (norms[0].item() / norms[-1].item()) ** (1 / n)


# form: one number in a row
# as in: a habit from keepdim, norms[:1] / norms[-1:]
# verdict: wrong
# loses: factor-per-layer
# named: factor_in_a_row
def factor_per_layer(norms):
    return (norms[:1] / norms[-1:]) ** (1 / (norms.numel() - 1))


# form: ** 1 / N
# as in: a common slip of precedence: x ** 1 / N
# verdict: wrong
# loses: factor-per-layer
# named: factor_by_division
def factor_per_layer(norms):
    N = norms.numel() - 1
    return (norms[0] / norms[-1]) ** 1 / N


# form: the logarithm itself
# as in: a habit from Lyapunov exponents, the mean of logs without exp
# verdict: wrong
# loses: factor-per-layer
# named: factor_in_logarithms
def factor_per_layer(norms):
    return torch.log(norms[:-1] / norms[1:]).mean()


# form: always a square root
# as in: homework that was tried with two layers only
# verdict: wrong
# loses: factor-per-layer
# named: factor_for_two_layers
def factor_per_layer(norms):
    return torch.sqrt(norms[0] / norms[-1])
