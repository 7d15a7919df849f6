"""Whether hidden tests look for the known mistakes that explain a failure.

The search takes longer than the test itself. It is left out where only points are wanted.
"""

import contextlib
from collections.abc import Iterator

_names = [True]


@contextlib.contextmanager
def without_diagnosis() -> Iterator[None]:
    """Look for no known mistakes: much faster where only points are wanted."""
    _names.append(False)
    try:
        yield
    finally:
        _names.pop()


def diagnoses() -> bool:
    """Return True if known mistakes are looked for."""
    return _names[-1]
