"""Ways to get the masks wrong (right: `solutions.model.masks`)."""

import torch
from torch import Tensor

from solutions.misconceptions import misconception
from solutions.model.masks import causal_mask, padding_mask


@misconception(
    "padding_mask",
    caught_by="padding-mask-values",
    section="attention.html#attn-padding-mask",
    sentence="Your padding mask is inverted: it is True at the padding, so the model would read "
    "the padding and ignore every word.",
)
def padding_mask_inverted(tokens: Tensor, pad_id: int) -> Tensor:
    return (tokens == pad_id).unsqueeze(1)


@misconception(
    "padding_mask",
    caught_by="padding-mask-values",
    section="attention.html#attn-padding-mask",
    sentence="Your padding mask looks for token id 0 and ignores pad_id: it is right only in a "
    "vocabulary where padding happens to be number 0.",
)
def padding_mask_looks_for_zero(tokens: Tensor, pad_id: int) -> Tensor:
    return (tokens != 0).unsqueeze(1)


@misconception(
    "padding_mask",
    caught_by="padding-mask-shape",
    section="attention.html#attn-padding-mask",
    sentence="Your padding mask hides padded queries (rows) instead of padded keys (columns): "
    "real words could still read the padding.",
)
def padding_mask_over_queries(tokens: Tensor, pad_id: int) -> Tensor:
    return (tokens != pad_id).unsqueeze(2)


@misconception(
    "padding_mask",
    caught_by="padding-mask-shape",
    section="attention.html#attn-padding-mask",
    sentence="Your padding mask has no axis for the queries: (B, S) lines up with (T, S), so one "
    "sentence's padding would be applied to another position.",
)
def padding_mask_without_query_axis(tokens: Tensor, pad_id: int) -> Tensor:
    return tokens != pad_id


@misconception(
    "padding_mask",
    caught_by="padding-mask-shape",
    section="attention.html#attn-masks",
    sentence="Your padding mask holds numbers (1.0 and 0.0), not booleans: `~mask` and `mask & "
    "other` then raise or mean something else.",
)
def padding_mask_of_floats(tokens: Tensor, pad_id: int) -> Tensor:
    return (tokens != pad_id).unsqueeze(1).float()


@misconception(
    "causal_mask",
    caught_by="causal-mask-values",
    section="attention.html#attn-causal-mask",
    sentence="Your causal mask is transposed: every position sees itself and the future, and is "
    "blind to the past.",
)
def causal_mask_transposed(length: int, device: torch.device | str | None = None) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool, device=device).triu()


@misconception(
    "causal_mask",
    caught_by="causal-mask-values",
    section="attention.html#attn-causal-mask",
    sentence="Your causal mask is inverted: it is True exactly at the future positions, the ones "
    "that must be hidden.",
)
def causal_mask_inverted(length: int, device: torch.device | str | None = None) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool, device=device).triu(1)


@misconception(
    "causal_mask",
    caught_by="causal-mask-values",
    section="attention.html#attn-causal-mask",
    sentence="Your causal mask is off by one: each position also sees the next one, which is the "
    "very word that it has to predict.",
)
def causal_mask_sees_one_ahead(length: int, device: torch.device | str | None = None) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool, device=device).tril(1)


@misconception(
    "causal_mask",
    caught_by="causal-mask-values",
    section="attention.html#attn-causal-mask",
    sentence="Your causal mask is off by one: a position cannot see itself, and the first one can "
    "see nothing at all.",
)
def causal_mask_blind_to_itself(length: int, device: torch.device | str | None = None) -> Tensor:
    return torch.ones(length, length, dtype=torch.bool, device=device).tril(-1)


@misconception(
    "causal_mask",
    caught_by="causal-mask-device",
    section="attention.html#attn-causal-mask",
    sentence="Your causal mask ignores `device`: it is made on the processor, and a model on a "
    "graphics card cannot use it.",
)
def causal_mask_on_the_default_device(length: int, device: torch.device | str | None = None):
    return torch.ones(length, length, dtype=torch.bool).tril()


@misconception(
    "target_mask",
    caught_by="target-mask-values",
    section="attention.html#attn-target-mask",
    sentence="Your target mask joins the two masks with `|` (or): a position is hidden only if "
    "both hide it, so the future leaks. Both must allow it: use `&`.",
)
def target_mask_allows_either(tokens: Tensor, pad_id: int) -> Tensor:
    return padding_mask(tokens, pad_id) | causal_mask(tokens.size(1), tokens.device)


@misconception(
    "target_mask",
    caught_by="target-mask-values",
    section="attention.html#attn-target-mask",
    sentence="Your target mask forgets the future: it hides the padding but every position sees "
    "the words that come after it.",
)
def target_mask_leaks_the_future(tokens: Tensor, pad_id: int) -> Tensor:
    return padding_mask(tokens, pad_id).expand(-1, tokens.size(1), -1)


@misconception(
    "target_mask",
    caught_by="target-mask-values",
    section="attention.html#attn-target-mask",
    sentence="Your target mask forgets the padding: it hides the future, but padding in the past "
    "is still read.",
)
def target_mask_reads_padding(tokens: Tensor, pad_id: int) -> Tensor:
    return causal_mask(tokens.size(1), tokens.device).expand(tokens.size(0), -1, -1)


@misconception(
    "target_mask",
    caught_by="target-mask-values",
    section="attention.html#attn-target-mask",
    sentence="Your target mask multiplies a float mask by a boolean one: the result is a float "
    "tensor of 0.0 and 1.0. Keep both boolean and combine them with `&`.",
)
def target_mask_of_floats(tokens: Tensor, pad_id: int) -> Tensor:
    return padding_mask(tokens, pad_id).float() * causal_mask(tokens.size(1), tokens.device)
