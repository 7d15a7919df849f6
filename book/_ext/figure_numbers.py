"""Numbers of figures and tables, and links to them.

`Picture(..., name="fig-x")` and `Table(..., name="tab-x")` of a page are numbered in their order;
{fig}`fig-x` in its text is a link that says "Figure 3" or "Table 2". Cells make them, so that they
are HTML before Sphinx sees them: the numbers are written into the finished page.
"""

import re

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

CAPTION = re.compile(r'<(?P<tag>figcaption|p) class="(?P<kind>figure|table)-caption[^"]*"[^>]*>')
NAMED = re.compile(r'<(?:figure|div) [^>]*\bid="(?P<name>(?:fig|tab)-[\w-]+)"[^>]*>')
LINK = re.compile(r'<a class="figure-link" href="#(?P<name>[\w-]+)"></a>')
WORDS = {"figure": "Figure", "table": "Table"}
log = logging.getLogger(__name__)


class FigureLink(SphinxRole):
    """The role `fig`."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        link = f'<a class="figure-link" href="#{self.text}"></a>'
        return [nodes.raw("", link, format="html")], []


def numbered(page: str) -> tuple[str, list[str]]:
    """A page with its figures and tables numbered, and the names that links ask for in vain."""
    counts = dict.fromkeys(WORDS, 0)
    texts: dict[str, str] = {}
    name = ""
    pieces, done = [], 0
    marks = [*NAMED.finditer(page), *CAPTION.finditer(page)]
    for mark in sorted(marks, key=lambda mark: mark.start()):
        if "name" in mark.groupdict():
            name = mark["name"]
            continue
        kind = mark["kind"]
        counts[kind] += 1
        text = f"{WORDS[kind]}\N{NO-BREAK SPACE}{counts[kind]}"
        if name:
            texts[name], name = text, ""
        pieces += [page[done : mark.end()], f'<span class="caption-number">{text}.</span> ']
        done = mark.end()
    page = "".join([*pieces, page[done:]])
    lost: list[str] = []

    def link(match: re.Match) -> str:
        if match["name"] not in texts:
            lost.append(match["name"])
        text = texts.get(match["name"], match["name"])
        return f'<a class="figure-link" href="#{match["name"]}">{text}</a>'

    return LINK.sub(link, page), lost


def number_page(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Write the numbers into a page."""
    if doctree is None or "body" not in context:
        return
    context["body"], lost = numbered(context["body"])
    for name in lost:
        log.warning("no figure or table here is called %s", name, location=pagename)


def setup(app):
    app.add_role("fig", FigureLink())
    app.connect("html-page-context", number_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
