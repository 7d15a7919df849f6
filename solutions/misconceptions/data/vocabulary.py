"""Ways to get tokens and their numbers wrong (right: `solutions.data.vocabulary`)."""

from collections import Counter
from collections.abc import Iterable

from solutions.data.vocabulary import PAD, SPECIALS, UNK
from solutions.misconceptions import misconception


@misconception(
    "frequent_types",
    caught_by="vocabulary-order",
    section="training.html#train-vocabulary",
    sentence="Your types come in the order in which the text has them, not by falling frequency: "
    "a vocabulary that is cut off somewhere would lose common words and keep rare ones.",
)
def types_as_they_come(sentences: Iterable[list[str]], min_count: int = 2) -> list[str]:
    counts = Counter(token for sentence in sentences for token in sentence)
    return [one for one, count in counts.items() if count >= min_count]


@misconception(
    "frequent_types",
    caught_by="vocabulary-order",
    section="training.html#train-vocabulary",
    sentence="You leave types of the same count in the order of the text: shuffle the sentences, "
    "and the ids change, so that a saved model reads nonsense. Break ties by the alphabet.",
)
def types_with_open_ties(sentences: Iterable[list[str]], min_count: int = 2) -> list[str]:
    counts = Counter(token for sentence in sentences for token in sentence)
    return [one for one, count in counts.most_common() if count >= min_count]


@misconception(
    "frequent_types",
    caught_by="vocabulary-minimum",
    section="training.html#train-vocabulary",
    sentence="You ask for more than min_count occurrences; a type that occurs exactly min_count "
    "times belongs to the vocabulary too.",
)
def types_above_the_minimum(sentences: Iterable[list[str]], min_count: int = 2) -> list[str]:
    counts = Counter(token for sentence in sentences for token in sentence)
    frequent = [one for one, count in counts.items() if count > min_count]
    return sorted(frequent, key=lambda one: (-counts[one], one))


@misconception(
    "frequent_types",
    caught_by="vocabulary-minimum",
    section="training.html#train-vocabulary",
    sentence="You keep every type and ignore min_count: a word that was seen once gets a vector "
    "that is never trained enough, and UNK, never seen in training, gets none at all.",
)
def types_without_a_minimum(sentences: Iterable[list[str]], min_count: int = 2) -> list[str]:
    counts = Counter(token for sentence in sentences for token in sentence)
    return sorted(counts, key=lambda one: (-counts[one], one))


@misconception(
    "to_ids",
    caught_by="vocabulary-unknown",
    section="training.html#train-vocabulary",
    sentence="An unknown word raises KeyError in your code: the first sentence with a new word "
    "stops the program. That is what UNK is for.",
)
def unknown_raises(tokens: list[str], ids: dict[str, int]) -> list[int]:
    return [ids[token] for token in tokens]


@misconception(
    "to_ids",
    caught_by="vocabulary-unknown",
    section="training.html#train-vocabulary",
    sentence="You leave unknown words out: the sentence becomes shorter and reads as if nothing "
    "were missing. Put UNK in their place.",
)
def unknown_vanishes(tokens: list[str], ids: dict[str, int]) -> list[int]:
    return [ids[token] for token in tokens if token in ids]


@misconception(
    "to_ids",
    caught_by="vocabulary-unknown",
    section="training.html#train-vocabulary",
    sentence="You turn unknown words into PAD: the masks would hide them, and the loss would skip "
    "them, as if nothing stood there. Put UNK in their place.",
)
def unknown_is_padding(tokens: list[str], ids: dict[str, int]) -> list[int]:
    return [ids.get(token, PAD) for token in tokens]


@misconception(
    "to_ids",
    caught_by="vocabulary-spelling",
    section="training.html#train-vocabulary",
    sentence='You treat a word that is spelled like a special ("</s>") as the special itself: text '
    "that somebody else wrote could end a sentence or hide a word.",
)
def spelling_makes_a_special(tokens: list[str], ids: dict[str, int]) -> list[int]:
    specials = {spelling: number for number, spelling in enumerate(SPECIALS)}
    return [specials.get(token, ids.get(token, UNK)) for token in tokens]
