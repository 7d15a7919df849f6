"""Wrong shapes are refused in a sentence that names them and says how to mend it."""

import pytest
import torch

from solutions.model.attention import MultiHeadAttention, scaled_dot_product_attention
from solutions.model.config import tiny
from solutions.model.decoder import DecoderLayer
from solutions.model.embeddings import TokenEmbedding
from solutions.model.encoder import EncoderLayer
from solutions.model.feed_forward import ConvolutionalFeedForward, FeedForward
from solutions.model.positional import LearnedPositionalEncoding, PositionalEncoding
from solutions.model.residual import LayerNorm, ResidualSublayer
from solutions.model.transformer import Transformer

CONFIG = tiny(20, 20)


def zeros(*shape: int) -> torch.Tensor:
    return torch.zeros(*shape)


def booleans(*shape: int) -> torch.Tensor:
    return torch.ones(*shape, dtype=torch.bool)


WIDTH = "expected 64 features in the last axis, got shape"
MASK = r"mask .* does not fit the scores"
right = zeros(2, 3, 64)
CALLS = {
    "query": (lambda: MultiHeadAttention(64, 4)(zeros(2, 3, 60), right, right), WIDTH),
    "key": (lambda: MultiHeadAttention(64, 4)(right, zeros(2, 3, 1), right), WIDTH),
    "value": (lambda: MultiHeadAttention(64, 4)(right, right, zeros(2, 64, 3)), WIDTH),
    "keys and values": (
        lambda: MultiHeadAttention(64, 4)(right, right, zeros(2, 4, 64)),
        "must have the same length S",
    ),
    "numeric mask": (
        lambda: MultiHeadAttention(64, 4)(right, right, right, zeros(3, 3)),
        r"use mask\.bool\(\)",
    ),
    "mask too short": (
        lambda: MultiHeadAttention(64, 4)(right, right, right, booleans(2, 1, 2)),
        MASK,
    ),
    "mask of another batch": (
        lambda: MultiHeadAttention(64, 4)(right, right, right, booleans(5, 3, 3)),
        MASK,
    ),
    "mask with an axis too many": (
        lambda: scaled_dot_product_attention(right, right, right, booleans(1, 2, 3, 3)),
        MASK,
    ),
    "feed-forward": (lambda: FeedForward(64, 9)(zeros(2, 3, 32)), WIDTH),
    "convolutions": (lambda: ConvolutionalFeedForward(64, 9)(zeros(2, 64, 3)), WIDTH),
    "layer norm": (lambda: LayerNorm(64)(zeros(2, 3, 1)), WIDTH),
    "layer norm of a number": (lambda: LayerNorm(64)(torch.tensor(1.0)), WIDTH),
    "residual": (lambda: ResidualSublayer(64)(zeros(2, 3, 63), lambda y: y), WIDTH),
    "positions": (lambda: PositionalEncoding(64)(zeros(2, 3, 1)), WIDTH),
    "learned positions": (lambda: LearnedPositionalEncoding(64)(zeros(2, 3, 65)), WIDTH),
    "encoder": (lambda: EncoderLayer(CONFIG)(zeros(2, 3, 32)), WIDTH),
    "decoder": (lambda: DecoderLayer(CONFIG)(right, zeros(2, 5, 32)), WIDTH),
    "float tokens": (lambda: TokenEmbedding(20, 64)(zeros(2, 3)), r"use tokens\.long\(\)"),
    "one sentence": (
        lambda: Transformer(CONFIG)(torch.tensor([4, 5]), torch.tensor([[2], [2]])),
        r"tokens\.unsqueeze\(0\)",
    ),
    "one target": (
        lambda: Transformer(CONFIG)(torch.tensor([[4, 5]]), torch.tensor([2])),
        r"tokens\.unsqueeze\(0\)",
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_a_value_error_with_the_fix(name):
    call, words = CALLS[name]
    with pytest.raises(ValueError, match=words):
        call()


def test_masks_that_broadcast_are_welcome():
    q, k = zeros(2, 4, 3, 8), zeros(2, 4, 5, 8)
    for shape in [(3, 5), (1, 5), (5,), (3, 1), (1, 1, 3, 5), (2, 1, 1, 5), (2, 4, 3, 5)]:
        output, _ = scaled_dot_product_attention(q, k, k, booleans(*shape))
        assert output.shape == (2, 4, 3, 8)
