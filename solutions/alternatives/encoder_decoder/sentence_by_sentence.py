"""By somebody who thinks of one sentence at a time: layers work on single sentences."""

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
    def __init__(self, config):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x, mask=None):
        sentences = []
        for b, sentence in enumerate(x.split(1)):
            own = mask[b : b + 1] if mask is not None and mask.dim() == 3 else mask

            def attend(y, own=own):
                return self.self_attention(y, y, y, own)

            sentence = self.residual_1(sentence, attend)
            sentences.append(self.residual_2(sentence, self.feed_forward))
        return torch.cat(sentences)


class Encoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(map(EncoderLayer, [config] * config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Sequential()

    def forward(self, x, mask=None):
        states = [x]
        for layer in self.layers:
            states.append(layer(states[-1], mask))
        return self.norm(states[-1])


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
        def of_sentence(mask, b):
            return mask[b : b + 1] if mask is not None and mask.dim() == 3 else mask

        sentences = []
        for b in range(x.size(0)):
            source = memory[b : b + 1]
            mine, its = of_sentence(target_mask, b), of_sentence(source_mask, b)
            y = self.residual_1(x[b : b + 1], lambda z, m=mine: self.self_attention(z, z, z, m))
            y = self.residual_2(y, lambda z, s=source, m=its: self.cross_attention(z, s, s, m))
            sentences.append(self.residual_3(y, self.feed_forward))
        return torch.cat(sentences, dim=0)


class Decoder(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.layers = nn.ModuleList(map(DecoderLayer, [config] * config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Sequential()

    def forward(self, x, memory, target_mask=None, source_mask=None):
        states = [x]
        for layer in self.layers:
            states.append(layer(states[-1], memory, target_mask, source_mask))
        return self.norm(states[-1])


class Transformer(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.source_embedding = TokenEmbedding(config.source_vocabulary, config.d_model)
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        if config.share_embeddings:
            self.source_embedding = self.target_embedding
        encoding: type[nn.Module] = LearnedPositionalEncoding
        if config.positions != "learned":
            encoding = PositionalEncoding
        self.source_positions = encoding(config.d_model, config.dropout, config.max_length)
        self.target_positions = encoding(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def encode(self, source):
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = torch.cat([self.source_positions(self.source_embedding(s)) for s in source.split(1)])
        return self.encoder(x, mask), mask

    def decode(self, target, memory, source_mask):
        mask = target_mask(target, self.config.pad_id)
        x = torch.cat([self.target_positions(self.target_embedding(t)) for t in target.split(1)])
        return self.decoder(x, memory, mask, source_mask)

    def forward(self, source, target):
        require_pairs(source, target)
        rows = []
        for pair in zip(source.split(1), target.split(1), strict=True):
            memory, mask = self.encode(pair[0])
            rows.append(self.target_embedding.to_logits(self.decode(pair[1], memory, mask)))
        return torch.cat(rows)


def count_parameters(model):
    trained = [p.flatten() for p in model.parameters() if p.requires_grad]
    return len(torch.cat(trained)) if trained else 0


def predicted_parameters(config):
    d, d_ff = config.d_model, config.d_ff
    norm, attention, network = d + d, 4 * d * d, (d + 1) * d_ff + (d_ff + 1) * d
    encoder = config.N * (attention + norm + network + norm)
    decoder = config.N * (2 * (attention + norm) + network + norm)
    if config.pre_norm:
        encoder, decoder = encoder + norm, decoder + norm
    source, target = config.source_vocabulary, config.target_vocabulary
    if config.share_embeddings:
        source = 0
    if config.positions == "learned":
        source, target = source + config.max_length, target + config.max_length
    return encoder + decoder + (source + target) * d


def diagnosis():
    names = ("source order", "future", "probabilities", "no memory", "padding")
    return {number: name for number, name in zip(range(1, 6), names, strict=True)}  # noqa: C416
