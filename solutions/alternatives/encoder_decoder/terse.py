"""By somebody who likes short code: loops over names, and the stack's end in one line."""

import torch
from torch import nn

from solutions.model.attention import MultiHeadAttention
from solutions.model.embeddings import TokenEmbedding
from solutions.model.feed_forward import FeedForward
from solutions.model.masks import padding_mask, target_mask
from solutions.model.positional import LearnedPositionalEncoding, PositionalEncoding
from solutions.model.residual import LayerNorm, ResidualSublayer
from solutions.model.transformer import require_pairs, require_words


class EncoderLayer(nn.Module):
    residual_1: nn.Module
    residual_2: nn.Module

    def __init__(self, c):
        super().__init__()
        self.self_attention = MultiHeadAttention(c.d_model, c.h, c.attention_dropout)
        self.feed_forward = FeedForward(c.d_model, c.d_ff)
        for i in (1, 2):
            setattr(self, f"residual_{i}", ResidualSublayer(c.d_model, c.dropout, c.pre_norm))

    def forward(self, x, mask=None):
        attend = lambda y: self.self_attention(y, y, y, mask)  # noqa: E731
        return self.residual_2(self.residual_1(x, attend), self.feed_forward)


class Encoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(c) for _ in range(c.N)])
        if c.pre_norm:
            self.norm = LayerNorm(c.d_model)

    def forward(self, x, mask=None):
        for f in self.layers:
            x = f(x, mask)
        return self.norm(x) if hasattr(self, "norm") else x


class DecoderLayer(nn.Module):
    residual_1: nn.Module
    residual_2: nn.Module
    residual_3: nn.Module

    def __init__(self, c):
        super().__init__()
        self.self_attention, self.cross_attention = (
            MultiHeadAttention(c.d_model, c.h, c.attention_dropout) for _ in range(2)
        )
        self.feed_forward = FeedForward(c.d_model, c.d_ff)
        for i in (1, 2, 3):
            setattr(self, f"residual_{i}", ResidualSublayer(c.d_model, c.dropout, c.pre_norm))

    def forward(self, x, memory, target_mask=None, source_mask=None):
        a, b, m = self.self_attention, self.cross_attention, memory
        x = self.residual_1(x, lambda y: a(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: b(y, m, m, source_mask))
        return self.residual_3(x, self.feed_forward)


class Decoder(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(c) for _ in range(c.N)])
        if c.pre_norm:
            self.norm = LayerNorm(c.d_model)

    def forward(self, x, *rest, **named):
        for f in self.layers:
            x = f(x, *rest, **named)
        return self.norm(x) if hasattr(self, "norm") else x


class Transformer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.config, d = c, c.d_model
        self.source_embedding = TokenEmbedding(c.source_vocabulary, d)
        self.target_embedding = self.source_embedding
        if not c.share_embeddings:
            self.target_embedding = TokenEmbedding(c.target_vocabulary, d)
        kind = PositionalEncoding if c.positions == "sinusoidal" else LearnedPositionalEncoding
        self.source_positions, self.target_positions = (
            kind(d, c.dropout, c.max_length) for _ in "st"
        )
        self.encoder, self.decoder = Encoder(c), Decoder(c)

    def forward(self, source, target):
        require_pairs(source, target)
        return self.target_embedding.to_logits(self.decode(target, *self.encode(source)))

    def encode(self, source):
        require_words(source)
        m = padding_mask(source, self.config.pad_id)
        return self.encoder(self.source_positions(self.source_embedding(source)), m), m

    def decode(self, target, memory, source_mask):
        m = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, m, source_mask)


def count_parameters(model):
    return sum(torch.Size(p.shape).numel() for p in set(model.parameters()) if p.requires_grad)


def predicted_parameters(c):
    d, f = c.d_model, c.d_ff
    layer = 12 * d * d + 2 * (2 * d * f + f + d) + 10 * d
    rows = c.target_vocabulary + c.source_vocabulary * (not c.share_embeddings)
    rows += 2 * c.max_length * (c.positions == "learned") + 4 * c.pre_norm
    return c.N * layer + rows * d


def diagnosis():
    faults = "source order,future,probabilities,no memory,padding"
    return dict(enumerate(faults.split(","), start=1))
