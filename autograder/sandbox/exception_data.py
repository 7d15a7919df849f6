"""Exceptions in the student's process as data, which travel to the checker."""

import linecache
import traceback
from typing import Any

MESSAGE_CHARS = 6000  # of an exception


def describe(error: BaseException) -> dict:
    """Describe an exception as JSON data.

    Returns:
        `type`: name of its class; `bases`: names of the built-in classes that it inherits from;
        `text`: its message; `place`, if a cell is in its traceback: function, line number, line.
    """
    try:
        text = str(error)[:MESSAGE_CHARS]
    except BaseException:
        text = ""
    built_in = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"]
    found: dict[str, Any] = {"type": type(error).__name__, "bases": built_in, "text": text}
    frames = [f for f in traceback.extract_tb(error.__traceback__) if is_cell(f.filename)]
    if frames:
        last = frames[-1]
        line = linecache.getline(last.filename, last.lineno or 0).strip()
        found["place"] = [last.name, last.lineno or 0, line[:300]]
    return found


def is_cell(filename: str) -> bool:
    """Return True if a frame's file is a cell of the notebook."""
    return filename.startswith("<cell ")


def describe_cell_error(error: BaseException) -> dict:
    """Describe an exception as `describe` does; a syntax error with its place."""
    found = describe(error)
    if isinstance(error, SyntaxError) and error.lineno:
        found["text"] = error.msg or "invalid syntax"
        found["place"] = ["<module>", error.lineno, (error.text or "").strip()[:300]]
    return found
