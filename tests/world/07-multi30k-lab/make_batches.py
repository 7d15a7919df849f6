"""Forms in which public code makes the batches of an epoch."""


# form: a loop, names for everything
# as in: typical homework
# verdict: right
def make_batches(pairs, max_tokens, seed):
    lengths = []
    for source, target in pairs:
        lengths.append((len(source), len(target) - 1))
    batches = []
    for places in token_batches(lengths, max_tokens, seed):
        chosen = [pairs[place] for place in places]
        source, target_in, target_out = collate(chosen, PAD)
        batches.append(Batch(source=source, target_in=target_in, target_out=target_out))
    return batches


# form: a DataLoader with a batch sampler
# as in: PyTorch, DataLoader(batch_sampler=..., collate_fn=...)
# verdict: right
def make_batches(pairs, max_tokens, seed):
    sampler = token_batches([(len(s), len(t) - 1) for s, t in pairs], max_tokens, seed)
    loader = DataLoader(pairs, batch_sampler=sampler, collate_fn=lambda some: Batch(*collate(some, PAD)))
    return list(loader)


# form: a helper class for the data
# as in: PyTorch, a Dataset of pairs
# verdict: right
class PairDataset(torch.utils.data.Dataset):
    def __init__(self, pairs):
        self.pairs = pairs

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, i):
        return self.pairs[i]

    def lengths(self):
        return [(len(src), len(trg[1:])) for src, trg in self.pairs]


def make_batches(pairs, max_tokens, seed):
    data = PairDataset(pairs)
    batch_sampler = token_batches(data.lengths(), max_tokens, seed)
    return [Batch(*collate([data[i] for i in batch], PAD)) for batch in batch_sampler]


# form: everything padded by hand
# as in: The Annotated Transformer (2018), class Batch with pad_sequence
# verdict: right
def make_batches(pairs, max_tokens, seed):
    def stack(rows):
        return pad_sequence([torch.tensor(row) for row in rows], batch_first=True, padding_value=PAD)

    made = []
    for batch in token_batches([(len(s), len(t) - 1) for s, t in pairs], max_tokens, seed):
        sources, targets = zip(*(pairs[i] for i in batch))
        made.append(Batch(stack(sources), stack([t[:-1] for t in targets]), stack([t[1:] for t in targets])))
    return made


# form: map and starmap
# as in: a habit of itertools users
# verdict: right
def make_batches(pairs, max_tokens, seed):
    places = token_batches([(len(s), len(t) - 1) for s, t in pairs], max_tokens, seed)
    some = ([pairs[i] for i in batch] for batch in places)
    return list(itertools.starmap(Batch, map(partial(collate, pad_id=PAD), some)))


# form: own batches, longest first, random numbers of Python
# as in: OpenNMT and torchtext, batches by tokens without a helper
# verdict: right
def make_batches(pairs, max_tokens, seed):
    rng = random.Random(seed)
    cost = lambda pair: max(len(pair[0]), len(pair[1]) - 1)
    order = sorted(rng.sample(pairs, len(pairs)), key=cost, reverse=True)
    batches = []
    while order:
        if cost(order[0]) > max_tokens:
            raise ValueError("a pair is longer than max_tokens")
        n = max_tokens // cost(order[0])
        batches.append(Batch(*collate(order[:n], PAD)))
        order = order[n:]
    rng.shuffle(batches)
    return batches


# form: the words of both sides together
# as in: typical homework, len(source) + len(target) against the limit of one side
# verdict: wrong
# loses: epoch-limit
# named: epoch_adds_both_sides
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source) + len(target),) * 2 for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    return [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in batches]


# form: the sources alone
# as in: torchtext, sort_key = lambda x: len(x.src)
# verdict: wrong
# loses: epoch-limit
# named: epoch_measured_by_its_sources
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source),) * 2 for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    return [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in batches]


# form: batch_size sentences
# as in: PyTorch, DataLoader(batch_size=..., shuffle=True)
# verdict: wrong
# loses: epoch-limit
# named: epoch_of_that_many_sentences
def make_batches(pairs, max_tokens, seed):
    g = torch.Generator().manual_seed(seed)
    loader = DataLoader(pairs, batch_size=max_tokens, shuffle=True, generator=g, collate_fn=lambda b: collate(b, PAD))
    return [Batch(*three) for three in loader]


# form: drop_last
# as in: PyTorch, DataLoader(drop_last=True)
# verdict: wrong
# loses: epoch-pairs
# named: epoch_without_its_last_batch
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed)
    made = []
    for n in range(len(batches) - 1):
        made.append(Batch(*collate([pairs[i] for i in batches[n]], PAD)))
    return made


# form: sides shuffled apart
# as in: typical homework, one DataLoader for each language
# verdict: wrong
# loses: epoch-pairs
# named: epoch_with_sides_apart
def make_batches(pairs, max_tokens, seed):
    sources, targets = [s for s, _ in pairs], [t for _, t in pairs]
    random.Random(seed).shuffle(sources)
    random.Random(seed + 1).shuffle(targets)
    pairs = list(zip(sources, targets))
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    return [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in token_batches(lengths, max_tokens, seed)]


# form: the seed is fixed
# as in: typical homework, seed=42
# verdict: wrong
# loses: epoch-seed
# named: epoch_always_the_same
def make_batches(pairs, max_tokens, seed=42):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = token_batches(lengths, max_tokens, seed=42)
    return [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in batches]


# form: shuffled without the seed
# as in: typical homework, random.shuffle(batches) on top
# verdict: wrong
# loses: epoch-seed
# named: epoch_shuffles_without_the_seed
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    batches = [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in token_batches(lengths, max_tokens, seed)]
    random.shuffle(batches)
    return batches


# form: places for pairs
# as in: typical homework, collate gets the places
# verdict: wrong
# loses: epoch-pairs, epoch-limit, epoch-seed
# named: -
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    return [Batch(*collate(batch, PAD)) for batch in token_batches(lengths, max_tokens, seed)]


# form: the triple, not a Batch
# as in: PyTorch tutorials, batches that are tuples
# verdict: wrong
# loses: epoch-pairs, epoch-limit, epoch-seed
# named: epoch_of_triples
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    return [collate([pairs[i] for i in batch], PAD) for batch in token_batches(lengths, max_tokens, seed)]


# form: source and target, without a shift
# as in: typical homework, Batch(source, target, target)
# verdict: wrong
# loses: epoch-pairs
# named: epoch_without_a_shift
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    made = []
    for batch in token_batches(lengths, max_tokens, seed):
        source, target = pad([pairs[i][0] for i in batch], PAD), pad([pairs[i][1] for i in batch], PAD)
        made.append(Batch(source, target, target))
    return made


# form: one batch for each pair
# as in: PyTorch's seq2seq tutorial, one pair at a time
# verdict: wrong
# loses: epoch-limit
# named: epoch_of_single_pairs
def make_batches(pairs, max_tokens, seed):
    order = list(pairs)
    random.Random(seed).shuffle(order)
    return [Batch(*collate([pair], PAD)) for pair in order]


# form: sources alone, and the last batch is lost
# as in: typical homework
# verdict: wrong
# loses: epoch-limit, epoch-pairs
# named: epoch_measured_by_its_sources, epoch_without_its_last_batch
def make_batches(pairs, max_tokens, seed):
    lengths = [(len(source), len(source)) for source, _ in pairs]
    batches = token_batches(lengths, max_tokens, seed)[:-1]
    return [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in batches]


# form: pairs that are too long are left out
# as in: fairseq, --skip-invalid-size-inputs-valid-test
# verdict: wrong
# loses: epoch-limit
# named: epoch_drops_long_pairs
def make_batches(pairs, max_tokens, seed):
    pairs = [(s, t) for s, t in pairs if max(len(s), len(t) - 1) <= max_tokens]
    lengths = [(len(source), len(target) - 1) for source, target in pairs]
    return [Batch(*collate([pairs[i] for i in batch], PAD)) for batch in token_batches(lengths, max_tokens, seed)]
