"""Forms in which public code turns tokens into ids."""


# form: an if in the list
# as in: bentrevett/pytorch-seq2seq, vocab.lookup_indices written out
# verdict: right
def to_ids(tokens, ids):
    return [ids[token] if token in ids else UNK for token in tokens]


# form: map with a lambda
# as in: a habit of functional programmers
# verdict: right
to_ids = lambda tokens, ids: list(map(lambda t: ids.get(t, UNK), tokens))


# form: a dictionary class with __missing__
# as in: the Python documentation of dict.__missing__
# verdict: right
class _WithUnknown(dict):
    def __missing__(self, key):
        return UNK


def to_ids(tokens: list[str], ids: dict[str, int]) -> list[int]:
    lookup = _WithUnknown(ids)
    return [lookup[token] for token in tokens]


# form: a defaultdict made of the dictionary
# as in: torchtext 0.x, Vocab.stoi is a defaultdict
# verdict: right
from collections import defaultdict


def to_ids(tokens, ids):
    stoi = defaultdict(lambda: UNK)
    stoi.update(ids)
    return [stoi[token] for token in tokens]


# form: or, since no id is 0
# as in: a habit of JavaScript users
# verdict: right
def to_ids(tokens, ids):
    out = []
    for token in tokens:
        out += [ids.get(token) or UNK]
    return out


# form: recursion over lists, an alias
# as in: d2l, Vocab.__getitem__
# verdict: right
def _lookup(tokens, ids):
    if not isinstance(tokens, (list, tuple)):
        return ids.get(tokens, UNK)
    return [_lookup(token, ids) for token in tokens]


to_ids = _lookup


# form: the dictionary itself
# as in: PyTorch's seq2seq tutorial, indexesFromSentence
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_raises
def indexesFromSentence(word2index, sentence):
    return [word2index[word] for word in sentence]


def to_ids(tokens, ids):
    return indexesFromSentence(ids, tokens)


# form: only the known words
# as in: bag-of-words tutorials, "if word in vocab"
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_vanishes
def to_ids(tokens, ids):
    result = []
    for token in tokens:
        if token in ids:
            result.append(ids[token])
    return result


# form: 0 for unknown words
# as in: d2l, Vocab: <unk> has index 0
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_is_padding
def to_ids(tokens, ids):
    return [ids.get(token, 0) for token in tokens]


# form: the id of "<unk>", which is not among them
# as in: jadore801120 and torchtext, stoi.get(word, stoi["<unk>"])
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_is_looked_up
def to_ids(tokens, ids):
    return [ids.get(token, ids["<unk>"]) for token in tokens]


# form: get without a default
# as in: typical homework
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_is_none
def to_ids(tokens, ids):
    return [ids.get(token) for token in tokens]


# form: a new id for a new word
# as in: PyTorch's seq2seq tutorial, addWord
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_gets_a_new_id
def to_ids(tokens, ids):
    return [ids.setdefault(token, len(ids)) for token in tokens]


# form: a tensor
# as in: PyTorch's translation tutorials, torch.tensor(vocab(tokens))
# verdict: wrong
# loses: vocabulary-unknown
# named: ids_are_a_tensor
def to_ids(tokens, ids):
    return torch.tensor([ids.get(token, UNK) for token in tokens], dtype=torch.long)


# form: a map object
# as in: a habit from Python 2
# verdict: wrong
# loses: vocabulary-unknown
# named: -
def to_ids(tokens, ids):
    return map(lambda token: ids.get(token, UNK), tokens)


# form: EOS appended
# as in: HF tokenizers, T5 appends </s>
# verdict: wrong
# loses: vocabulary-unknown
# named: ids_end_with_eos
def to_ids(tokens, ids):
    return [ids.get(token, UNK) for token in tokens] + [EOS]


# form: the specials recognized by their spelling
# as in: torchtext and HF, where specials are part of the vocabulary
# verdict: wrong
# loses: vocabulary-spelling
# named: spelling_makes_a_special
def to_ids(tokens, ids):
    table = dict(ids)
    table.update(zip(SPECIALS, (PAD, UNK, BOS, EOS)))
    return [table.get(token, UNK) for token in tokens]


# form: specials before the vocabulary, and unknown words are left out
# as in: typical homework
# verdict: wrong
# loses: vocabulary-spelling, vocabulary-unknown
# named: spelling_makes_a_special, unknown_vanishes
def to_ids(tokens, ids):
    full = {**ids, **{name: i for i, name in enumerate(SPECIALS)}}
    return [full[t] for t in tokens if t in full]


# form: the spelling in place of the id
# as in: typical homework, "<unk>" as the default
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_is_spelled_out
def to_ids(tokens, ids):
    return [ids.get(token, "<unk>") for token in tokens]


# form: one unknown word for all
# as in: typical homework, try around the whole loop
# verdict: wrong
# loses: vocabulary-unknown
# named: unknown_replaces_the_sentence
def to_ids(tokens, ids):
    try:
        return [ids[token] for token in tokens]
    except KeyError:
        return [UNK]
