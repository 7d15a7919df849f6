"""Probes of layers and models, which return plain numbers.

Each builds a student's class, right or wrong, from a `TransformerConfig` and runs it.

Legend: B batch, T target length, S source length, d_model width.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from solutions.model.config import TransformerConfig


def device_by_default(mask: Callable, length: int) -> str:
    """Return where a mask is made if no device is asked for and the default device is "meta".

    Args:
        mask: is called like `causal_mask`.
        length: handed on.
    """
    with torch.device("meta"):
        return mask(length).device.type


def names_of(layer: nn.Module) -> dict[nn.Parameter, list[str]]:
    """Return the names of each parameter, in alphabetical order; a shared one has several.

    Names count that the exercises give. Where a parameter has one of these, its other names play no
    part; where it has none, it belongs to "parts of other names".
    """
    words = "self_attention cross_attention feed_forward residual_1 residual_2 residual_3 layers"
    words += " norm encoder decoder source_embedding target_embedding source_positions"
    words += " target_positions embedding table W_q W_k W_v W_o W_1 W_2 weight bias gain"
    known = set(words.split())
    given: dict[nn.Parameter, set[str]] = {}
    others: dict[nn.Parameter, str] = {}
    for name, parameter in layer.named_parameters(remove_duplicate=False):
        parts = name.split(".")
        foreign = [i for i, x in enumerate(parts) if not (x.isdigit() or x in known)]
        names = given.setdefault(parameter, set())
        if foreign:
            others[parameter] = ".".join([*parts[: foreign[0]], "parts of other names", parts[-1]])
        else:
            names.add(name)
    return {p: sorted(names) or [others[p]] for p, names in given.items()}


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
    default = torch.get_default_dtype()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)  # for parameters that PyTorch does not know
        torch.set_default_dtype(torch.float64)
        try:
            layer = layer_class(TransformerConfig(**sizes)).double().eval()
        finally:
            torch.set_default_dtype(default)
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
    output = layer(*in_double)
    return parameter_counts(layer), output.float() if isinstance(output, Tensor) else output


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
    if not isinstance(output, Tensor):
        return output, {}, []
    upstream = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).reshape(output.shape)
    names = {p: " = ".join(several) for p, several in names_of(layer).items()}
    wanted = [*names, *(x for x in leaves if x.requires_grad)]
    found: Sequence[Tensor] = [torch.zeros_like(x) for x in wanted]
    if output.requires_grad:
        found = torch.autograd.grad(
            output, wanted, upstream, allow_unused=True, materialize_grads=True
        )
    by_name = zip(names.values(), found, strict=False)
    at_parameters = dict(sorted(by_name, key=lambda pair: pair[0]))
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
        And what the layer adds to a few features when all sub-layers give zero.
    """
    layer = built(layer_class, sizes)
    values = [(p, names, p.clone()) for p, names in names_of(layer).items()]
    last = ("self_attention.W_o", "cross_attention.W_o", "feed_forward.W_2")
    owned = [name for _, names, _ in values for name in names]
    sublayers = [x for x in last if any(name.startswith(x) for name in owned)]

    def silence(silent: tuple[str, ...]) -> None:
        # Without queries all keys have the same weight, so no single key dominates.
        for p, names, value in values:
            zero = all(n.startswith(silent) for n in names) or any(".W_q" in n for n in names)
            p.copy_(0 * value if zero else value)

    found: dict[str, tuple] = {}
    for speaking in sublayers:
        silence(tuple(name for name in sublayers if name != speaking))
        in_evaluation = layer.eval()(x, *others) - x
        in_training = layer.train()(x, *others) - x
        kept = in_training.abs() > 1e-4  # rounding in float32 is not kept
        factors = in_training[kept] / in_evaluation[kept]
        middle = float(factors.median()) if len(factors) else 0.0
        alike = len(factors) > 0 and bool((factors - middle).abs().max() < 1e-6)
        share = round(1 - float(kept.double().mean()), 1)
        found[speaking.partition(".")[0]] = (share, round(middle, 2) if alike else None)
    silence(tuple(sublayers))
    rest = (layer.eval()(x, *others) - x)[0, 0, :4].tolist()
    found["the rest of the layer"] = tuple(round(value, 4) + 0.0 for value in rest)
    return found


@torch.no_grad()
def random_in_a_stack(stack_class: Callable, sizes: dict, x: Tensor, *others: Tensor) -> dict:
    """Measure what is random in the training of a stack whose sub-layers all give zero.

    Args:
        sizes: with pre_norm=False, so that each layer still applies its norms.
        x: (B, T, d_model) float64.
        others: further inputs.

    Returns:
        the share of features that are zero in training, to one decimal; and whether anything
        differs from evaluation. Layers that drop only what they add leave nothing random.
    """
    stack = built(stack_class, sizes)
    last = ("self_attention.W_o", "cross_attention.W_o", "feed_forward.W_2")
    for p, names in names_of(stack).items():
        if any(part in name for name in names for part in last):
            p.copy_(0 * p)
    right = stack.eval()(x, *others)
    runs = torch.stack([stack.train()(x, *others) for _ in range(12)])
    return {
        "set to zero": round(float((runs == 0).double().mean()), 1),
        "differs from evaluation": bool((runs - right).abs().max() > 1e-6),
    }


@torch.no_grad()
def dropped_embeddings(model_class: Callable, sizes: dict, source: Tensor, target: Tensor) -> dict:
    """Measure the dropout rate of the embedded source and target.

    Args:
        sizes: with N=0, so that embeddings come out as they went in.
        source, target: (B, S) and (B, T) token ids, large enough to see a share in.

    Returns:
        the shares in training, to one decimal, and whether anything is dropped in evaluation;
        whether training is like evaluation; and whether a word that occurs twice has another vector
        at another place.
    """
    model: Any = built(model_class, sizes)
    _, mask = model.encode(source)
    nothing = torch.zeros(*source.shape, model.config.d_model, dtype=torch.float64)

    def both() -> list[Tensor]:
        return [model.encode(source)[0], model.decode(target, nothing, mask)]

    def shares(sides: list[Tensor]) -> list[float]:
        return [round(float((x == 0).double().mean()), 1) for x in sides]

    in_evaluation, in_training = both(), (model.train(), both())[1]
    by_place = []
    for x, ids in zip(in_evaluation, (source, target), strict=True):
        same = x[0][ids[0] == ids[0, 0]]  # the vectors of the first word, wherever it occurs
        by_place.append(bool((same - same[:1]).abs().max() > 1e-6))
    return {
        "source": shares(in_training)[0],
        "target": shares(in_training)[1],
        "in evaluation": max(shares(in_evaluation)),
        "nothing random": all(map(torch.equal, in_evaluation, in_training)),
        "differ by place": by_place,
    }
