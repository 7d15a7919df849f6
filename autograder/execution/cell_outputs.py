"""Outputs of a notebook's cells, made from a worker's untrusted replies and from failed tests."""

from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.limits import Limits
from autograder.protocol.messages import CellResult

from .remote_errors import as_exception
from .sanitize import Sanitizer, error_output

WARNING_CHARS = 500  # of a warning that is shown
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
        for entry in _streams(result):
            if room <= 0:
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

    def all_of(self, result: CellResult) -> list[NotebookNode]:
        """Return the outputs of a cell, with the exception that ended it."""
        outputs = self.of(result)
        if isinstance(result.error, dict):
            outputs.append(self._of_described(result.error))
        return outputs

    def _of_described(self, data: dict, test: NotebookNode | None = None) -> NotebookNode:
        """Return the output for an exception in the student's process.

        Args:
            data: the worker's description, which is untrusted.
            test: the contained test that it ended.
        """
        try:
            error = as_exception({"bases": [], **data})
            if test is None:
                return self._of(error, graded=False)
            place = getattr(error, "place", None)
            if place is not None and place[2].strip() in test.source:
                error.place = None  # type: ignore[attr-defined] # of the hidden test
            return self._of(error, graded=True, from_worker=not isinstance(error, AssertionError))
        except (KeyError, ValueError, TypeError):
            return error_output("Crashed", "This cell ended in a way that makes no sense.")

    def of_test(self, result: CellResult, test: NotebookNode) -> list[NotebookNode]:
        """Return the outputs of a contained test: why it failed, or its score; nothing else.

        Args:
            result: untrusted; the student's code ran in the same process.
        """
        if isinstance(result.error, dict):
            return [self._of_described(result.error, test)]
        stderr = "".join(text for name, text in _streams(result) if name == "stderr")
        return self.of_passed(stderr, result.value, test)

    def of_passed(self, stderr: str, score: Any, test: NotebookNode) -> list[NotebookNode]:
        """Return the output of a test without an error: its score if it ends in a number.

        nbgrader reads the score from the output. It refuses more points than the test has.

        Args:
            stderr: what was written there; as in nbgrader, the test has then failed.
        """
        if stderr:
            text = self._sanitizer.clean(stderr[:WARNING_CHARS])
            return [error_output("Warning", f"This check gave a warning, so it failed:\n{text}")]
        try:
            number = float(score)
        except (TypeError, ValueError):
            return []
        points = float(test.metadata.nbgrader.points)
        if number > points:
            text = f"The check gave {number:g} points, and has only {points:g}."
            return [error_output("NotJudged", text)]
        data = {"text/plain": repr(number)}
        return [new_output("execute_result", data=data, execution_count=1)]

    def of_failure(self, error: Exception, text: str | None = None) -> NotebookNode:
        """Return the output for a hidden test that did not pass.

        Args:
            text: in place of the exception's own.
        """
        return self._of(error, graded=True, text=text)

    def _of(
        self,
        error: Exception,
        graded: bool,
        text: str | None = None,
        from_worker: bool | None = None,
    ) -> NotebookNode:
        name = self._sanitizer.clean(type(error).__name__)[:100]
        if from_worker is None:
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


def _streams(result: CellResult) -> list[list[str]]:
    entries = [entry for entry in _lists(result.streams) if len(entry) == 2]
    return [entry for entry in entries if all(isinstance(part, str) for part in entry)]


def _lists(data: Any) -> list[list]:
    return [entry for entry in data if isinstance(entry, list)] if isinstance(data, list) else []
