"""Forms in which public code clips gradients."""


# form: PyTorch's function, a float of it
# as in: nearly every tutorial, nn.utils.clip_grad_norm_
# verdict: right
def clip_gradients(parameters, max_norm):
    return float(nn.utils.clip_grad_norm_(parameters, max_norm))


# form: a sum of squares in plain numbers
# as in: Stack Overflow, the total gradient norm: param_norm.item() ** 2, then ** 0.5
# verdict: right
def clip_gradients(parameters, max_norm):
    parameters = [p for p in parameters if p.grad is not None]
    total_norm = 0.0
    for p in parameters:
        param_norm = p.grad.detach().data.norm(2)
        total_norm += param_norm.item() ** 2
    total_norm = total_norm**0.5
    if total_norm > max_norm:
        for p in parameters:
            p.grad.data.mul_(max_norm / total_norm)
    return total_norm


# form: square roots of sums, grad[:]
# as in: d2l, grad_clipping
# verdict: right
def clip_gradients(parameters, max_norm):
    params = [p for p in parameters if p.grad is not None]
    norm = torch.sqrt(sum((torch.sum(p.grad**2) for p in params), torch.tensor(0.0)))
    if norm > max_norm:
        for param in params:
            param.grad[:] *= max_norm / norm
    return norm.item()


# form: one long vector
# as in: a habit of parameters_to_vector users
# verdict: right
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    vector = torch.cat([g.reshape(-1) for g in grads])
    norm = float(torch.linalg.norm(vector))
    if norm > max_norm:
        vector = vector * (max_norm / norm)
        for g, piece in zip(grads, vector.split([g.numel() for g in grads])):
            g.copy_(piece.view_as(g))
    return norm


# form: a factor of at most 1 for all
# as in: torch.nn.utils.clip_grad_norm_, clip_coef_clamped
# verdict: right
@torch.no_grad()
def clip_gradients(parameters: Iterable[Tensor], max_norm: float) -> float:
    grads = [p.grad for p in parameters if p.grad is not None]
    norms = torch._foreach_norm(grads) if grads else [torch.zeros(())]
    total_norm = torch.linalg.vector_norm(torch.stack(norms))
    clip_coef = torch.clamp(max_norm / (total_norm + 1e-6), max=1.0)
    for g in grads:
        g.mul_(clip_coef)
    return total_norm.item()


# form: hypot and reduce
# as in: a habit of functional programmers
# verdict: right
from functools import reduce


def clip_gradients(parameters, max_norm):
    grads = list(filter(lambda g: g is not None, (p.grad for p in parameters)))
    norm = reduce(math.hypot, (float(g.norm()) for g in grads), 0.0)
    scale = 1.0 if norm <= max_norm else max_norm / norm
    list(map(lambda g: g.mul_(scale), grads))
    return norm


# form: a tensor comes back
# as in: torch.nn.utils.clip_grad_norm_, which returns a tensor
# verdict: wrong
# loses: clip-norm
# named: clip_returns_a_tensor
def clip_gradients(parameters, max_norm):
    return torch.nn.utils.clip_grad_norm_(parameters, max_norm)


# form: PyTorch's function, nothing returned
# as in: nearly every tutorial, clip_grad_norm_ as a statement
# verdict: wrong
# loses: clip-norm
# named: clip_returns_nothing
def clip_gradients(parameters, max_norm):
    torch.nn.utils.clip_grad_norm_(parameters, max_norm)


# form: each parameter by itself
# as in: Stack Overflow, for p in parameters: clip_grad_norm_(p, max_norm)
# verdict: wrong
# loses: clip-direction
# named: clip_each_by_itself
def clip_gradients(parameters, max_norm):
    total = 0.0
    for p in parameters:
        if p.grad is not None:
            total += float(nn.utils.clip_grad_norm_(p, max_norm)) ** 2
    return total**0.5


# form: by value
# as in: torch.nn.utils.clip_grad_value_
# verdict: wrong
# loses: clip-direction
# named: clip_by_value
def clip_gradients(parameters, max_norm):
    parameters = list(parameters)
    grads = [p.grad.flatten() for p in parameters if p.grad is not None]
    norm = float(torch.cat(grads).norm()) if grads else 0.0
    nn.utils.clip_grad_value_(parameters, max_norm)
    return norm


# form: hooks that will clip from now on
# as in: Stack Overflow, p.register_hook(lambda grad: torch.clamp(grad, -clip, clip))
# verdict: wrong
# loses: clip-direction, clip-norm
# named: clip_by_hooks
def clip_gradients(parameters, max_norm):
    parameters = list(parameters)
    grads = [p.grad.flatten() for p in parameters if p.grad is not None]
    norm = float(torch.cat(grads).norm()) if grads else 0.0
    for p in parameters:
        p.register_hook(lambda grad: grad * min(1.0, max_norm / (norm + 1e-6)))
    return norm


# form: the name is bound to a new tensor
# as in: Stack Overflow, for g in grads: g = g * coef
# verdict: wrong
# loses: clip-direction
# named: clip_a_copy
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = sum(float((g * g).sum()) for g in grads) ** 0.5
    if norm > max_norm:
        grads = [g * (max_norm / norm) for g in grads]
    return norm


# form: the generator is used up
# as in: d2l, grad_clipping with net.parameters(), walked twice
# verdict: wrong
# loses: clip-direction
# named: clip_walks_twice
def clip_gradients(parameters, max_norm):
    norm = math.sqrt(sum(float((p.grad**2).sum()) for p in parameters if p.grad is not None))
    if norm > max_norm:
        for param in parameters:
            if param.grad is not None:
                param.grad[:] *= max_norm / norm
    return norm


# form: unit length
# as in: typical homework, g /= norm
# verdict: wrong
# loses: clip-direction
# named: clip_to_length_one
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.pow(2).sum().item() for g in grads) ** 0.5
    if norm > max_norm:
        for g in grads:
            g.div_(norm)
    return norm


# form: always to max_norm
# as in: typical homework, normalized gradients
# verdict: wrong
# loses: clip-short
# named: clip_scales_always
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = sum(g.pow(2).sum().item() for g in grads) ** 0.5
    for g in grads:
        g.mul_(torch.tensor(max_norm) / torch.tensor(norm))
    return norm


# form: min(1, max_norm / norm) of plain numbers
# as in: typical homework; 0.0 in the denominator raises where a tensor would not
# verdict: wrong
# loses: clip-short
# named: clip_divides_by_zero
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    if not grads:
        return 0.0
    norm = math.sqrt(sum(float(g.square().sum()) for g in grads))
    coef = min(1.0, max_norm / norm)
    for g in grads:
        g *= coef
    return norm


# form: the sum of the norms
# as in: typical homework, total_norm += p.grad.norm()
# verdict: wrong
# loses: clip-norm, clip-direction
# named: clip_adds_the_norms
def clip_gradients(parameters, max_norm):
    params = [p for p in parameters if p.grad is not None]
    total_norm = 0.0
    for p in params:
        total_norm += p.grad.norm().item()
    if total_norm > max_norm:
        for p in params:
            p.grad.mul_(max_norm / total_norm)
    return total_norm


# form: the square of the norm
# as in: typical homework, the root is forgotten
# verdict: wrong
# loses: clip-norm, clip-direction
# named: clip_forgets_the_root
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    total = sum(float((g**2).sum()) for g in grads)
    if total > max_norm:
        for g in grads:
            g.mul_(max_norm / total)
    return total


# form: the largest entry
# as in: clip_grad_norm_ with norm_type=inf
# verdict: wrong
# loses: clip-norm, clip-direction
# named: clip_by_the_largest_entry
def clip_gradients(parameters, max_norm):
    return float(nn.utils.clip_grad_norm_(list(parameters), max_norm, norm_type=float("inf")))


# form: no gradient is an error
# as in: torch.stack([]) raises
# verdict: wrong
# loses: clip-norm
# named: clip_needs_a_gradient
def clip_gradients(parameters, max_norm):
    grads = [p.grad for p in parameters if p.grad is not None]
    norm = torch.stack([g.norm() for g in grads]).norm()
    if norm > max_norm:
        for g in grads:
            g.mul_(max_norm / norm)
    return norm.item()


# form: every parameter is taken to have a gradient
# as in: karpathy-like blog code, p.grad.norm() for all
# verdict: wrong
# loses: clip-norm
# named: clip_trips_over_none
def clip_gradients(parameters, max_norm):
    parameters = list(parameters)
    norm = math.sqrt(sum(p.grad.norm().item() ** 2 for p in parameters))
    if norm > max_norm:
        for p in parameters:
            p.grad.mul_(max_norm / norm)
    return norm


# form: each by itself, and always
# as in: "gradient normalization" posts
# verdict: wrong
# loses: clip-direction, clip-short
# named: clip_each_to_max_norm
def clip_gradients(parameters, max_norm):
    squares = 0.0
    for p in parameters:
        if p.grad is not None:
            norm = p.grad.norm().item()
            squares += norm**2
            p.grad.mul_(max_norm / (norm + 1e-12))
    return squares**0.5
