"""The assignments of the course with the references and mistakes that belong to them."""

import sys
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring.assignment_markdown import read_text
from autograder.authoring.builder import text_files
from autograder.authoring.reference_source import resolve_dotted
from autograder.authoring.synthetic_submissions import files_of
from autograder.cells import is_solution, is_test, read
from solutions.misconceptions import Misconception, for_reference

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Assignment:
    """One assignment.

    Attributes:
        text: the Markdown file that it is written in.
        references: name -> reference, in order of the exercises.
    """

    text: Path
    references: dict[str, Callable]

    @property
    def assignment(self) -> str:
        """The name of its folder."""
        return self.text.parent.name

    @property
    def notebook(self) -> str:
        """The name of its notebook, without ending."""
        return self.text.stem

    @cached_property
    def source(self) -> NotebookNode:
        """The source notebook as `autograder build` wrote it; copy it before you change it."""
        return read(self.text.with_suffix(".ipynb"))

    @property
    def mistakes(self) -> list[Misconception]:
        """Every known mistake in what this assignment asks for."""
        return [mistake for name in self.references for mistake in self.mistakes_in(name)]

    def mistakes_in(self, name: str) -> list[Misconception]:
        """Every known way to get one of the references wrong."""
        return for_reference(name)

    @property
    def files(self) -> Mapping[str, bytes]:
        """What the perfect student hands in beside the notebook: name -> bytes."""
        return files_of(self.source)

    @property
    def symbols(self) -> list[str]:
        """What the student writes, in order."""
        return [c.metadata.course.symbol for c in self.source.cells if is_solution(c)]

    def tests_of(self, symbol: str) -> frozenset[str]:
        """The ids of the hidden tests of one exercise."""
        tests = filter(is_test, self.source.cells)
        return frozenset(c.id for c in tests if c.metadata.course.symbol == symbol)


def all_assignments(here: Path = HERE) -> list[Assignment]:
    """All assignments, in order. Each is read once, so that its notebook is built at most once."""
    return [_read(path) for path in text_files(here)]


def chosen(names: Collection[str]) -> list[Assignment]:
    """The named assignments, all if none is named. An unknown name: one line, exit code 2."""
    known = {master.assignment: master for master in all_assignments()}
    for name in names:
        if name not in known:
            print(f"{name}: no such assignment; there are {', '.join(known)}", file=sys.stderr)
            sys.exit(2)
    return [master for name, master in known.items() if not names or name in names]


@cache
def _read(path: Path) -> Assignment:
    _, blocks = read_text(path)
    references = {
        block.argument: resolve_dotted(block.options["reference"])
        for block in blocks
        if block.kind == "exercise"
    }
    return Assignment(path, references)
