"""The Transformer (paper, figure 1): embeddings, encoder, decoder and output projection.

Legend: B batch, S source length, T target length, V size of the target vocabulary.
"""

from torch import Tensor, nn

from .config import TransformerConfig
from .decoder import Decoder
from .embeddings import TokenEmbedding
from .encoder import Encoder
from .masks import padding_mask, target_mask
from .positional import LearnedPositionalEncoding, PositionalEncoding


class Transformer(nn.Module):
    """The whole model: from source and target tokens to logits for every next token.

    Args:
        config: see `TransformerConfig`.

    Parameters: source_embedding, target_embedding (also the output's matrix; one matrix for all
    three with share_embeddings), encoder, decoder; and the tables of learned positions.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.config = config
        self.target_embedding = TokenEmbedding(config.target_vocabulary, config.d_model)
        self.source_embedding = (
            self.target_embedding
            if config.share_embeddings
            else TokenEmbedding(config.source_vocabulary, config.d_model)
        )
        encoding = {"sinusoidal": PositionalEncoding, "learned": LearnedPositionalEncoding}
        positions = encoding[config.positions]
        self.source_positions = positions(config.d_model, config.dropout, config.max_length)
        self.target_positions = positions(config.d_model, config.dropout, config.max_length)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1 and "embedding" not in name and "positions" not in name:
                nn.init.xavier_uniform_(parameter)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """Return logits for the token after each target position, under teacher forcing.

        Args:
            source: (B, S) integers, padded with the configuration's pad_id.
            target: (B, T) integers, beginning with the start symbol, padded likewise.

        Returns:
            (B, T, V): at position t, logits for the token after target[:, t].

        Raises:
            ValueError: if the batches differ, the source is empty or an id is unknown.
        """
        require_pairs(source, target)
        memory, source_mask = self.encode(source)
        return self.target_embedding.to_logits(self.decode(target, memory, source_mask))

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """Run the encoder: once per sentence, however long the translation is.

        Args:
            source: (B, S) integers.

        Returns:
            memory: (B, S, d_model).
            source_mask: (B, 1, S) boolean, True where the source is not padding.

        Raises:
            ValueError: if the source is empty or an id is unknown.
        """
        require_words(source)
        mask = padding_mask(source, self.config.pad_id)
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, mask), mask

    def decode(self, target: Tensor, memory: Tensor, source_mask: Tensor) -> Tensor:
        """Run the decoder, up to the vectors from which the logits are computed.

        Apart from `to_logits`, so that a caller need not pay for logits that it will not use: those
        of padding in training, those of all positions but the last in decoding.

        No position attends to a later one or to padding of the target.

        Args:
            target: (B, T) integers, beginning with the start symbol.
            memory: (B, S, d_model), from `encode`.
            source_mask: (B, 1, S) boolean, from `encode`.

        Returns:
            (B, T, d_model); `target_embedding.to_logits` makes (B, T, V) of it.

        Raises:
            ValueError: if an id is unknown.
        """
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.decoder(x, memory, mask, source_mask)


def count_parameters(model: nn.Module) -> int:
    """Count the trainable numbers of a module.

    A parameter that is used in several places counts once. Frozen parameters (requires_grad is
    False) and buffers do not count.

    Args:
        model: any module.
    """
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def predicted_parameters(config: TransformerConfig) -> int:
    """Compute `count_parameters(Transformer(config))` from the sizes alone.

    Section 3 gives every size. The four projections of attention have no biases, the two maps of
    the feed-forward network have; a layer norm has a gain and a bias.

    Args:
        config: see `TransformerConfig`; pre_norm, share_embeddings and positions count too.
    """
    d_model, d_ff = config.d_model, config.d_ff
    attention = 4 * d_model**2
    network = 2 * d_model * d_ff + d_ff + d_model
    norm = 2 * d_model
    encoder_layer = attention + network + 2 * norm
    decoder_layer = 2 * attention + network + 3 * norm
    last_norms = 2 * norm if config.pre_norm else 0
    rows = config.target_vocabulary
    if not config.share_embeddings:
        rows += config.source_vocabulary
    if config.positions == "learned":
        rows += 2 * config.max_length
    return config.N * (encoder_layer + decoder_layer) + last_norms + rows * d_model


def require_pairs(source: Tensor, target: Tensor) -> None:
    """Raise ValueError unless there is one target sentence for each source sentence."""
    if source.size(0) != target.size(0):
        raise ValueError(
            f"source has {source.size(0)} sentences and target {target.size(0)}; they must be pairs"
        )


def require_words(source: Tensor) -> None:
    """Raise ValueError if the source has no positions at all."""
    if source.size(-1) == 0:
        raise ValueError("the source is empty; a sentence has at least its end symbol")
