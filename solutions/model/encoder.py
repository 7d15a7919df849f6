"""The encoder (paper, section 3.1): N layers of self-attention and feed-forward network.

Legend: B batch, S source length, d_model width.
"""

from torch import Tensor, nn

from .attention import MultiHeadAttention
from .config import TransformerConfig
from .feed_forward import FeedForward
from .residual import LayerNorm, ResidualSublayer


class EncoderLayer(nn.Module):
    """Self-attention, then the feed-forward network, each in a residual sub-layer.

    Args:
        config: see `TransformerConfig`.

    Parameters: self_attention, feed_forward, residual_1, residual_2.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.self_attention = MultiHeadAttention(config.d_model, config.h, config.attention_dropout)
        self.feed_forward = FeedForward(config.d_model, config.d_ff)
        self.residual_1 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)
        self.residual_2 = ResidualSublayer(config.d_model, config.dropout, config.pre_norm)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Let every position attend to all others, then apply the network to each.

        Args:
            x: (B, S, d_model) float.
            mask: boolean, (B, 1, S) or (B, S, S), True = may attend.

        Returns:
            (B, S, d_model).
        """
        x = self.residual_1(x, lambda y: self.self_attention(y, y, y, mask))
        return self.residual_2(x, self.feed_forward)


class Encoder(nn.Module):
    """A stack of N encoder layers; with pre-norm, a last layer norm on top.

    With pre-norm no layer normalizes its own output. Without the last norm, the stack would return
    the unnormalized sum of all sub-layers.
    """

    def __init__(self, config: TransformerConfig):
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.N))
        self.norm = LayerNorm(config.d_model) if config.pre_norm else nn.Identity()

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Apply all layers.

        Args:
            x: (B, S, d_model) float, embedded tokens with positions.
            mask: boolean, (B, 1, S) or (B, S, S), True = may attend.

        Returns:
            (B, S, d_model), the memory that the decoder reads.
        """
        for layer in self.layers:
            x = layer(x, mask)
        return self.norm(x)
