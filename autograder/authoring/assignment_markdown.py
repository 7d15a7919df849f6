"""Parse an assignment: Markdown with a few kinds of fenced blocks.

Everything outside these blocks is prose and becomes locked Markdown cells.

    ```{given} [package.module.name]   code that students run and cannot edit; with a name, that
                                        function (or module) of the reference is handed out in full
    ```{data} name                      code that defines `name` with plain values; students get the
                                        values, not the code
    ```{checks}                         the place where the instant checks are set up
    ```{exercise} name                  YAML: title, reference, difficulty, importance, minutes,
                                        read (page#anchor), docs {title: address}, keep [methods]
    ```{stub}                           the reference of the current exercise without bodies
    ```{hint} title                     Markdown that unfolds on a click
    ```{instant}                        code that defines `cases` (for a layer also `build`) for the
                                        instant check of the current exercise
    ```{try}                            code for trying things out
    ```{test} id                        `:points: N`, `:tests: one sentence`, then the hidden test

In prose and hints, `](book:page.html#anchor)` links to the book and `{points}` is the sum of all
points. The file begins with YAML front matter: title; read (the chapter); book_url; preamble, code
at the head of every hidden test and instant block, which must define `mistakes_of(reference)`.
shortcuts lists library functions that do an exercise's work, such as torch.nn.Transformer*: the
report tells the instructor who uses one. If students hand in attachments: files, name -> largest
size in MB; and reference_files, the name of a function that returns those of a perfect student,
name -> bytes.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from autograder.errors import UserError

EXERCISE = ("title", "reference", "difficulty", "importance", "minutes")
MOST_FILES = 16
FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
TEST_ID = re.compile(r"[a-z][a-z0-9-]{0,63}")
KINDS = {"given", "data", "checks", "exercise", "stub", "hint", "instant", "try", "test", "prose"}


@dataclass(frozen=True)
class Block:
    """One block of the text.

    Attributes:
        kind: one of KINDS.
        argument: the text after the kind on the fence's line.
        body: the text inside the fence.
        options: `:name: value` lines of a test, or the YAML of an exercise.
        line: its first line in the file, for messages.
    """

    kind: str
    argument: str
    body: str
    line: int
    options: dict = field(default_factory=dict)


def read_text(path: Path) -> tuple[dict, list[Block]]:
    """Read the front matter and the blocks of an assignment's Markdown file.

    Raises:
        UserError: naming file and line, if a block is unknown or its options cannot be read.
    """
    front, body, skipped = _front_matter(path)
    lines = body.splitlines()
    blocks: list[Block] = []
    prose_from = 0
    for token in MarkdownIt().parse(body):
        if token.type != "fence" or token.map is None or not token.info.startswith("{"):
            continue
        start, end = token.map
        if lines[end - 1].strip() != token.markup:
            raise UserError(
                f"{path}:{skipped + start + 1}: this block is never closed by {token.markup}"
            )
        _add_prose(blocks, lines[prose_from:start], skipped + prose_from + 1)
        blocks.append(_block(path, token.info, token.content, skipped + start + 1))
        prose_from = end
    _add_prose(blocks, lines[prose_from:], skipped + prose_from + 1)
    return front, blocks


def _front_matter(path: Path) -> tuple[dict, str, int]:
    text = path.read_text(encoding="utf-8")
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise UserError(f"{path}: must begin with YAML front matter between two lines of ---")
    front = _yaml(path, 1, parts[1])
    for name in ("title", "read", "book_url", "preamble"):
        if name not in front:
            raise UserError(f"{path}: the front matter needs a line `{name}:`")
    if ("files" in front) != ("reference_files" in front):
        raise UserError(f"{path}: `files:` and `reference_files:` belong together; give both")
    files = front.get("files", {})
    if not isinstance(files, dict) or len(files) > MOST_FILES:
        raise UserError(f"{path}: `files:` has at most {MOST_FILES} lines `name: most MB`")
    for name, most in files.items():
        fits = FILE.fullmatch(str(name)) and not name.endswith((".ipynb", ".zip", "stamp.txt"))
        if not fits or not isinstance(most, int) or most < 1:
            raise UserError(f"{path}: each of `files:` is a plain file name and its most MB")
    names = front.get("shortcuts", [])
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError(f"{path}: `shortcuts:` is a list of names, such as - torch.nn.LayerNorm")
    return front, parts[2], parts[1].count("\n") + 2


def _block(path: Path, info: str, body: str, line: int) -> Block:
    kind, _, argument = info.partition("}")
    kind, argument = kind.lstrip("{"), argument.strip()
    if kind not in KINDS:
        raise UserError(f"{path}:{line}: unknown block {{{kind}}}; known are {sorted(KINDS)}")
    options: dict = {}
    if kind == "exercise":
        options, body = _yaml(path, line, body), ""
        missing = [name for name in EXERCISE if name not in options]
        if missing:
            raise UserError(f"{path}:{line}: the exercise {argument!r} lacks {', '.join(missing)}")
    while kind == "test" and body.startswith(":"):
        option, _, body = body.partition("\n")
        name, _, value = option[1:].partition(":")
        options[name.strip()] = value.strip()
    if kind == "test" and not {"points", "tests"} <= set(options):
        raise UserError(f"{path}:{line}: the test {argument!r} needs :points: and :tests:")
    if kind == "test" and not TEST_ID.fullmatch(argument):
        raise UserError(f"{path}:{line}: the test {argument!r} may have a-z, 0-9 and - in its name")
    if kind == "test" and not re.fullmatch("[1-9][0-9]*", options["points"]):
        raise UserError(f"{path}:{line}: points must be a positive number: {options['points']!r}")
    return Block(kind, argument, body.rstrip("\n"), line, options)


def _add_prose(blocks: list[Block], lines: list[str], line: int) -> None:
    text = "\n".join(lines).strip("\n")
    if text.strip():
        blocks.append(Block("prose", "", text, line))


def _yaml(path: Path, line: int, text: str) -> dict:
    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UserError(f"{path}:{line}: {' '.join(str(error).split())}") from None
    if not isinstance(read, dict):
        raise UserError(f"{path}:{line}: expected lines of the form `name: value`")
    return read
