"""Ways to get attention wrong (right: `solutions.model.attention`)."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from solutions.misconceptions import misconception
from solutions.model.attention import (
    MultiHeadAttention,
    merge_heads,
    scaled_dot_product_attention,
    split_heads,
)

# ---- scaled_dot_product_attention ----------------------------------------------------------------


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-scale",
    section="attention.html#attn-scale",
    sentence="Your result equals attention without the 1/sqrt(d_k) scale: the wider the heads, "
    "the larger the scores, and the softmax ends up nearly all on one key.",
)
def attention_without_scale(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-scale",
    section="attention.html#attn-scale",
    sentence="Your scores are divided by d_k, not by its square root: the standard deviation of a "
    "score grows with sqrt(d_k), so this shrinks wide heads to nearly uniform weights.",
)
def attention_scaled_by_d_k(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / query.size(-1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-scale",
    section="attention.html#attn-scale",
    sentence="Your scores are divided by the square root of the number of keys, not of their "
    "width d_k: check which axis you take the size of.",
)
def attention_scaled_by_length(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(key.size(-2))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-scale",
    section="attention.html#attn-scale",
    sentence="You divide by sqrt(d_k) after the softmax: the weights of a query then no longer "
    "sum to 1. The scale belongs to the scores.",
)
def attention_scaled_after_softmax(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1) / math.sqrt(query.size(-1))
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-rows",
    section="attention.html#attn-softmax-axis",
    sentence="Your softmax runs over the queries instead of the keys: the columns of your weights "
    "sum to 1, the rows do not. Each query shares out its attention: dim=-1.",
)
def attention_softmax_over_queries(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-2)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-rows",
    section="attention.html#attn-softmax-axis",
    sentence="There is no softmax: your weights are the raw scores. They can be negative and do "
    "not sum to 1.",
)
def attention_without_softmax(query, key, value, mask=None, dropout_p=0.0):
    weights = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-values",
    section="attention.html#attn-formula",
    sentence="You average the keys, not the values: the weights are right, but they are applied "
    "to the wrong tensor.",
)
def attention_averages_the_keys(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ key, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-values",
    section="attention.html#attn-formula",
    sentence="Your result is as wide as the queries, d_k. It is an average of values, so it is as "
    "wide as they are: d_v. The paper has d_k = d_v, which hides the difference.",
)
def attention_as_wide_as_the_queries(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    output = torch.zeros_like(query)
    output[...] = weights @ value
    return output, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-values",
    section="attention.html#attn-formula",
    sentence="You reverse all axes of the keys (`.T`) instead of swapping the last two: that "
    "mixes the sentences of a batch. Use key.transpose(-2, -1).",
)
def attention_transposes_the_batch(query, key, value, mask=None, dropout_p=0.0):
    every_axis_reversed = key.permute(*reversed(range(key.dim())))
    scores = query @ every_axis_reversed / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = F.dropout(scores.softmax(dim=-1), dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-mask",
    section="attention.html#attn-masked-scores",
    sentence='Your mask is used the wrong way round: True means "may attend", and you hide '
    "exactly those. Fill where the mask is False: ~mask.",
)
def attention_mask_inverted(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-mask",
    section="attention.html#attn-masks",
    sentence="Your function ignores its mask: every query attends to every key.",
)
def attention_ignores_the_mask(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    weights = F.dropout(scores.softmax(dim=-1), dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-mask",
    section="attention.html#attn-masked-scores",
    sentence="You set hidden scores to 0 (or to a tiny number such as -1e-9). Zero is an ordinary "
    "score: after the softmax the hidden keys still get weight. Use the lowest number there is.",
)
def attention_hidden_scores_are_zero(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, 0.0)
    weights = F.dropout(scores.softmax(dim=-1), dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-mask",
    section="attention.html#attn-masked-scores",
    sentence="You hide keys after the softmax: what remains of a row no longer sums to 1, because "
    "the hidden keys took their share first. Mask the scores, before the softmax.",
)
def attention_masks_after_softmax(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-mask",
    section="attention.html#attn-masked-scores",
    sentence="You add the boolean mask to the scores: True counts as 1, so the allowed keys get a "
    "small bonus and the hidden ones stay visible.",
)
def attention_adds_the_mask(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores + mask
    weights = F.dropout(scores.softmax(dim=-1), dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-padded-rows",
    section="attention.html#attn-padded-rows",
    sentence="Your softmax gives NaN for a query that may attend to nothing: over a row that is "
    "all -infinity it is 0/0. Such a row must give zeros.",
)
def attention_padded_rows_are_nan(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, float("-inf"))
    weights = F.dropout(scores.softmax(dim=-1), dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-padded-rows",
    section="attention.html#attn-padded-rows",
    sentence="You let a query that may attend to nothing attend to everything equally: with one "
    "and the same low number in the whole row the softmax is uniform. Such a row must give zeros.",
)
def attention_padded_rows_are_uniform(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = F.dropout(scores.softmax(dim=-1), dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-padded-rows",
    section="attention.html#attn-padded-rows",
    sentence="Your output is clean but your gradients are NaN: you add -infinity to the scores and "
    "replace the NaN afterwards, which hides it in the forward pass only. Use masked_fill.",
)
def attention_gradient_is_nan(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores + torch.zeros_like(scores).masked_fill(~mask, float("-inf"))
    weights = scores.softmax(dim=-1).nan_to_num(0.0)
    weights = F.dropout(weights, dropout_p)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-dropout",
    section="attention.html#attn-dropout",
    sentence="Your function ignores dropout_p: no attention weight is ever dropped.",
)
def attention_ignores_dropout(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    return weights @ value, weights


@misconception(
    "scaled_dot_product_attention",
    caught_by="sdpa-dropout",
    section="attention.html#attn-dropout",
    sentence="You drop weights but do not make the others larger: divide the survivors by "
    "1 - dropout_p, so that the expected output stays the same.",
)
def attention_dropout_not_rescaled(query, key, value, mask=None, dropout_p=0.0):
    scores = query @ key.transpose(-2, -1) / math.sqrt(query.size(-1))
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = scores.softmax(dim=-1)
    if mask is not None:
        weights = weights.masked_fill(~mask, 0.0)
    weights = weights * (torch.rand_like(weights) >= dropout_p)
    return weights @ value, weights


# ---- split_heads and merge_heads -----------------------------------------------------------------


@misconception(
    "split_heads",
    caught_by="split-heads",
    section="attention.html#attn-split-heads",
    sentence="You reshape straight to (B, h, T, d_k): the shape is right, but the numbers of one "
    "position land in several heads. Cut the last axis first, then transpose.",
)
def split_heads_by_view_alone(x: Tensor, h: int) -> Tensor:
    B, T, d_model = x.shape
    return x.reshape(B, h, T, d_model // h)


@misconception(
    "split_heads",
    caught_by="split-heads",
    section="attention.html#attn-split-heads",
    sentence="Your heads are interleaved: head i takes every h-th feature instead of a block of "
    "d_k neighbors. Cut the width as (h, d_k), not (d_k, h).",
)
def split_heads_interleaved(x: Tensor, h: int) -> Tensor:
    B, T, d_model = x.shape
    return x.reshape(B, T, d_model // h, h).permute(0, 3, 1, 2)


@misconception(
    "split_heads",
    caught_by="split-heads",
    section="attention.html#attn-split-heads",
    sentence="You never bring the heads before the positions: (B, T, h, d_k) makes the heads of "
    "one position attend to each other. Transpose axes 1 and 2.",
)
def split_heads_without_transpose(x: Tensor, h: int) -> Tensor:
    B, T, d_model = x.shape
    return x.reshape(B, T, h, d_model // h)


@misconception(
    "merge_heads",
    caught_by="merge-heads",
    section="attention.html#attn-merge-heads",
    sentence="You merge without transposing back: the shape is right, but each row mixes "
    "positions of one head instead of heads of one position.",
)
def merge_heads_without_transpose(x: Tensor) -> Tensor:
    B, h, T, d_k = x.shape
    return x.reshape(B, T, h * d_k)


@misconception(
    "merge_heads",
    caught_by="merge-heads",
    section="attention.html#attn-merge-heads",
    sentence="Your merged features are interleaved: feature 0 of every head, then feature 1 of "
    "every head. The heads must stand one after the other.",
)
def merge_heads_interleaved(x: Tensor) -> Tensor:
    B, h, T, d_k = x.shape
    return x.permute(0, 2, 3, 1).reshape(B, T, d_k * h)


# ---- MultiHeadAttention --------------------------------------------------------------------------


@misconception(
    "MultiHeadAttention",
    caught_by="mha-self",
    section="attention.html#attn-multi-head",
    sentence="Your layer never splits into heads: it is attention with one head of full width. "
    "Its shapes are right, which is why nothing complains.",
)
class OneWideHead(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(
            self.W_q(query), self.W_k(key), self.W_v(value), mask, dropout_p
        )
        return self.W_o(heads)


@misconception(
    "MultiHeadAttention",
    caught_by="mha-self",
    section="attention.html#attn-projections",
    sentence="Your output projection W_o is missing: the heads stand side by side and are never "
    "mixed.",
)
class NoOutputProjection(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return merge_heads(heads)


@misconception(
    "MultiHeadAttention",
    caught_by="mha-self",
    section="attention.html#attn-projections",
    sentence="Your values are not projected: W_v is never used, so it would never be trained.",
)
class ValuesNotProjected(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(value, self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-self",
    section="attention.html#attn-projections",
    sentence="You use one projection for queries and keys (W_q twice, W_k never): the scores "
    "become symmetric, so a word cannot look at another without being looked at.",
)
class KeysThroughQueryProjection(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_q(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-self",
    section="attention.html#attn-scale",
    sentence="Your scores are divided by sqrt(d_model), not by the width of one head, sqrt(d_k).",
)
class ScaledByModelWidth(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h) / math.sqrt(self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-cross",
    section="attention.html#attn-cross",
    sentence="You reuse the length of the queries to reshape keys and values: it breaks as soon "
    "as source and target differ in length, that is in every cross-attention.",
)
class QueryLengthForKeys(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        B, T, d_model = query.shape
        q = self.W_q(query).view(B, T, self.h, d_model // self.h).transpose(1, 2)
        k = self.W_k(key).view(B, T, self.h, d_model // self.h).transpose(1, 2)
        v = self.W_v(value).view(B, T, self.h, d_model // self.h).transpose(1, 2)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-cross",
    section="attention.html#attn-cross",
    sentence="Your layer makes keys and values from the query: self-attention works, but the "
    "decoder would never look at the encoder's output.",
)
class AlwaysSelfAttention(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(query), self.h)
        v = split_heads(self.W_v(query), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-cross",
    section="attention.html#attn-cross",
    sentence="Your layer takes its values from the key argument: that is the same tensor in a "
    "Transformer, but the contract has three inputs.",
)
class ValuesFromKeys(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(key), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-mask",
    section="attention.html#attn-masks",
    sentence="Your layer acts as if there were no mask: either it never passes the mask on, or "
    "your attention function ignores it (see that function's own tests).",
)
class ForgetsTheMask(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, None, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-mask",
    section="attention.html#attn-masks",
    sentence="Your mask has no axis for the heads: (B, T, S) lines up with (h, T, S), so sentence "
    "i's mask is used for head i. It fails, or goes wrong unseen when B equals h.",
)
class MaskWithoutHeadAxis(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-dropout",
    section="attention.html#attn-dropout",
    sentence="Your layer drops attention weights in evaluation mode too: its translations would "
    "change from call to call. Use dropout only if self.training.",
)
class DropoutInEvaluation(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        heads, _ = scaled_dot_product_attention(q, k, v, mask, self.dropout)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-dropout",
    section="attention.html#attn-dropout",
    sentence="Your layer drops no attention weight in training: either it passes no dropout on, or "
    "your attention function ignores dropout_p (see that function's own tests).",
)
class NeverDrops(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h)
        k = split_heads(self.W_k(key), self.h)
        v = split_heads(self.W_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        heads, _ = scaled_dot_product_attention(q, k, v, mask)
        return self.W_o(merge_heads(heads))


@misconception(
    "MultiHeadAttention",
    caught_by="mha-gradients",
    section="attention.html#attn-projections",
    sentence="Your output is right but nothing can be learned: a detach() or torch.no_grad() cuts "
    "the gradient on its way to the projections.",
)
class CutsTheGradient(MultiHeadAttention):
    def forward(self, query, key, value, mask=None):
        q = split_heads(self.W_q(query), self.h).detach()
        k = split_heads(self.W_k(key), self.h).detach()
        v = split_heads(self.W_v(value), self.h)
        if mask is not None:
            mask = mask.unsqueeze(-3)
        dropout_p = self.dropout if self.training else 0.0
        heads, _ = scaled_dot_product_attention(q, k, v, mask, dropout_p)
        return self.W_o(merge_heads(heads))
