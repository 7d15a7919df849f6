"""Forms in which public code cuts batches of a number of tokens."""


# form: random numbers of Python
# as in: OpenNMT-py and torchtext, random shuffling of a list before a stable sort
# verdict: right
import random


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    rng = random.Random(seed)
    order = list(range(len(lengths)))
    rng.shuffle(order)
    order.sort(key=lambda i: max(lengths[i]))
    batches, current = [], []
    for i in order:
        if current and (len(current) + 1) * max(lengths[i]) > max_tokens:
            batches.append(current)
            current = []
        current.append(i)
    if current:
        batches.append(current)
    rng.shuffle(batches)
    return batches


# form: NumPy's generator, and lexsort
# as in: fairseq, LanguagePairDataset.ordered_indices with np.random.permutation
# verdict: right
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    rng = np.random.default_rng(seed)
    longest = np.array([max(pair) for pair in lengths], dtype=np.int64)
    order = np.lexsort((rng.random(len(lengths)), longest))
    batches, start = [], 0
    for stop in range(1, len(order) + 1):
        if stop == len(order) or (stop + 1 - start) * longest[order[stop]] > max_tokens:
            batches.append(order[start:stop].tolist())
            start = stop
    return [batches[i] for i in rng.permutation(len(batches))]


# form: longest first
# as in: OpenNMT and pack_padded_sequence users, falling length
# verdict: right
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator()
    g.manual_seed(seed)
    order = torch.randperm(len(lengths), generator=g).tolist()
    order.sort(key=lambda i: -max(lengths[i]))
    batches = []
    while order:
        size = max_tokens // max(lengths[order[0]])
        batches.append(order[:size])
        order = order[size:]
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: the largest of each side tracked apart
# as in: The Annotated Transformer (2018), batch_size_fn with max_src_in_batch and max_tgt_in_batch
# verdict: right
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    generator = torch.Generator().manual_seed(seed)
    shuffled = torch.randperm(len(lengths), generator=generator).tolist()
    batches, batch, max_src, max_tgt = [], [], 0, 0
    for i in sorted(shuffled, key=lambda i: max(lengths[i])):
        src, tgt = max(max_src, lengths[i][0]), max(max_tgt, lengths[i][1])
        if max((len(batch) + 1) * src, (len(batch) + 1) * tgt) > max_tokens:
            batches.append(batch)
            batch, src, tgt = [], *lengths[i]
        batch.append(i)
        max_src, max_tgt = src, tgt
    if batch:
        batches.append(batch)
    return [batches[i] for i in torch.randperm(len(batches), generator=generator)]


# form: a global seed
# as in: nearly every tutorial, torch.manual_seed(seed) at the top
# verdict: wrong
# loses: batches-shuffled
# named: batches_seed_everything
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    torch.manual_seed(seed)
    order = sorted(torch.randperm(len(lengths)).tolist(), key=lambda i: max(lengths[i]))
    batches = []
    for i in order:
        if batches and (len(batches[-1]) + 1) * max(lengths[i]) <= max_tokens:
            batches[-1].append(i)
        else:
            batches.append([i])
    return [batches[i] for i in torch.randperm(len(batches))]


# form: groups of like length, shuffled, then cut
# as in: "bucketing" code with a dictionary from length to places
# verdict: right
import random
from collections import defaultdict


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    rng, groups = random.Random(seed), defaultdict(list)
    for place, pair in enumerate(lengths):
        groups[max(pair)].append(place)
    out = [[]]
    for length in sorted(groups):
        rng.shuffle(groups[length])
        for place in groups[length]:
            if (len(out[-1]) + 1) * length > max_tokens:
                out.append([])
            out[-1].append(place)
    out = [batch for batch in out if batch]
    return rng.sample(out, len(out))


# form: the size of each batch found by trying, islice
# as in: a habit of itertools users
# verdict: right
from itertools import islice


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    width = torch.tensor([max(pair) for pair in lengths] or [0])[: len(lengths)]
    mixed = torch.randperm(len(lengths), generator=g)
    queue = mixed[torch.sort(width[mixed], stable=True).indices].tolist()

    def cut(todo):
        while todo:
            n = 1
            while n < len(todo) and (n + 1) * max(lengths[todo[n]]) <= max_tokens:
                n += 1
            yield list(islice(todo, n))
            todo = todo[n:]

    batches = list(cut(queue))
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: a number of sentences
# as in: PyTorch DataLoader, batch_size
# verdict: wrong
# loses: batches-limit
# named: batches_count_sentences
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=g).tolist()
    order = sorted(order, key=lambda i: max(lengths[i]))
    chunks = [list(chunk) for chunk in torch.tensor(order).split(max_tokens)] if order else []
    chunks = [[int(i) for i in chunk] for chunk in chunks]
    return [chunks[i] for i in torch.randperm(len(chunks), generator=g)]


# form: checked after the pair is in
# as in: typical homework, "if len(batch) * longest > max_tokens: new batch"
# verdict: wrong
# loses: batches-limit
# named: batches_exceed_by_one
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i]))
    batches, batch = [], []
    for i in order:
        batch.append(i)
        if len(batch) * max(lengths[i]) > max_tokens:
            batches.append(batch)
            batch = []
    if batch:
        batches.append(batch)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: below the limit, never at it
# as in: typical homework, >= where > was meant
# verdict: wrong
# loses: batches-full
# named: batches_below_the_limit
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i]))
    batches, batch = [], []
    for i in order:
        if batch and (len(batch) + 1) * max(lengths[i]) >= max_tokens:
            batches.append(batch)
            batch = []
        batch.append(i)
    if batch:
        batches.append(batch)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: words counted, padding not
# as in: typical homework, a running sum of lengths
# verdict: wrong
# loses: batches-limit
# named: batches_forget_the_padding
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i]))
    batches, batch, tokens = [], [], [0, 0]
    for i in order:
        new = [tokens[0] + lengths[i][0], tokens[1] + lengths[i][1]]
        if max(new) > max_tokens:
            batches.append(batch)
            batch, new = [], list(lengths[i])
        batch.append(i)
        tokens = new
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()] + [batch] * bool(batch)


# form: both sides added together
# as in: typical homework, len(src) + len(tgt)
# verdict: wrong
# loses: batches-full
# named: batches_add_both_sides
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: sum(lengths[i]))
    batches = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * sum(lengths[i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: the source side alone
# as in: torchtext, sort_key = lambda x: len(x.src)
# verdict: wrong
# loses: batches-limit
# named: batches_count_one_side, batches_sort_by_the_source
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: lengths[i][0])
    batches = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * lengths[i][0] > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: what is left at the end
# as in: PyTorch DataLoader, drop_last=True
# verdict: wrong
# loses: batches-complete
# named: batches_drop_the_last
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i]))
    batches, batch = [], []
    for i in order:
        if (len(batch) + 1) * max(lengths[i]) > max_tokens:
            batches.append(batch)
            batch = []
        batch.append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: shuffled, not sorted
# as in: PyTorch DataLoader, shuffle=True
# verdict: wrong
# loses: batches-similar
# named: batches_do_not_sort
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    batches, batch, longest = [], [], 0
    for i in torch.randperm(len(lengths), generator=g).tolist():
        longest = max(longest, *lengths[i])
        if batch and (len(batch) + 1) * longest > max_tokens:
            batches.append(batch)
            batch, longest = [], max(lengths[i])
        batch.append(i)
    if batch:
        batches.append(batch)
    return batches


# form: batches from short to long
# as in: curriculum learning, pairs shuffled and batches left in order
# verdict: wrong
# loses: batches-shuffled
# named: batches_from_short_to_long
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i]))
    batches = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * max(lengths[i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return batches


# form: the batches alone are shuffled
# as in: fairseq, the batch sampler is made once and shuffled every epoch
# verdict: wrong
# loses: batches-shuffled
# named: batches_keep_their_pairs
import random


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    batches = []
    for i in sorted(range(len(lengths)), key=lambda i: max(lengths[i])):
        if not batches or (len(batches[-1]) + 1) * max(lengths[i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    random.Random(seed).shuffle(batches)
    return batches


# form: random.shuffle without the seed
# as in: typical homework, import random; random.shuffle
# verdict: wrong
# loses: batches-shuffled
# named: batches_ignore_the_seed
import random


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    order = list(range(len(lengths)))
    random.shuffle(order)
    order.sort(key=lambda i: max(lengths[i]))
    batches = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * max(lengths[i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    random.shuffle(batches)
    return batches


# form: 42
# as in: typical homework, a fixed seed
# verdict: wrong
# loses: batches-shuffled
# named: batches_use_one_seed
def token_batches(lengths, max_tokens, seed=42):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(42)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i]))
    batches = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * max(lengths[i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: a generator function
# as in: The Annotated Transformer (2018), data_gen and iterators that yield batches
# verdict: wrong
# loses: batches-full, batches-shuffled
# named: batches_are_yielded
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    batch = []
    for i in sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: max(lengths[i])):
        if batch and (len(batch) + 1) * max(lengths[i]) > max_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


# form: lengths in place of places
# as in: typical homework, the batches hold the pairs themselves
# verdict: wrong
# loses: batches-complete
# named: batches_hold_lengths
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    shuffled = [lengths[i] for i in torch.randperm(len(lengths), generator=g)]
    batches = []
    for pair in sorted(shuffled, key=max):
        if not batches or (len(batches[-1]) + 1) * max(pair) > max_tokens:
            batches.append([])
        batches[-1].append(pair)
    return [batches[i] for i in torch.randperm(len(batches), generator=g)]


# form: one side, and the last batch is lost
# as in: typical homework
# verdict: wrong
# loses: batches-limit, batches-complete
# named: batches_count_one_side, batches_sort_by_the_source, batches_drop_the_last
def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    g = torch.Generator().manual_seed(seed)
    order = sorted(torch.randperm(len(lengths), generator=g).tolist(), key=lambda i: lengths[i][0])
    batches, batch = [], []
    for i in order:
        if batch and (len(batch) + 1) * lengths[i][0] > max_tokens:
            batches.append(batch)
            batch = []
        batch.append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: pairs that are too long are left out
# as in: fairseq, --skip-invalid-size-inputs-valid-test; torchtext, filter_pred
# verdict: wrong
# loses: batches-limit
# named: batches_leave_out_long_pairs
def token_batches(lengths, max_tokens, seed):
    g = torch.Generator().manual_seed(seed)
    order = torch.randperm(len(lengths), generator=g).tolist()
    order = [i for i in order if max(lengths[i]) <= max_tokens]
    order.sort(key=lambda i: max(lengths[i]))
    batches = []
    for i in order:
        if not batches or (len(batches[-1]) + 1) * max(lengths[i]) > max_tokens:
            batches.append([])
        batches[-1].append(i)
    return [batches[i] for i in torch.randperm(len(batches), generator=g).tolist()]


# form: one length in each batch
# as in: seq2seq code before padding masks, batches of exactly equal length
# verdict: wrong
# loses: batches-full
# named: batches_of_one_length
import random
from collections import defaultdict


def token_batches(lengths, max_tokens, seed):
    require_pairs_that_fit(lengths, max_tokens)
    rng, groups, batches = random.Random(seed), defaultdict(list), []
    for place, pair in enumerate(lengths):
        groups[max(pair)].append(place)
    for length, places in groups.items():
        rng.shuffle(places)
        size = max_tokens // length
        batches += [places[i : i + size] for i in range(0, len(places), size)]
    rng.shuffle(batches)
    return batches
