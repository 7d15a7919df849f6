"""What a student's code did instead of giving an answer."""

import builtins
from typing import Any

MOST_TEXT = 6000  # characters of an exception's words


class WorkerGone(BaseException):
    """The worker ended, or sent nonsense. No check may take it for a student's exception."""


class WorkerLate(BaseException):
    """The worker did not answer in time."""


class RemoteError(Exception):
    """An exception in the student's code, of a type that this side does not have.

    Attributes:
        place: function, line number and source line of the student's own code; or None.
    """

    place: tuple[str, int, str] | None = None


def as_exception(data: Any) -> Exception:
    """The exception that a worker describes: of the same built-in type, with the same words."""
    name, text, bases = data["type"], data["text"], data["bases"]
    if not (isinstance(name, str) and name.isidentifier() and isinstance(text, str)):
        raise ValueError("an exception without a name")
    name, text = name[:100], text[:MOST_TEXT]
    known = [getattr(builtins, base, None) for base in bases if isinstance(base, str)]
    known = [c for c in known if isinstance(c, type) and issubclass(c, Exception)]
    known = [c for c in known if not issubclass(c, StopIteration | StopAsyncIteration)]
    error = known[0].__new__(known[0]) if known and known[0].__name__ == name else None
    if error is not None:
        error.args = (text,) if text else ()
    if error is None or str(error) != text:  # a KeyError quotes what it is given
        own = [] if error is not None else [RemoteError]
        parents = (*own, *(c for c in known[:1] if c is not Exception)) or (Exception,)
        made = type(name, parents, {"__str__": lambda self: text})
        error = made.__new__(made)
    error.from_worker = True
    place = data.get("place")
    if isinstance(place, list) and len(place) == 3:
        function, line, source = place
        if isinstance(function, str) and isinstance(line, int) and isinstance(source, str):
            error.place = (_one_line(function)[:100], line, _one_line(source)[:300])
    return error


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
