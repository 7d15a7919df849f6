"""Pieces that several games share."""

from .cards import RANKS, SUITS, Card
from .rooms import ROOMS

__all__ = ["RANKS", "ROOMS", "SUITS", "Card"]
