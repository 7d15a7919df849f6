"""Probes of layers and models, which return plain numbers.

Each builds a student's class, right or wrong, from a `TransformerConfig` and runs it.

Legend: B batch, T target length, S source length, d_model width.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from solutions.model.config import TransformerConfig

LAST_MAPS = ("self_attention.W_o", "cross_attention.W_o", "feed_forward.W_2")


def names_of(layer: nn.Module) -> dict[nn.Parameter, list[str]]:
    """Return all names of each parameter, in alphabetical order; a shared one has several."""
    names: dict[nn.Parameter, list[str]] = {}
    for name, parameter in layer.named_parameters(remove_duplicate=False):
        names.setdefault(parameter, []).append(name)
    return {parameter: sorted(several) for parameter, several in names.items()}


def parameter_counts(layer: nn.Module) -> dict[str, int]:
    """Count the parameters of each part of a layer, by name.

    Parts that share their parameters have one entry, as `name = other name`; a stack has one entry
    for each of its layers.
    """
    found: dict[str, int] = {}
    for parameter, names in names_of(layer).items():
        places = [name.split(".") for name in names]
        parts = {".".join(place[:2] if place[0] == "layers" else place[:1]) for place in places}
        together = " = ".join(sorted(parts))
        found[together] = found.get(together, 0) + parameter.numel()
    return dict(sorted(found.items()))


def built(layer_class: Callable, sizes: dict) -> nn.Module:
    """Build a layer in float64 and in evaluation mode, with fixed parameters.

    The numbers depend only on a parameter's name and shape and have both signs. No norm keeps gain
    1 and bias 0, which would hide mistakes.
    """
    layer = layer_class(TransformerConfig(**sizes)).double().eval()
    with torch.no_grad():
        for p, (name, *_) in names_of(layer).items():
            fixed = (1.7 * torch.arange(p.numel()) + sum(map(ord, name))).sin().reshape(p.shape)
            p.copy_(1 + 0.4 * fixed if name.endswith("gain") else fixed)
    return layer


def tried(layer_class: Callable, sizes: dict, *inputs: Tensor) -> tuple[dict[str, int], Tensor]:
    """Return the parameter counts of a layer, and its output with fixed parameters.

    Args:
        layer_class: is built with a `TransformerConfig`.
        sizes: what that is made of.
        inputs: of the layer.

    Returns:
        `parameter_counts`; the output, float32.
    """
    layer = built(layer_class, sizes)
    in_double = (
        x.double() if isinstance(x, Tensor) and x.is_floating_point() else x for x in inputs
    )
    return parameter_counts(layer), layer(*in_double).float()


def gradients(
    layer_class: Callable, sizes: dict, *inputs: Tensor
) -> tuple[Tensor, dict[str, Tensor], list[Tensor]]:
    """Return the output in float64, and the gradients of a fixed upstream gradient.

    Args:
        inputs: of the layer; those of floating point in float64.

    Returns:
        the output; the gradient at each parameter, by name; those at the inputs of floating point.
        Where no gradient arrives there are zeros.
    """
    layer = built(layer_class, sizes)
    leaves = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
    output = layer(*leaves)
    upstream = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).reshape(output.shape)
    names = {p: " = ".join(several) for p, several in names_of(layer).items()}
    wanted = [*names, *(x for x in leaves if x.requires_grad)]
    found: Sequence[Tensor] = [torch.zeros_like(x) for x in wanted]
    if output.requires_grad:
        found = torch.autograd.grad(
            output, wanted, upstream, allow_unused=True, materialize_grads=True
        )
    at_parameters = dict(sorted(zip(names.values(), found, strict=False)))
    return output.detach(), at_parameters, list(found[len(names) :])


def counted(count: Callable, module: str) -> int:
    """Return what `count` gives for a small module of this kind."""
    shared, half_frozen = nn.Embedding(5, 2), nn.Linear(3, 4)
    half_frozen.bias.requires_grad_(False)
    modules = {
        "linear map": nn.Linear(5, 7),
        "frozen bias": half_frozen,
        "shared matrix": nn.ModuleDict({"here": shared, "there": shared}),
        "buffers": nn.BatchNorm1d(4),
        "nothing": nn.Identity(),
    }
    return count(modules[module])


def predicted(predict: Callable, sizes: dict) -> int:
    """Return what `predict` gives for a configuration with these sizes."""
    return predict(TransformerConfig(**sizes))


@torch.no_grad()
def dropped(layer_class: Callable, sizes: dict, x: Tensor, *others: Tensor) -> dict[str, tuple]:
    """Measure the dropout of each sub-layer while the output of the others is zero.

    Args:
        sizes: with pre_norm=True, so that what a sub-layer adds to x can be seen.
        x: (B, T, d_model) float64, large enough to see a share in.
        others: further inputs.

    Returns:
        for each sub-layer, by the name of its module: the share of features that it drops, to one
        decimal; and the factor by which it scales the others, None if that differs among them.
    """
    layer = built(layer_class, sizes)
    # Without queries all keys have the same weight, so no single key dominates.
    state = {k: 0 * p if ".W_q" in k else p.clone() for k, p in layer.state_dict().items()}
    sublayers = [name for name in LAST_MAPS if any(key.startswith(name) for key in state)]
    found = {}
    for speaking in sublayers:
        silent = tuple(name for name in sublayers if name != speaking)
        layer.load_state_dict({k: 0 * p if k.startswith(silent) else p for k, p in state.items()})
        in_evaluation = layer.eval()(x, *others) - x
        in_training = layer.train()(x, *others) - x
        kept = in_training != 0
        factors = in_training[kept] / in_evaluation[kept]
        alike = bool((factors - factors.median()).abs().max() < 1e-6)
        factor = round(float(factors.median()), 2) if alike else None
        found[speaking.partition(".")[0]] = (round(1 - float(kept.double().mean()), 1), factor)
    return found


@torch.no_grad()
def dropped_embeddings(model_class: Callable, sizes: dict, source: Tensor, target: Tensor) -> dict:
    """Measure the dropout rate of the embedded source and target.

    Args:
        sizes: with N=0, so that embeddings come out as they went in.
        source, target: (B, S) and (B, T) token ids, large enough to see a share in.

    Returns:
        the shares in training, to one decimal, and whether anything is dropped in evaluation.
    """
    model: Any = built(model_class, sizes)
    _, mask = model.encode(source)
    nothing = torch.zeros(*source.shape, model.config.d_model, dtype=torch.float64)

    def shares() -> list[float]:
        both = (model.encode(source)[0], model.decode(target, nothing, mask))
        return [round(float((x == 0).double().mean()), 1) for x in both]

    in_evaluation, in_training = shares(), (model.train(), shares())[1]
    return {
        "source": in_training[0],
        "target": in_training[1],
        "in evaluation": max(in_evaluation),
    }
