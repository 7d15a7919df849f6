"""The written form of an assignment: what is read from it, and how it says what it cannot read."""

import re
from pathlib import Path

import pytest

from autograder.authoring.assignment_markdown import read_text
from autograder.errors import UserError

FRONT = """---
title: Sums
read: sums.html
book_url: https://example.org
preamble: |
  import math
---
"""
EXERCISE = "title: Add\nreference: m.add\ndifficulty: 1\nimportance: 2\nminutes: 3\n"
FIRST = FRONT.count("\n") + 1  # the line after the front matter


def write(folder: Path, text: str) -> Path:
    path = folder / "sums.md"
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, body: str):
    return read_text(write(folder, FRONT + body))


def test_blocks_come_in_order_with_prose_between_them(tmp_path):
    front, blocks = read(
        tmp_path,
        "# Sums\n\nAdd.\n\n```{given}\nimport os\n```\n\nmore\n\n"
        "```{exercise} add\n" + EXERCISE + "keep: [a]\n```\n\n```{stub}\n```\n"
        "```{test} one\n:points: 2\n:tests: Adds: small ones.\n"
        "assert add(1, 2) == 3\n:no option:\n```\n",
    )
    assert front["title"] == "Sums"
    assert front["preamble"] == "import math\n"
    kinds = [(b.kind, b.argument, b.line - FIRST) for b in blocks]
    assert kinds == [
        ("prose", "", 0),
        ("given", "", 4),
        ("prose", "", 7),
        ("exercise", "add", 10),
        ("stub", "", 19),
        ("test", "one", 21),
    ]
    assert blocks[0].body == "# Sums\n\nAdd."
    assert blocks[1].body == "import os"
    assert blocks[3].options["title"] == "Add"
    assert blocks[3].options["keep"] == ["a"]
    assert blocks[5].options == {"points": "2", "tests": "Adds: small ones."}
    assert blocks[5].body == "assert add(1, 2) == 3\n:no option:"


def test_ordinary_fences_are_prose(tmp_path):
    _, (only,) = read(tmp_path, "Look:\n\n```python\nx = 1\n```\n\nand ````\n")
    assert only.kind == "prose"
    assert "```python\nx = 1\n```" in only.body


def test_a_longer_fence_may_hold_a_shorter_one(tmp_path):
    _, (hint,) = read(tmp_path, "````{hint} Try\n```python\nx = 1\n```\n````\n")
    assert (hint.kind, hint.argument) == ("hint", "Try")
    assert hint.body == "```python\nx = 1\n```"


def test_lines_without_text_make_no_cell(tmp_path):
    assert read(tmp_path, "\n   \n\n")[1] == []


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("```{quiz}\n```\n", 0, "unknown block {quiz}; known are"),
        ("one\n\ntwo\n\n```{hnit} x\n```\n", 4, "unknown block {hnit}"),
        ("```{exercise} add\ntitle: [a\n```\n", 0, "while parsing"),
        ("a\n\n```{exercise} add\na: b: c\n```\n", 2, "mapping values are not allowed"),
        ("```{test} one\nassert True\n```\n", 0, "the test 'one' needs :points: and :tests:"),
        ("```{test} one\n:points: 1\nassert True\n```\n", 0, "needs :points: and :tests:"),
        ("```{test} one two\n:points: 1\n:tests: x\n```\n", 0, "may have a-z, 0-9 and -"),
        ("```{test} one\n:points: two\n:tests: x\n```\n", 0, "must be a positive number: 'two'"),
        ("```{test} one\n:points: 0\n:tests: x\n```\n", 0, "must be a positive number: '0'"),
        ("```{exercise} add\ntitle: Add\n```\n", 0, "'add' lacks reference, difficulty"),
        ("```{exercise} add\njust words\n```\n", 0, "expected lines of the form"),
        ("a\n\n```{stub}\nnever closed\n", 2, "this block is never closed by ```"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(tmp_path, body, line, words):
    with pytest.raises(UserError, match=re.escape(words)) as raised:
        read(tmp_path, body)
    message = raised.value.format_message()
    assert message.startswith(f"{tmp_path / 'sums.md'}:{FIRST + line}: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    "text",
    ["", "# Sums\n", "---\ntitle: Sums\n", "\n---\ntitle: Sums\n---\n", "---\ntitle: Sums\n--\n"],
)
def test_front_matter_must_be_there(tmp_path, text):
    with pytest.raises(UserError, match="must begin with YAML front matter between two lines"):
        read_text(write(tmp_path, text))


@pytest.mark.parametrize("name", ["title", "read", "book_url", "preamble"])
def test_front_matter_must_be_complete(tmp_path, name):
    without = re.sub(rf"^{name}:.*\n(  .*\n)?", "", FRONT, flags=re.MULTILINE)
    with pytest.raises(UserError, match=f"needs a line `{name}:`"):
        read_text(write(tmp_path, without))


def test_front_matter_that_is_no_yaml_is_named_with_its_line(tmp_path):
    with pytest.raises(UserError, match=r"sums\.md:1: .*mapping values"):
        read_text(write(tmp_path, "---\ntitle: a: b\n---\n"))


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("files:\n  model.bin: 4\n", "belong together"),
        ("reference_files: m.files\n", "belong together"),
        ("files:\n  ../model.bin: 4\nreference_files: m.files\n", "plain file name"),
        ("files:\n  model.bin: none\nreference_files: m.files\n", "most MB"),
        ("files:\n  model.bin: 0\nreference_files: m.files\n", "most MB"),
    ],
)
def test_files_beside_the_notebook_that_make_no_sense(lines, says, tmp_path):
    front = FRONT.replace("preamble: |", f"{lines}preamble: |")
    with pytest.raises(UserError, match=says):
        read_text(write(tmp_path, front + "# Sums\n"))


def test_files_beside_the_notebook_are_read(tmp_path):
    lines = "files:\n  model.bin: 4\nreference_files: m.files\n"
    front, _ = read_text(write(tmp_path, FRONT.replace("preamble: |", f"{lines}preamble: |")))
    assert front["files"] == {"model.bin": 4}
    assert front["reference_files"] == "m.files"
