"""Docstrings are plain text; the API page wants reStructuredText.

What has a meaning there and none in plain text is escaped, `code` in single backticks becomes code,
*emphasis* stays, and the entries of a section such as "Args:" become a list. Functions that only
refuse bad input (`require_...`) are left out of the page.
"""

import re

MARKUP = re.compile(
    r"``.+?``|`(?P<code>[^`]+)`|(?<![\w*])\*\w+\*(?![\w*])|(?P<special>[*|\\]|(?<=\w)_(?!\w))"
)
SECTION = re.compile(r"(Args|Args, parameters|Attributes|Parameters|Raises|Returns|Yields): *(.*)")
ENTRY = re.compile(r"(?P<names>\w[\w, ]{0,50}): +(?P<text>.*)")


def as_text(line: str) -> str:
    """One line of a docstring, with nothing in it that means markup by accident."""

    def replaced(match: re.Match) -> str:
        if match["special"]:
            return f"\\{match['special']}"
        return f"``{match['code']}``" if match["code"] else match[0]

    return MARKUP.sub(replaced, line)


def as_rst(lines: list[str]) -> list[str]:
    """A whole docstring: sections get a bold title, and a list with an item for each entry."""
    rst, in_section, item_open, sentence = [], False, False, False
    for line in lines:
        section = SECTION.fullmatch(line)
        if section:
            in_section, item_open, sentence = True, False, bool(section[2])
            rst += ["", f"**{section[1]}**: {as_text(section[2])}".rstrip(": ")]
            rst += [] if sentence else [""]
        elif not line.strip():
            item_open = sentence = False
            rst.append("")
        elif sentence and line.startswith("    "):
            rst.append(as_text(line.strip()))
        elif in_section and line.startswith("    "):
            text, deeper = line[4:], line.startswith("     ")
            entry = None if deeper else ENTRY.fullmatch(text)
            if entry:
                rst.append(f"- ``{entry['names']}``: {as_text(entry['text'])}")
            else:
                rst.append(f"{'  ' if item_open else '- '}{as_text(text.strip())}")
            item_open = True
        else:
            in_section = False
            rst.append(as_text(line))
    return rst


def process(app, what, name, obj, options, lines):
    lines[:] = as_rst(lines)


def skip(app, what, name, obj, skipped, options):
    field = (getattr(obj, "__doc__", None) or "").startswith("Alias for field number")
    return True if field or name.startswith("require_") else None


def setup(app):
    app.connect("autodoc-process-docstring", process)
    app.connect("autodoc-skip-member", skip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
