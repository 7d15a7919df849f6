"""Encoder, decoder and Transformer: equal to PyTorch's layers, and the laws of the whole model."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from solutions.model.config import TransformerConfig, base, big, small, tiny
from solutions.model.decoder import Decoder, DecoderLayer
from solutions.model.encoder import Encoder, EncoderLayer
from solutions.model.masks import causal_mask, padding_mask
from solutions.model.transformer import Transformer, count_parameters

PAD = 0
SIZES = {"d_model": 12, "d_ff": 20, "h": 3, "N": 2, "dropout": 0.0}
CONFIG = TransformerConfig(17, 13, PAD, **SIZES)
DOUBLE = {"rtol": 0, "atol": 1e-6}
both_norms = pytest.mark.parametrize("pre_norm", [False, True])


def drawn(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()


def tokens(vocabulary: int, lengths: list[int], seed: int) -> torch.Tensor:
    """Sentences without padding inside, padded to the longest."""
    generator = torch.Generator().manual_seed(seed)
    batch = torch.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(batch, lengths, strict=True):
        row[:length] = torch.randint(1, vocabulary, (length,), generator=generator)
    return batch


def model(**changes) -> Transformer:
    torch.manual_seed(3)
    return Transformer(dataclasses.replace(CONFIG, **changes)).eval()


# ---- equal to PyTorch ----------------------------------------------------------------------------


def copy_attention(ours, theirs: nn.MultiheadAttention) -> None:
    with torch.no_grad():
        stacked = torch.cat([ours.W_q.weight, ours.W_k.weight, ours.W_v.weight])
        theirs.in_proj_weight.copy_(stacked)
        theirs.out_proj.weight.copy_(ours.W_o.weight)
        theirs.in_proj_bias.zero_()  # the paper's projections have no biases
        theirs.out_proj.bias.zero_()


def copy_the_rest(ours, theirs, norms: int) -> None:
    with torch.no_grad():
        for mine, yours in (("W_1", "linear1"), ("W_2", "linear2")):
            getattr(theirs, yours).weight.copy_(getattr(ours.feed_forward, mine).weight)
            getattr(theirs, yours).bias.copy_(getattr(ours.feed_forward, mine).bias)
        for i in range(1, norms + 1):
            norm = getattr(ours, f"residual_{i}").norm
            norm.gain.uniform_(0.5, 1.5)
            norm.bias.uniform_(-0.5, 0.5)
            getattr(theirs, f"norm{i}").weight.copy_(norm.gain)
            getattr(theirs, f"norm{i}").bias.copy_(norm.bias)


def copy_encoder_layer(ours: EncoderLayer, theirs: nn.TransformerEncoderLayer) -> None:
    copy_attention(ours.self_attention, theirs.self_attn)
    copy_the_rest(ours, theirs, norms=2)


def copy_decoder_layer(ours: DecoderLayer, theirs: nn.TransformerDecoderLayer) -> None:
    copy_attention(ours.self_attention, theirs.self_attn)
    copy_attention(ours.cross_attention, theirs.multihead_attn)
    copy_the_rest(ours, theirs, norms=3)


def options(config: TransformerConfig) -> dict:
    return {
        "d_model": config.d_model,
        "nhead": config.h,
        "dim_feedforward": config.d_ff,
        "dropout": 0.0,
        "batch_first": True,
        "norm_first": config.pre_norm,
        "dtype": torch.float64,
    }


def assert_same(found: torch.Tensor, expected: torch.Tensor, inputs: list[torch.Tensor]) -> None:
    torch.testing.assert_close(found, expected, **DOUBLE)
    upstream = drawn(*found.shape, seed=99).detach()
    mine = torch.autograd.grad(found, inputs, upstream)
    theirs = torch.autograd.grad(expected, inputs, upstream)
    for a, b in zip(mine, theirs, strict=True):
        torch.testing.assert_close(a, b, **DOUBLE)


@both_norms
def test_an_encoder_layer_is_pytorchs(pre_norm):
    config = dataclasses.replace(CONFIG, pre_norm=pre_norm)
    ours = EncoderLayer(config).double()
    theirs = nn.TransformerEncoderLayer(**options(config))
    copy_encoder_layer(ours, theirs)
    x = drawn(2, 5, 12, seed=0)
    visible = padding_mask(tokens(9, [5, 3], seed=1), PAD)
    assert_same(ours(x, visible), theirs(x, src_key_padding_mask=~visible[:, 0]), [x])


@both_norms
def test_a_decoder_layer_is_pytorchs(pre_norm):
    config = dataclasses.replace(CONFIG, pre_norm=pre_norm)
    ours = DecoderLayer(config).double()
    theirs = nn.TransformerDecoderLayer(**options(config))
    copy_decoder_layer(ours, theirs)
    x, memory = drawn(2, 4, 12, seed=0), drawn(2, 6, 12, seed=1)
    visible = padding_mask(tokens(9, [6, 2], seed=2), PAD)
    found = ours(x, memory, causal_mask(4), visible)
    expected = theirs(x, memory, tgt_mask=~causal_mask(4), memory_key_padding_mask=~visible[:, 0])
    assert_same(found, expected, [x, memory])


@both_norms
def test_encoder_and_decoder_stacks_are_nn_transformers(pre_norm):
    config = dataclasses.replace(CONFIG, pre_norm=pre_norm)
    encoder, decoder = Encoder(config).double(), Decoder(config).double()
    # Its own encoder would warn that it cannot take a fast path that only inference has.
    stack = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(**options(config)),
        config.N,
        nn.LayerNorm(config.d_model, dtype=torch.float64),
        enable_nested_tensor=False,
    )
    theirs = nn.Transformer(custom_encoder=stack, num_decoder_layers=config.N, **options(config))
    for ours, stack, copy in (
        (encoder, theirs.encoder, copy_encoder_layer),
        (decoder, theirs.decoder, copy_decoder_layer),
    ):
        for mine, yours in zip(ours.layers, stack.layers, strict=True):
            copy(mine, yours)
        if not pre_norm:
            stack.norm = None  # PyTorch normalizes once more on top; the paper does not
    source, target = drawn(2, 5, 12, seed=0), drawn(2, 4, 12, seed=1)
    found = decoder(target, encoder(source), causal_mask(4))
    expected = theirs(source, target, tgt_mask=~causal_mask(4))
    assert_same(found, expected, [source, target])


# ---- laws ----------------------------------------------------------------------------------------


@both_norms
def test_a_later_word_changes_nothing_before_it(pre_norm):
    translate = model(pre_norm=pre_norm)
    source, target = tokens(17, [6, 4], seed=0), tokens(13, [5, 5], seed=1)
    before = translate(source, target)
    for t in range(5):
        changed = target.clone()
        changed[:, t] = changed[:, t] % 12 + 1
        after = translate(source, changed)
        assert torch.equal(after[:, :t], before[:, :t])
        assert not torch.allclose(after[:, t], before[:, t])


@settings(max_examples=20)
@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4),
    more=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_more_padding_changes_nothing(lengths, more, seed):
    translate = model().double()
    source, target = tokens(17, lengths, seed), tokens(13, lengths[::-1], seed + 1)
    padded = [torch.nn.functional.pad(x, (0, more), value=PAD) for x in (source, target)]
    short, long = translate(source, target), translate(*padded)[:, : target.size(1)]
    real = target != PAD
    torch.testing.assert_close(long[real], short[real], rtol=0, atol=1e-9)


def test_without_positions_the_encoder_sees_a_set():
    encoder = model().double().encoder
    x = drawn(2, 5, 12, seed=5)
    order = torch.tensor([4, 2, 0, 1, 3])
    torch.testing.assert_close(encoder(x[:, order]), encoder(x)[:, order], rtol=0, atol=1e-9)


def test_with_positions_the_order_counts():
    translate = model()
    source, target = tokens(17, [5], seed=0), tokens(13, [3], seed=1)
    assert not torch.allclose(translate(source, target), translate(source.flip(1), target))


def test_every_parameter_gets_a_gradient():
    for changes in ({}, {"pre_norm": True}, {"positions": "learned", "max_length": 6}):
        translate = model(**changes)
        translate(tokens(17, [6, 6], 0), tokens(13, [6, 6], 1)).logsumexp(-1).sum().backward()
        idle = [n for n, p in translate.named_parameters() if p.grad is None]
        assert idle == []


# ---- sizes and weight tying ----------------------------------------------------------------------


@pytest.mark.parametrize(("config", "millions"), [(base(), 65), (big(), 213)])
def test_the_papers_parameter_counts(config, millions):
    with torch.device("meta"):
        parameters = count_parameters(Transformer(config))
    assert parameters / 1e6 == pytest.approx(millions, rel=0.03)


def test_the_count_follows_from_the_sizes():
    c = CONFIG
    attention, network, norm = 4 * c.d_model**2, 2 * c.d_model * c.d_ff + c.d_ff + c.d_model, 24
    encoder = attention + network + 2 * norm
    decoder = 2 * attention + network + 3 * norm
    embeddings = (c.source_vocabulary + c.target_vocabulary) * c.d_model
    assert count_parameters(model()) == c.N * (encoder + decoder) + embeddings


def test_one_matrix_for_all_three_when_shared():
    shared = model(source_vocabulary=13, share_embeddings=True)
    assert shared.source_embedding is shared.target_embedding
    apart = model(source_vocabulary=13)
    assert count_parameters(apart) - count_parameters(shared) == 13 * 12


@pytest.mark.parametrize("make", [small, tiny])
def test_the_courses_own_sizes_work(make):
    translate = Transformer(make(20, 30)).eval()
    assert translate(tokens(20, [4, 2], 0), tokens(30, [3, 5], 1)).shape == (2, 5, 30)


# ---- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"h": 5}, "d_model = 12 must be a multiple of h = 5"),
        ({"share_embeddings": True}, "needs one vocabulary, got 17 source and 13 target ids"),
        ({"positions": "rotary"}, "must be 'sinusoidal' or 'learned', not 'rotary'"),
        ({"dropout": 1.0}, r"dropout must be in \[0, 1\), got 1.0"),
    ],
)
def test_sizes_that_do_not_fit_are_named(changes, words):
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(CONFIG, **changes)


def test_wrong_input_is_named():
    translate = model(max_length=8)
    source, target = tokens(17, [4, 3], 0), tokens(13, [3, 3], 1)
    with pytest.raises(ValueError, match="source has 2 sentences and target 1; they must be pairs"):
        translate(source, target[:1])
    with pytest.raises(ValueError, match="the source is empty"):
        translate(source[:, :0], target)
    with pytest.raises(ValueError, match="token id 17 is not in a vocabulary of 17"):
        translate(source.masked_fill(source == source[0, 0], 17), target)
    with pytest.raises(ValueError, match="larger max_length"):
        translate(tokens(17, [9, 9], 0), target)
