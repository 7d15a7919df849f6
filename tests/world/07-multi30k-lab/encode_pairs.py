"""Forms in which public code turns sentences into pairs of ids."""


# form: continue for what is left out
# as in: The Annotated Transformer and torchtext, filter_pred on whole examples
# verdict: right
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    examples = []
    for src, trg in zip(sources, targets):
        if len(src) == 0 or len(trg) == 0:
            continue
        if len(src) > longest or len(trg) > longest:
            continue
        src_indexes = [source_ids.get(t, UNK) for t in src] + [EOS]
        trg_indexes = [BOS] + [target_ids.get(t, UNK) for t in trg] + [EOS]
        examples.append((src_indexes, trg_indexes))
    return examples


# form: one list comprehension
# as in: a habit of terse Python
# verdict: right
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    def ids(tokens, table):
        return [table.get(token, UNK) for token in tokens]

    return [
        (ids(s, source_ids) + [EOS], [BOS] + ids(t, target_ids) + [EOS])
        for s, t in zip(sources, targets)
        if all(1 <= len(side) <= longest for side in (s, t))
    ]


# form: a filter function, as in the tutorial
# as in: PyTorch's seq2seq tutorial, filterPair and filterPairs
# verdict: right
def filterPair(p, longest):
    return 0 < min(len(p[0]), len(p[1])) and max(len(p[0]), len(p[1])) <= longest


def tensorsFromPair(pair, input_lang, output_lang):
    source = [input_lang[w] if w in input_lang else UNK for w in pair[0]]
    target = [output_lang[w] if w in output_lang else UNK for w in pair[1]]
    source.append(EOS)
    target.insert(0, BOS)
    target.append(EOS)
    return source, target


def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = [p for p in zip(sources, targets) if filterPair(p, longest)]
    return [tensorsFromPair(pair, source_ids, target_ids) for pair in pairs]


# form: a defaultdict
# as in: torchtext 0.x, Vocab.stoi is a defaultdict
# verdict: right
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    de, en = defaultdict(lambda: UNK, source_ids), defaultdict(lambda: UNK, target_ids)
    pairs = []
    for i in range(len(sources)):
        if sources[i] and targets[i] and max(len(sources[i]), len(targets[i])) <= longest:
            pairs.append(([de[w] for w in sources[i]] + [EOS], [BOS, *(en[w] for w in targets[i]), EOS]))
    return pairs


# form: all are encoded, then sifted
# as in: HF datasets, map and filter
# verdict: right
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    encoded = map(
        lambda s, t: ([*map(lambda w: source_ids.get(w, UNK), s), EOS], [BOS, *map(lambda w: target_ids.get(w, UNK), t), EOS]),
        sources,
        targets,
    )
    return list(filter(lambda p: 1 < len(p[0]) <= longest + 1 and 2 < len(p[1]) <= longest + 2, encoded))


# form: the dictionary itself
# as in: PyTorch's seq2seq tutorial, indexesFromSentence
# verdict: wrong
# loses: encode-unknown
# named: pairs_stop_at_unknown_words
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    out = []
    for s, t in zip(sources, targets):
        if 0 < len(s) <= longest and 0 < len(t) <= longest:
            out.append(([source_ids[w] for w in s] + [EOS], [BOS] + [target_ids[w] for w in t] + [EOS]))
    return out


# form: unknown words vanish
# as in: bag-of-words tutorials, "if w in vocab"
# verdict: wrong
# loses: encode-unknown
# named: pairs_drop_unknown_words
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    out = []
    for s, t in zip(sources, targets):
        if 0 < len(s) <= longest and 0 < len(t) <= longest:
            s, t = [source_ids[w] for w in s if w in source_ids], [target_ids[w] for w in t if w in target_ids]
            out.append((s + [EOS], [BOS] + t + [EOS]))
    return out


# form: unknown words are padding
# as in: typical homework, .get(w, 0)
# verdict: wrong
# loses: encode-unknown
# named: pairs_with_padding_for_unknown_words
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    return [
        ([source_ids.get(w, 0) for w in s] + [EOS], [BOS] + [target_ids.get(w, 0) for w in t] + [EOS])
        for s, t in zip(sources, targets)
        if 0 < len(s) <= longest and 0 < len(t) <= longest
    ]


# form: BOS before the source too
# as in: bentrevett/pytorch-seq2seq and The Annotated Transformer (2022): <s> and </s> on both sides
# verdict: wrong
# loses: encode-specials
# named: sources_with_a_beginning
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    def encode(tokens, ids):
        return [BOS] + [ids.get(w, UNK) for w in tokens] + [EOS]

    return [
        (encode(s, source_ids), encode(t, target_ids))
        for s, t in zip(sources, targets)
        if 0 < len(s) <= longest and 0 < len(t) <= longest
    ]


# form: no BOS
# as in: fairseq, where the collater makes prev_output_tokens; d2l, only <eos> is appended
# verdict: wrong
# loses: encode-specials
# named: targets_without_a_beginning
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for s, t in zip(sources, targets):
        if 0 < len(s) <= longest and 0 < len(t) <= longest:
            pairs.append(([source_ids.get(w, UNK) for w in s] + [EOS], [target_ids.get(w, UNK) for w in t] + [EOS]))
    return pairs


# form: a source without its end
# as in: The Annotated Transformer (2018), the source has neither <s> nor </s>
# verdict: wrong
# loses: encode-specials
# named: sources_without_an_end
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for s, t in zip(sources, targets):
        if 0 < len(s) <= longest and 0 < len(t) <= longest:
            pairs.append(([source_ids.get(w, UNK) for w in s], [BOS] + [target_ids.get(w, UNK) for w in t] + [EOS]))
    return pairs


# form: one dictionary for both sides
# as in: shared vocabularies
# verdict: wrong
# loses: encode-specials
# named: pairs_of_one_dictionary
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    ids = {**source_ids, **target_ids}
    return [
        ([ids.get(w, UNK) for w in s] + [EOS], [BOS] + [ids.get(w, UNK) for w in t] + [EOS])
        for s, t in zip(sources, targets)
        if 0 < len(s) <= longest and 0 < len(t) <= longest
    ]


# form: each side sifted by itself
# as in: typical homework, two list comprehensions and zip
# verdict: wrong
# loses: encode-together
# named: sides_sifted_apart
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    sources = [s for s in sources if 0 < len(s) <= longest]
    targets = [t for t in targets if 0 < len(t) <= longest]
    src = [[source_ids.get(w, UNK) for w in s] + [EOS] for s in sources]
    tgt = [[BOS] + [target_ids.get(w, UNK) for w in t] + [EOS] for t in targets]
    return list(zip(src, tgt))


# form: cut to the limit
# as in: d2l and HF tokenizers, truncation=True, max_length
# verdict: wrong
# loses: encode-limit, encode-together
# named: pairs_are_cut
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    return [
        ([source_ids.get(w, UNK) for w in s[:longest]] + [EOS], [BOS] + [target_ids.get(w, UNK) for w in t[:longest]] + [EOS])
        for s, t in zip(sources, targets)
        if s and t
    ]


# form: below the limit
# as in: PyTorch's seq2seq tutorial, len(p[0].split(" ")) < MAX_LENGTH
# verdict: wrong
# loses: encode-limit
# named: limit_too_strict
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    return [
        ([source_ids.get(w, UNK) for w in s] + [EOS], [BOS] + [target_ids.get(w, UNK) for w in t] + [EOS])
        for s, t in zip(sources, targets)
        if s and t and len(s) < longest and len(t) < longest
    ]


# form: the specials count
# as in: typical homework, the limit is looked at after EOS and BOS are there
# verdict: wrong
# loses: encode-limit
# named: limit_counts_the_specials
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for s, t in zip(sources, targets):
        source = [source_ids.get(w, UNK) for w in s] + [EOS]
        target = [BOS] + [target_ids.get(w, UNK) for w in t] + [EOS]
        if s and t and len(source) <= longest and len(target) <= longest:
            pairs.append((source, target))
    return pairs


# form: the source decides
# as in: torchtext, len(x.src) <= MAX_LEN
# verdict: wrong
# loses: encode-limit
# named: limit_of_the_source_only
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    return [
        ([source_ids.get(w, UNK) for w in s] + [EOS], [BOS] + [target_ids.get(w, UNK) for w in t] + [EOS])
        for s, t in zip(sources, targets)
        if 0 < len(s) <= longest
    ]


# form: everything stays
# as in: Multi30k tutorials, whose lines are all short
# verdict: wrong
# loses: encode-together
# named: pairs_of_any_length
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = []
    for s, t in zip(sources, targets):
        pairs.append(([source_ids.get(w, UNK) for w in s] + [EOS], [BOS] + [target_ids.get(w, UNK) for w in t] + [EOS]))
    return pairs


# form: sorted by length
# as in: typical homework, pairs.sort(key=...)
# verdict: wrong
# loses: encode-together
# named: pairs_in_order_of_length
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    pairs = [
        ([source_ids.get(w, UNK) for w in s] + [EOS], [BOS] + [target_ids.get(w, UNK) for w in t] + [EOS])
        for s, t in zip(sources, targets)
        if 0 < len(s) <= longest and 0 < len(t) <= longest
    ]
    pairs.sort(key=lambda pair: len(pair[0]), reverse=True)
    return pairs


# form: no BOS, and unknown words raise
# as in: typical homework
# verdict: wrong
# loses: encode-specials, encode-unknown
# named: targets_without_a_beginning, pairs_stop_at_unknown_words
def encode_pairs(sources, targets, source_ids, target_ids, longest=60):
    return [
        ([source_ids[w] for w in s] + [EOS], [target_ids[w] for w in t] + [EOS])
        for s, t in zip(sources, targets)
        if 0 < len(s) <= longest and 0 < len(t) <= longest
    ]
