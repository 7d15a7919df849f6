"""By somebody who likes classes: the decoder is an encoder with more to read."""

from torch import nn

from solutions.model.attention import MultiHeadAttention
from solutions.model.embeddings import TokenEmbedding
from solutions.model.feed_forward import FeedForward
from solutions.model.masks import causal_mask, padding_mask
from solutions.model.positional import LearnedPositionalEncoding, PositionalEncoding
from solutions.model.residual import LayerNorm, ResidualSublayer
from solutions.model.transformer import require_pairs, require_words


class EncoderLayer(nn.Module):
    sublayers = 2
    residual_1: nn.Module
    residual_2: nn.Module

    def __init__(self, config):
        super().__init__()
        sizes = config.d_model, config.dropout, config.pre_norm
        self.self_attention = self.attention(config)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        for number in range(1, self.sublayers + 1):
            self.add_module(f"residual_{number}", ResidualSublayer(*sizes))

    def attention(self, config):
        return MultiHeadAttention(config.d_model, config.h, dropout=config.attention_dropout)

    def gather(self, x, mask):
        def attend(y):
            return self.self_attention(query=y, key=y, value=y, mask=mask)

        return self.residual_1(x, attend)

    def forward(self, x, mask=None):
        return self.residual_2(self.gather(x, mask), self.feed_forward)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(self.layer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else None

    def layer(self, config):
        return EncoderLayer(config)

    def forward(self, x, *others):
        for layer in self.layers:
            x = layer(x, *others)
        return x if self.norm is None else self.norm(x)


class DecoderLayer(EncoderLayer):
    sublayers = 3
    residual_3: nn.Module

    def __init__(self, config):
        super().__init__(config)
        self.cross_attention = self.attention(config)

    def forward(self, x, memory, target_mask=None, source_mask=None):  # type: ignore[override]
        def read(y):
            return self.cross_attention(query=y, key=memory, value=memory, mask=source_mask)

        x = self.residual_2(self.gather(x, target_mask), read)
        return self.residual_3(x, self.feed_forward)


class Decoder(Encoder):
    def layer(self, config):
        return DecoderLayer(config)


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        if config.share_embeddings:
            self.target_embedding = self.source_embedding
        else:
            self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_positions = self.positions()
        self.target_positions = self.positions()
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def positions(self):
        c = self.config
        if c.positions == "learned":
            return LearnedPositionalEncoding(c.d_model, c.dropout, c.max_length)
        return PositionalEncoding(c.d_model, c.dropout, c.max_length)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        embedded = self.source_positions(self.source_embedding(source))
        return self.encoder(embedded, mask), mask

    def decode(self, target, memory, source_mask):
        visible = padding_mask(target, self.config.pad_id)
        mask = visible & causal_mask(target.shape[1], target.device)
        embedded = self.target_positions(self.target_embedding(target))
        return self.decoder(embedded, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        memory, mask = self.encode(source)
        known = self.decode(target, memory, mask)
        return self.target_embedding.to_logits(known)


def count_parameters(model):
    total = 0
    for parameter in model.parameters():
        if parameter.requires_grad:
            total += parameter.numel()
    return total


def predicted_parameters(config):
    def linear(inputs, outputs, bias=True):
        return inputs * outputs + bias * outputs

    d = config.d_model
    attention = 4 * linear(d, d, bias=False)
    network = linear(d, config.d_ff) + linear(config.d_ff, d)
    norms = {"encoder": 2, "decoder": 3}
    attentions = {"encoder": 1, "decoder": 2}
    total = 0
    for half in ("encoder", "decoder"):
        each = attentions[half] * attention + network + norms[half] * 2 * d
        total += config.N * each + (2 * d if config.pre_norm else 0)
        if config.positions == "learned":
            total += config.max_length * d
    vocabularies = [config.target_vocabulary]
    if not config.share_embeddings:
        vocabularies.append(config.source_vocabulary)
    return total + d * sum(vocabularies)


def diagnosis():
    answer = {}
    answer[1] = "source order"
    answer[2] = "future"
    answer[3] = "probabilities"
    answer[4] = "no memory"
    answer[5] = "padding"
    return answer
