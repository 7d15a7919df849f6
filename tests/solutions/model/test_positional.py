"""Positional encoding: the linear shift above all."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.model.positional import (
    LearnedPositionalEncoding,
    PositionalEncoding,
    angular_frequencies,
    shift_block,
    shift_matrix,
    sinusoidal_table,
    where_sine_alone_fails,
)

DOUBLE = torch.float64
widths = st.integers(1, 24).map(lambda pairs: 2 * pairs)
offsets = st.integers(-200, 200)


def encoding(position: int, d_model: int) -> torch.Tensor:
    """PE(p) for any p, negative ones too, straight from the paper's formula."""
    angles = [position / 10000 ** (2 * i / d_model) for i in range(d_model // 2)]
    pairs = [[math.sin(angle), math.cos(angle)] for angle in angles]
    return torch.tensor(pairs, dtype=torch.float64).flatten()


@given(length=st.integers(0, 60), d_model=widths)
def test_the_table_is_the_papers_formula(length, d_model):
    table = sinusoidal_table(length, d_model, DOUBLE)
    assert table.shape == (length, d_model)
    for position in range(length):
        torch.testing.assert_close(table[position], encoding(position, d_model), rtol=0, atol=1e-12)


@given(position=st.integers(0, 300), k=offsets, d_model=widths)
def test_one_matrix_shifts_every_position(position, k, d_model):
    shifted = shift_matrix(k, d_model, DOUBLE) @ encoding(position, d_model)
    torch.testing.assert_close(shifted, encoding(position + k, d_model), rtol=0, atol=1e-10)


@given(a=offsets, b=offsets, d_model=widths)
def test_shifts_compose(a, b, d_model):
    product = shift_matrix(a, d_model, DOUBLE) @ shift_matrix(b, d_model, DOUBLE)
    torch.testing.assert_close(product, shift_matrix(a + b, d_model, DOUBLE), rtol=0, atol=1e-10)


@given(k=offsets, d_model=widths)
def test_a_shift_is_a_rotation(k, d_model):
    matrix = shift_matrix(k, d_model, DOUBLE)
    eye = torch.eye(d_model, dtype=torch.float64)
    torch.testing.assert_close(matrix @ matrix.T, eye, rtol=0, atol=1e-12)
    torch.testing.assert_close(matrix.T, shift_matrix(-k, d_model, DOUBLE), rtol=0, atol=1e-12)
    assert torch.linalg.det(matrix).item() == pytest.approx(1)


@given(p=st.integers(0, 100), q=st.integers(0, 100), k=st.integers(0, 100), d_model=widths)
def test_inner_products_depend_on_the_offset_only(p, q, k, d_model):
    here = encoding(p, d_model) @ encoding(q, d_model)
    there = encoding(p + k, d_model) @ encoding(q + k, d_model)
    assert here.item() == pytest.approx(there.item(), abs=1e-9)


@given(angle=st.floats(-50, 50), a=st.floats(-50, 50))
def test_a_block_moves_every_point_of_the_circle_by_its_angle(angle, a):
    block = shift_block(torch.tensor(angle, dtype=DOUBLE))
    before = torch.tensor([math.sin(a), math.cos(a)], dtype=DOUBLE)
    after = torch.tensor([math.sin(a + angle), math.cos(a + angle)], dtype=DOUBLE)
    torch.testing.assert_close(block @ before, after, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE])
def test_blocks_stand_where_their_angles_stood(shape, dtype):
    angles = torch.randn(shape, dtype=dtype, generator=torch.Generator().manual_seed(0))
    blocks = shift_block(angles)
    assert blocks.shape == (*shape, 2, 2)
    assert blocks.dtype == dtype
    torch.testing.assert_close(blocks[..., 0, 1], angles.sin())
    torch.testing.assert_close(blocks[..., 1, 1], angles.cos())


@given(k=st.floats(-30, 30), d_model=widths)
def test_a_shift_may_be_a_fraction_of_a_position(k, d_model):
    shifted = shift_matrix(k, d_model, DOUBLE) @ encoding(7.5, d_model)
    torch.testing.assert_close(shifted, encoding(7.5 + k, d_model), rtol=0, atol=1e-10)


@given(omega=st.floats(1e-4, 3))
def test_sine_alone_has_no_such_matrix(omega):
    p, q, k = where_sine_alone_fails(omega)
    assert math.sin(p * omega) == pytest.approx(math.sin(q * omega), abs=1e-12)
    assert abs(math.sin((p + k) * omega) - math.sin((q + k) * omega)) >= 1


def test_no_matrix_shifts_a_table_of_sines():
    # At position 0 all sines are 0, and a matrix leaves them there.
    sines = sinusoidal_table(40, 16, DOUBLE)[:, ::2]
    assert not sines[0].any()
    best = torch.linalg.lstsq(sines[:-1], sines[1:]).solution
    assert (sines[:-1] @ best - sines[1:]).abs().max() > 0.1


def test_frequencies_fall_geometrically_from_one():
    frequencies = angular_frequencies(16, DOUBLE)
    assert frequencies[0] == 1
    ratios = frequencies[1:] / frequencies[:-1]
    torch.testing.assert_close(ratios, ratios[:1].expand(7))
    assert frequencies[-1] == pytest.approx(10000 ** (-14 / 16))


@pytest.mark.parametrize("dtype", [torch.float32, DOUBLE, torch.bfloat16])
def test_every_result_has_the_dtype_asked_for_and_the_digits_of_double(dtype):
    for made, exact in [
        (angular_frequencies(12, dtype), angular_frequencies(12, DOUBLE)),
        (sinusoidal_table(5, 12, dtype), sinusoidal_table(5, 12, DOUBLE)),
        (shift_matrix(3, 12, dtype), shift_matrix(3, 12, DOUBLE)),
    ]:
        assert made.dtype == dtype
        assert torch.equal(made, exact.to(dtype))
    assert angular_frequencies(4).dtype == shift_matrix(1, 4).dtype == torch.float32


def test_far_positions_keep_their_digits_in_float32():
    table = sinusoidal_table(5000, 8)
    assert table.dtype == torch.float32
    torch.testing.assert_close(table[4999].double(), encoding(4999, 8), rtol=0, atol=1e-7)


@pytest.mark.parametrize("layer", [PositionalEncoding, LearnedPositionalEncoding])
def test_a_layer_adds_the_same_vector_in_every_sentence(layer):
    added = layer(6, max_length=9).eval()
    x = torch.randn(3, 5, 6)
    table = added.table
    torch.testing.assert_close(added(x), x + table[:5])
    torch.testing.assert_close(added(x, start=4), x + table[4:9])


@pytest.mark.parametrize("layer", [PositionalEncoding, LearnedPositionalEncoding])
def test_dropout_acts_on_the_sum_in_training_only(layer):
    added = layer(64, dropout=0.5, max_length=50)
    x = torch.randn(2, 50, 64)
    dropped = added.train()(x) == 0
    assert 0.4 < dropped.float().mean() < 0.6
    assert not (added.eval()(x) == 0).any()


def test_only_the_learned_table_is_trained_and_saved():
    assert PositionalEncoding(4).state_dict() == {}
    assert list(PositionalEncoding(4).parameters()) == []
    assert list(LearnedPositionalEncoding(4, max_length=7).state_dict()) == ["table"]


def test_the_type_of_the_input_stays():
    assert PositionalEncoding(4)(torch.zeros(1, 2, 4, dtype=torch.float64)).dtype == torch.float64


@pytest.mark.parametrize("layer", [PositionalEncoding, LearnedPositionalEncoding])
def test_too_long_a_sequence_says_what_to_do(layer):
    with pytest.raises(ValueError, match=r"position 6, but the table ends at 4; build .* max_len"):
        layer(4, max_length=5)(torch.zeros(1, 3, 4), start=4)


def test_an_odd_width_says_why():
    for wrong in (7, 0, -2):
        with pytest.raises(ValueError, match="sine and cosine come in pairs"):
            sinusoidal_table(3, wrong)
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        sinusoidal_table(-1, 4)
