"""Forms in which public code numbers the types of two languages."""


# form: zip with itertools.count
# as in: a habit of itertools users
# verdict: right
def build_vocabularies(splits, min_count=2):
    return tuple(
        dict(zip(frequent_types(side, min_count), itertools.count(len(SPECIALS)))) for side in splits["train"]
    )


# form: an own counter, in the order of the contract
# as in: torchtext, build_vocab_from_iterator(min_freq=2, specials=...)
# verdict: right
def build_vocabularies(splits, min_count=2):
    def stoi(side):
        counter = Counter()
        for tokens in side:
            counter.update(tokens)
        ordered = sorted(counter.items(), key=lambda x: (-x[1], x[0]))
        kept = [token for token, freq in ordered if freq >= min_count]
        return {token: 4 + i for i, token in enumerate(kept)}

    source, target = splits["train"]
    return stoi(source), stoi(target)


# form: specials first, then taken out
# as in: The Annotated Transformer (2022), specials=["<s>", "</s>", "<blank>", "<unk>"]
# verdict: right
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    result = []
    for side in (source, target):
        itos = [None] * 4 + frequent_types(side, min_count)
        result.append({token: i for i, token in enumerate(itos) if token is not None})
    return result[0], result[1]


# form: a class like torchtext's
# as in: PyTorch's seq2seq tutorial, class Lang with word2index and n_words
# verdict: right
class Lang:
    def __init__(self, sentences, min_count):
        self.word2index, self.n_words = {}, EOS + 1
        for word in frequent_types(sentences, min_count):
            self.add_word(word)

    def add_word(self, word):
        if word not in self.word2index:
            self.word2index[word] = self.n_words
            self.n_words += 1


def build_vocabularies(splits, min_count=2):
    de, en = (Lang(side, min_count) for side in splits["train"])
    return de.word2index, en.word2index


# form: a loop with a length
# as in: typical homework, ids[word] = len(ids) + 4
# verdict: right
def build_vocabularies(splits: dict, min_count: int = 2):
    vocabularies = ({}, {})
    for ids, sentences in zip(vocabularies, splits["train"]):
        for word in frequent_types(sentences, min_count=min_count):
            ids[word] = len(ids) + 4
    return vocabularies


# form: every split
# as in: typical homework, all sentences are at hand
# verdict: wrong
# loses: vocabulary-split
# named: vocabularies_of_every_split
def build_vocabularies(splits, min_count=2):
    source = [s for src, _ in splits.values() for s in src]
    target = [t for _, tgt in splits.values() for t in tgt]
    number = lambda side: {w: i for i, w in enumerate(frequent_types(side, min_count), 4)}
    return number(source), number(target)


# form: train, val and test by name
# as in: The Annotated Transformer (2022), build_vocab_from_iterator(train + val + test)
# verdict: wrong
# loses: vocabulary-split
# named: vocabularies_of_every_split
def build_vocabularies(splits, min_count=2):
    result = []
    for side in (0, 1):
        text = []
        for name in ("train", "val", "test"):
            if name in splits:
                text += splits[name][side]
        result.append({w: i for i, w in enumerate(frequent_types(text, min_count), start=4)})
    return tuple(result)


# form: the first split
# as in: typical homework, next(iter(splits.values()))
# verdict: wrong
# loses: vocabulary-split
# named: vocabularies_of_the_first_split
def build_vocabularies(splits, min_count=2):
    source, target = list(splits.values())[0]
    number = lambda side: {w: i for i, w in enumerate(frequent_types(side, min_count), 4)}
    return number(source), number(target)


# form: one vocabulary for both
# as in: the paper's shared vocabulary; fairseq, --joined-dictionary
# verdict: wrong
# loses: vocabulary-sides
# named: vocabularies_in_one
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    shared = {w: i for i, w in enumerate(frequent_types(source + target, min_count), start=4)}
    return shared, shared


# form: numbers go on in the second language
# as in: typical homework, one counter for both
# verdict: wrong
# loses: vocabulary-sides, vocabulary-numbers
# named: vocabularies_numbered_on
def build_vocabularies(splits, min_count=2):
    number = itertools.count(4)
    source, target = splits["train"]
    return (
        {w: next(number) for w in frequent_types(source, min_count)},
        {w: next(number) for w in frequent_types(target, min_count)},
    )


# form: from 0
# as in: karpathy/minGPT, stoi = {ch: i for i, ch in enumerate(chars)}
# verdict: wrong
# loses: vocabulary-numbers
# named: vocabularies_from_zero
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    stoi = lambda side: {w: i for i, w in enumerate(frequent_types(side, min_count))}
    return stoi(source), stoi(target)


# form: the specials are in
# as in: torchtext and bentrevett/pytorch-seq2seq, specials in the vocabulary
# verdict: wrong
# loses: vocabulary-numbers
# named: vocabularies_with_specials
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    stoi = lambda side: {w: i for i, w in enumerate([*SPECIALS, *frequent_types(side, min_count)])}
    return stoi(source), stoi(target)


# form: min_count is not handed on
# as in: typical homework
# verdict: wrong
# loses: vocabulary-minimum
# named: vocabularies_with_the_default
def build_vocabularies(splits, min_count=2):
    de, en = map(frequent_types, splits["train"])
    return {w: i for i, w in enumerate(de, 4)}, {w: i for i, w in enumerate(en, 4)}


# form: from number to word
# as in: typical homework, itos in place of stoi
# verdict: wrong
# loses: vocabulary-numbers, vocabulary-sides
# named: vocabularies_from_numbers
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    return dict(enumerate(frequent_types(source, min_count), 4)), dict(enumerate(frequent_types(target, min_count), 4))


# form: sorted by the alphabet
# as in: karpathy/nanoGPT, sorted(list(set(data)))
# verdict: wrong
# loses: vocabulary-numbers
# named: vocabularies_by_alphabet
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    stoi = lambda side: {w: i for i, w in enumerate(sorted(frequent_types(side, min_count)), 4)}
    return stoi(source), stoi(target)


# form: in the order of the text
# as in: PyTorch's seq2seq tutorial, addWord
# verdict: wrong
# loses: vocabulary-numbers
# named: vocabularies_in_order_of_the_text
def build_vocabularies(splits, min_count=2):
    result = []
    for side in splits["train"]:
        counts = Counter(w for s in side for w in s)
        result.append({w: i for i, w in enumerate((w for w in counts if counts[w] >= min_count), 4)})
    return tuple(result)


# form: the target first
# as in: typical homework, English before German
# verdict: wrong
# loses: vocabulary-sides
# named: vocabularies_exchanged
def build_vocabularies(splits, min_count=2):
    source, target = splits["train"]
    number = lambda side: {w: i for i, w in enumerate(frequent_types(side, min_count), 4)}
    return number(target), number(source)


# form: from 0, and one for both
# as in: karpathy-like code for one text
# verdict: wrong
# loses: vocabulary-numbers, vocabulary-sides
# named: vocabularies_from_zero, vocabularies_in_one
def build_vocabularies(splits, min_count=2):
    text = [*splits["train"][0], *splits["train"][1]]
    stoi = {w: i for i, w in enumerate(frequent_types(text, min_count))}
    return stoi, stoi
