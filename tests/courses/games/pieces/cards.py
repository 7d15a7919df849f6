"""Playing cards."""

from typing import NamedTuple

SUITS = ("clubs", "diamonds", "hearts", "spades")
RANKS = ("2", "3", "4", "5", "6", "7", "8", "9", "10", "J", "Q", "K", "A")


class Card(NamedTuple):
    """One playing card."""

    rank: str
    suit: str
