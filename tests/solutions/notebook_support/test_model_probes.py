"""What the checks of assignment 4 look at, and the count of parameters from the sizes alone."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from solutions import misconceptions
from solutions.model.config import TransformerConfig, base, big
from solutions.model.decoder import DecoderLayer
from solutions.model.encoder import Encoder, EncoderLayer
from solutions.model.transformer import Transformer, count_parameters, predicted_parameters
from solutions.notebook_support.model_probes import (
    built,
    dropped,
    dropped_embeddings,
    gradients,
    parameter_counts,
    random_in_a_stack,
    tried,
)

SIZES = {"source_vocabulary": 9, "target_vocabulary": 7, "N": 2, "d_model": 6, "d_ff": 5, "h": 3}
ATTENTION, NETWORK, NORM = 4 * 36, 2 * 30 + 5 + 6, 12


def wrong(name: str) -> type:
    """The layer with a known mistake."""
    return misconceptions.by_name(name).implementation


def drawn(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# ---- what the parts own --------------------------------------------------------------------------


def test_numbers_are_added_up_by_part_and_by_layer():
    config = TransformerConfig(**SIZES)
    assert parameter_counts(DecoderLayer(config)) == {
        "cross_attention": ATTENTION,
        "feed_forward": NETWORK,
        "residual_1": NORM,
        "residual_2": NORM,
        "residual_3": NORM,
        "self_attention": ATTENTION,
    }
    layer = ATTENTION + NETWORK + 2 * NORM
    assert parameter_counts(Encoder(config)) == {"layers.0": layer, "layers.1": layer}


def test_what_is_shared_stands_once_under_both_names():
    shared = {**SIZES, "source_vocabulary": 7, "share_embeddings": True}
    parts = parameter_counts(Transformer(TransformerConfig(**shared)))
    assert parts["source_embedding = target_embedding"] == 42
    assert sum(parts.values()) == count_parameters(Transformer(TransformerConfig(**shared)))
    same = parameter_counts(wrong("SameLayerNTimes")(TransformerConfig(**SIZES)))
    assert list(same) == ["layers.0 = layers.1"]


def test_a_further_name_of_a_part_plays_no_role():
    class Tied(Transformer):
        def __init__(self, config):
            super().__init__(config)
            self.blocks = self.encoder.layers
            self.projection = torch.nn.Linear(config.d_model, config.target_vocabulary, bias=False)
            self.projection.weight = self.target_embedding.embedding.weight

    config = TransformerConfig(**SIZES)
    assert parameter_counts(Tied(config)) == parameter_counts(Transformer(config))
    ids = torch.tensor([[1, 2, 3]])
    for mine, right in zip(
        tried(Tied, SIZES, ids, ids), tried(Transformer, SIZES, ids, ids), strict=True
    ):
        assert mine == right if isinstance(mine, dict) else torch.equal(mine, right)


def test_a_part_of_another_name_is_counted_whatever_it_is_called():
    class Generator(Transformer):
        def __init__(self, config):
            super().__init__(config)
            self.generator = torch.nn.Linear(config.d_model, config.target_vocabulary)

    found = parameter_counts(Generator(TransformerConfig(**SIZES)))
    assert found["parts of other names"] == 7 * 6 + 7
    assert found == parameter_counts(wrong("OutputMatrixOfItsOwn")(TransformerConfig(**SIZES)))


# ---- fixed numbers -------------------------------------------------------------------------------


def test_fixed_numbers_do_not_depend_on_chance_or_on_the_order_of_the_parts():
    class OtherOrder(EncoderLayer):
        def __init__(self, config):
            super().__init__(config)
            for name, part in reversed(list(self._modules.items())):
                del self._modules[name]
                self._modules[name] = part

    x = drawn(2, 3, 6, seed=1)
    first, second = (tried(EncoderLayer, SIZES, x)[1] for _ in range(2))
    assert torch.equal(first, second)
    assert torch.equal(first, tried(OtherOrder, SIZES, x)[1])
    for mine, right in zip(
        gradients(OtherOrder, SIZES, x)[1].items(),
        gradients(EncoderLayer, SIZES, x)[1].items(),
        strict=True,
    ):
        assert mine[0] == right[0]
        torch.testing.assert_close(mine[1], right[1])


def test_no_norm_is_left_where_it_starts_and_both_signs_are_there():
    for name, p in built(EncoderLayer, SIZES).named_parameters():
        if name.endswith("gain"):
            assert ((p - 1).abs() > 1e-3).all()
            assert (p > 0).all()
        else:
            assert (p < 0).any(), name
            assert (p > 0).any(), name


def test_gradients_are_autograds():
    x = drawn(2, 3, 6, seed=2)
    output, at_parameters, (at_x,) = gradients(EncoderLayer, SIZES, x)
    layer = built(EncoderLayer, SIZES)
    upstream = torch.linspace(-1, 1, 36, dtype=torch.float64).reshape(2, 3, 6)
    copy = x.clone().requires_grad_()
    layer(copy).backward(upstream)
    torch.testing.assert_close(at_x, copy.grad)
    torch.testing.assert_close(output, layer(x).detach())
    for name, p in layer.named_parameters():
        torch.testing.assert_close(at_parameters[name], p.grad)


# ---- dropout -------------------------------------------------------------------------------------


def test_dropout_is_seen_sub_layer_by_sub_layer():
    wide = {**SIZES, "d_model": 30, "pre_norm": True, "dropout": 0.2, "attention_dropout": 0.0}
    x, memory = drawn(2, 40, 30, seed=1), drawn(2, 20, 30, seed=2)
    each, rest = (0.2, 1.25), (0.0, 0.0, 0.0, 0.0)
    assert dropped(DecoderLayer, wide, x, memory) == {
        "self_attention": each,
        "cross_attention": each,
        "feed_forward": each,
        "the rest of the layer": rest,
    }
    assert dropped(wrong("EncoderDropoutIgnored"), wide, x)["feed_forward"] == (0.0, 1.0)
    weights = {**wide, "dropout": 0.0, "attention_dropout": 0.5}
    assert dropped(EncoderLayer, weights, x) == {
        "self_attention": (0.0, None),
        "feed_forward": (0.0, 1.0),
        "the rest of the layer": rest,
    }


def test_where_nothing_is_kept_there_is_no_factor():
    wide = {**SIZES, "d_model": 30, "pre_norm": True, "dropout": 0.2}
    found = dropped(wrong("DropoutAndPreNormSwapped"), wide, drawn(2, 40, 30, seed=1))
    assert found["feed_forward"] == found["self_attention"] == (1.0, None)
    post_norm = dropped(wrong("PreNormIgnored"), wide, drawn(2, 40, 30, seed=1))
    assert any(post_norm["the rest of the layer"])


def test_what_a_stack_does_at_random_is_seen_beside_its_layers():
    class LayersLeftOut(Encoder):
        def forward(self, x, mask=None):
            for layer in self.layers:
                if not self.training or torch.rand(()) > 0.5:
                    x = layer(x, mask)
            return self.norm(x)

    wide = {**SIZES, "d_model": 30, "dropout": 0.3}
    x = drawn(2, 5, 30, seed=1)
    quiet = {"set to zero": 0.0, "differs from evaluation": False}
    assert random_in_a_stack(Encoder, wide, x) == quiet
    assert random_in_a_stack(LayersLeftOut, wide, x) == quiet | {"differs from evaluation": True}
    found = random_in_a_stack(wrong("DropoutBetweenLayers"), wide, x)
    assert found == {"set to zero": 0.3, "differs from evaluation": True}


def test_dropout_of_the_embeddings():
    sizes = {**SIZES, "N": 0, "d_model": 40, "h": 2, "dropout": 0.3}
    source, target = torch.ones(2, 50, dtype=int), torch.ones(2, 60, dtype=int)
    right = {
        "source": 0.3,
        "target": 0.3,
        "in evaluation": 0.0,
        "nothing random": False,
        "differ by place": [True, True],
    }
    assert dropped_embeddings(Transformer, sizes, source, target) == right
    found = dropped_embeddings(wrong("SourcePositionsForgotten"), sizes, source, target)
    assert found == right | {"source": 0.0, "differ by place": [False, True]}


# ---- the count from the sizes --------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    N=st.integers(0, 3),
    d_k=st.integers(1, 4),
    h=st.integers(1, 3),
    d_ff=st.integers(1, 9),
    vocabularies=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    share=st.booleans(),
    pre_norm=st.booleans(),
    positions=st.sampled_from(["sinusoidal", "learned"]),
    max_length=st.integers(1, 9),
)
def test_the_prediction_is_what_is_counted(
    N, d_k, h, d_ff, vocabularies, share, pre_norm, positions, max_length
):
    source, target = (vocabularies[0],) * 2 if share else vocabularies
    config = TransformerConfig(
        source,
        target,
        N=N,
        d_model=2 * d_k * h,
        d_ff=d_ff,
        h=h,
        pre_norm=pre_norm,
        share_embeddings=share,
        positions=positions,
        max_length=max_length,
    )
    assert predicted_parameters(config) == count_parameters(Transformer(config))


@pytest.mark.parametrize(("config", "millions"), [(base(), 65), (big(), 213)])
def test_the_papers_models_are_predicted_too(config, millions):
    assert predicted_parameters(config) / 1e6 == pytest.approx(millions, rel=0.03)
