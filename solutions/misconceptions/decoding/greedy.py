"""Ways to get greedy search wrong (right: `solutions.decoding.greedy`)."""

import torch

from solutions.decoding.predictors import forbid
from solutions.misconceptions import misconception

# ---- length_limits -------------------------------------------------------------------------------


@misconception(
    "length_limits",
    caught_by="limits-values",
    section="decoding.html#decode-greedy",
    sentence="Your limit counts the padding: a short sentence in a batch gets the limit of the "
    "longest one.",
)
def limits_that_count_padding(source, pad_id, extra=50):
    return torch.full((len(source),), source.size(1) + extra)


@misconception(
    "length_limits",
    caught_by="limits-values",
    section="decoding.html#decode-greedy",
    sentence="Your limit is the number of further tokens alone; the paper allows the length of the "
    "input and 50 more.",
)
def limits_without_the_input(source, pad_id, extra=50):
    return torch.full((len(source),), extra)


# ---- greedy --------------------------------------------------------------------------------------


@misconception(
    "greedy",
    caught_by="greedy-stops",
    section="decoding.html#decode-greedy",
    sentence="Your sentences do not stop at </s>: the model goes on writing to the maximum length, "
    "and what it writes after the end is noise.",
)
def greedy_runs_past_the_end(predictor, limits, pad_id, bos_id, eos_id):
    prefixes = torch.full((len(limits), 1), bos_id)
    for _ in range(int(limits.max())):
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        prefixes = torch.cat([prefixes, next_token.argmax(dim=1, keepdim=True)], dim=1)
    return [
        [token for token in row[1 : limit + 1] if token != eos_id]
        for row, limit in zip(prefixes.tolist(), limits.tolist(), strict=True)
    ]


@misconception(
    "greedy",
    caught_by="greedy-stops",
    section="decoding.html#decode-greedy",
    sentence="Your whole batch stops as soon as one sentence has written </s>: the others are cut "
    "in the middle.",
)
def greedy_stops_all_together(predictor, limits, pad_id, bos_id, eos_id):
    prefixes = torch.full((len(limits), 1), bos_id)
    while prefixes.size(1) <= int(limits.max()) and not (prefixes == eos_id).any():
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        prefixes = torch.cat([prefixes, next_token.argmax(dim=1, keepdim=True)], dim=1)
    return [
        [token for token in row[1 : limit + 1] if token != eos_id]
        for row, limit in zip(prefixes.tolist(), limits.tolist(), strict=True)
    ]


@misconception(
    "greedy",
    caught_by="greedy-limit",
    section="decoding.html#decode-greedy",
    sentence="You ignore the maximum length: a sentence whose </s> never comes is written on and "
    "on, until something else stops it.",
)
def greedy_without_limit(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), bos_id)
    for _ in range(3 * int(limits.max())):  # else it would not come back
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        ended |= tokens == eos_id
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
    return written


@misconception(
    "greedy",
    caught_by="greedy-limit",
    section="decoding.html#decode-greedy",
    sentence="Your sentences share one maximum length, the largest: each has its own, or a "
    "translation depends on what stands beside it.",
)
def greedy_with_one_limit(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), bos_id)
    for _ in range(int(limits.max())):
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        ended |= tokens == eos_id
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
    return written


@misconception(
    "greedy",
    caught_by="greedy-limit",
    section="decoding.html#decode-greedy",
    sentence="Your limit counts <s>: it is the first token of the prefix but not of the "
    "translation, so yours are cut one token too early.",
)
def greedy_counts_the_start(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = limits == 1
    prefixes = torch.full((len(limits), 1), bos_id)
    while not ended.all():
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        ended = ended | (tokens == eos_id)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
        ended = ended | (prefixes.size(1) >= limits)
    return written


@misconception(
    "greedy",
    caught_by="greedy-start",
    section="decoding.html#decode-greedy",
    sentence="Your prefixes do not begin with <s>: in training every target did, so the model has "
    "never learned what comes first without it.",
)
def greedy_without_start(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), pad_id)
    while not ended.all():
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        ended = ended | (tokens == eos_id)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
        ended = ended | (prefixes.size(1) > limits)
    return written


@misconception(
    "greedy",
    caught_by="greedy-feeds-back",
    section="decoding.html#decode-greedy",
    sentence="Your loop does not read what it wrote: the next token must be predicted from the "
    "tokens chosen so far, not again from <s>.",
)
def greedy_does_not_feed_back(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not ended.all():
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        ended = ended | (tokens == eos_id)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, torch.full_like(prefixes[:, :1], bos_id)], dim=1)
        ended = ended | (prefixes.size(1) > limits)
    return written


@misconception(
    "greedy",
    caught_by="greedy-feeds-back",
    section="decoding.html#decode-greedy",
    sentence="Your prefix is only the last token: the predictor is to be given all that was "
    "written, from <s> on.",
)
def greedy_feeds_one_token(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    tokens = torch.full((len(limits),), bos_id)
    for length in range(1, int(limits.max()) + 1):
        next_token = forbid(predictor.log_probabilities(tokens.unsqueeze(1)), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        ended = ended | (tokens == eos_id)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        ended = ended | (length >= limits)
    return written


@misconception(
    "greedy",
    caught_by="greedy-specials",
    section="decoding.html#decode-greedy",
    sentence="Your result still holds <s> and </s>: they frame a sentence for the model and are no "
    "part of the translation.",
)
def greedy_keeps_the_frame(predictor, limits, pad_id, bos_id, eos_id):
    written, ended = [[bos_id] for _ in limits], torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not ended.all():
        next_token = forbid(predictor.log_probabilities(prefixes), [pad_id, bos_id])
        tokens = next_token.argmax(dim=1)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
        ended = ended | (tokens == eos_id) | (prefixes.size(1) > limits)
    return written


@misconception(
    "greedy",
    caught_by="greedy-specials",
    section="decoding.html#decode-greedy",
    sentence="Your search may write padding and <s>: the model has learned nothing about them as "
    "outputs, so they have to be forbidden.",
)
def greedy_writes_padding(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not ended.all():
        tokens = predictor.log_probabilities(prefixes).argmax(dim=1)
        ended = ended | (tokens == eos_id)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
        ended = ended | (prefixes.size(1) > limits)
    return written


@misconception(
    "greedy",
    caught_by="greedy-likeliest",
    section="decoding.html#decode-greedy",
    sentence="Your search takes the least likely token: log-probabilities are negative, and the "
    "largest is the one nearest to zero.",
)
def greedy_takes_the_least_likely(predictor, limits, pad_id, bos_id, eos_id):
    written: list[list[int]] = [[] for _ in limits]
    ended = torch.zeros(len(limits), dtype=torch.bool)
    prefixes = torch.full((len(limits), 1), bos_id)
    while not ended.all():
        next_token = -predictor.log_probabilities(prefixes)
        tokens = forbid(next_token, [pad_id, bos_id]).argmax(dim=1)
        ended = ended | (tokens == eos_id)
        for row in (~ended).nonzero().flatten().tolist():
            written[row].append(int(tokens[row]))
        prefixes = torch.cat([prefixes, tokens.unsqueeze(1)], dim=1)
        ended = ended | (prefixes.size(1) > limits)
    return written
