"""Small helpers for the notebook about texts."""

import builtins
import contextlib
import io
import string
from pathlib import Path

VOWELS = "aeiou"
DATA = Path("data")


def words(text):
    """Words of a text in lower case, without punctuation around them."""
    stripped = (word.strip(string.punctuation).lower() for word in text.split())
    return [word for word in stripped if word]


def printed(function, *args):
    """What a function prints."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        function(*args)
    return stream.getvalue()


@contextlib.contextmanager
def typed(*lines):
    """Let `input` give these lines, one after the other; yields the prompts seen."""
    rest, prompts, before = list(lines), [], builtins.input

    def fake(prompt=""):
        prompts.append(prompt)
        if not rest:
            raise EOFError("no more lines were typed")
        return rest.pop(0)

    builtins.input = fake
    try:
        yield prompts
    finally:
        builtins.input = before
