"""Small inputs on which encoder, decoder and the whole model show what is wrong with them."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from book.pagelib.symptom_cases import randn
from solutions.model.config import TransformerConfig, base
from solutions.model.masks import causal_mask
from solutions.notebook_support.model_probes import (
    built,
    dropped,
    dropped_embeddings,
    gradients,
    parameter_counts,
    random_in_a_stack,
)

SIZES = {
    "source_vocabulary": 11,
    "target_vocabulary": 7,
    "pad_id": 2,
    "N": 2,
    "d_model": 6,
    "d_ff": 10,
    "h": 2,
    "dropout": 0.5,
    "max_length": 60,
}
PRE_NORM = {**SIZES, "pre_norm": True}
MODEL = {**SIZES, "N": 1}
LEARNED = {**MODEL, "positions": "learned"}
SHARED = {**MODEL, "source_vocabulary": 7, "share_embeddings": True}
SAME_SIZE = {**MODEL, "source_vocabulary": 7}
X, MEMORY = randn(2, 3, 6, seed=1).double(), randn(2, 4, 6, seed=2).double()
VISIBLE = torch.tensor([[[True, True, False]], [[True, True, True]]])
SOURCE_VISIBLE = torch.tensor([[[True, True, False, False]], [[True] * 4]])
NO_FUTURE = causal_mask(3)
SOURCE = torch.tensor([[5, 0, 9, 7], [8, 4, 2, 2]])
TARGET = torch.tensor([[3, 0, 6], [3, 5, 2]])


def _output(cls: Callable, sizes: dict, *inputs: Tensor) -> dict[str, Tensor]:
    return {"output": built(cls, sizes)(*inputs)}


def _owned(sizes: dict) -> Callable:
    return lambda cls: {"numbers to train": sum(parameter_counts(built(cls, sizes)).values())}


def _dropped(reads_memory: bool, **change) -> Callable:
    wide = {**PRE_NORM, "d_model": 30, **change}
    x, memory = randn(2, 40, 30, seed=1).double(), randn(2, 20, 30, seed=2).double()

    def shares(cls: Callable) -> dict[str, str]:
        found = dropped(cls, wide, *((x, memory) if reads_memory else (x,)))
        del found["the rest of the layer"]
        return {
            name.replace("_", "-"): f"{share:.0%} dropped, the rest times "
            + (f"{factor:g}" if factor else "factors of all sizes")
            for name, (share, factor) in found.items()
        }

    return shares


def _gradients(sizes: dict, *inputs: Tensor) -> Callable:
    def at_everything(cls: Callable) -> dict[str, Tensor]:
        _, parameters, at_inputs = gradients(cls, sizes, *inputs)
        named = {f"gradient at input {i}": g for i, g in enumerate(at_inputs)}
        return named | {f"gradient at {name}": g for name, g in parameters.items()}

    return at_everything


def _encoded(sizes: dict) -> Callable:
    return lambda cls: {"memory": built(cls, sizes).encode(SOURCE[:, :3])[0]}


def _returned(cls: Callable) -> dict[str, str]:
    result = built(cls, MODEL).encode(SOURCE)
    return {"returned": "a pair" if isinstance(result, tuple) else "one tensor"}


def _decoded(sizes: dict) -> Callable:
    memory, visible = MEMORY[:, :3], SOURCE_VISIBLE[..., :3]
    return lambda cls: {"decode": built(cls, sizes).decode(TARGET, memory, visible)}


def _logits(sizes: dict, source: Tensor, target: Tensor) -> Callable:
    return lambda cls: {"logits": built(cls, sizes)(source, target)}


def _later_word(cls: Callable) -> dict[str, Tensor]:
    model, changed = built(cls, MODEL), TARGET.clone()
    changed[:, -1] = 4
    change = (model(SOURCE, changed) - model(SOURCE, TARGET)).abs().amax(dim=-1)
    return {"change before the last word, which changed": change[:, :-1].max()}


def _beside_padding(cls: Callable) -> dict[str, Tensor]:
    model = built(cls, MODEL)
    alone = model(SOURCE[1:, :2], TARGET[1:, :2])
    difference = (model(SOURCE, TARGET)[1:, :2] - alone).abs().max()
    return {"a padded pair against the same pair alone": difference}


def _shares(cls: Callable) -> dict[str, str]:
    sizes = {**MODEL, "N": 0, "d_model": 40}
    ids = torch.ones(2, 60, dtype=int)
    found = dropped_embeddings(cls, sizes, ids, ids)
    shares = [f"{found[part]:.0%} of the {part}" for part in ("source", "target")]
    return {"dropped": ", ".join(shares), "dropped in evaluation": f"{found['in evaluation']:.0%}"}


def _random(reads_memory: bool) -> Callable:
    wide = {**SIZES, "d_model": 30}
    x, memory = randn(2, 5, 30, seed=1).double(), randn(2, 4, 30, seed=2).double()

    def share(cls: Callable) -> dict[str, str]:
        found = random_in_a_stack(cls, wide, *((x, memory) if reads_memory else (x,)))
        return {"set to zero between the layers": f"{found['set to zero']:.0%}"}

    return share


def _refused(source: Tensor, target: Tensor) -> Callable:
    def refused(cls: Callable) -> dict[str, str]:
        try:
            built(cls, MODEL)(source, target)
        except ValueError:
            return {"raised": "a ValueError"}
        except Exception as error:
            return {"raised": f"a {type(error).__name__}"}
        return {"raised": "nothing"}

    return refused


def _shared_twice() -> nn.Module:
    shared = nn.Embedding(5, 2)
    return nn.ModuleDict({"here": shared, "there": shared})


def _half_frozen() -> nn.Module:
    layer = nn.Linear(3, 4)
    layer.bias.requires_grad_(False)
    return layer


STACK = {
    "the constructor": _owned(SIZES),
    "two sentences, post-norm": lambda c: _output(c, SIZES, X),
    "two sentences, pre-norm": lambda c: _output(c, PRE_NORM, X),
    "a padding mask": lambda c: _output(c, SIZES, X, VISIBLE),
}
DECODER = {
    "the constructor": _owned(SIZES),
    "S = T": lambda c: _output(c, SIZES, X, MEMORY[:, :3]),
    "S ≠ T": lambda c: _output(c, SIZES, X, MEMORY),
    "pre-norm": lambda c: _output(c, PRE_NORM, X, MEMORY),
    "both masks": lambda c: _output(c, SIZES, X, MEMORY[:, :3], NO_FUTURE, SOURCE_VISIBLE[..., :3]),
}
ENCODER_DROPOUT, DECODER_DROPOUT = (
    {
        "training, dropout = 0.5": _dropped(reads_memory, attention_dropout=0.0),
        "training, attention_dropout = 0.5": _dropped(
            reads_memory, dropout=0.0, attention_dropout=0.5
        ),
    }
    for reads_memory in (False, True)
)

SITUATIONS: dict[str, dict[str, Callable]] = {
    "EncoderLayer": {
        **STACK,
        **ENCODER_DROPOUT,
        "backward": _gradients(SIZES, X),
    },
    "Encoder": {
        **STACK,
        "a mask (B, S, S)": lambda c: _output(c, SIZES, X, VISIBLE & NO_FUTURE),
        "training, dropout = 0.5": _random(False),
    },
    "DecoderLayer": {
        **DECODER,
        **DECODER_DROPOUT,
        "backward": _gradients(SIZES, X, MEMORY),
    },
    "Decoder": {
        **DECODER,
        "a target mask (B, T, T)": lambda c: _output(c, SIZES, X, MEMORY, VISIBLE & NO_FUTURE),
        "training, dropout = 0.5": _random(True),
    },
    "Transformer": {
        "the constructor, a shared embedding": _owned(SHARED),
        "the constructor, vocabularies of one size": _owned(SAME_SIZE),
        "the constructor, learned positions": _owned(LEARNED),
        "encode": _returned,
        "S ≠ T, a later word changes": _later_word,
        "padding": _beside_padding,
        "encode, no padding": _encoded(MODEL),
        "decode": _decoded(MODEL),
        "decode, learned positions": _decoded(LEARNED),
        "the whole model": _logits(MODEL, SOURCE, TARGET),
        "padding inside a target": _logits(MODEL, SOURCE, torch.tensor([[3, 2, 6], [3, 2, 5]])),
        "training, dropout = 0.5": _shares,
        "an empty source": _refused(SOURCE[:, :0], TARGET),
        "one source, two targets": _refused(SOURCE[:1], TARGET),
        "an unknown target id": _refused(SOURCE, TARGET + 3),
        "backward": _gradients(MODEL, SOURCE, TARGET),
    },
    "count_parameters": {
        "nn.Linear(5, 7)": lambda f: {"number": f(nn.Linear(5, 7))},
        "nn.Linear(3, 4), bias frozen": lambda f: {"number": f(_half_frozen())},
        "a matrix in two places": lambda f: {"number": f(_shared_twice())},
        "nn.BatchNorm1d(4)": lambda f: {"number": f(nn.BatchNorm1d(4))},
    },
    "predicted_parameters": {
        "the base model": lambda f: {"millions": f"{f(base()) / 1e6:.2f}"},
        "a small model, pre-norm": lambda f: {"number": f(TransformerConfig(**PRE_NORM))},
        "a small model, learned positions": lambda f: {"number": f(TransformerConfig(**LEARNED))},
    },
    "diagnosis": {
        f"model {number}": lambda f, n=number: {"fault": f()[n]} for number in range(1, 6)
    },
}
