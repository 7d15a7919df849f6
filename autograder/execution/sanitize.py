"""Make a worker's output safe for feedback pages.

An error becomes plain text. It never shows the source of a hidden test, a path of this machine, or
a memory address, which would differ between two runs.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.harmless_text import without_invisible

ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{5,}\b")
SYNTAX_PLACE = re.compile(r"\s*\([^()]*\.py, line \d+\)")
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
MAX_MESSAGE = 6000


@dataclass
class Sanitizer:
    """Filter that makes a worker's text safe to show.

    Attributes:
        folders: prefixes of paths that are replaced by "…".
    """

    folders: Iterable[Path] = ()

    def clean(self, text: str) -> str:
        """Return text without colors, invisible characters, local paths and memory addresses."""
        text = text.encode("utf-8", "replace").decode()  # lone surrogates cannot be encoded
        text = without_invisible(ANSI.sub("", text))
        places = {*map(str, self.folders), sys.prefix, sys.base_prefix, str(Path.home())} - {"/"}
        for place in sorted(places, key=len, reverse=True):
            text = text.replace(place, "…")
        return ADDRESS.sub("0x…", text)

    def message(
        self, name: str, text: str, place: tuple | None, graded: bool, from_worker: bool = False
    ) -> str:
        """Return the text for an exception: a check's own message, or one line and its place.

        Args:
            place: function, line number and source line of the student's code, if they are known.
            graded: it ended a hidden test.
            from_worker: the student's code raised it, so that a check's name means nothing.
        """
        text = self.clean(text)[:MAX_MESSAGE]
        if name == "CheckFailed" and not from_worker:
            return text
        if name == "NotImplementedError" and not text:  # PyTorch raises it with a message
            return "Not written yet: the code still raises NotImplementedError."
        if name == "AssertionError" and graded and not from_worker:
            return text or "A check of your code did not hold."
        undefined = UNDEFINED.match(text)
        if name == "NameError" and undefined and graded and not place:
            return (
                f"{undefined[1]} is not defined.\n"
                "The cell that defines it probably failed, or was removed."
            )
        line = SYNTAX_PLACE.sub("", text).split("\n")[0]
        if place is None:
            return f"{name}: {line}"
        own = self.clean(place[2]).strip()
        return f"{name}: {line}\nIt happened in line {place[1]} of your code:\n    {own}"


def error_output(name: str, text: str) -> NotebookNode:
    """Return an error output with this text and no traceback of its own."""
    return new_output("error", ename=name, evalue=text, traceback=text.split("\n"))
