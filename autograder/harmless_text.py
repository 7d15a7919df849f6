"""Make text of students harmless where others read it: in a terminal, on a page, in formgrader."""

import re

# Control characters, and those that nobody sees but that reorder or hide the text around them.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# What a browser could take for a tag, except for a few that only format and have no attributes,
# and web addresses. With a space after it, "<" is a character as any other.
TAG = re.compile(
    r"<(?=[a-z/!?])(?!/?(?:b|i|em|strong|sub|sup|u|s|br|hr|code|kbd) ?/?>)(?!https?://[^\s<>\"'`]+>)",
    re.IGNORECASE,
)
# The end of a link's text, and where the link leads. With a space in between it is no link. Up to
# the next bracket only, which keeps this linear: no scheme has a bracket in it.
LINK = re.compile(r"\](?=[(:]\s*(?P<to>[^\s)\]]*))")
SAFE_LINK = re.compile(
    r"https?://|mailto:|data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]*$|[^:&\\<>]*$"
)
TEX_LINK = re.compile(r"\\(href|require)(?![a-zA-Z])")  # MathJax follows javascript: as well


def without_invisible(text: str) -> str:
    """Return text without control and invisible characters; tabs and line ends stay."""
    return INVISIBLE.sub("", text)


def with_visible(text: str) -> str:
    """Return text in which invisible characters are written as their numbers, for source code."""
    return INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """Return the first line of a text, without anything that a terminal would act on."""
    return without_invisible(text.partition("\n")[0])


def harmless_markdown(source: str) -> str:
    """Return Markdown that runs nothing in the browser of the person who reads it.

    nbgrader's formgrader renders a student's Markdown with all HTML in it, and follows every kind
    of link. Here HTML becomes text, which can be read, and links lead to the web or nowhere.
    """
    source = LINK.sub(lambda found: "]" if SAFE_LINK.match(found["to"]) else "] ", source)
    source = TEX_LINK.sub(r"\\text{\1}", source)
    return TAG.sub("< ", source)
