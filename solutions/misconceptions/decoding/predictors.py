"""Ways to ask a model for the next token wrongly (right: `solutions.decoding.predictors`)."""

import torch

from solutions.misconceptions import misconception


@misconception(
    "next_log_probabilities",
    caught_by="next-token-position",
    section="decoding.html#decode-greedy",
    sentence="Your prediction comes from the first position, not from the last: it says what "
    "follows <s>, so every step writes the same word.",
)
def next_token_of_the_first_position(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x[:, 0]).log_softmax(dim=-1)


@misconception(
    "next_log_probabilities",
    caught_by="next-token-position",
    section="decoding.html#decode-greedy",
    sentence="Your decoder is shown the last token only: without a cache it must read the whole "
    "prefix, or it forgets what it has written.",
)
def next_token_after_one_token(model, prefixes, memory, source_mask):
    x = model.decode(prefixes[:, -1:], memory, source_mask)
    return model.target_embedding.to_logits(x[:, -1]).log_softmax(dim=-1)


@misconception(
    "next_log_probabilities",
    caught_by="next-token-normalised",
    section="decoding.html#decode-beam",
    sentence="Your prediction returns logits: greedy search does not notice, but sums of logits of "
    "different prefixes cannot be compared. Take log_softmax.",
)
def next_token_as_logits(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x[:, -1])


@misconception(
    "next_log_probabilities",
    caught_by="next-token-normalised",
    section="decoding.html#decode-beam",
    sentence="Your prediction returns probabilities, not their logarithms: a search adds them up, "
    "and a sum of probabilities is not the probability of a sentence.",
)
def next_token_as_probabilities(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x[:, -1]).softmax(dim=-1)


@misconception(
    "next_log_probabilities",
    caught_by="next-token-normalised",
    section="decoding.html#decode-beam",
    sentence="Your softmax runs over the rows instead of over the vocabulary: it compares the same "
    "word in different sentences.",
)
def next_token_normalised_over_rows(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, source_mask)
    return model.target_embedding.to_logits(x[:, -1]).log_softmax(dim=0)


@misconception(
    "next_log_probabilities",
    caught_by="next-token-source-mask",
    section="decoding.html#decode-greedy",
    sentence="Your decoder reads the padding of the source: pass source_mask on, or a sentence is "
    "translated differently beside a longer one.",
)
def next_token_reads_source_padding(model, prefixes, memory, source_mask):
    x = model.decode(prefixes, memory, torch.ones_like(source_mask))
    return model.target_embedding.to_logits(x[:, -1]).log_softmax(dim=-1)
