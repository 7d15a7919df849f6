"""Turns what a kernel sent into outcomes that a student may read.

An error becomes plain text: never the source of a hidden test, never a path of this machine,
never an address in memory, so that two runs give the same bytes.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_output

ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{5,}\b")
CELL_FILE = re.compile(r"\S*ipykernel_\d+/\d+\.py")
SYNTAX_PLACE = re.compile(r"\s*\([^()]*\.py, line \d+\)")
FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")
UNDEFINED = re.compile(r"name '(\w+)' is not defined")
MAX_MESSAGE = 6000


@dataclass
class Reader:
    """What is needed to read a kernel's errors: its secret paths and the student's cells so far.

    Attributes:
        folders: prefixes of paths that are replaced by "…".
        cells: source of each cell of the student that ran, by its number in the kernel.
    """

    folders: Iterable[Path] = ()
    cells: dict[int, str] = field(default_factory=dict)

    def clean(self, text: str) -> str:
        """Text without colours, control characters, paths of this machine and addresses."""
        text = CONTROL.sub("", ANSI.sub("", text))
        text = CELL_FILE.sub("the notebook", text)
        places = {*map(str, self.folders), sys.prefix, sys.base_prefix, str(Path.home())} - {"/"}
        for place in sorted(places, key=len, reverse=True):
            text = text.replace(place, "…")
        return ADDRESS.sub("0x…", text)

    def explain(self, error: Mapping, graded: bool) -> str:
        """The text for an error output: a check's own words, or one line and its place."""
        name, text = error["ename"], self.clean(error["evalue"])[:MAX_MESSAGE]
        if name == "CheckFailed":
            return text
        if name == "NotImplementedError" and not text:  # PyTorch raises it with a message
            return "Not written yet: the code still raises NotImplementedError."
        if name == "AssertionError" and graded:
            return text or "A check of your code did not hold."
        place = self._place("\n".join(error["traceback"]))
        undefined = UNDEFINED.match(text)
        if name == "NameError" and undefined and graded and not place:
            return (
                f"{undefined[1]} is not defined.\n"
                "The cell that defines it probably failed, or was removed."
            )
        line = SYNTAX_PLACE.sub("", text).split("\n")[0]
        return f"{name}: {line}{place}"

    def _place(self, traceback: str) -> str:
        """The last line of the student's own code in a traceback, quoted from the notebook."""
        frames = [(int(n), int(line)) for n, line in FRAME.findall(ANSI.sub("", traceback))]
        for number, line in reversed(frames):
            lines = self.cells.get(number, "").split("\n")
            if number in self.cells and 1 <= line <= len(lines):
                return f"\nIt happened in line {line} of your code:\n    {lines[line - 1].strip()}"
        return ""


def error_output(name: str, text: str) -> NotebookNode:
    """An error output that says `text` and nothing else."""
    return new_output("error", ename=name, evalue=text, traceback=text.split("\n"))


def settle(outputs: list[NotebookNode], reader: Reader, graded: bool) -> list[NotebookNode]:
    """The outputs to keep: at most one error, in plain text, as the last.

    In a graded cell only an error may cost points, and nothing may earn any: nbgrader takes text
    on stderr for a failure and a displayed number for partial credit, so the first becomes
    ordinary output and the second is dropped.
    """
    errors = [output for output in outputs if output.output_type == "error"]
    kept = [output for output in outputs if output.output_type != "error"]
    if graded:
        kept = [output for output in kept if output.output_type == "stream"]
        for output in kept:
            output.name = "stdout"
    for output in kept:
        if output.output_type == "stream":
            output.text = reader.clean(output.text)
    if errors:
        name = reader.clean(errors[0]["ename"])[:100]
        kept.append(error_output(name, reader.explain(errors[0], graded)))
    return kept
