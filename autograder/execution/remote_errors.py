"""Exceptions that happened in a student's process, and processes that gave no valid reply."""

import builtins
from typing import Any

MESSAGE_CHARS = 6000  # of an exception


class WorkerGone(BaseException):
    """A worker that ended or sent a malformed reply.

    Not an Exception, so that no check takes it for an exception of the student's code.
    """


class WorkerLate(BaseException):
    """A worker that did not reply in time. Not an Exception, for the same reason."""


class CheckerLate(BaseException):
    """A hidden test whose own work took too long. Not an Exception, for the same reason."""


class NotJudged(BaseException):
    """A test that asks something of a student's object that only the object itself could answer.

    Not an Exception, so that no test takes it for an answer.
    """

    def __init__(self, operation: str, kind: str):
        super().__init__(
            f"Not judged: the test needs {operation} of an object of the class {kind[:60]}, and "
            "its own answer would prove nothing. Return a number, text, list, array or tensor "
            "if the exercise asks for one."
        )


class RemoteError(Exception):
    """An exception in the student's code, of a type that this side does not have.

    Attributes:
        place: function, line number and source line of the student's own code; or None.
    """

    place: tuple[str, int, str] | None = None


def as_exception(data: Any) -> Exception:
    """Return the exception that a worker describes: of the same built-in type, with its message.

    Its attribute `from_worker`, which is True, tells it from an exception of this process. If the
    place is known, `place` holds function, line number and source line of the student's code.
    """
    name, text, bases = data["type"], data["text"], data["bases"]
    if not (isinstance(name, str) and name.isidentifier() and isinstance(text, str)):
        raise ValueError("an exception without a name")
    name, text = name[:100], text[:MESSAGE_CHARS]
    known = [kind for base in bases if (kind := _built_in(base)) is not None]
    error: Exception | None = None
    if known and known[0].__name__ == name:
        error = _new(known[0], text)
        error.args = (text,) if text else ()
    if error is None or str(error) != text:  # a KeyError quotes its argument
        parents: list[type[Exception]] = [] if error is not None else [RemoteError]
        parents += [kind for kind in known[:1] if kind is not Exception]
        made: type[Exception] = type(
            name, tuple(parents) or (Exception,), {"__str__": lambda self: text}
        )
        error = _new(made, text)
    about: dict[str, Any] = {"from_worker": True}
    place = data.get("place")
    if isinstance(place, list) and len(place) == 3:
        function, line, source = place
        if isinstance(function, str) and isinstance(line, int) and isinstance(source, str):
            about["place"] = (_one_line(function)[:100], line, _one_line(source)[:300])
    error.__dict__.update(about)
    return error


def _new(kind: type[Exception], text: str) -> Exception:
    """Make an exception without its arguments, which are unknown; a group must hold something."""
    if issubclass(kind, BaseExceptionGroup):
        return kind.__new__(kind, text, [RemoteError(text)])
    return kind.__new__(kind)


def _built_in(name: Any) -> type[Exception] | None:
    """Return the built-in exception of this name that code may catch; None if there is none."""
    kind = getattr(builtins, name, None) if isinstance(name, str) else None
    if not isinstance(kind, type) or not issubclass(kind, Exception):
        return None
    return None if issubclass(kind, StopIteration | StopAsyncIteration) else kind


def _one_line(text: str) -> str:
    return " ".join(text.splitlines())
