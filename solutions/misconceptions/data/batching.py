"""Ways to get batches wrong (right: `solutions.data.batching`)."""

import torch
from torch import Tensor

from solutions.data.batching import (
    Batch,
    collate,
    pad,
    require_pairs_that_fit,
    require_sequences_to_pad,
    token_batches,
)
from solutions.data.vocabulary import PAD
from solutions.misconceptions import misconception


@misconception(
    "pad",
    caught_by="pad-side",
    section="training.html#train-batches",
    sentence="You fill up at the beginning: the words of a sentence then stand at other positions "
    "in every batch, and the decoder reads padding before BOS.",
)
def pad_to_the_left(sequences: list[list[int]], pad_id: int) -> Tensor:
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences))
    return torch.tensor([[*[pad_id] * (longest - len(s)), *s] for s in sequences])


@misconception(
    "pad",
    caught_by="pad-id",
    section="training.html#train-batches",
    sentence="You fill up with 0 and ignore pad_id: it is right only in a vocabulary where padding "
    "happens to be number 0.",
)
def pad_with_zero(sequences: list[list[int]], pad_id: int) -> Tensor:
    require_sequences_to_pad(sequences)
    longest = max(map(len, sequences))
    return torch.tensor([[*s, *[0] * (longest - len(s))] for s in sequences])


@misconception(
    "pad",
    caught_by="pad-length",
    section="training.html#train-batches",
    sentence="You cut every sequence to the shortest one: the ends of the others are lost, EOS "
    "with them. Fill up to the longest.",
)
def pad_cuts_to_the_shortest(sequences: list[list[int]], pad_id: int) -> Tensor:
    require_sequences_to_pad(sequences)
    shortest = min(map(len, sequences))
    return torch.tensor([s[:shortest] for s in sequences])


@misconception(
    "pad",
    caught_by="pad-length",
    section="training.html#train-batches",
    sentence="You fill up to a fixed length of 72, whatever the sentences are: most of the work is "
    "then done on padding. Fill up to the longest of this batch.",
)
def pad_to_a_fixed_length(sequences: list[list[int]], pad_id: int) -> Tensor:
    require_sequences_to_pad(sequences)
    return torch.tensor([[*s, *[pad_id] * (72 - len(s))][:72] for s in sequences])


@misconception(
    "collate",
    caught_by="collate-shift",
    section="training.html#train-shift",
    sentence="You do not shift the target: the decoder reads the very token that it is to say, and "
    "learns to copy. The loss falls to nothing; the translations are worthless.",
)
def collate_without_shift(
    pairs: list[tuple[list[int], list[int]]], pad_id: int
) -> tuple[Tensor, Tensor, Tensor]:
    source = pad([source for source, _ in pairs], pad_id)
    target = pad([target for _, target in pairs], pad_id)
    return source, target, target


@misconception(
    "collate",
    caught_by="collate-shift",
    section="training.html#train-shift",
    sentence="You shift the target the wrong way: your decoder reads what comes next and is to say "
    "what came before.",
)
def collate_shifts_backwards(
    pairs: list[tuple[list[int], list[int]]], pad_id: int
) -> tuple[Tensor, Tensor, Tensor]:
    source = pad([source for source, _ in pairs], pad_id)
    target_in = pad([target[1:] for _, target in pairs], pad_id)
    target_out = pad([target[:-1] for _, target in pairs], pad_id)
    return source, target_in, target_out


@misconception(
    "collate",
    caught_by="collate-end",
    section="training.html#train-shift",
    sentence="You leave EOS out of what is to be said: the model never learns to stop.",
)
def collate_never_ends(
    pairs: list[tuple[list[int], list[int]]], pad_id: int
) -> tuple[Tensor, Tensor, Tensor]:
    source = pad([source for source, _ in pairs], pad_id)
    target_in = pad([target[:-2] for _, target in pairs], pad_id)
    target_out = pad([target[1:-1] for _, target in pairs], pad_id)
    return source, target_in, target_out


@misconception(
    "token_batches",
    caught_by="batches-limit",
    section="training.html#train-batches",
    sentence="You count sentences where tokens are to be counted: a batch of long sentences costs "
    "many times as much as one of short ones, and may not fit into memory.",
)
def batches_count_sentences(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    order.sort(key=lambda place: max(lengths[place]))
    batches = [order[i : i + max_tokens] for i in range(0, len(order), max_tokens)]
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-limit",
    section="training.html#train-batches",
    sentence="You count the real tokens only: padding takes as much memory and time as a word, so "
    "your batches grow beyond the limit.",
)
def batches_forget_the_padding(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    order.sort(key=lambda place: max(lengths[place]))
    batches: list[list[int]] = []
    sources = targets = 0
    for place in order:
        source, target = lengths[place]
        sources, targets = sources + source, targets + target
        if not batches or max(sources, targets) > max_tokens:
            batches.append([])
            sources, targets = source, target
        batches[-1].append(place)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-limit",
    section="training.html#train-batches",
    sentence="You count the source side only: where the targets are longer, they are beyond the "
    "limit.",
)
def batches_count_one_side(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    order.sort(key=lambda place: lengths[place])
    batches: list[list[int]] = []
    for place in order:
        longest = lengths[place][0]
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
        batches[-1].append(place)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-complete",
    section="training.html#train-batches",
    sentence="You drop the last batch because it is not full: the longest sentences are in it, and "
    "the model would never see them.",
)
def batches_drop_the_last(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    order.sort(key=lambda place: max(lengths[place]))
    batches: list[list[int]] = []
    batch: list[int] = []
    for place in order:
        longest = max(lengths[place])
        if (len(batch) + 1) * longest > max_tokens:
            batches.append(batch)
            batch = []
        batch.append(place)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-similar",
    section="training.html#train-batches",
    sentence="You sort by the source alone: the targets of a batch have all kinds of lengths, and "
    "much of them is padding. Both sides count.",
)
def batches_sort_by_the_source(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=generator).tolist()
    order.sort(key=lambda place: lengths[place][0])
    batches: list[list[int]] = []
    longest = 0
    for place in order:
        longest = max(longest, *lengths[place])
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
            longest = max(lengths[place])
        batches[-1].append(place)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-similar",
    section="training.html#train-batches",
    sentence="You batch pairs as chance brings them together, short ones with long ones: a good "
    "part of the work is done on padding.",
)
def batches_do_not_sort(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    order = torch.randperm(len(lengths), generator=torch.Generator().manual_seed(seed)).tolist()
    batches: list[list[int]] = []
    longest = 0
    for place in order:
        longest = max(longest, *lengths[place])
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
            longest = max(lengths[place])
        batches[-1].append(place)
    return batches


@misconception(
    "token_batches",
    caught_by="batches-full",
    section="training.html#train-batches",
    sentence="You give each pair a batch of its own: there is no padding, but the hardware works "
    "on one sentence at a time and each step follows one sentence's gradient.",
)
def batches_of_one(lengths: list[tuple[int, int]], max_tokens: int, seed: int) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    return [[place] for place in torch.randperm(len(lengths), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-shuffled",
    section="training.html#train-batches",
    sentence="You ignore the seed: each epoch shows the same batches in the same order, from the "
    "shortest sentences to the longest.",
)
def batches_are_not_shuffled(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    order = sorted(range(len(lengths)), key=lambda place: max(lengths[place]))
    batches: list[list[int]] = []
    for place in order:
        longest = max(lengths[place])
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
        batches[-1].append(place)
    return batches


@misconception(
    "token_batches",
    caught_by="batches-shuffled",
    section="training.html#train-batches",
    sentence="You shuffle the batches but not the pairs of the same length: the same pairs meet in "
    "every epoch.",
)
def batches_keep_their_pairs(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    order = sorted(range(len(lengths)), key=lambda place: max(lengths[place]))
    batches: list[list[int]] = []
    for place in order:
        longest = max(lengths[place])
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
        batches[-1].append(place)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


@misconception(
    "token_batches",
    caught_by="batches-shuffled",
    section="training.html#train-batches",
    sentence="You draw from PyTorch's global random numbers and not from your seed: the same seed "
    "gives other batches each time, and a run cannot be repeated.",
)
def batches_ignore_the_seed(
    lengths: list[tuple[int, int]], max_tokens: int, seed: int
) -> list[list[int]]:
    require_pairs_that_fit(lengths, max_tokens)
    order = torch.randperm(len(lengths)).tolist()
    order.sort(key=lambda place: max(lengths[place]))
    batches: list[list[int]] = []
    for place in order:
        longest = max(lengths[place])
        if not batches or (len(batches[-1]) + 1) * longest > max_tokens:
            batches.append([])
        batches[-1].append(place)
    return [batches[i] for i in torch.randperm(len(batches)).tolist()]


@misconception(
    "make_batches",
    caught_by="epoch-pairs",
    section="lab.html#lab-batches",
    sentence="You cut batches of the two sides apart from each other: your sources stand beside "
    "translations of other sentences, and nothing can be learned from that.",
)
def epoch_with_sides_apart(
    pairs: list[tuple[list[int], list[int]]], max_tokens: int, seed: int
) -> list[Batch]:
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    others = [pairs[-1], *pairs[:-1]]
    return [Batch(*collate([(pairs[i][0], others[i][1]) for i in batch], PAD)) for batch in batches]


@misconception(
    "make_batches",
    caught_by="epoch-pairs",
    section="lab.html#lab-batches",
    sentence="You leave out the last batch: some pairs are never learned, and of a validation "
    "set some are never tested. Each pair is in exactly one batch of yours.",
)
def epoch_without_its_last_batch(
    pairs: list[tuple[list[int], list[int]]], max_tokens: int, seed: int
) -> list[Batch]:
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    return [Batch(*collate([pairs[place] for place in batch], PAD)) for batch in batches[:-1]]


@misconception(
    "make_batches",
    caught_by="epoch-limit",
    section="lab.html#lab-batches",
    sentence="You measure your sources only: a batch of short questions with long answers is "
    "larger than max_tokens, and on a GPU the memory ends in the middle of an epoch.",
)
def epoch_measured_by_its_sources(
    pairs: list[tuple[list[int], list[int]]], max_tokens: int, seed: int
) -> list[Batch]:
    lengths = [(len(source), len(source)) for source, _ in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    return [Batch(*collate([pairs[place] for place in batch], PAD)) for batch in batches]


@misconception(
    "make_batches",
    caught_by="epoch-limit",
    section="lab.html#lab-batches",
    sentence="You take max_tokens for a number of sentences: your batches are many times too "
    "large.",
)
def epoch_of_that_many_sentences(
    pairs: list[tuple[list[int], list[int]]], max_tokens: int, seed: int
) -> list[Batch]:
    order = torch.randperm(len(pairs), generator=torch.Generator().manual_seed(seed)).tolist()
    batches = [order[i : i + max_tokens] for i in range(0, len(order), max_tokens)]
    return [Batch(*collate([pairs[place] for place in batch], PAD)) for batch in batches]


@misconception(
    "make_batches",
    caught_by="epoch-seed",
    section="lab.html#lab-batches",
    sentence="You ignore the seed: every epoch of yours has the same batches in the same order.",
)
def epoch_always_the_same(
    pairs: list[tuple[list[int], list[int]]], max_tokens: int, seed: int
) -> list[Batch]:
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = token_batches(lengths, max_tokens, 0)
    return [Batch(*collate([pairs[place] for place in batch], PAD)) for batch in batches]
