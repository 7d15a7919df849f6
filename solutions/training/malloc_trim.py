"""Keep a long training small: what it has freed goes back to the system.

Tensors of a thousand sizes come and go in a training. The C library keeps the memory of those that
are gone, in pieces that fit the next ones badly, and asks the system for more. Left alone, the
training of the lab grows past 5 GB in an hour, of which it uses less than one.
"""

import ctypes
import os
from collections.abc import Callable
from functools import cache


def give_back_memory() -> None:
    """Let the C library return what it holds and nobody uses; where it cannot, do nothing."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> Callable[[int], int] | None:
    """Of glibc, on Linux; other C libraries have none."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
