"""The faster kernels compute the same."""

from collections.abc import Callable

import pytest
import torch
from torch import nn

from solutions.data.batching import Batch
from solutions.model.attention import MultiHeadAttention
from solutions.model.config import TransformerConfig
from solutions.model.transformer import Transformer
from solutions.training import fused as module
from solutions.training.fused import (
    CheapDropout,
    FusedLayerNorm,
    FusedMultiHeadAttention,
    fast,
    fast_batch_loss,
)
from solutions.training.step import batch_loss

CONFIG = TransformerConfig(30, 40, N=2, d_model=16, d_ff=24, h=2, dropout=0.0)
SOURCE = torch.tensor([[4, 5, 6, 7, 3], [8, 9, 3, 0, 0], [3, 0, 0, 0, 0]])
TARGET = torch.tensor([[2, 7, 8, 9], [2, 8, 0, 0], [2, 0, 0, 0]])
BATCH = Batch(SOURCE, TARGET, torch.tensor([[7, 8, 9, 3], [8, 3, 0, 0], [3, 0, 0, 0]]))


def twins(**changes) -> tuple[Transformer, Transformer]:
    """The same model twice, in double precision: as it is, and fast."""
    torch.manual_seed(0)
    plain = Transformer(CONFIG).double()
    twin = Transformer(CONFIG).double()
    twin.load_state_dict(plain.state_dict())
    return plain, fast(twin)


def test_outputs_and_gradients_are_the_same():
    plain, quick = twins()
    for model in (plain, quick):
        model(SOURCE, TARGET).square().mean().backward()
    torch.testing.assert_close(quick(SOURCE, TARGET), plain(SOURCE, TARGET), rtol=0, atol=1e-12)
    for (name, mine), right in zip(quick.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, right.grad, rtol=0, atol=1e-12, msg=name)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("logits", [1, 40, 80, 2**20])
def test_the_loss_in_chunks_is_the_loss(monkeypatch, smoothing, logits):
    """One token at a time, two, and all; the seventh token makes the last chunk of two short."""
    monkeypatch.setattr(module, "CHUNK", logits)
    plain, quick = twins()
    wanted, tokens = batch_loss(plain, BATCH, smoothing)
    loss, count = fast_batch_loss(quick, BATCH, smoothing)
    torch.testing.assert_close(loss, wanted, rtol=0, atol=1e-11)
    assert count == tokens == 7
    (wanted / 3).backward()
    (loss / 3).backward()
    for (name, mine), right in zip(quick.named_parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(mine.grad, right.grad, rtol=0, atol=1e-12, msg=name)


def test_in_bfloat16_the_loss_in_chunks_is_as_near_as_the_loss():
    def gradient(model: Transformer, loss_of: Callable, precision: torch.dtype) -> torch.Tensor:
        loss, _ = loss_of(model.float(), BATCH, 0.1, precision)
        assert loss.dtype == torch.float32
        loss.backward()
        return torch.cat([parameter.grad.flatten() for parameter in model.parameters()])

    exact = gradient(twins()[0], batch_loss, torch.float32)
    plain = gradient(twins()[0], batch_loss, torch.bfloat16)
    chunks = gradient(twins()[1], fast_batch_loss, torch.bfloat16)
    assert 0 < (chunks - exact).norm() < 1.5 * (plain - exact).norm() < 0.15 * exact.norm()


def test_in_bfloat16_they_are_the_same_up_to_its_eight_bits():
    plain, quick = (model.float() for model in twins())
    with torch.autocast("cpu", torch.bfloat16):
        outputs = [model(SOURCE, TARGET) for model in (plain, quick)]
    torch.testing.assert_close(*outputs, rtol=0, atol=0.05)
    for model, output in zip((plain, quick), outputs, strict=True):
        output.float().square().mean().backward()
        assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
    exact = plain(SOURCE, TARGET).detach()
    worst = max(float((output.detach().float() - exact).abs().max()) for output in outputs)
    assert 0 < worst < 0.05 * float(exact.abs().max())


def test_every_layer_is_changed_and_nothing_else():
    plain, quick = twins()
    kinds = {type(module) for module in quick.modules()}
    assert {FusedMultiHeadAttention, FusedLayerNorm, CheapDropout} <= kinds
    assert MultiHeadAttention not in kinds
    assert nn.Dropout not in kinds
    assert list(quick.state_dict()) == list(plain.state_dict())


def test_an_optimizer_made_before_goes_on_with_the_same_parameters():
    model = Transformer(CONFIG)
    before = [id(parameter) for parameter in model.parameters()]
    assert [id(parameter) for parameter in fast(model).parameters()] == before


def test_a_query_that_sees_nothing_gets_zeros():
    layer = fast(MultiHeadAttention(8, 2))
    x = torch.randn(1, 3, 8, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[[True, True, True], [False, False, False], [True, False, True]]])
    output = layer(x, x, x, mask)
    assert not output[0, 1].any()
    assert output[0, 0].any()


def test_attention_dropout_acts_in_training_only():
    layer = fast(MultiHeadAttention(8, 2, dropout=0.5))
    x = torch.randn(2, 9, 8, generator=torch.Generator().manual_seed(0))
    assert not torch.equal(layer(x, x, x), layer(x, x, x))
    layer.eval()
    assert torch.equal(layer(x, x, x), layer(x, x, x))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
def test_cheap_dropout_drops_its_share_and_the_mean_stays(p, dtype):
    torch.manual_seed(0)
    y = CheapDropout(p)(torch.ones(100, 10_001, dtype=dtype))
    share = (y == 0).double().mean().item()
    assert abs(share - p) < 5 * (p * (1 - p) / 1e6) ** 0.5 + 1 / 65536
    survivors = y[y != 0].unique()
    assert survivors.numel() == 1
    torch.testing.assert_close(survivors.item(), 1 / (1 - p), rtol=1e-2, atol=0)
    assert y.dtype == dtype


def test_cheap_dropout_drops_neighbors_independently():
    """Four neighbors come from one draw: none of them may say anything of another."""
    torch.manual_seed(0)
    dropped = (CheapDropout(0.5)(torch.ones(400_000)) == 0).double() - 0.5
    for distance in (1, 2, 3, 4):
        correlation = (dropped[:-distance] * dropped[distance:]).mean().item() * 4
        assert abs(correlation) < 5 / 400_000**0.5, distance


def test_cheap_dropout_gives_the_gradient_of_what_it_did():
    x = torch.ones(7, 3, requires_grad=True)
    y = CheapDropout(0.4)(x)
    y.sum().backward()
    assert torch.equal(x.grad, y.detach())


@pytest.mark.parametrize("p", [0.0, 0.4])
def test_cheap_dropout_does_nothing_in_evaluation(p):
    x = torch.randn(5, 3)
    assert torch.equal(CheapDropout(p).eval()(x), x)
    if p == 0:
        assert torch.equal(CheapDropout(p)(x), x)


def test_cheap_dropout_of_everything_or_nothing_at_all():
    assert CheapDropout(0.5)(torch.ones(0, 4)).shape == (0, 4)
    y = CheapDropout(0.999999)(torch.ones(1000))
    assert y.isfinite().all()
