"""Other right ways to write positional encoding and embeddings: each gives what the reference
gives."""

import math

import pytest
import torch

from solutions.alternatives import styles
from solutions.model import embeddings, positional

STYLES = styles("positional-encoding")
FUNCTIONS = ("angular_frequencies", "sinusoidal_table", "shift_block", "shift_matrix")
each_style = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
dtypes = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["single", "double"])
ATOL = {torch.float32: 2e-6, torch.float64: 1e-11}


def normal(seed, *shape, dtype=torch.float32):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def close(found, expected, atol):
    assert found.dtype == expected.dtype
    torch.testing.assert_close(found, expected, rtol=0, atol=atol)


def test_every_style_defines_what_the_assignment_asks_for():
    assert len(STYLES) >= 5
    for module in STYLES.values():
        for name in (*FUNCTIONS, "where_sine_alone_fails"):
            assert callable(getattr(module, name))
        for name, right in [
            ("PositionalEncoding", positional.PositionalEncoding),
            ("TokenEmbedding", embeddings.TokenEmbedding),
        ]:
            assert issubclass(getattr(module, name), torch.nn.Module)
            assert not issubclass(getattr(module, name), right)


@each_style
@dtypes
@pytest.mark.parametrize("d_model", [2, 4, 10, 64])
def test_frequencies_and_table(style, dtype, d_model):
    close(
        style.angular_frequencies(d_model, dtype),
        positional.angular_frequencies(d_model, dtype),
        1e-7 if dtype == torch.float32 else 1e-15,
    )
    for length in (0, 1, 7):
        table = style.sinusoidal_table(length, d_model, dtype)
        close(table, positional.sinusoidal_table(length, d_model, dtype), ATOL[dtype])


@each_style
def test_far_positions(style):
    far = style.sinusoidal_table(5000, 4)[-1]
    close(far, positional.sinusoidal_table(5000, 4)[-1], 1e-7)


@each_style
@dtypes
def test_blocks_and_matrices(style, dtype):
    for shape in ((), (3,), (4, 2)):
        angle = normal(1, *shape, dtype=dtype)
        close(style.shift_block(angle), positional.shift_block(angle), ATOL[dtype])
    for k, d_model in ((0, 2), (3, 4), (-2.5, 6), (1000, 10)):
        found = style.shift_matrix(k, d_model, dtype)
        close(found, positional.shift_matrix(k, d_model, dtype), ATOL[dtype])


@each_style
@pytest.mark.parametrize("omega", [1.0, 0.3, 2.0, 1e-4])
def test_the_counter_example_keeps_its_law(style, omega):
    p, q, k = style.where_sine_alone_fails(omega)
    assert math.sin(p * omega) == pytest.approx(math.sin(q * omega), abs=1e-7)
    assert abs(math.sin((p + k) * omega) - math.sin((q + k) * omega)) >= 1


def test_the_counter_examples_are_not_all_the_same():
    examples = {module.where_sine_alone_fails(1.0) for module in STYLES.values()}
    assert len(examples) == len(STYLES)


@each_style
@dtypes
@pytest.mark.parametrize("start", [0, 4])
def test_the_layer(style, dtype, start):
    right = positional.PositionalEncoding(6, max_length=9).eval()
    mine = style.PositionalEncoding(6, max_length=9).eval()
    x = normal(2, 2, 5, 6, dtype=dtype)
    close(mine(x, start), right(x, start), 1e-7 if dtype == torch.float64 else 1e-6)
    with pytest.raises(ValueError, match=r"\w"):
        mine(x, 5)
    assert mine.state_dict() == {}
    assert list(mine.parameters()) == []


@each_style
def test_dropout_acts_in_training_only(style):
    mine = style.PositionalEncoding(8, dropout=0.5, max_length=50)
    x = normal(3, 2, 50, 8)
    dropped = (mine(x, 0) == 0).float().mean()
    assert 0.4 < dropped < 0.6
    assert torch.equal(mine.eval()(x), mine(x))


@each_style
@dtypes
def test_embeddings_and_logits_with_the_same_matrix(style, dtype):
    right = embeddings.TokenEmbedding(7, 6).to(dtype)
    mine = style.TokenEmbedding(7, 6)
    mine.load_state_dict(right.state_dict(), strict=False)
    mine = mine.to(dtype)
    tokens = torch.tensor([[3, 0, 6], [6, 6, 1]])
    close(mine(tokens), right(tokens), ATOL[dtype])
    x = normal(4, 2, 3, 6, dtype=dtype)
    close(mine.to_logits(x), right.to_logits(x), ATOL[dtype])
    assert [tuple(p.shape) for p in mine.parameters()] == [(7, 6)]
