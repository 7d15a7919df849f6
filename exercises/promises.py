"""What the docstrings of the exercises promise, and which hidden tests hold it.

Each assignment has a file `promises.yml`. It names every exercise, and for a class its methods as
well (`MultiHeadAttention.forward`). Below each name it has the sentences of the docstring, in order
and word for word, each with one of:

- `tests`: the hidden tests that a program fails if it breaks this sentence and nothing else;
- `explains: true`: the sentence promises nothing that a program could break.

Next to `tests`, `missing` says what a further test has to do, if no test holds all of the sentence.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from autograder.authoring.reference_source import functions_of
from autograder.cells import is_test

from .assignments import Assignment

NAME = "promises.yml"
SECTIONS = ("Args", "Attributes", "Returns", "Raises")
_ENTRY = re.compile(r" {4}\S")
_NAMED_RESULT = re.compile(r" {4}\w+(, \w+)*: ")
_END = re.compile(r"(?<!\.\.)[.?!](?= )")  # not the last of three dots
_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|et al|vs|cf)\.$")


@dataclass(frozen=True)
class Promise:
    """One sentence of a docstring.

    Attributes:
        says: the sentence.
        tests: the hidden tests that hold it.
        explains: whether it promises nothing that a program could break.
        missing: what a further test has to do, if no test holds all of it.
    """

    says: str
    tests: tuple[str, ...] = ()
    explains: bool = False
    missing: str = ""


def read_promises(master: Assignment) -> dict[str, list[Promise]]:
    """Return the sentences of one assignment: exercise or method -> its sentences."""
    text = (master.text.parent / NAME).read_text(encoding="utf-8")
    return {
        name: [Promise(**entry | {"tests": tuple(entry.get("tests", ()))}) for entry in entries]
        for name, entries in yaml.safe_load(text).items()
    }


def titles(master: Assignment) -> dict[str, str]:
    """Return what each hidden test is about, as students read it: id -> title."""
    tests = filter(is_test, master.source.cells)
    return {cell.metadata.nbgrader.grade_id: cell.metadata.course.tests for cell in tests}


def docstrings(source: str) -> dict[str, str]:
    """Return the docstring of a function, or those of a class and its methods, by name.

    The name of a method is that of the class, a dot, and its own.
    """
    top = ast.parse(source).body[0]
    assert isinstance(top, ast.FunctionDef | ast.ClassDef)
    found = {top.name: ast.get_docstring(top)}
    if isinstance(top, ast.ClassDef):
        found |= {f"{top.name}.{f.name}": ast.get_docstring(f) for f in functions_of(top)}
    return {name: text for name, text in found.items() if text}


def sentences(docstring: str) -> list[str]:
    """Split a docstring in Google style into sentences.

    Each argument, result, error and list item begins a sentence of its own. "Returns: " marks the
    first sentence about a result.
    """
    return [sentence for block in _blocks(docstring) for sentence in _split(block)]


def _blocks(docstring: str) -> Iterator[str]:
    """Yield paragraphs, list items and the entries of sections, each as one line."""
    section, block = "", ""
    for line in [*docstring.splitlines(), ""]:
        words = line.strip()
        if line and not line.startswith(" "):
            title = words.removesuffix(":")
            section = title if title in SECTIONS else ""
        is_header = words == f"{section}:"
        if block and (not words or is_header or _begins_entry(section, line)):
            yield block
            block = ""
        if words and not is_header:
            mark = "Returns: " if section == "Returns" and not block else ""
            block = f"{block} {mark}{words}".strip()


def _begins_entry(section: str, line: str) -> bool:
    """Return True for the first line of an entry; a result without a name has no other entry."""
    entry = _NAMED_RESULT if section == "Returns" else _ENTRY
    return line.startswith("- ") or bool(section and entry.match(line))


def _split(block: str) -> Iterator[str]:
    """Yield the sentences of a block; none ends inside parentheses or backquotes."""
    begin = 0
    for end in _END.finditer(block):
        sentence = block[begin : end.end()].strip()
        closed = sentence.count("(") == sentence.count(")") and sentence.count("`") % 2 == 0
        if closed and not _ABBREVIATION.search(sentence):
            yield sentence
            begin = end.end()
    yield block[begin:].strip()
