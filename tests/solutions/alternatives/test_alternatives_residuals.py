"""Other right ways to write norms, feed-forward networks and residuals: each gives the same."""

import pytest
import torch

from solutions.alternatives import styles
from solutions.model import ablation, feed_forward, residual

STYLES = styles("residuals")
REFERENCES = {
    "LayerNorm": residual.LayerNorm,
    "FeedForward": feed_forward.FeedForward,
    "ConvolutionalFeedForward": feed_forward.ConvolutionalFeedForward,
    "ResidualSublayer": residual.ResidualSublayer,
    "backward_norms": ablation.backward_norms,
    "factor_per_layer": ablation.factor_per_layer,
}
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
dtypes = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
ATOL = {torch.float32: 1e-5, torch.float64: 1e-12}


def normal(seed, *shape, dtype=torch.float64):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def pair(style, name, dtype, *args, **kwargs):
    """The style's layer and the reference, with the same random parameters."""
    right = REFERENCES[name](*args, **kwargs).to(dtype)
    with torch.no_grad():
        for seed, p in enumerate(right.parameters()):
            p.copy_(normal(100 + seed, *p.shape))
    mine = getattr(style, name)(*args, **kwargs).to(dtype)
    mine.load_state_dict(right.state_dict())
    return mine.eval(), right.eval()


def compare(mine, right, dtype, *inputs):
    """Outputs and gradients at the first input and at every parameter."""
    found = []
    for layer in (mine, right):
        x = inputs[0].clone().requires_grad_()
        output = layer(x, *inputs[1:])
        parameters = dict(sorted(layer.named_parameters()))
        wanted = [x, *parameters.values()]
        upstream = normal(77, *output.shape, dtype=dtype)
        found.append([output, *torch.autograd.grad(output, wanted, upstream)])
    assert found[0][0].dtype == dtype
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=ATOL[dtype], atol=ATOL[dtype])


def test_there_are_five_styles_and_each_is_complete():
    assert len(STYLES) >= 5
    for module in STYLES.values():
        for name, reference in REFERENCES.items():
            mine = getattr(module, name)
            assert callable(mine)
            assert mine is not reference
            if isinstance(reference, type):
                assert issubclass(mine, torch.nn.Module)
                assert not issubclass(mine, reference)


@each_style
@dtypes
@pytest.mark.parametrize("shape", [(1, 1, 6), (4, 6), (2, 3, 6), (2, 3, 4, 6)], ids=str)
@pytest.mark.parametrize("eps", [1e-5, 0.5])
def test_layer_norm(style, dtype, shape, eps):
    compare(*pair(style, "LayerNorm", dtype, 6, eps), dtype, 2 * normal(1, *shape, dtype=dtype) + 1)


@each_style
@pytest.mark.parametrize("value", [0.0, 2.0, -3.0])
def test_layer_norm_of_what_does_not_vary(style, value):
    mine, right = pair(style, "LayerNorm", torch.float64, 4)
    compare(mine, right, torch.float64, torch.full((1, 2, 4), value, dtype=torch.float64))


@each_style
def test_layer_norm_starts_from_gain_1_and_bias_0(style):
    start = style.LayerNorm(3).state_dict()
    assert {name: p.tolist() for name, p in start.items()} == {"gain": [1.0] * 3, "bias": [0.0] * 3}


@each_style
@dtypes
@pytest.mark.parametrize("name", ["FeedForward", "ConvolutionalFeedForward"])
@pytest.mark.parametrize(("B", "T", "d_model", "d_ff"), [(1, 1, 3, 1), (2, 5, 4, 7), (3, 4, 4, 2)])
def test_feed_forward_networks(style, dtype, name, B, T, d_model, d_ff):
    compare(*pair(style, name, dtype, d_model, d_ff), dtype, normal(1, B, T, d_model, dtype=dtype))


@each_style
@dtypes
@pytest.mark.parametrize("pre_norm", [False, True])
@pytest.mark.parametrize("sublayer", [torch.sin, torch.square, torch.zeros_like])
def test_residual_sublayer(style, dtype, pre_norm, sublayer):
    both = pair(style, "ResidualSublayer", dtype, 5, dropout=0.5, pre_norm=pre_norm)
    x = normal(1, 2, 3, 5, dtype=dtype)
    if pre_norm and sublayer is torch.zeros_like:
        assert torch.equal(both[0](x, sublayer), x)
    else:
        compare(*both, dtype, x, sublayer)


@each_style
def test_dropout_falls_on_the_sublayers_output_in_training_only(style):
    layer = style.ResidualSublayer(50, dropout=0.5, pre_norm=True)
    x = torch.full((1, 40, 50), 7.0)
    assert set(layer(x, torch.ones_like).unique().tolist()) == {7.0, 9.0}
    layer.eval()
    assert set(layer(x, torch.ones_like).unique().tolist()) == {8.0}


@each_style
@dtypes
@pytest.mark.parametrize("N", [1, 2, 6])
def test_norms_and_factor(style, dtype, N):
    layers = [torch.sin, torch.tanh, torch.exp, torch.neg, torch.square, torch.sin][:N]
    x, upstream = (normal(seed, 2, 3, dtype=dtype) for seed in (1, 2))
    found = style.backward_norms(layers, x, upstream)
    expected = ablation.backward_norms(layers, x, upstream)
    assert found.dtype == dtype
    assert not found.requires_grad
    torch.testing.assert_close(found, expected, rtol=ATOL[dtype], atol=ATOL[dtype])
    factor = style.factor_per_layer(expected)
    assert factor.shape == ()
    torch.testing.assert_close(factor, ablation.factor_per_layer(expected), rtol=1e-5, atol=1e-7)


@each_style
def test_norms_of_layers_with_parameters_write_nothing_into_them(style):
    layers = [residual.LayerNorm(4).double(), feed_forward.FeedForward(4, 8).double()]
    x, upstream = normal(1, 3, 4).requires_grad_(), normal(2, 3, 4)
    found = style.backward_norms(layers, x, upstream)
    torch.testing.assert_close(found, ablation.backward_norms(layers, x, upstream))
    assert x.grad is None
    assert all(p.grad is None for layer in layers for p in layer.parameters())
