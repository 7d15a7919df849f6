"""What the docstrings promise, and the hidden tests that hold it: `promises.yml` of each assignment.

A file names every exercise, and for a class its methods as well (`MultiHeadAttention.forward`).
Below stand the sentences of the docstring, in order and word for word, each with one of:

- `tests`: the hidden tests that a program fails if it breaks this sentence and nothing else;
- `explains: true`: the sentence promises nothing that a program could break.

An entry with `tests` may also have `missing`: what a test of the rest would have to do.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

from autograder.authoring.reference_source import functions_of, source_of

from .assignments import Assignment

NAME = "promises.yml"
SECTIONS = ("Args", "Attributes", "Returns", "Raises", "Yields")
ABBREVIATIONS = re.compile(r"\b(?:e\.g|i\.e|et al|vs|cf)\.$")
_NAMED = re.compile(r"[\w*]+(?:, [\w*]+)*: ")
_END = re.compile(r"(?<!\.\.)[.?!](?= )")


@dataclass(frozen=True)
class Promise:
    """One sentence of a docstring.

    Attributes:
        says: the sentence.
        tests: the hidden tests that hold it.
        explains: whether it promises nothing that a program could break.
        missing: what a further test would have to do, if no test holds all of it.
    """

    says: str
    tests: tuple[str, ...] = ()
    explains: bool = False
    missing: str = ""


def read_promises(master: Assignment) -> dict[str, list[Promise]]:
    """Return the sentences of one assignment: exercise or method -> its sentences."""
    text = (master.text.parent / NAME).read_text(encoding="utf-8")
    return {
        name: [Promise(**{**entry, "tests": tuple(entry.get("tests", ()))}) for entry in entries]
        for name, entries in yaml.safe_load(text).items()
    }


def docstrings(reference: Callable) -> dict[str, str]:
    """Return what a student reads: name -> docstring of a function, or of a class and its methods.

    A method's name is that of the class, a dot, and its own.
    """
    top = ast.parse(source_of(reference)).body[0]
    assert isinstance(top, (ast.FunctionDef, ast.ClassDef))
    found = {top.name: ast.get_docstring(top)}
    if isinstance(top, ast.ClassDef):
        found |= {f"{top.name}.{f.name}": ast.get_docstring(f) for f in functions_of(top)}
    return {name: text for name, text in found.items() if text}


def sentences(docstring: str) -> list[str]:
    """Split a docstring in Google style into sentences.

    Each argument, result, error and list item begins a sentence of its own; what is returned is
    marked with "Returns: ".
    """
    return [part for block in _blocks(docstring) for part in _split(block)]


def _blocks(docstring: str) -> Iterator[str]:
    """Yield paragraphs, list items and the entries of sections, each in one line."""
    section, block = "", ""
    for line in docstring.splitlines():
        words, indent = line.strip(), len(line) - len(line.lstrip())
        header = words.removesuffix(":") if indent == 0 else ""
        if not words or header in SECTIONS or _opens(section, indent, words):
            if block:
                yield block
            block = ""
        if words and indent == 0:
            section = header if header in SECTIONS else ""
        if header not in SECTIONS or not words:
            mark = "Returns: " if section == "Returns" and not block and words else ""
            block = f"{block} {mark}{words}".strip()
    if block:
        yield block


def _opens(section: str, indent: int, words: str) -> bool:
    """Return True if a line begins an entry; results without a name go on from line to line."""
    if section and indent == 4:
        return section != "Returns" or bool(_NAMED.match(words))
    return words.startswith("- ")


def _split(block: str) -> Iterator[str]:
    """Yield the sentences of a block; none ends inside brackets or backquotes."""
    begin = 0
    for end in _END.finditer(block):
        part = block[begin : end.end()]
        closed = part.count("(") == part.count(")") and part.count("`") % 2 == 0
        if closed and not ABBREVIATIONS.search(part):
            yield part.strip()
            begin = end.end()
    yield block[begin:].strip()
