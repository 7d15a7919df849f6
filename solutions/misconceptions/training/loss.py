"""Ways to get label smoothing and its loss wrong (right: `solutions.training.loss`)."""

import torch
import torch.nn.functional as F

from solutions.misconceptions import misconception

# ---- smoothed_targets ----------------------------------------------------------------------------


@misconception(
    "smoothed_targets",
    caught_by="targets-rows",
    section="training.html#train-smoothing",
    sentence="You overwrite the right token's share with 1 - smoothing: its part of the spread is "
    "lost, and your row does not sum to 1. Add to it.",
)
def targets_lose_a_share(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] = 1 - smoothing
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-rows",
    section="training.html#train-smoothing",
    sentence="You divide by V, but padding gets nothing, and your row sums to less than 1: there "
    "are V - 1 tokens to share.",
)
def targets_share_with_nobody(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), smoothing / vocabulary_size)
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] += 1 - smoothing
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-rows",
    section="training.html#train-smoothing",
    sentence="You give 1 to the right token and spread smoothing on top: your row sums to "
    "1 + smoothing. What is spread must be taken from somewhere.",
)
def targets_give_away_too_much(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] += 1
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-values",
    section="training.html#train-smoothing",
    sentence="You spread over the other tokens only: many programs do, and your rows sum to 1, but "
    "the contract here, and PyTorch's own, includes the right one.",
)
def targets_leave_out_the_right_one(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 2))
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] = 1 - smoothing
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-values",
    section="training.html#train-smoothing",
    sentence="You ignore smoothing: your rows are one-hot.",
)
def targets_are_hard(targets, vocabulary_size, smoothing, pad_id):
    rows = F.one_hot(targets, vocabulary_size).float()
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-values",
    section="training.html#train-smoothing",
    sentence="You have it the wrong way round: the right token gets smoothing, and 1 - smoothing "
    "is spread over all.",
)
def targets_the_wrong_way_round(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), (1 - smoothing) / (vocabulary_size - 1))
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] += smoothing
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-padding",
    section="training.html#train-smoothing",
    sentence="You give padding a share of the spread: the model is taught to expect padding, a "
    "little, after every word.",
)
def targets_expect_padding(targets, vocabulary_size, smoothing, pad_id):
    rows = torch.full((targets.numel(), vocabulary_size), smoothing / vocabulary_size)
    rows[torch.arange(targets.numel()), targets] += 1 - smoothing
    return rows * (targets != pad_id)[:, None]


@misconception(
    "smoothed_targets",
    caught_by="targets-padding",
    section="training.html#train-smoothing",
    sentence="You leave rows of padding as they come: they are targets like any other, so that "
    "padding is learned. Their whole row must be 0.",
)
def targets_for_padding(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))
    spread[pad_id] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] += 1 - smoothing
    return rows


@misconception(
    "smoothed_targets",
    caught_by="targets-padding",
    section="training.html#train-smoothing",
    sentence="You take padding to be id 0 and ignore pad_id: it is right only in a vocabulary "
    "where padding happens to be number 0.",
)
def targets_look_for_zero(targets, vocabulary_size, smoothing, pad_id):
    spread = torch.full((vocabulary_size,), smoothing / (vocabulary_size - 1))
    spread[0] = 0.0
    rows = spread.repeat(targets.numel(), 1)
    rows[torch.arange(targets.numel()), targets] += 1 - smoothing
    return rows * (targets != 0)[:, None]


# ---- label_smoothing_loss ------------------------------------------------------------------------


@misconception(
    "label_smoothing_loss",
    caught_by="loss-plain",
    section="training.html#train-cross-entropy",
    sentence="You apply a softmax before the log-softmax: what comes in are logits. Twice the "
    "softmax leaves hardly any difference between right and wrong.",
)
def loss_of_probabilities(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.softmax(dim=-1, dtype=dtype).log_softmax(dim=-1)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-plain",
    section="training.html#train-cross-entropy",
    sentence="Your softmax runs over the tokens (dim=0): each word's probabilities are shared out "
    "among the positions. It is the vocabulary that competes: dim=-1.",
)
def loss_over_the_tokens(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=0, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-plain",
    section="training.html#train-cross-entropy",
    sentence="You compute binary cross-entropy: a yes-or-no question for every word of the "
    "vocabulary. One token is one question with V answers.",
)
def loss_is_binary(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    V = logits.size(1)
    spread = torch.full((V,), smoothing / (V - 1), dtype=dtype)
    spread[pad_id] = 0.0
    wanted = spread + (1 - smoothing) * F.one_hot(targets, V)
    each = F.binary_cross_entropy_with_logits(logits.to(dtype), wanted, reduction="none").sum(-1)
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-plain",
    section="training.html#train-cross-entropy",
    sentence="Your loss has the wrong sign: it is the log-probability itself, and a step downhill "
    "makes the right token less likely.",
)
def loss_upside_down(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = (1 - smoothing) * right + smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-plain",
    section="training.html#train-mean",
    sentence="You return the mean, not the sum: whoever adds up your batches then lets a word in a "
    "small batch count more than one in a large batch.",
)
def loss_is_a_mean(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].mean(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-smoothing",
    section="training.html#train-smoothing",
    sentence="You ignore smoothing: your loss is plain cross-entropy.",
)
def loss_without_smoothing(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    each = -log_probabilities.gather(1, targets[:, None]).squeeze(1)
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-smoothing",
    section="training.html#train-smoothing",
    sentence="You spread over the whole vocabulary, padding included, as PyTorch's own "
    "label_smoothing does: the model is taught to expect padding, a little, after every word.",
)
def loss_expects_padding(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    each = -(1 - smoothing) * right - smoothing * log_probabilities.mean(dim=-1)
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-smoothing",
    section="training.html#train-smoothing",
    sentence="You spread over the other tokens only: many programs do, but the contract here, and "
    "PyTorch's own, includes the right one.",
)
def loss_spreads_over_the_others(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id] - right
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 2) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-smoothing",
    section="training.html#train-smoothing",
    sentence="You add the spread on top and leave the right token its full weight: your targets "
    "sum to 1 + smoothing.",
)
def loss_gives_away_too_much(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-padding",
    section="training.html#train-padding",
    sentence="Your loss counts padding: the model is graded on guessing that nothing follows "
    "nothing, which is easy, and your loss looks better than it is.",
)
def loss_counts_padding(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    return each.sum(), torch.tensor(len(targets))


@misconception(
    "label_smoothing_loss",
    caught_by="loss-padding",
    section="training.html#train-padding",
    sentence="You leave padding out of the loss but count its positions: the mean becomes smaller "
    "the more padding there is, and so do your steps.",
)
def loss_counts_every_position(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    return each[targets != pad_id].sum(), torch.tensor(len(targets))


@misconception(
    "label_smoothing_loss",
    caught_by="loss-padding",
    section="training.html#train-padding",
    sentence="You leave padding out of the first term only: the smoothing term still counts it, so "
    "that padding goes on to pull at the model.",
)
def loss_smooths_padding(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    real = targets != pad_id
    loss = -(1 - smoothing) * right[real].sum() - smoothing / (logits.size(1) - 1) * every.sum()
    return loss, real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-padding",
    section="training.html#train-padding",
    sentence="You take padding to be id 0 and ignore pad_id: it is right only in a vocabulary "
    "where padding happens to be number 0.",
)
def loss_looks_for_zero(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.log_softmax(dim=-1, dtype=dtype)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, 0]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != 0
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-stable",
    section="training.html#train-cross-entropy",
    sentence="You take the logarithm of a softmax that has been rounded to 0: your loss is "
    "infinite, or NaN, where it should be large. Use log_softmax.",
)
def loss_of_a_rounded_zero(logits, targets, smoothing, pad_id):
    dtype = torch.promote_types(logits.dtype, torch.float32)
    log_probabilities = logits.softmax(dim=-1, dtype=dtype).log()
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()


@misconception(
    "label_smoothing_loss",
    caught_by="loss-stable",
    section="training.html#train-cross-entropy",
    sentence="You compute in the precision of the logits: in bfloat16, sums over a vocabulary keep "
    "two or three digits. Compute your log-softmax in float32 at least.",
)
def loss_in_half_precision(logits, targets, smoothing, pad_id):
    log_probabilities = logits.log_softmax(dim=-1)
    right = log_probabilities.gather(1, targets[:, None]).squeeze(1)
    every = log_probabilities.sum(dim=-1) - log_probabilities[:, pad_id]
    each = -(1 - smoothing) * right - smoothing / (logits.size(1) - 1) * every
    real = targets != pad_id
    return each[real].sum(), real.sum()
