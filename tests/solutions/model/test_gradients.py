"""Gradients against finite differences, in double precision: at inputs and at every parameter."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.func import functional_call

from solutions.model.config import TransformerConfig
from solutions.model.decoder import Decoder
from solutions.model.encoder import Encoder
from solutions.model.feed_forward import ConvolutionalFeedForward, FeedForward
from solutions.model.masks import padding_mask, target_mask
from solutions.model.positional import LearnedPositionalEncoding, PositionalEncoding
from solutions.model.residual import LayerNorm, ResidualSublayer
from solutions.training.loss import label_smoothing_loss

few = settings(max_examples=8)
sizes = st.integers(1, 3)


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()


def assert_gradients(layer: nn.Module, *inputs: torch.Tensor, **constants) -> None:
    """`gradcheck` with the parameters as further inputs, drawn so that none is 0 or 1."""
    layer = layer.double().eval()
    names = [name for name, _ in layer.named_parameters()]
    parameters = [
        (0.5 * drawn(*p.shape, seed=i + 1)).detach().requires_grad_()
        for i, (_, p) in enumerate(layer.named_parameters())
    ]

    def function(*all_inputs):
        given_, replaced = all_inputs[: len(inputs)], all_inputs[len(inputs) :]
        return functional_call(
            layer, dict(zip(names, replaced, strict=True)), given_, kwargs=constants
        )

    assert torch.autograd.gradcheck(function, (*inputs, *parameters), atol=1e-6)


@few
@given(sizes, sizes, st.integers(2, 4))
def test_layer_norm(B, T, d_model):
    assert_gradients(LayerNorm(d_model), drawn(B, T, d_model))


@few
@given(sizes, sizes, sizes, st.integers(1, 5))
@pytest.mark.parametrize("network", [FeedForward, ConvolutionalFeedForward])
def test_feed_forward(network, B, T, d_model, d_ff):
    assert_gradients(network(d_model, d_ff), drawn(B, T, d_model))


@pytest.mark.parametrize("pre_norm", [False, True])
def test_residual_sublayer(pre_norm):
    layer = ResidualSublayer(4, dropout=0.5, pre_norm=pre_norm)
    assert_gradients(layer, drawn(2, 3, 4), sublayer=lambda y: torch.tanh(y * y))


@pytest.mark.parametrize("positions", [PositionalEncoding, LearnedPositionalEncoding])
def test_positions(positions):
    assert_gradients(positions(4, max_length=5), drawn(2, 3, 4), start=1)


@pytest.mark.parametrize("pre_norm", [False, True])
def test_encoder_and_decoder_with_their_masks(pre_norm):
    config = TransformerConfig(9, 9, N=1, d_model=4, d_ff=3, h=2, pre_norm=pre_norm)
    source, target = torch.tensor([[4, 5, 0], [6, 7, 8]]), torch.tensor([[2, 5], [2, 0]])
    seen = padding_mask(source, 0)
    assert_gradients(Encoder(config), drawn(2, 3, 4), mask=seen)
    masks = {"target_mask": target_mask(target, 0), "source_mask": seen}
    assert_gradients(Decoder(config), drawn(2, 2, 4), drawn(2, 3, 4, seed=9), **masks)


@few
@given(st.integers(1, 4), st.integers(3, 6), st.sampled_from([0.0, 0.1, 0.5]), st.integers(0, 99))
def test_label_smoothing_loss(N, V, smoothing, seed):
    targets = torch.randint(V, (N,), generator=torch.Generator().manual_seed(seed))

    def loss(logits):
        return label_smoothing_loss(logits, targets, smoothing, pad_id=1)[0]

    assert torch.autograd.gradcheck(loss, (drawn(N, V, seed=seed),))
