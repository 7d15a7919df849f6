"""One law of the cache, the model that computes everything anew is right, in all its forms."""

import functools

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from solutions.decoding.kv_cache import DecoderCache, SelfAttentionCache
from solutions.model.attention import MultiHeadAttention
from solutions.model.config import TransformerConfig
from solutions.model.masks import causal_mask
from solutions.model.transformer import Transformer
from solutions.training.fused import fast

PAD, BOS = 0, 2
TIGHT = {torch.float32: 1e-5, torch.float64: 1e-12}
SIZES = {"d_model": 12, "d_ff": 20, "h": 3, "N": 2, "dropout": 0.3, "attention_dropout": 0.3}
CONFIG = TransformerConfig(17, 13, PAD, max_length=40, **SIZES)


@functools.cache
def model(pre_norm=False, positions="sinusoidal", dtype=torch.float64, h=3, N=2) -> Transformer:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        made = Transformer(
            TransformerConfig(
                17,
                13,
                PAD,
                max_length=40,
                **(SIZES | {"h": h, "N": N}),
                pre_norm=pre_norm,
                positions=positions,
            )
        )
        for name, parameter in made.named_parameters():
            if name.endswith(("gain", "bias")):
                torch.nn.init.uniform_(parameter, 0.5, 1.5)  # a norm that could be left out is none
    return made.to(dtype).eval().requires_grad_(False)


def sources(lengths: list[int], seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    batch = torch.full((len(lengths), max(lengths)), PAD)
    for row, length in zip(batch, lengths, strict=True):
        row[:length] = torch.randint(1, 17, (length,), generator=generator)
    return batch


class Anew:
    """The same three calls, everything computed from the beginning."""

    def __init__(self, translate: Transformer, source: torch.Tensor):
        self.model = translate
        self.memory, self.mask = translate.encode(source)
        self.prefixes = torch.empty(len(source), 0, dtype=torch.int64)

    def step(self, tokens: torch.Tensor) -> torch.Tensor:
        self.prefixes = torch.cat([self.prefixes, tokens[:, None]], dim=1)
        x = self.model.decode(self.prefixes, self.memory, self.mask)
        return self.model.target_embedding.to_logits(x)[:, -1]

    def reorder(self, rows: torch.Tensor) -> None:
        self.prefixes, self.memory, self.mask = (
            x[rows] for x in (self.prefixes, self.memory, self.mask)
        )


def assert_they_agree(translate, source, turns, seed, atol) -> None:
    """Through the turns: after each step, rows drawn by `turns` go on (None: all as they are)."""
    generator = torch.Generator().manual_seed(seed)
    cache, anew = DecoderCache(translate, source), Anew(translate, source)
    tokens = torch.full((len(source),), BOS)
    for rows in turns:
        found, expected = cache.step(tokens), anew.step(tokens)
        assert found.shape == (len(tokens), 13)
        torch.testing.assert_close(found, expected, rtol=0, atol=atol)
        if rows is not None:
            rows = torch.tensor([r % len(tokens) for r in rows], dtype=torch.int64)
            cache.reorder(rows)
            anew.reorder(rows)
        tokens = torch.randint(1, 13, (len(anew.prefixes),), generator=generator)


lengths = st.lists(st.integers(1, 6), min_size=1, max_size=4)
turns = st.lists(
    st.none() | st.lists(st.integers(0, 9), min_size=1, max_size=6), min_size=1, max_size=7
)


@settings(max_examples=60)
@given(
    pre_norm=st.booleans(),
    positions=st.sampled_from(["sinusoidal", "learned"]),
    dtype=st.sampled_from(list(TIGHT)),
    h=st.sampled_from([1, 3]),
    N=st.sampled_from([1, 3]),
    lengths=lengths,
    turns=turns,
    seed=st.integers(0, 99),
)
def test_the_logits_are_those_of_the_whole_model(
    pre_norm, positions, dtype, h, N, lengths, turns, seed
):
    translate = model(pre_norm, positions, dtype, h, N)
    assert_they_agree(translate, sources(lengths, seed), turns, seed, TIGHT[dtype])


class AStudents(nn.Module):
    """Attention with the contract's parameters and nothing else of the reference."""

    def __init__(self):
        super().__init__()
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(12, 12, bias=False) for _ in range(4))

    def forward(self, query, key, value, mask=None):
        q, k, v = (
            W(x).unflatten(-1, (3, 4)).movedim(-2, 1)
            for W, x in ((self.W_q, query), (self.W_k, key), (self.W_v, value))
        )
        heads = F.scaled_dot_product_attention(q, k, v, None if mask is None else mask[:, None])
        return self.W_o(heads.movedim(1, -2).flatten(-2))


@pytest.mark.parametrize("pre_norm", [False, True])
def test_other_layers_with_the_same_parameters_serve_as_well(pre_norm):
    translate = Transformer(TransformerConfig(17, 13, PAD, **SIZES, pre_norm=pre_norm))
    for layer in translate.decoder.layers:
        layer.self_attention, layer.cross_attention = AStudents(), AStudents()
    translate, source = translate.double().eval(), sources([5, 3], 0)
    assert_they_agree(translate, source, [None, [1, 1, 0], None, [2, 0]], 1, 1e-12)


def test_the_faster_kernels_serve_as_well():
    translate = fast(Transformer(CONFIG)).double().eval()
    assert_they_agree(translate, sources([5, 3], 0), [None, [1, 1, 0], None, [2, 0]], 1, 1e-12)


def test_rows_do_not_see_each_other():
    """What a row gets depends on its own sentence and its own tokens only."""
    source, written = sources([4, 6, 2], 3), sources([3] * 5, 4) % 13
    together = DecoderCache(model(), source)
    alone = [DecoderCache(model(), source[i : i + 1]) for i in range(3)]
    for tokens in written:
        rows = torch.cat([cache.step(tokens[i : i + 1]) for i, cache in enumerate(alone)])
        torch.testing.assert_close(together.step(tokens), rows, rtol=0, atol=1e-12)


def test_nothing_is_computed_twice():
    """The memory is projected once, and each step projects one position."""
    translate, seen = model(N=1), {"self": [], "cross": []}
    layer = translate.decoder.layers[0]
    hooks = [
        attention.W_k.register_forward_hook(
            lambda _module, inputs, _output, name=name: seen[name].append(inputs[0].size(1))
        )
        for name, attention in (("self", layer.self_attention), ("cross", layer.cross_attention))
    ]
    cache = DecoderCache(translate, sources([6, 4], 0))
    for _ in range(4):
        cache.step(torch.tensor([5, 7]))
    for hook in hooks:
        hook.remove()
    assert seen == {"self": [1, 1, 1, 1], "cross": [6]}


def test_the_memory_is_copied_only_if_a_row_changes_its_sentence():
    cache = DecoderCache(model(), sources([6, 4], 0))
    cache.reorder(torch.tensor([0, 0, 1, 1]))
    before = cache.of_memory[0][0]
    cache.step(torch.tensor([5, 6, 7, 8]))
    cache.reorder(torch.tensor([1, 0, 3, 3]))
    assert cache.of_memory[0][0] is before
    cache.reorder(torch.tensor([0, 2]))
    assert len(cache.of_memory[0][0]) == 2


def test_wrong_use_is_named():
    source = sources([3], 0)
    with pytest.raises(ValueError, match=r"call model\.eval\(\) first"):
        DecoderCache(Transformer(CONFIG), source)
    with pytest.raises(ValueError, match="the source is empty"):
        DecoderCache(model(), source[:, :0])
    cache = DecoderCache(model(), source)
    with pytest.raises(ValueError, match="token id 13 is not in a vocabulary of 13"):
        cache.step(torch.tensor([13]))
    for _ in range(40):
        cache.step(torch.tensor([5]))
    with pytest.raises(ValueError, match=r"reaches position 40, .* larger max_length"):
        cache.step(torch.tensor([5]))


# ---- the part of it that keeps what is written ---------------------------------------------------


@given(
    h=st.sampled_from([1, 3]),
    R=st.integers(1, 4),
    T=st.integers(1, 6),
    dtype=st.sampled_from([*TIGHT]),
)
def test_token_by_token_is_the_layer_with_a_causal_mask(h, R, T, dtype):
    layer = MultiHeadAttention(12, h).to(dtype).requires_grad_(False)
    x = torch.randn(R, T, 12, generator=torch.Generator().manual_seed(T), dtype=dtype)
    cache = SelfAttentionCache(layer, h, R)
    found = torch.cat([cache.step(x[:, t : t + 1]) for t in range(T)], dim=1)
    assert found.dtype == dtype
    assert cache.keys.shape == cache.values.shape == (R, h, T, 12 // h)
    torch.testing.assert_close(found, layer(x, x, x, causal_mask(T)), rtol=0, atol=TIGHT[dtype])


def test_a_row_goes_on_where_it_came_from():
    layer = MultiHeadAttention(12, 3).double().requires_grad_(False)
    x = torch.randn(3, 4, 12, generator=torch.Generator().manual_seed(0)).double()
    cache, rows = SelfAttentionCache(layer, 3, 3), torch.tensor([2, 2, 0, 1])
    for t in range(3):
        cache.step(x[:, t : t + 1])
    cache.reorder(rows)
    newest = torch.cat([x[:, 3:], x[:1, :1]])
    whole = torch.cat([x[rows, :3], newest], dim=1)
    expected = layer(whole, whole, whole, causal_mask(4))[:, 3:]
    torch.testing.assert_close(cache.step(newest), expected, rtol=0, atol=1e-12)
