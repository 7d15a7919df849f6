"""Decoding one token at a time without recomputing keys and values (for section 6.1).

The decoder attends to earlier positions only, so the keys and values of a token do not change when
more tokens are written. The cache keeps them. A step then costs one position instead of all of
them, and the keys and values of the memory are computed once per sentence.

Legend: R rows (prefixes that are being written), t tokens written so far, S source length, h heads,
d_model width, d_k = d_model / h, V size of the target vocabulary.
"""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from solutions.model.attention import (
    MultiHeadAttention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)
from solutions.model.decoder import DecoderLayer
from solutions.model.transformer import Transformer


def keys_and_values(attention: MultiHeadAttention, x: Tensor, h: int) -> tuple[Tensor, Tensor]:
    """Compute the keys and values of multi-head attention, the half that is read.

    Args:
        attention: with W_k and W_v, such as `MultiHeadAttention`.
        x: (R, S, d_model).
        h: number of heads.

    Returns:
        keys and values, each (R, h, S, d_k).
    """
    return split_heads(attention.W_k(x), h), split_heads(attention.W_v(x), h)


def attend(
    attention: MultiHeadAttention,
    x: Tensor,
    keys: Tensor,
    values: Tensor,
    mask: Tensor | None = None,
) -> Tensor:
    """Compute the other half of multi-head attention, that of the positions that read.

    Args:
        attention: with W_q and W_o, such as `MultiHeadAttention`.
        x: (R, T, d_model), the positions that read.
        keys, values: (R, h, S, d_k), from `keys_and_values`.
        mask: boolean, (R, 1, T or 1, S), True = may attend; None lets all attend.

    Returns:
        (R, T, d_model).
    """
    queries = split_heads(attention.W_q(x), keys.size(1))  # (R, h, T, d_k)
    heads, _ = scaled_dot_product_attention(queries, keys, values, mask)  # (R, h, T, d_k)
    return attention.W_o(merge_heads(heads))  # (R, T, d_model)


class SelfAttentionCache:
    """Masked self-attention one token at a time, with the keys and values of earlier tokens.

    The outputs are those of the layer for the whole sequence with a causal mask. At first nothing
    is written.

    Args:
        attention: with W_q, W_k, W_v and W_o, such as `MultiHeadAttention`; used as it is.
        h: number of heads.
        rows: R, how many prefixes are written side by side.

    Attributes:
        keys, values: (R, h, t, d_k), of the t tokens written so far.
    """

    def __init__(self, attention: MultiHeadAttention, h: int, rows: int):
        nothing = attention.W_k.weight.new_empty(rows, h, 0, attention.W_k.out_features // h)
        self.attention = attention
        self.keys, self.values = nothing, nothing

    def step(self, x: Tensor) -> Tensor:
        """Add the key and the value of the newest token; let it attend to all of them.

        There is no mask, because there are no future positions to hide.

        Args:
            x: (R, 1, d_model), the newest token of each row.

        Returns:
            (R, 1, d_model).
        """
        key, value = keys_and_values(self.attention, x, self.keys.size(1))  # (R, h, 1, d_k)
        self.keys = torch.cat([self.keys, key], dim=2)  # (R, h, t + 1, d_k)
        self.values = torch.cat([self.values, value], dim=2)
        return attend(self.attention, x, self.keys, self.values)

    def reorder(self, rows: Tensor) -> None:
        """Make row i what row rows[i] was. Rows may be repeated, moved and dropped.

        Args:
            rows: (new R,) integers below the old R.
        """
        self.keys, self.values = self.keys[rows], self.values[rows]


class DecoderCache:
    """A decoder that keeps what it has computed for the tokens written so far.

    It calls the model's own layers and changes nothing in them. At first there is one row for each
    sentence, and nothing is written; the first token to step with is the start symbol.

    Args:
        model: in evaluation mode.
        source: (B, S) integers, padded with the model's pad_id.

    Raises:
        ValueError: if the model is in training mode, the source is empty or an id is unknown.
    """

    def __init__(self, model: Transformer, source: Tensor):
        if model.training:
            raise ValueError("a model in training mode drops at random; call model.eval() first")
        h = model.config.h
        memory, source_mask = model.encode(source)
        layers = cast(Sequence[DecoderLayer], model.decoder.layers)
        self.model, self.layers = model, layers
        self.length = 0
        self.sentences = torch.arange(len(source), device=source.device)  # the one of each row
        self.visible = source_mask.unsqueeze(1)  # an axis for the heads: (B, 1, 1, S)
        self.of_memory = [keys_and_values(layer.cross_attention, memory, h) for layer in layers]
        self.written = [
            SelfAttentionCache(layer.self_attention, h, len(source)) for layer in layers
        ]

    def step(self, tokens: Tensor) -> Tensor:
        """Append one token to every row, and return the logits of the next one.

        Args:
            tokens: (R,) integers; no padding: a row that has ended is dropped by `reorder`.

        Returns:
            (R, V), logits for the token after it.

        Raises:
            ValueError: if the prefixes get longer than the model's max_length.
        """
        model = self.model
        x = model.target_embedding(tokens.unsqueeze(1))  # (R, 1, d_model)
        x = model.target_positions(x, start=self.length)
        for number in range(len(self.layers)):
            x = self._through_layer(number, x)
        self.length += 1
        return model.target_embedding.to_logits(model.decoder.norm(x)).squeeze(1)  # (R, V)

    def reorder(self, rows: Tensor) -> None:
        """Make row i what row rows[i] was. Rows may be repeated, moved and dropped.

        Args:
            rows: (new R,) integers below the old R.
        """
        for written in self.written:
            written.reorder(rows)
        sentences = self.sentences[rows]
        # Hypotheses of one sentence share its memory, so most reorderings leave it unchanged.
        if not torch.equal(sentences, self.sentences):
            self.sentences, self.visible = sentences, self.visible[rows]
            self.of_memory = [(keys[rows], values[rows]) for keys, values in self.of_memory]

    def _through_layer(self, number: int, x: Tensor) -> Tensor:
        """Run `DecoderLayer.forward` for the newest position only: (R, 1, d_model)."""
        layer = self.layers[number]
        x = layer.residual_1(x, self.written[number].step)
        keys, values = self.of_memory[number]
        x = layer.residual_2(
            x, lambda y: attend(layer.cross_attention, y, keys, values, self.visible)
        )
        return layer.residual_3(x, layer.feed_forward)
