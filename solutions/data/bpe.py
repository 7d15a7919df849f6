"""Byte-pair encoding: words as sequences of subword pieces (paper, section 5.1).

A vocabulary of words contains only words of the training text. In German, which writes
"Feuerwehrkleidung" as one word, new words are common. With frequent pieces as vocabulary, every
word can be encoded: Sennrich, Haddow and Birch, 2016, "Neural Machine Translation of Rare Words
with Subword Units".

Pieces are learned from counts: all words begin as single letters, and in each step the most
frequent pair of neighboring pieces becomes one piece. A piece that does not end its word carries a
mark, so that pieces can be joined again: "feuerwehr@@", "kleidung".
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

MORE = "@@"  # at the end of a piece: the word goes on


def letters(word: str) -> list[str]:
    """Split a word into its smallest pieces: "ab" is "a@@", "b"."""
    return [*(letter + MORE for letter in word[:-1]), word[-1:]]


def joined(left: str, right: str) -> str:
    """Join two neighbors to one piece: "a@@" and "b" are "ab"."""
    return left.removesuffix(MORE) + right


def merge(pieces: Sequence[str], pair: tuple[str, str]) -> list[str]:
    """Join a pair wherever it occurs, from the left."""
    merged: list[str] = []
    place = 0
    while place < len(pieces):
        if tuple(pieces[place : place + 2]) == pair:
            merged.append(joined(*pair))
            place += 2
        else:
            merged.append(pieces[place])
            place += 1
    return merged


def learn_merges(counts: Mapping[str, int], number: int) -> list[tuple[str, str]]:
    """Learn the merges, in order: always the pair that is most frequent at that time.

    Among pairs of the same count it is the first in the alphabet, so that the same text gives the
    same list every time. A pair that occurs only once is never joined.

    Args:
        counts: of each word of the training text.
        number: of pairs, at most.

    Returns:
        pairs of neighbors, each in the spelling that it has when its turn comes.
    """
    words = {word: letters(word) for word in counts}
    count: Counter[tuple[str, str]] = Counter()
    where = defaultdict(set)  # the words in which a pair has ever occurred
    for word, pieces in words.items():
        for pair in pairwise(pieces):
            count[pair] += counts[word]
            where[pair].add(word)
    queue = [(-n, pair) for pair, n in count.items()]
    heapq.heapify(queue)
    merges: list[tuple[str, str]] = []
    while queue and len(merges) < number:
        n, pair = heapq.heappop(queue)
        if -n != count[pair]:  # it was counted long ago
            if count[pair] > 1:
                heapq.heappush(queue, (-count[pair], pair))
            continue
        if count[pair] < 2:
            break
        merges.append(pair)
        changed = set()
        for word in where.pop(pair):
            before, after = words[word], merge(words[word], pair)
            words[word] = after
            for old in pairwise(before):
                count[old] -= counts[word]
            for new in pairwise(after):
                count[new] += counts[word]
                where[new].add(word)
                changed.add(new)
        for new in changed:
            heapq.heappush(queue, (-count[new], new))
    return merges


class BpeSegmenter:
    """Segments words into pieces, with a list of merges.

    Args:
        merges: as `learn_merges` makes them.
    """

    def __init__(self, merges: Iterable[Sequence[str]]):
        self.merges = tuple((left, right) for left, right in merges)
        self._rank = {pair: rank for rank, pair in enumerate(self.merges)}
        self.cut = cache(self._cut)

    def _cut(self, word: str) -> tuple[str, ...]:
        """Split a word by the merges that apply, the earliest learned first."""
        pieces = letters(word)
        while len(pieces) > 1:
            pairs = pairwise(pieces)
            rank, pair = min((self._rank.get(p, len(self._rank)), p) for p in pairs)
            if rank == len(self._rank):
                break
            pieces = merge(pieces, pair)
        return tuple(pieces)

    def __call__(self, tokens: Sequence[str]) -> list[str]:
        """Return the pieces of all tokens, in order."""
        return [piece for token in tokens for piece in self.cut(token)]


def join_pieces(pieces: Iterable[str]) -> list[str]:
    """Join pieces to words. Pieces at the end that do not complete a word become a word too."""
    words, begun = [], ""
    for piece in pieces:
        begun += piece.removesuffix(MORE)
        if not piece.endswith(MORE):
            words.append(begun)
            begun = ""
    return [*words, begun] if begun else words
