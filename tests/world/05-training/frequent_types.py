"""Forms in which public code builds the list of frequent types."""


# form: two stable sorts
# as in: torchtext 0.x, Vocab: sort by the word, then by frequency in reverse
# verdict: right
def frequent_types(sentences, min_count=2):
    counter = Counter()
    for sentence in sentences:
        counter.update(sentence)
    words_and_frequencies = sorted(counter.items(), key=lambda tup: tup[0])
    words_and_frequencies.sort(key=lambda tup: tup[1], reverse=True)
    return [word for word, freq in words_and_frequencies if freq >= min_count]


# form: a dictionary by hand
# as in: typical homework
# verdict: right
def frequent_types(sentences, min_count=2):
    counts = {}
    for sentence in sentences:
        for word in sentence:
            counts[word] = counts.get(word, 0) + 1
    result = []
    for word in sorted(counts, key=lambda w: (-counts[w], w)):
        if counts[word] >= min_count:
            result.append(word)
    return result


# form: the sort order of items, and a break
# as in: d2l, Vocab: token_freqs, stop at the first rare token
# verdict: right
def frequent_types(sentences, min_count=2):
    tokens = [token for line in sentences for token in line]
    token_freqs = sorted(Counter(tokens).items(), key=lambda x: (-x[1], x[0]))
    idx_to_token = []
    for token, freq in token_freqs:
        if freq < min_count:
            break
        idx_to_token.append(token)
    return idx_to_token


# form: most_common of sorted tokens, whose ties keep their order
# as in: the documentation of Counter.most_common: ties in the order first encountered
# verdict: right
from itertools import chain


def frequent_types(sentences, min_count=2):
    counts = Counter(sorted(chain.from_iterable(sentences)))
    return [word for word, n in counts.most_common() if n >= min_count]


# form: groupby over the sorted text
# as in: the itertools documentation, groupby after sort
# verdict: right
from itertools import groupby


def frequent_types(sentences, min_count=2):
    words = sorted(w for s in sentences for w in s)
    runs = [(-sum(1 for _ in run), word) for word, run in groupby(words)]
    return [word for count, word in sorted(runs) if -count >= min_count]


# form: a heap
# as in: a habit of algorithm courses
# verdict: right
import heapq
from collections import defaultdict


def frequent_types(sentences, min_count=2):
    counts = defaultdict(int)
    for sentence in sentences:
        for token in sentence:
            counts[token] += 1
    heap = [(-n, word) for word, n in counts.items() if n >= min_count]
    heapq.heapify(heap)
    return [heapq.heappop(heap)[1] for _ in range(len(heap))]


# form: np.unique, NumPy's strings left in the list
# as in: Stack Overflow, counting words with np.unique(return_counts=True)
# verdict: right
def frequent_types(sentences, min_count=2):
    words, counts = np.unique([w for s in sentences for w in s], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [words[i] for i in order if counts[i] >= min_count]


# form: most_common, ties as they come
# as in: a habit of Counter users; Raschka and many tutorials
# verdict: wrong
# loses: vocabulary-order
# named: types_with_open_ties
def frequent_types(sentences, min_count=2):
    counter = Counter()
    for sentence in sentences:
        counter.update(sentence)
    return [word for word, count in counter.most_common() if count >= min_count]


# form: sorted by counts.get
# as in: d2l, count_corpus and sorted(counter.items(), key=lambda x: x[1], reverse=True)
# verdict: wrong
# loses: vocabulary-order
# named: types_with_open_ties
def frequent_types(sentences, min_count=2):
    counts = Counter([t for s in sentences for t in s])
    return [t for t in sorted(counts, key=counts.get, reverse=True) if counts[t] >= min_count]


# form: one key with reverse, which turns the alphabet round too
# as in: Stack Overflow, sort by two criteria, one of them descending
# verdict: wrong
# loses: vocabulary-order
# named: types_with_reversed_ties
def frequent_types(sentences, min_count=2):
    counts = Counter(t for s in sentences for t in s)
    kept = [t for t in counts if counts[t] >= min_count]
    return sorted(kept, key=lambda t: (counts[t], t), reverse=True)


# form: in the order of the text
# as in: PyTorch's seq2seq tutorial, class Lang: addWord in order of appearance, trim by min_count
# verdict: wrong
# loses: vocabulary-order
# named: types_as_they_come
def frequent_types(sentences, min_count=2):
    word2count = {}
    for sentence in sentences:
        for word in sentence:
            if word not in word2count:
                word2count[word] = 1
            else:
                word2count[word] += 1
    return [k for k, v in word2count.items() if v >= min_count]


# form: by the alphabet alone
# as in: karpathy/nanoGPT, prepare.py of the character data: sorted(list(set(data)))
# verdict: wrong
# loses: vocabulary-order
# named: types_in_alphabetical_order
def frequent_types(sentences, min_count=2):
    counts = Counter(t for s in sentences for t in s)
    return sorted(t for t in counts if counts[t] >= min_count)


# form: the specials in front
# as in: torchtext, build_vocab_from_iterator(..., min_freq=2, specials=[...])
# verdict: wrong
# loses: vocabulary-order, vocabulary-minimum
# named: types_with_the_specials
def frequent_types(sentences, min_count=2):
    counter = Counter(t for s in sentences for t in s)
    ordered = sorted(counter.items(), key=lambda x: (-x[1], x[0]))
    return list(SPECIALS) + [t for t, freq in ordered if freq >= min_count]


# form: more than the minimum
# as in: typical homework, "rare words: count <= min_count"
# verdict: wrong
# loses: vocabulary-minimum
# named: types_above_the_minimum
def frequent_types(sentences, min_count=2):
    counts = Counter(t for s in sentences for t in s)
    rare = {t for t, c in counts.items() if c <= min_count}
    return sorted(set(counts) - rare, key=lambda t: (-counts[t], t))


# form: the minimum is forgotten
# as in: d2l, Vocab with its default min_freq=0
# verdict: wrong
# loses: vocabulary-minimum
# named: types_without_a_minimum
def frequent_types(sentences, min_count=2):
    counts = Counter(t for s in sentences for t in s)
    return [w for w, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


# form: sentences that have the word are counted
# as in: document frequency, a habit from tf-idf
# verdict: wrong
# loses: vocabulary-minimum
# named: types_counted_by_sentence
def frequent_types(sentences, min_count=2):
    counts = Counter()
    for sentence in sentences:
        counts.update(set(sentence))
    return sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))


# form: update with a word, which counts letters
# as in: Stack Overflow, Counter.update("word") counts characters
# verdict: wrong
# loses: vocabulary-order
# named: types_are_letters
def frequent_types(sentences, min_count=2):
    counter = Counter()
    for sentence in sentences:
        for token in sentence:
            counter.update(token)
    return sorted([t for t in counter if counter[t] >= min_count], key=lambda t: (-counter[t], t))


# form: Counter of lists
# as in: Stack Overflow, "unhashable type: 'list'" from Counter
# verdict: wrong
# loses: vocabulary-order, vocabulary-minimum
# named: types_of_whole_sentences
def frequent_types(sentences, min_count=2):
    counts = Counter(sentences)
    frequent = [w for w, c in counts.items() if c >= min_count]
    return sorted(frequent, key=lambda w: (-counts[w], w))


# form: pairs of word and count
# as in: Counter.most_common, whose entries are pairs
# verdict: wrong
# loses: vocabulary-order, vocabulary-minimum
# named: types_with_their_counts
def frequent_types(sentences, min_count=2):
    counts = Counter(t for s in sentences for t in s)
    return sorted([(w, c) for w, c in counts.items() if c >= min_count], key=lambda p: (-p[1], p[0]))


# form: most_common and more than the minimum
# as in: typical homework
# verdict: wrong
# loses: vocabulary-order, vocabulary-minimum
# named: types_with_open_ties, types_above_the_minimum
def frequent_types(sentences, min_count=2):
    return [w for w, c in Counter(sum(sentences, [])).most_common() if c > min_count]


# form: rarest first
# as in: typical homework, sorted without reverse
# verdict: wrong
# loses: vocabulary-order
# named: types_rarest_first
def frequent_types(sentences, min_count=2):
    counts = Counter(t for s in sentences for t in s)
    return [w for w, c in sorted(counts.items(), key=lambda x: (x[1], x[0])) if c >= min_count]


# form: another default
# as in: torchtext, build_vocab_from_iterator(min_freq=1)
# verdict: wrong
# loses: vocabulary-minimum
# named: types_with_another_default
def frequent_types(sentences, min_count=1):
    counts = Counter(t for s in sentences for t in s)
    return sorted((w for w in counts if counts[w] >= min_count), key=lambda w: (-counts[w], w))
