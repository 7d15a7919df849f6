"""Faster kernels for the same model and the same parameters.

The layers of this course are written to be read. On a CPU, three of them are limited by memory
traffic or random numbers, not by arithmetic: attention writes a (T, S) table of weights for every
head to memory and reads it again, layer normalization passes over its input four times, and dropout
draws random numbers with more bits than it needs. The loss is the most expensive: half of a
training step is spent on reading and writing tables with a row for every token and a column for
every word. `fast_batch_loss` computes such a table in chunks that fit into the CPU's cache.

Results are the same up to rounding, except for dropout's random choices. The parameters have the
same names, so a checkpoint can be loaded into both.
"""

from typing import Any, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.data.batching import Batch
from solutions.model.attention import (
    MultiHeadAttention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from solutions.model.residual import LayerNorm
from solutions.model.transformer import Transformer

from .step import batch_loss

M = TypeVar("M", bound=nn.Module)

CHUNK = 2**20  # logits at a time: 4 MB, what the caches of two cores hold


class FusedMultiHeadAttention(MultiHeadAttention):
    """`MultiHeadAttention` that does not store its weights in memory.

    The exception is bfloat16 on a CPU: its bfloat16 instructions are used in plain matrix products
    only, and with those a whole training step takes half as long as with the fused kernel.
    """

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """See `MultiHeadAttention.forward`."""
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
        """See `LayerNorm.forward`."""
        return F.layer_norm(x, self.gain.shape, self.gain, self.bias, self.eps)


class CheapDropout(nn.Dropout):
    """Dropout from 16 random bits per number: p is rounded to a multiple of 1 / 65536."""

    def forward(self, x: Tensor) -> Tensor:
        """See `nn.Dropout.forward`.

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


class ChunkedLoss(torch.autograd.Function):
    """`to_logits` and `label_smoothing_loss` in one, a few tokens at a time.

    The gradient of the loss with respect to a token's logits is softmax(logits) - target, which is
    known as soon as the logits are. So the forward pass already multiplies it with the weights,
    while the chunk is in the cache, and `backward` only scales the result.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        weight: Tensor,
        targets: Tensor,
        smoothing: float,
        pad_id: int,
        precision: torch.dtype,
    ) -> Tensor:
        """Return the summed loss in nats, float32 (float64 if x is).

        Args:
            x: (N, d_model) float, what the logits are made of; none of the tokens is padding.
            weight: (V, d_model), the matrix in front of the softmax.
            targets: (N,) integers.
            smoothing, pad_id: as in `label_smoothing_loss`.
            precision: of the three matrix products.
        """
        V, dtype = len(weight), torch.promote_types(x.dtype, torch.float32)
        rest = smoothing / (V - 1)  # of the target, for every word but the right one and padding
        states, matrix = x.to(precision), weight.to(precision)
        loss = torch.zeros((), dtype=dtype)
        to_x, to_weight = torch.empty_like(states), torch.zeros_like(weight, dtype=dtype)
        size = max(1, min(CHUNK // V, len(x)))
        for first in range(0, len(x), size):
            # All chunks have the same shape: the library compiles a product for each new shape,
            # and that takes longer than computing some tokens twice.
            rows = slice(min(first, len(x) - size), min(first + size, len(x)))
            twice = first - rows.start
            logits = (states[rows] @ matrix.T).to(dtype)  # (n, V)
            right = targets[rows, None]  # (n, 1)
            normalizer = logits.logsumexp(1, keepdim=True)
            at_right = logits.gather(1, right)
            at_every = logits.sum(1, keepdim=True) - logits[:, [pad_id]]
            loss += (normalizer - (1 - smoothing) * at_right - rest * at_every)[twice:].sum()
            change = logits.sub_(normalizer).exp_().sub_(rest)  # softmax - target
            change[:, pad_id] += rest
            change.scatter_add_(1, right, torch.full_like(at_right, smoothing - 1))
            change = change.to(precision)
            torch.mm(change, matrix, out=to_x[rows])
            change[:twice] = 0
            to_weight += change.T @ states[rows]
        ctx.save_for_backward(to_x, to_weight)
        ctx.dtypes = x.dtype, weight.dtype
        return loss

    @staticmethod
    def backward(ctx: Any, scale: Tensor) -> tuple[Tensor | None, ...]:
        """Return the gradients with respect to x and weight."""
        gradients = zip(ctx.saved_tensors, ctx.dtypes, strict=True)
        to_x, to_weight = ((scale * gradient).to(dtype) for gradient, dtype in gradients)
        return to_x, to_weight, None, None, None, None


def fast_batch_loss(
    model: Transformer,
    batch: Batch,
    smoothing: float = 0.0,
    precision: torch.dtype = torch.float32,
) -> tuple[Tensor, Tensor]:
    """Compute `batch_loss` without storing all logits; on a GPU, call `batch_loss` itself.

    For training only, because the gradients are always computed.
    """
    if batch.source.device.type != "cpu":
        return batch_loss(model, batch, smoothing, precision)
    weight, pad_id = model.target_embedding.embedding.weight, model.config.pad_id
    with torch.autocast("cpu", precision, enabled=precision != torch.float32):
        memory, source_mask = model.encode(batch.source)
        x = model.decode(batch.target_in, memory, source_mask)  # (B, T, d_model)
    real = batch.target_out != pad_id
    x, targets = x[real], batch.target_out[real]  # (N, d_model) and (N,)
    if precision == torch.float32:
        precision = weight.dtype  # nothing is rounded
    return ChunkedLoss.apply(x, weight, targets, smoothing, pad_id, precision), real.sum()


_FASTER = {
    MultiHeadAttention: FusedMultiHeadAttention,
    LayerNorm: FusedLayerNorm,
    nn.Dropout: CheapDropout,
}


def fast(model: M) -> M:
    """Switch a model's attention, layer norms and dropout to the faster kernels.

    Args:
        model: built from the layers of this course; changed in place. Parameters, their names and
            an optimizer of them stay as they are.

    Returns:
        the model.
    """
    for module in model.modules():
        # The class holds the formula, the instance the numbers: only the formula changes.
        module.__class__ = _FASTER.get(type(module), type(module))
    return model


def fastest_precision() -> torch.dtype:
    """Return bfloat16 if this processor has matrix instructions for it, else float32.

    Without the instructions for it, bfloat16 is emulated: tens of times slower.
    """
    return torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32
