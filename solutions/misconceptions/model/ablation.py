"""Ways to measure a gradient on its way back, and get it wrong."""

from solutions.misconceptions import misconception
from solutions.model.ablation import backward_norms, factor_per_layer

# ---- backward_norms ------------------------------------------------------------------------------

misconception(
    backward_norms,
    "norms_of_the_states",
    did="You measure the states x_0 to x_N in the forward pass.",
    causes="Their sizes say nothing about the gradients, which flow back through the layers in "
    "the backward pass.",
    fix="Compute the gradient of the output with respect to each state, and take the norms of "
    "these gradients.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "states = [x.detach().requires_grad_()]": "states = [x]",
        "    gradients = torch.autograd.grad(states[-1], states, upstream)\n": "",
        "gradient.norm() for gradient in gradients": "state.norm() for state in states",
    },
)

misconception(
    backward_norms,
    "norms_from_the_output",
    did="You return the norms in the order in which the gradient travels, from the output to the "
    "input.",
    causes="Entry 0 must belong to the input x and the last entry to the output, so your result "
    "is reversed.",
    fix="Return the norms in the order of the states: x_0 first, x_N last.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "torch.autograd.grad(states[-1], states, upstream)": (
            "torch.autograd.grad(states[-1], states[::-1], upstream)"
        ),
    },
)

misconception(
    backward_norms,
    "norms_for_a_gradient_of_ones",
    did="You ignore upstream and differentiate output.sum() instead.",
    causes="This sends a gradient of ones back through the stack, so the norms belong to another "
    "gradient than the one asked for.",
    fix="Pass upstream to torch.autograd.grad or to backward.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "torch.autograd.grad(states[-1], states, upstream)": (
            "torch.autograd.grad(states[-1].sum(), states)"
        ),
    },
)

misconception(
    backward_norms,
    "norms_squared",
    did="You return the sums of squares and forget the square root.",
    causes="Each entry is the square of the norm, so the factor per layer is also squared.",
    fix="Take the square root of each sum, or use gradient.norm().",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "gradient.norm()": "gradient.square().sum()",
    },
)

misconception(
    backward_norms,
    "norms_as_mean_sizes",
    did="You return the mean absolute value of the gradient's entries, not its Euclidean norm.",
    causes="The mean is smaller than the norm, and the more entries the gradient has, the larger "
    "the difference.",
    fix="Square the entries, sum over all of them, and take the square root.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "gradient.norm()": "gradient.abs().mean()",
    },
)

misconception(
    backward_norms,
    "norms_of_each_layer_alone",
    did="You send upstream through each layer on its own.",
    causes="The gradient at x_l has passed through all the layers above it, and their factors "
    "multiply. Your norms show only one factor each.",
    fix="Differentiate the output of the whole stack with respect to each state.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-chain",
    change={
        "gradients = torch.autograd.grad(states[-1], states, upstream)": (
            "gradients = [\n"
            "        torch.autograd.grad(layer(state), state, upstream)[0]\n"
            "        for layer, state in zip(layers, states)\n"
            "    ]\n"
            "    gradients.append(upstream)"
        ),
    },
)

misconception(
    backward_norms,
    "norms_of_layers_side_by_side",
    did="You give x itself to every layer, not the output of the layer below.",
    causes="Your layers do not form a stack, so no gradient passes through more than one of them.",
    fix="Apply each layer to the last state, and append the result to the list of states.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-chain",
    change={
        "layer(states[-1])": "layer(states[0])",
        "gradients = torch.autograd.grad(states[-1], states, upstream)": (
            "gradients = [torch.autograd.grad(y, states[0], upstream)[0] for y in states[1:]]\n"
            "    gradients.append(upstream)"
        ),
    },
)

misconception(
    backward_norms,
    "norms_without_the_output",
    did="You leave out the gradient at the output x_N.",
    causes="N layers have N + 1 states before, between and after them, so your result has one "
    "entry too few.",
    fix="Return N + 1 norms; the last one is the norm of upstream.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-shape",
    change={
        "torch.autograd.grad(states[-1], states, upstream)": (
            "torch.autograd.grad(states[-1], states[:-1], upstream)"
        ),
    },
)

misconception(
    backward_norms,
    "norms_row_by_row",
    did="You take a separate norm of each row of the gradient.",
    causes="Your result has several numbers for each state. The exercise asks for one: the norm "
    "of the whole gradient.",
    fix="Call norm() without dim, so that it sums over all entries.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-shape",
    change={
        "gradient.norm()": "gradient.norm(dim=-1)",
    },
)

misconception(
    backward_norms,
    "norms_without_the_input",
    did="You leave out the gradient at the input x.",
    causes="N layers have N + 1 states before, between and after them, so your result has one "
    "entry too few.",
    fix="Begin the list of states with x.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-shape",
    change={
        "torch.autograd.grad(states[-1], states, upstream)": (
            "torch.autograd.grad(states[-1], states[1:], upstream)"
        ),
    },
)

misconception(
    backward_norms,
    "norms_as_sums_of_sizes",
    did="You return the sum of the absolute values, which is the L1 norm.",
    causes="The exercise asks for the Euclidean norm.",
    fix="Square the entries, sum over all of them, and take the square root.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "gradient.norm()": "gradient.abs().sum()",
    },
)

misconception(
    backward_norms,
    "norms_averaged_over_rows",
    did="You take the norm of each row of the gradient, and the mean of these norms.",
    causes="The exercise asks for the norm of the whole gradient, which is larger and does "
    "not average.",
    fix="Call norm() without dim, so that it sums over all entries.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        "gradient.norm()": "gradient.norm(dim=-1).mean()",
    },
)

misconception(
    backward_norms,
    "norms_by_backward",
    did="You call backward(), which writes gradients into .grad.",
    causes="Everything that requires a gradient, such as the layers' parameters, is changed "
    "by your measurement. An optimizer would use these gradients in its next step.",
    fix="Use torch.autograd.grad, which returns the gradients and writes nothing.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-values",
    change={
        ("    gradients = torch.autograd.grad(states[-1], states, upstream)"): (
            "    for state in states:\n"
            "        state.retain_grad()\n"
            "    states[-1].backward(upstream)\n"
            "    gradients = [state.grad for state in states]"
        ),
    },
)

misconception(
    backward_norms,
    "norms_that_want_gradients",
    did="Your norms require a gradient themselves, because you pass create_graph=True or "
    "never detach.",
    causes="The whole computation stays in memory as long as the norms do.",
    fix="Leave create_graph at its default of False.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-shape",
    change={
        ", states, upstream": ", states, upstream, create_graph=True",
    },
)

misconception(
    backward_norms,
    "norms_in_single_precision",
    did="You make the tensor from Python numbers, so it is always float32.",
    causes="The norms of float64 gradients lose half of their digits.",
    fix="Use torch.stack on the norms, which keeps their type.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-shape",
    change={
        "torch.stack([gradient.norm() for gradient in gradients])": (
            "torch.tensor([gradient.norm().item() for gradient in gradients])"
        ),
    },
)

misconception(
    backward_norms,
    "norms_in_a_list",
    did="You return a list of numbers.",
    causes="factor_per_layer and the cells below expect a tensor.",
    fix="Return torch.stack of the norms.",
    section="residuals.html#res-measure",
    caught_by="backward-norms-shape",
    change={
        "torch.stack([gradient.norm() for gradient in gradients])": (
            "[gradient.norm().item() for gradient in gradients]"
        ),
    },
)


# ---- factor_per_layer ----------------------------------------------------------------------------

misconception(
    factor_per_layer,
    "factor_of_the_stack",
    did="You return the ratio of the first and the last norm without taking the N-th root.",
    causes="This is the factor of the whole stack. A factor per layer, multiplied N times, must "
    "give this ratio.",
    fix="Take the N-th root of the ratio, where N is the number of layers.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        "    N = norms.numel() - 1\n": "",
        "(norms[0] / norms[-1]) ** (1 / N)": "norms[0] / norms[-1]",
    },
)

misconception(
    factor_per_layer,
    "factor_upside_down",
    did="You divide the last norm by the first, so your factor is upside down.",
    causes="The gradient travels from the last entry to the first: a factor below 1 means that "
    "norms[0] is smaller than norms[-1].",
    fix="Divide norms[0], where the gradient ends, by norms[-1], where it starts.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        "norms[0] / norms[-1]": "norms[-1] / norms[0]",
    },
)

misconception(
    factor_per_layer,
    "factor_per_place",
    did="You take the (N + 1)-th root, because you count the norms and not the layers.",
    causes="There is one norm more than there are layers, so your factor is too close to 1.",
    fix="Use the number of layers, N = norms.numel() - 1.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        "norms.numel() - 1": "norms.numel()",
    },
)

misconception(
    factor_per_layer,
    "factor_by_division",
    did="You divide the ratio of the norms by N.",
    causes="The factors of the layers are multiplied, not added. Division by N would be right for "
    "a sum of N equal terms.",
    fix="Take the N-th root of the ratio instead of dividing it by N.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        "(norms[0] / norms[-1]) ** (1 / N)": "norms[0] / norms[-1] / N",
    },
)

misconception(
    factor_per_layer,
    "factor_by_arithmetic_mean",
    did="You take the arithmetic mean of the layers' factors.",
    causes="Factors multiply. Your mean, multiplied N times, does not give norms[0] / norms[-1] "
    "unless all factors are equal.",
    fix="Take the geometric mean: the N-th root of the product of all factors.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        "    N = norms.numel() - 1\n": "",
        "(norms[0] / norms[-1]) ** (1 / N)": "(norms[:-1] / norms[1:]).mean()",
    },
)

misconception(
    factor_per_layer,
    "factor_in_logarithms",
    did="You return the mean of the logarithms and forget the exponential.",
    causes="For a layer that changes nothing you get 0, but its factor is 1.",
    fix="Take the exponential of the mean.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        (
            "    N = norms.numel() - 1\n    return (norms[0] / norms[-1]) ** (1 / N)"
        ): "    return (norms[:-1] / norms[1:]).log().mean()",
    },
)

misconception(
    factor_per_layer,
    "factor_for_two_layers",
    did="You always take the square root.",
    causes="This is right for two layers only.",
    fix="Take the N-th root, where N is the number of layers.",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        (
            "    N = norms.numel() - 1\n    return (norms[0] / norms[-1]) ** (1 / N)"
        ): "    return (norms[0] / norms[-1]).sqrt()",
    },
)

misconception(
    factor_per_layer,
    "factor_as_a_number",
    did="You return a Python number, because you call item().",
    causes="The docstring says a scalar tensor, and the type of the norms is lost.",
    fix="Remove item().",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        ("    N = norms.numel() - 1\n    return (norms[0] / norms[-1]) ** (1 / N)"): (
            "    N = norms.numel() - 1\n    return (norms[0].item() / norms[-1].item()) ** (1 / N)"
        ),
    },
)

misconception(
    factor_per_layer,
    "factor_in_a_row",
    did="You keep an axis of length 1: you slice with norms[:1] where you need norms[0].",
    causes="Your result has the shape (1,), but the factor is a scalar.",
    fix="Take the entries norms[0] and norms[-1].",
    section="residuals.html#res-measure",
    caught_by="factor-per-layer",
    change={
        "norms[0] / norms[-1]": "norms[:1] / norms[-1:]",
    },
)
