"""Other right ways to write encoder, decoder and Transformer do what the reference does."""

import pytest
import torch
from torch import nn

from solutions.alternatives import styles
from solutions.assignments.fault_diagnosis import diagnosis
from solutions.model import decoder, encoder, transformer
from solutions.model.config import TransformerConfig, big
from solutions.model.masks import causal_mask
from solutions.notebook_support.model_probes import (
    built,
    dropped,
    dropped_embeddings,
    gradients,
    parameter_counts,
    random_in_a_stack,
)

STYLES = styles("encoder-decoder")
LAYERS = {
    "EncoderLayer": encoder.EncoderLayer,
    "Encoder": encoder.Encoder,
    "DecoderLayer": decoder.DecoderLayer,
    "Decoder": decoder.Decoder,
    "Transformer": transformer.Transformer,
}
SIZES = {
    "source_vocabulary": 9,
    "target_vocabulary": 7,
    "pad_id": 2,
    "N": 2,
    "d_model": 6,
    "d_ff": 5,
    "h": 3,
    "dropout": 0.4,
    "attention_dropout": 0.1,
    "max_length": 8,
}
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
configurations = pytest.mark.parametrize(
    "change",
    [
        {},
        {"pre_norm": True},
        {"positions": "learned"},
        {"source_vocabulary": 7, "share_embeddings": True},
    ],
    ids=str,
)


def drawn(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def inputs_of(name: str) -> tuple[torch.Tensor, ...]:
    """S = 4, T = 3, with padding."""
    visible = torch.tensor([[[True, True, False, False]], [[True] * 4]])
    if name.startswith("Encoder"):
        return drawn(2, 4, 6, seed=1), visible
    if name.startswith("Decoder"):
        return drawn(2, 3, 6, seed=1), drawn(2, 4, 6, seed=2), causal_mask(3), visible
    return torch.tensor([[3, 0, 2, 2], [6, 5, 4, 1]]), torch.tensor([[1, 4, 2], [1, 0, 6]])


def test_every_style_defines_what_the_assignment_asks_for():
    names = [*LAYERS, "count_parameters", "predicted_parameters", "diagnosis"]
    for module in STYLES.values():
        assert all(callable(getattr(module, name)) for name in names)
        assert not any(issubclass(getattr(module, name), LAYERS[name]) for name in LAYERS)


@each_style
@configurations
@pytest.mark.parametrize("name", LAYERS)
def test_outputs_gradients_and_parameters(style, name, change):
    sizes, mine, right = {**SIZES, **change}, getattr(style, name), LAYERS[name]
    assert parameter_counts(built(mine, sizes)) == parameter_counts(built(right, sizes))
    found = gradients(mine, sizes, *inputs_of(name))
    expected = gradients(right, sizes, *inputs_of(name))
    torch.testing.assert_close(found[0], expected[0], rtol=0, atol=1e-10)
    assert list(found[1]) == list(expected[1])
    for a, b in zip(
        [*found[1].values(), *found[2]], [*expected[1].values(), *expected[2]], strict=True
    ):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-9)


@each_style
def test_without_masks(style):
    for name in ("EncoderLayer", "Encoder"):
        x = drawn(2, 4, 6, seed=1)
        found, expected = (built(c, SIZES)(x) for c in (getattr(style, name), LAYERS[name]))
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)
    for name in ("DecoderLayer", "Decoder"):
        x, memory = drawn(2, 3, 6, seed=1), drawn(2, 5, 6, seed=2)
        found, expected = (built(c, SIZES)(x, memory) for c in (getattr(style, name), LAYERS[name]))
        torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)


@each_style
def test_the_two_halves(style):
    source, target = inputs_of("Transformer")
    mine, right = (built(c.Transformer, SIZES) for c in (style, transformer))
    (memory, mask), (its_memory, its_mask) = mine.encode(source), right.encode(source)
    assert torch.equal(mask, its_mask)
    torch.testing.assert_close(memory, its_memory, rtol=0, atol=1e-10)
    found, expected = (model.decode(target, memory, mask) for model in (mine, right))
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-10)


@each_style
def test_dropout(style):
    wide = {**SIZES, "d_model": 30, "pre_norm": True}
    x, memory = drawn(2, 40, 30, seed=1), drawn(2, 25, 30, seed=2)
    for change in ({"attention_dropout": 0.0}, {"dropout": 0.0, "attention_dropout": 0.5}):
        sizes = {**wide, **change}
        for name, others in (("EncoderLayer", ()), ("DecoderLayer", (memory,))):
            found = dropped(getattr(style, name), sizes, x, *others)
            assert found == dropped(LAYERS[name], sizes, x, *others)
    sizes = {**SIZES, "d_model": 30, "N": 0, "max_length": 60}
    ids = torch.ones(2, 60, dtype=int)
    shares = dropped_embeddings(style.Transformer, sizes, ids, ids)
    each = {
        "source": 0.4,
        "target": 0.4,
        "in evaluation": 0.0,
        "nothing random": False,
        "differ by place": [True, True],
    }
    assert shares == each


@each_style
def test_nothing_is_random_in_a_stack_but_its_layers(style):
    wide = {**SIZES, "d_model": 30}
    x, memory = drawn(2, 5, 30, seed=1), drawn(2, 3, 30, seed=2)
    for name, inputs in (("Encoder", (x,)), ("Decoder", (x, memory))):
        found = random_in_a_stack(getattr(style, name), wide, *inputs)
        assert found == {"set to zero": 0.0, "differs from evaluation": False}


@each_style
def test_wrong_input_raises(style):
    model, ids = style.Transformer(TransformerConfig(**SIZES)), torch.tensor([[3, 4], [5, 6]])
    with pytest.raises(ValueError, match="source"):
        model.encode(ids[:, :0])
    for source, target in ((ids[:1], ids), (ids, ids[:1])):
        with pytest.raises(ValueError, match="source"):
            model(source, target)


@each_style
@configurations
def test_counting(style, change):
    config = TransformerConfig(**{**SIZES, **change})
    model = transformer.Transformer(config)
    assert style.count_parameters(model) == transformer.count_parameters(model)
    assert style.predicted_parameters(config) == transformer.count_parameters(model)
    assert style.predicted_parameters(big()) == transformer.predicted_parameters(big())
    half_frozen = nn.Linear(3, 4)
    half_frozen.bias.requires_grad_(False)
    assert style.count_parameters(half_frozen) == 12
    assert style.count_parameters(nn.BatchNorm1d(4)) == 8
    assert style.count_parameters(nn.Identity()) == 0


@each_style
def test_diagnosis(style):
    assert style.diagnosis() == diagnosis()
