"""Docstrings are plain text; the API page wants reStructuredText.

`sphinx.ext.napoleon` formats the sections, such as "Args:". Before it sees a docstring, this
extension escapes characters that are markup in reStructuredText only. `code` in single backticks
becomes code, and *emphasis* stays. Results are listed by name where the docstring names them.
Functions that only check their input (`require_...`) are left out of the page.
"""

import re

MARKUP = re.compile(
    r"``.+?``|`(?P<code>[^`]+)`|(?<![\w*])\*\w+\*(?![\w*])|(?P<special>[*|\\]|(?<=\w)_(?!\w))"
)
SENTENCE = re.compile(r"(Args, parameters|Parameters): +(.*)")  # a section in one sentence
ENTRY = re.compile(r"    \w[\w, ]{0,50}: +.*")
BEFORE_NAPOLEON = 400  # the priority of Sphinx's own handlers is 500


def as_text(line: str) -> str:
    """One line of a docstring, with nothing in it that means markup by accident."""

    def replaced(match: re.Match) -> str:
        if match["special"]:
            return f"\\{match['special']}"
        return f"``{match['code']}``" if match["code"] else match[0]

    return MARKUP.sub(replaced, line)


def for_napoleon(lines: list[str]) -> list[str]:
    """A whole docstring as napoleon expects it."""
    found, in_sentence = [], False
    for place, line in enumerate(lines):
        if sentence := SENTENCE.fullmatch(line):
            in_sentence = True
            found.append(f"**{sentence[1]}**: {as_text(sentence[2])}")
            continue
        in_sentence = in_sentence and bool(line.strip())
        if line == "Returns:" and not all(map(ENTRY.fullmatch, _entries(lines[place + 1 :]))):
            found.append("Return:")  # one result without a name
        else:
            found.append(as_text(line.strip() if in_sentence else line))
    return found


def _entries(lines: list[str]) -> list[str]:
    """The first lines of a section's entries."""
    end = next((i for i, line in enumerate(lines) if line and not line.startswith(" ")), len(lines))
    return [line for line in lines[:end] if re.match(r" {4}\S", line)]


def process(app, what, name, obj, options, lines):
    lines[:] = for_napoleon(lines)
    if what in ("attribute", "property") and lines:
        lines.insert(0, "\\ ")  # or napoleon takes what precedes a colon for a type


def skip(app, what, name, obj, skipped, options):
    field = (getattr(obj, "__doc__", None) or "").startswith("Alias for field number")
    return True if field or name.startswith("require_") else None


def setup(app):
    app.connect("autodoc-process-docstring", process, priority=BEFORE_NAPOLEON)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
