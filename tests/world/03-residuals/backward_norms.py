"""Forms in which public code measures a gradient on its way back."""


# form: retain_grad at each place
# as in: Stack Overflow, "how to get the gradient of an intermediate tensor"
# verdict: right
def backward_norms(layers, x, upstream):
    h = x.detach().clone().requires_grad_(True)
    places = [h]
    for layer in layers:
        h = layer(h)
        places.append(h)
    grads = torch.autograd.grad(outputs=h, inputs=places, grad_outputs=upstream, retain_graph=False)
    return torch.tensor([torch.linalg.norm(g.flatten()).item() for g in grads], dtype=x.dtype)


# form: accumulate, functools and linalg.vector_norm
# as in: functional habits, itertools.accumulate over layers
# verdict: right
from itertools import accumulate


def backward_norms(layers, x, upstream):
    leaf = x.detach().requires_grad_()
    states = list(accumulate(layers, lambda state, layer: layer(state), initial=leaf))
    grads = torch.autograd.grad(states[-1], states, grad_outputs=upstream)
    return torch.stack(list(map(torch.linalg.vector_norm, grads)))


# form: from the top, one vector-Jacobian product per layer
# as in: PyTorch's documentation, torch.autograd.functional.vjp
# verdict: right
def backward_norms(layers, x, upstream):
    inputs = [x.detach()]
    with torch.no_grad():
        for layer in layers[:-1]:
            inputs.append(layer(inputs[-1]))
    norms, g = [upstream.detach().norm()], upstream
    for layer, inp in zip(layers[::-1], inputs[::-1]):
        _, g = torch.autograd.functional.vjp(layer, inp, v=g)
        norms.append(g.norm())
    norms.reverse()
    return torch.stack(norms)


# form: tensor hooks, put into slots by a closure
# as in: Stack Overflow, "register_hook to inspect gradients"
# verdict: right
def backward_norms(layers, x, upstream):
    norms = [None] * (len(layers) + 1)

    def catch(place):
        def hook(grad):
            norms[place] = grad.detach().norm(p=2)
        return hook

    start = state = x.detach().clone().requires_grad_()
    state.register_hook(catch(0))
    for place, layer in enumerate(layers, start=1):
        state = layer(state)
        state.register_hook(catch(place))
    torch.autograd.grad(state, start, upstream)
    return torch.stack(norms)


# form: a weighted sum, sums of squares, enable_grad
# as in: tutorials that know scalar losses only: (output * upstream).sum()
# verdict: right
@torch.enable_grad()
def backward_norms(layers: Sequence[Callable[[Tensor], Tensor]], x: Tensor, upstream: Tensor) -> Tensor:
    states: list[Tensor] = [x.detach().clone().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    loss: Tensor = (states[-1] * upstream.detach()).sum()
    gradients = torch.autograd.grad(loss, states)
    return torch.sqrt(torch.stack([(g * g).sum() for g in gradients]))


# form: a class that keeps the states
# as in: object-oriented homework
# verdict: right
class _Stack:
    def __init__(self, layers, x):
        self.states = (x.detach().requires_grad_(),)
        for layer in layers:
            self.states += (layer(self.states[-1]),)

    def gradients(self, upstream):
        return torch.autograd.grad(self.states[-1:], self.states, (upstream,))


def backward_norms(layers, x, upstream):
    return torch.stack([g.norm(2) for g in _Stack(layers, x).gradients(upstream)])


# form: backward() with retain_grad
# as in: Stack Overflow, retain_grad() and .grad; it fills .grad of the layers' parameters too
# verdict: wrong
# loses: backward-norms-values
# named: norms_by_backward
def backward_norms(layers, x, upstream):
    states = [x.detach().clone().requires_grad_()]
    for layer in layers:
        out = layer(states[-1])
        out.retain_grad()
        states.append(out)
    states[-1].backward(upstream)
    return torch.stack([s.grad.norm() for s in states])


# form: x itself becomes the leaf, and keeps its gradient
# as in: homework, x.requires_grad_() and x.grad
# verdict: wrong
# loses: backward-norms-values
# named: norms_by_backward
def backward_norms(layers, x, upstream):
    x.requires_grad_()
    states = [x]
    for layer in layers:
        states.append(layer(states[-1]))
        states[-1].retain_grad()
    states[-1].backward(gradient=upstream)
    return torch.stack([state.grad.norm() for state in states])


# form: no retain_grad
# as in: Stack Overflow, a common question: ".grad attribute of a Tensor that is not a leaf is None"
# verdict: wrong
# loses: backward-norms-values, backward-norms-chain, backward-norms-shape
# named: -
def backward_norms(layers, x, upstream):
    states = [x.detach().clone().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    states[-1].backward(upstream)
    return torch.stack([s.grad.norm() for s in states])


# form: a gradient of ones
# as in: tutorials, output.sum().backward()
# verdict: wrong
# loses: backward-norms-values
# named: norms_for_a_gradient_of_ones
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    grads = torch.autograd.grad(states[-1], states, torch.ones_like(states[-1]))
    return torch.stack([g.norm() for g in grads])


# form: hooks append, and nobody reverses
# as in: Stack Overflow, hooks that append to a list
# verdict: wrong
# loses: backward-norms-values
# named: norms_from_the_output
def backward_norms(layers, x, upstream):
    norms = []
    start = state = x.detach().clone().requires_grad_()
    state.register_hook(lambda g: norms.append(g.norm()))
    for layer in layers:
        state = layer(state)
        state.register_hook(lambda g: norms.append(g.norm()))
    torch.autograd.grad(state, start, upstream)
    return torch.stack(norms)


# form: the hook returns the norm, which replaces the gradient
# as in: Stack Overflow, a hook whose return value changes the gradient
# verdict: wrong
# loses: backward-norms-values
# named: -
def backward_norms(layers, x, upstream):
    norms = []

    def hook(grad):
        norms.append(grad.norm())
        return grad / grad.norm()

    start = state = x.detach().clone().requires_grad_()
    state.register_hook(hook)
    for layer in layers:
        state = layer(state)
        state.register_hook(hook)
    torch.autograd.grad(state, start, upstream)
    return torch.stack(norms[::-1])


# form: activations in place of gradients
# as in: blog posts on signal propagation, norms of activations
# verdict: wrong
# loses: backward-norms-values
# named: norms_of_the_states
def backward_norms(layers, x, upstream):
    norms = [x.norm()]
    for layer in layers:
        x = layer(x)
        norms.append(x.norm())
    return torch.stack(norms)


# form: parameters' gradients
# as in: torch.nn.utils.clip_grad_norm_, total norm of each layer's parameters
# verdict: wrong
# loses: backward-norms-values
# named: -
def backward_norms(layers, x, upstream):
    out = x.detach().requires_grad_()
    for layer in layers:
        out = layer(out)
    out.backward(upstream)
    norms = []
    for layer in layers:
        grads = [p.grad.flatten() for p in layer.parameters()] if isinstance(layer, nn.Module) else []
        norms.append(torch.cat(grads).norm() if grads else torch.tensor(0.0))
    return torch.stack([*norms, upstream.norm()])


# form: the input's place is missing
# as in: an off-by-one, one number per layer
# verdict: wrong
# loses: backward-norms-values, backward-norms-shape
# named: norms_without_the_input
def backward_norms(layers, x, upstream):
    state, states = x.detach().requires_grad_(), []
    for layer in layers:
        state = layer(state)
        states.append(state)
    return torch.stack([g.norm() for g in torch.autograd.grad(state, states, upstream)])


# form: the output's place is missing
# as in: an off-by-one, inputs of layers only
# verdict: wrong
# loses: backward-norms-shape
# named: norms_without_the_output
def backward_norms(layers, x, upstream):
    state, states = x.detach().requires_grad_(), []
    for layer in layers:
        states.append(state)
        state = layer(state)
    return torch.stack([g.norm() for g in torch.autograd.grad(state, states, upstream)])


# form: the mean over the batch
# as in: a habit, norm(dim=-1).mean()
# verdict: wrong
# loses: backward-norms-values
# named: norms_averaged_over_rows
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    grads = torch.autograd.grad(states[-1], states, upstream)
    return torch.stack([g.norm(dim=-1).mean() for g in grads])


# form: the L1 norm
# as in: homework, abs().sum()
# verdict: wrong
# loses: backward-norms-values
# named: norms_as_sums_of_sizes
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    return torch.stack([g.abs().sum() for g in torch.autograd.grad(states[-1], states, upstream)])


# form: mean absolute gradients of a scalar loss
# as in: Stack Overflow, plot_grad_flow: ave_grads from p.grad.abs().mean()
# verdict: wrong
# loses: backward-norms-values
# named: norms_as_mean_sizes, norms_for_a_gradient_of_ones
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    return torch.stack([g.abs().mean() for g in torch.autograd.grad(states[-1].sum(), states)])


# form: reversed, and squared
# as in: two slips of homework
# verdict: wrong
# loses: backward-norms-values
# named: norms_from_the_output, norms_squared
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    grads = torch.autograd.grad(states[-1], states, upstream)
    return torch.stack([g.pow(2).sum() for g in grads][::-1])


# form: a list of floats
# as in: a habit, .item() for plots
# verdict: wrong
# loses: backward-norms-shape
# named: norms_in_a_list
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    return [g.norm().item() for g in torch.autograd.grad(states[-1], states, upstream)]


# form: floats, then float32
# as in: a habit, torch.tensor of .item()s
# verdict: wrong
# loses: backward-norms-shape
# named: norms_in_single_precision
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    return torch.tensor([g.norm().item() for g in torch.autograd.grad(states[-1], states, upstream)])


# form: create_graph, so that the norms want gradients
# as in: gradient penalties (WGAN-GP), create_graph=True
# verdict: wrong
# loses: backward-norms-shape
# named: norms_that_want_gradients
def backward_norms(layers, x, upstream):
    states = [x.detach().requires_grad_()]
    for layer in layers:
        states.append(layer(states[-1]))
    grads = torch.autograd.grad(states[-1], states, upstream, create_graph=True)
    return torch.stack([g.norm() for g in grads])


# form: each layer with upstream of its own
# as in: homework, one layer at a time
# verdict: wrong
# loses: backward-norms-chain, backward-norms-values
# named: norms_of_each_layer_alone
def backward_norms(layers, x, upstream):
    norms, h = [], x.detach()
    for layer in layers:
        h = h.detach().requires_grad_()
        out = layer(h)
        (g,) = torch.autograd.grad(out, h, upstream)
        norms.append(g.norm())
        h = out
    norms.append(upstream.norm())
    return torch.stack(norms)
