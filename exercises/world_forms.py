"""Forms in which public code writes the exercises: `tests/world/ASSIGNMENT/SYMBOL.py`.

A file has any number of forms, each a heading of comments and then the code that a student would
have in the answer's cell:

    # form: masked_fill with -inf
    # as in: minGPT, CausalSelfAttention
    # verdict: wrong
    # loses: sdpa-padded-rows
    # named: attention_padded_rows_are_nan
    def scaled_dot_product_attention(...):

`verdict` says what the exercise's own text makes of it: right or wrong. A wrong form names the
tests that it must lose, and the known mistakes that feedback should name, separated by commas: "-"
if there is none in the list.
"""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent.parent / "tests" / "world"
HEADING = re.compile(r"^# (form|as in|verdict|loses|named): *(.*)$")
KEYS = {"right": {"form", "as in", "verdict"}}
KEYS["wrong"] = KEYS["right"] | {"loses", "named"}


@dataclass(frozen=True)
class Form:
    """One form of an answer.

    Attributes:
        assignment: folder name of the assignment.
        symbol: the exercise.
        title: what is special about it.
        source: the public code that writes it like this.
        right: what the exercise's text says of it.
        loses: the tests that a wrong form must lose.
        named: the known mistakes that feedback should name.
        code: the student's cell.
    """

    assignment: str
    symbol: str
    title: str
    source: str
    right: bool
    loses: frozenset[str]
    named: frozenset[str]
    code: str


def read_forms(folder: Path = HERE) -> list[Form]:
    """Return all forms, in order of assignments, files and lines.

    Raises:
        ValueError: a heading is not complete; names file and form.
    """
    return [form for path in sorted(folder.glob("*/*.py")) for form in _forms_of(path)]


def _forms_of(path: Path) -> list[Form]:
    parts = re.split(r"(?m)^(?=# form:)", path.read_text(encoding="utf-8"))
    return [_form(path, part) for part in parts[1:]]


def _form(path: Path, text: str) -> Form:
    lines = text.splitlines()
    about: dict[str, str] = {}
    while lines and (found := HEADING.match(lines[0])):
        about[found[1]] = found[2].strip()
        del lines[0]
    if about.keys() != KEYS.get(about.get("verdict", ""), set()):
        raise ValueError(f"{path}: the heading of {about.get('form')!r} is not complete: {about}")
    return Form(
        path.parent.name,
        path.stem,
        about["form"],
        about["as in"],
        about["verdict"] == "right",
        _names(about.get("loses", "")),
        _names(about.get("named", "")),
        "\n".join(lines).strip() + "\n",
    )


def _names(text: str) -> frozenset[str]:
    return frozenset(filter(None, (name.strip() for name in text.split(",")))) - {"-"}
