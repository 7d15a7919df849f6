"""Laws of the masks: what is visible, and to whom."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from solutions.model.masks import causal_mask, padding_mask, target_mask

lengths = st.integers(0, 9)
pad_ids = st.integers(-1, 4)


@st.composite
def batches(draw):
    B, S = draw(st.integers(1, 4)), draw(st.integers(0, 7))
    one_sentence = st.lists(st.integers(0, 4), min_size=S, max_size=S)
    sentences = draw(st.lists(one_sentence, min_size=B, max_size=B))
    dtype = draw(st.sampled_from([torch.int64, torch.int32, torch.uint8]))
    return torch.tensor(sentences, dtype=dtype).reshape(B, S)


@given(batches(), pad_ids)
def test_a_padding_mask_is_true_exactly_at_the_real_tokens(tokens, pad_id):
    mask = padding_mask(tokens, pad_id)
    assert mask.dtype == torch.bool
    assert mask.shape == (tokens.size(0), 1, tokens.size(1))
    assert mask[:, 0].tolist() == [[t != pad_id for t in row] for row in tokens.tolist()]


@given(lengths)
def test_row_t_of_a_causal_mask_sees_the_first_t_plus_one_positions(length):
    mask = causal_mask(length)
    assert mask.dtype == torch.bool
    assert mask.shape == (length, length)
    for t, row in enumerate(mask.tolist()):
        assert row == [True] * (t + 1) + [False] * (length - t - 1)


@given(lengths, lengths)
def test_a_shorter_causal_mask_is_the_corner_of_a_longer_one(short, more):
    assert torch.equal(causal_mask(short), causal_mask(short + more)[:short, :short])


@given(batches(), pad_ids)
def test_a_target_mask_allows_what_both_masks_allow(tokens, pad_id):
    mask = target_mask(tokens, pad_id)
    B, T = tokens.shape
    assert mask.dtype == torch.bool
    assert mask.shape == (B, T, T)
    for b in range(B):
        for t in range(T):
            for s in range(T):
                assert bool(mask[b, t, s]) == (s <= t and int(tokens[b, s]) != pad_id)


@given(batches())
def test_without_padding_a_target_mask_is_causal_for_every_sentence(tokens):
    B, T = tokens.shape
    assert torch.equal(target_mask(tokens, -1), causal_mask(T).expand(B, T, T))


def test_masks_lie_on_the_device_of_their_tokens():
    # The meta device needs no hardware; mixing it with the CPU would raise.
    tokens = torch.zeros(2, 5, dtype=torch.int64, device="meta")
    assert padding_mask(tokens, 0).device.type == "meta"
    assert target_mask(tokens, 0).device.type == "meta"
    assert causal_mask(3, tokens.device).device.type == "meta"
    assert causal_mask(3, "meta").device.type == "meta"
    assert causal_mask(3).device.type == "cpu"


def test_the_tokens_are_left_as_they_are():
    tokens = torch.tensor([[4, 0, 0]])
    target_mask(tokens, 0)
    assert tokens.tolist() == [[4, 0, 0]]


@pytest.mark.parametrize("make", [padding_mask, target_mask])
@pytest.mark.parametrize("shape", [(5,), (2, 3, 4), ()])
def test_tokens_of_another_shape_are_refused_with_the_fix(make, shape):
    with pytest.raises(ValueError, match=r"\(batch, length\).*unsqueeze\(0\)") as raised:
        make(torch.zeros(shape, dtype=torch.int64), 0)
    assert str(tuple(shape)) in str(raised.value)


def test_a_negative_length_is_refused():
    with pytest.raises(ValueError, match="not be negative, got -2"):
        causal_mask(-2)
