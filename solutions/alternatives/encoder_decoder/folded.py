"""By somebody who thinks in functions: stacks are folds, sub-layers are partial applications."""

from torch import nn

from solutions.model.attention import MultiHeadAttention
from solutions.model.embeddings import TokenEmbedding
from solutions.model.feed_forward import FeedForward
from solutions.model.masks import padding_mask, target_mask
from solutions.model.positional import LearnedPositionalEncoding, PositionalEncoding
from solutions.model.residual import LayerNorm, ResidualSublayer
from solutions.model.transformer import require_pairs, require_words


class EncoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def attend(self, mask, y):
        return self.self_attention(y, y, y, mask)

    def forward(self, x, mask=None):
        from functools import partial, reduce

        steps = (
            (self.residual_1, partial(self.attend, mask)),
            (self.residual_2, self.feed_forward),
        )
        return reduce(lambda state, step: step[0](state, step[1]), steps, x)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([EncoderLayer(config) for _ in range(config.N)])
        self.norm = (LayerNorm if config.pre_norm else nn.Identity)(config.d_model)

    def forward(self, x, mask=None):
        from functools import reduce

        return self.norm(reduce(lambda state, layer: layer(state, mask), self.layers, x))


class DecoderLayer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(
            config.d_model, config.h, config.attention_dropout
        )
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        from functools import partial

        own = partial(self.residual_1, x)
        x = own(lambda y: self.self_attention(y, y, y, mask=target_mask))
        read = partial(self.cross_attention, key=memory, value=memory, mask=source_mask)
        return self.residual_3(self.residual_2(x, read), self.feed_forward)


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList([DecoderLayer(config) for _ in range(config.N)])
        self.norm = (LayerNorm if config.pre_norm else nn.Identity)(config.d_model)

    def forward(self, x, memory, target_mask=None, source_mask=None):
        from functools import reduce

        def step(state, layer):
            return layer(state, memory=memory, target_mask=target_mask, source_mask=source_mask)

        return self.norm(reduce(step, self.layers, x))


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        learned = config.positions == "learned"
        make = LearnedPositionalEncoding if learned else PositionalEncoding
        positions = [make(config.d_model, config.dropout, config.max_length) for _ in range(2)]
        self.source_positions, self.target_positions = positions
        self.encoder, self.decoder = Encoder(config), Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        steps = (self.source_embedding, self.source_positions, lambda x: self.encoder(x, mask))
        return self.run(steps, source), mask

    def decode(self, target, memory, source_mask):
        masks = {
            "target_mask": target_mask(target, self.config.pad_id),
            "source_mask": source_mask,
        }
        steps = (
            self.target_embedding,
            self.target_positions,
            lambda x: self.decoder(x, memory, **masks),
        )
        return self.run(steps, target)

    def forward(self, source, target):
        require_pairs(source, target)
        steps = (
            lambda ids: self.encode(ids),
            lambda encoded: self.decode(target, *encoded),
            self.target_embedding.to_logits,
        )
        return self.run(steps, source)

    @staticmethod
    def run(steps, x):
        for step in steps:
            x = step(x)
        return x


def count_parameters(model):
    from functools import reduce

    trained = filter(lambda p: p.requires_grad, model.parameters())
    return reduce(lambda total, p: total + p.nelement(), trained, 0)


def predicted_parameters(config):
    d = config.d_model
    matrices = config.N * (3 * 4 * d**2 + 2 * 2 * d * config.d_ff)
    vectors = config.N * (2 * (config.d_ff + d) + 5 * 2 * d) + (4 * d if config.pre_norm else 0)
    tables = {"learned": 2 * config.max_length, "sinusoidal": 0}[config.positions]
    words = config.target_vocabulary + (1 - config.share_embeddings) * config.source_vocabulary
    return matrices + vectors + d * (tables + words)


def diagnosis():
    return {
        5: "padding",
        4: "no memory",
        3: "probabilities",
        2: "future",
        1: "source order",
    }
