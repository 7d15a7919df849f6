"""Ways to measure a gradient on its way back, and get it wrong."""

import torch

from solutions.misconceptions import misconception

# ---- backward_norms ------------------------------------------------------------------------------


@misconception(
    "backward_norms",
    caught_by="backward-norms-values",
    section="residuals.html#res-measure",
    sentence="You measure the size of the states x_0 to x_N on the way forward, not of the "
    "gradients on the way back.",
)
def norms_of_the_states(layers, x, upstream):
    states = [x]
    for layer in layers:
        states.append(layer(states[-1]))
    return torch.stack([state.norm() for state in states])


@misconception(
    "backward_norms",
    caught_by="backward-norms-values",
    section="residuals.html#res-measure",
    sentence="Your norms are in the order in which the gradient travels, output first. Entry 0 "
    "belongs to the input x.",
)
def norms_from_the_output(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1], states[::-1], upstream)
    return torch.stack([gradient.norm() for gradient in gradients])


@misconception(
    "backward_norms",
    caught_by="backward-norms-values",
    section="residuals.html#res-measure",
    sentence="You ignore upstream: output.sum() sends back a gradient of ones. Pass upstream to "
    "grad or backward.",
)
def norms_for_a_gradient_of_ones(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1].sum(), states)
    return torch.stack([gradient.norm() for gradient in gradients])


@misconception(
    "backward_norms",
    caught_by="backward-norms-values",
    section="residuals.html#res-measure",
    sentence="Your norms lack the root: you return sums of squares, so every factor looks like "
    "its own square.",
)
def norms_squared(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1], states, upstream)
    return torch.stack([gradient.square().sum() for gradient in gradients])


@misconception(
    "backward_norms",
    caught_by="backward-norms-values",
    section="residuals.html#res-measure",
    sentence="You return the mean size of an entry, not the Euclidean norm of the whole gradient: "
    "square, sum over everything, take the root.",
)
def norms_as_mean_sizes(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1], states, upstream)
    return torch.stack([gradient.abs().mean() for gradient in gradients])


@misconception(
    "backward_norms",
    caught_by="backward-norms-chain",
    section="residuals.html#res-measure",
    sentence="You send upstream through each layer by itself. A gradient that reaches layer l has "
    "passed all the layers above it: their factors multiply.",
)
def norms_of_each_layer_alone(layers, x, upstream):
    norms, state = [], x.detach()
    for layer in layers:
        before = state.requires_grad_()
        after = layer(before)
        norms.append(torch.autograd.grad(after, before, upstream)[0].norm())
        state = after.detach()
    return torch.stack([*norms, upstream.norm()])


@misconception(
    "backward_norms",
    caught_by="backward-norms-chain",
    section="residuals.html#res-measure",
    sentence="Your stack is no stack: each layer gets x itself, not what the layer below it made. "
    "So no gradient passes through more than one layer.",
)
def norms_of_layers_side_by_side(layers, x, upstream):
    norms, start = [], x.detach().requires_grad_()
    for layer in layers:
        norms.append(torch.autograd.grad(layer(start), start, upstream)[0].norm())
    return torch.stack([*norms, upstream.norm()])


@misconception(
    "backward_norms",
    caught_by="backward-norms-shape",
    section="residuals.html#res-measure",
    sentence="You leave out the last place, the output: N layers have N + 1 places between and "
    "around them.",
)
def norms_without_the_output(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1], states[:-1], upstream)
    return torch.stack([gradient.norm() for gradient in gradients])


@misconception(
    "backward_norms",
    caught_by="backward-norms-shape",
    section="residuals.html#res-measure",
    sentence="You take a norm for each position or row. One number per place of the stack is "
    "asked for: the norm of the whole gradient.",
)
def norms_row_by_row(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    gradients = torch.autograd.grad(states[-1], states, upstream)
    return torch.stack([gradient.norm(dim=-1) for gradient in gradients])


# ---- factor_per_layer ----------------------------------------------------------------------------


@misconception(
    "factor_per_layer",
    caught_by="factor-per-layer",
    section="residuals.html#res-measure",
    sentence="You return the ratio over the whole stack and forget the root: a factor per layer, "
    "taken N times, must give that ratio.",
)
def factor_of_the_stack(norms):
    return norms[0] / norms[-1]


@misconception(
    "factor_per_layer",
    caught_by="factor-per-layer",
    section="residuals.html#res-measure",
    sentence="Your factor is upside down: the gradient travels from the last entry to the first, "
    "so a factor below 1 means norms[0] < norms[N].",
)
def factor_upside_down(norms):
    return (norms[-1] / norms[0]) ** (1 / (norms.numel() - 1))


@misconception(
    "factor_per_layer",
    caught_by="factor-per-layer",
    section="residuals.html#res-measure",
    sentence="You count places, not layers: N + 1 norms have N layers between them, so take the "
    "N-th root.",
)
def factor_per_place(norms):
    return (norms[0] / norms[-1]) ** (1 / norms.numel())


@misconception(
    "factor_per_layer",
    caught_by="factor-per-layer",
    section="residuals.html#res-measure",
    sentence="You divide the ratio by N. Layers multiply, they do not add: the factor per layer "
    "is the N-th root.",
)
def factor_by_division(norms):
    return norms[0] / norms[-1] / (norms.numel() - 1)


@misconception(
    "factor_per_layer",
    caught_by="factor-per-layer",
    section="residuals.html#res-measure",
    sentence="You take the arithmetic mean of the layers' factors. Factors multiply, so yours, "
    "taken N times, does not give norms[0] / norms[N]: take the geometric mean.",
)
def factor_by_arithmetic_mean(norms):
    return (norms[:-1] / norms[1:]).mean()
