"""Outputs of a notebook's cells, made from a worker's untrusted replies and from failed tests."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.limits import Limits
from autograder.protocol.messages import CellResult

from .remote_errors import as_exception
from .sanitize import Sanitizer, error_output

SPARE = 100  # characters beyond the limit, for the note that something was cut off


class Outputs:
    """Outputs of one notebook's cells, together no more than its limits allow.

    Args:
        sanitizer: makes a student's text safe to show.
        limits: of one submission.
    """

    def __init__(self, sanitizer: Sanitizer, limits: Limits):
        self._sanitizer, self._limits = sanitizer, limits
        self._left = limits.all_output_bytes

    @property
    def room(self) -> int:
        """Most characters of the next cell's output."""
        return min(self._limits.output_bytes, max(self._left, 0))

    def of(self, result: CellResult) -> list[NotebookNode]:
        """Return the outputs of a cell. All of its result is untrusted."""
        found: list[NotebookNode] = []
        before = room = self.room + SPARE
        for entry in _lists(result.streams):
            if len(entry) != 2 or not all(isinstance(part, str) for part in entry) or room <= 0:
                continue
            name = "stderr" if entry[0] == "stderr" else "stdout"
            text = self._sanitizer.clean(entry[1][:room])
            room -= len(text)
            if found and found[-1].name == name:
                found[-1].text += text
            else:
                found.append(new_output("stream", name=name, text=text))
        for data in result.displays if isinstance(result.displays, list) else []:
            fitting = {}
            for kind in ("text/plain", "image/png"):
                value = data.get(kind) if isinstance(data, dict) else None
                if isinstance(value, str) and len(value) <= room:
                    fitting[kind] = self._sanitizer.clean(value) if kind == "text/plain" else value
                    room -= len(value)
            if fitting:
                found.append(new_output("display_data", data=fitting))
        self._left -= before - room
        return found

    def of_error(self, data: dict) -> NotebookNode:
        """Return the output for an exception of a student's cell.

        Args:
            data: the worker's description.
        """
        return self._of(as_exception({"bases": [], **data}), graded=False)

    def of_failure(self, error: Exception, text: str | None = None) -> NotebookNode:
        """Return the output for a hidden test that did not pass.

        Args:
            text: in place of the exception's own.
        """
        return self._of(error, graded=True, text=text)

    def _of(self, error: Exception, graded: bool, text: str | None = None) -> NotebookNode:
        name = self._sanitizer.clean(type(error).__name__)[:100]
        from_worker = getattr(error, "from_worker", False)
        place = getattr(error, "place", None)
        return error_output(
            name,
            self._sanitizer.message(
                name, str(error) if text is None else text, place, graded, from_worker
            ),
        )


def too_long(seconds: float) -> NotebookNode:
    """Return the output of a cell that was stopped."""
    text = f"Stopped: this ran longer than {seconds:g} seconds. Is there an endless loop?"
    return error_output("TimeLimit", text)


def _lists(data: Any) -> list[list]:
    return [entry for entry in data if isinstance(entry, list)] if isinstance(data, list) else []
