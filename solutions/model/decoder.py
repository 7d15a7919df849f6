"""The decoder (paper, section 3.1): N layers with masked self-attention and cross-attention.

Legend: B batch, T target length, S source length, d_model width.
"""

from torch import Tensor, nn

from .attention import MultiHeadAttention
from .config import TransformerConfig
from .feed_forward import FeedForward
from .residual import LayerNorm, ResidualSublayer


class DecoderLayer(nn.Module):
    """Masked self-attention, cross-attention to the memory, feed-forward network.

    Args:
        config: see `TransformerConfig`.

    Parameters: self_attention, cross_attention, feed_forward, residual_1, residual_2, residual_3.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.cross_attention = MultiHeadAttention(
            config.d_model, config.h, config.attention_dropout
        )
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_3 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        target_mask: Tensor | None = None,
        source_mask: Tensor | None = None,
    ) -> Tensor:
        """Attend to the target so far, then to the source, then apply the network.

        Args:
            x: (B, T, d_model) float.
            memory: (B, S, d_model), the encoder's output: keys and values of cross-attention.
            target_mask: boolean, (T, T) or (B, T, T), for the self-attention, True = may attend.
            source_mask: boolean, (B, 1, S), for the cross-attention, True = may attend.

        Returns:
            (B, T, d_model).
        """
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, target_mask))
        x = self.residual_2(x, lambda y: self.cross_attention(y, memory, memory, source_mask))
        return self.residual_3(x, self.feed_forward)


class Decoder(nn.Module):
    """A stack of N decoder layers; with pre-norm, a last layer norm on top (see `Encoder`)."""

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.layers = nn.ModuleList(DecoderLayer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(
        self,
        x: Tensor,
        memory: Tensor,
        target_mask: Tensor | None = None,
        source_mask: Tensor | None = None,
    ) -> Tensor:
        """Apply all layers; arguments and result as in `DecoderLayer.forward`."""
        for layer in self.layers:
            x = layer(x, memory, target_mask, source_mask)
        return self.norm(x)
