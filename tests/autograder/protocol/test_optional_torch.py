"""Without PyTorch, arrays travel in the header, and nothing else of PyTorch is needed."""

import numpy as np
import pytest

from autograder.protocol import value_codec as codec_module
from autograder.protocol.optional_torch import _NoTorch
from autograder.protocol.value_codec import ARRAYS, Codec, DecodeError


@pytest.fixture
def codec(monkeypatch):
    monkeypatch.setattr(codec_module, "INSTALLED", False)
    return Codec()


@pytest.mark.parametrize("dtype", ARRAYS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 4), (2, 3, 2)])
def test_arrays_travel_in_the_header(codec, dtype, shape):
    x = np.asarray(np.arange(np.prod(shape, dtype=int)).reshape(shape) % 2, dtype=dtype)
    node = codec.encode(x)
    assert codec.tensors == []
    y = codec.decode(node)
    assert (y.dtype, y.shape, y.tolist()) == (x.dtype, x.shape, x.tolist())
    if y.size:
        y[...] = 0  # a copy of its own, and writable
    assert codec.decode(node).tolist() == x.tolist()


@pytest.mark.parametrize(
    "node",
    [
        ["raw", "object", "00", [1]],
        ["raw", "float32", "00", [1]],
        ["raw", "float32", "00000000", [2]],
        ["raw", "float32", "no", [1]],
        ["raw", "float32", 5, [1]],
        ["raw", "float32", "00000000", [-1, 0]],
    ],
)
def test_arrays_that_lie_are_refused(codec, node):
    with pytest.raises(DecodeError):
        codec.decode(node)


def test_a_byte_other_than_0_and_1_is_true(codec):
    assert codec.decode(["raw", "bool", "000102", [3]]).tolist() == [False, True, True]


def test_the_stand_in_does_nothing_and_names_what_it_cannot_do():
    torch = _NoTorch()
    assert torch.get_rng_state() is None
    assert torch.equal(torch.get_rng_state(), None)
    assert not torch.is_grad_enabled()
    with torch.set_grad_enabled(True), torch.no_grad():
        assert torch.no_grad()(lambda: 3)() == 3
    assert not isinstance(3, torch.Tensor | torch.nn.Module)
    with pytest.raises(ModuleNotFoundError, match=r"torch\.zeros needs PyTorch"):
        torch.zeros(3)
