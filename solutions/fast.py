"""The same model, faster: other kernels behind the same parameters.

The layers of this course are written to be read. On a processor, three of them spend their time on
something else than mathematics: attention writes a (T, S) table of weights for every head to
memory and reads it again, layer normalisation passes four times over its input, and dropout draws
random numbers far finer than it needs. Results are the same up to rounding (dropout's random
choices are others), and so are the names of the parameters: a checkpoint fits both.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .attention import (
    MultiHeadAttention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from .residual import LayerNorm


class FusedMultiHeadAttention(MultiHeadAttention):
    """`MultiHeadAttention` whose weights never get to memory.

    Except in bfloat16 on a processor: what multiplies such matrices there does so in plain products
    only. With them a whole training step takes half the time that it takes with the fused kernel.
    """

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """As `MultiHeadAttention.forward`."""
        q = split_heads(self.W_q(query), self.h)  # (B, h, T, d_k)
        k = split_heads(self.W_k(key), self.h)  # (B, h, S, d_k)
        v = split_heads(self.W_v(value), self.h)  # (B, h, S, d_k)
        if mask is not None:
            mask = mask.unsqueeze(-3)  # an axis for the heads
        dropout_p = self.dropout if self.training else 0.0
        if q.device.type == "cpu" and q.dtype == torch.bfloat16:
            heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)  # (B, h, T, d_k)
        else:
            heads = F.scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))  # (B, T, d_model)


class FusedLayerNorm(LayerNorm):
    """`LayerNorm` in one pass."""

    def forward(self, x: Tensor) -> Tensor:
        """As `LayerNorm.forward`."""
        return F.layer_norm(x, self.gain.shape, self.gain, self.bias, self.eps)


class CheapDropout(nn.Dropout):
    """Dropout from 16 random bits a number: p is rounded to a multiple of 1 / 65536."""

    def forward(self, x: Tensor) -> Tensor:
        """As `nn.Dropout.forward`.

        Args:
            x: any shape, float.

        Returns:
            the shape and dtype of x.
        """
        if not self.training or self.p == 0 or x.device.type != "cpu":
            return super().forward(x)
        # One draw of 64 bits serves four numbers, uniform on -32768..32767.
        draws = torch.empty((x.numel() + 3) // 4, dtype=torch.int64).random_(-(2**63), None)
        bits = draws.view(torch.int16)[: x.numel()].view(x.shape)
        dropped = min(round(self.p * 65536), 65535)
        keep = (bits >= dropped - 32768).to(x.dtype)
        return x * keep.mul_(65536 / (65536 - dropped))


_FASTER = {
    MultiHeadAttention: FusedMultiHeadAttention,
    LayerNorm: FusedLayerNorm,
    nn.Dropout: CheapDropout,
}


def fast(model: nn.Module) -> nn.Module:
    """Let a model's attention, layer norms and dropout use the faster kernels from now on.

    Args:
        model: built from the layers of this course; changed in place. Parameters, their names and
            an optimiser of them stay as they are.

    Returns:
        the model.
    """
    for module in model.modules():
        # The class holds the formula, the instance the numbers: only the formula changes.
        module.__class__ = _FASTER.get(type(module), type(module))
    return model


def fastest_precision() -> torch.dtype:
    """bfloat16 where this processor multiplies matrices in it, else float32.

    Without the instructions for it, bfloat16 is emulated: tens of times slower.
    """
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
