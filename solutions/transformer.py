"""The Transformer (paper, figure 1): embeddings, encoder, decoder, and back to words.

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
    """From a source sentence and the target sentence so far to logits for every next token.

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
        """Logits for the token after each target position, under teacher forcing.

        Args:
            source: (B, S) integers, padded with the configuration's pad_id.
            target: (B, T) integers, beginning with the start symbol, padded likewise.

        Returns:
            (B, T, V): at position t, logits for the token after target[:, t].

        Raises:
            ValueError: if the batches differ, the source is empty or an id is unknown.
        """
        if source.size(0) != target.size(0):
            raise ValueError(
                f"source has {source.size(0)} sentences and target {target.size(0)}; "
                "they must be pairs"
            )
        memory, source_mask = self.encode(source)
        mask = target_mask(target, self.config.pad_id)
        x = self.target_positions(self.target_embedding(target))
        return self.target_embedding.to_logits(self.decoder(x, memory, mask, source_mask))

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """The encoder's half: once per sentence, however long the translation gets.

        Args:
            source: (B, S) integers.

        Returns:
            memory: (B, S, d_model).
            source_mask: (B, 1, S) boolean, True where the source is not padding.

        Raises:
            ValueError: if the source is empty or an id is unknown.
        """
        mask = padding_mask(source, self.config.pad_id)
        if source.size(1) == 0:
            raise ValueError("the source is empty; a sentence has at least its end symbol")
        x = self.source_positions(self.source_embedding(source))
        return self.encoder(x, mask), mask


def count_parameters(model: nn.Module) -> int:
    """How many numbers are trained; a shared matrix counts once."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
