"""A tick-list of the chapters, kept in the reader's browser only.

`{progress}` stands where the whole list belongs. Every chapter gets its own tick at its end. The
lists are empty shells until `_static/progress.js` finds that the browser can remember something.
"""

import html
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

TOC = Path(__file__).resolve().parents[2] / "_toc.yml"
TICK = """
<form class="progress-tick pst-js-only" aria-label="Your progress">
<input type="checkbox" id="done-{name}" data-done="{name}">
<label for="done-{name}">I have worked through this chapter</label>
<a href="{list}">All chapters</a>
</form>
"""
LIST = """<form class="progress-list pst-js-only" aria-label="Your progress">
<ul>
{items}
</ul>
<p class="progress-foot"><span class="progress-count" role="status"></span>
<button type="button" class="progress-reset">Forget my ticks</button></p>
<p class="progress-note">Your browser keeps the ticks; they go nowhere else.</p>
</form>
"""
ITEM = (
    '<li><input type="checkbox" id="done-{name}" data-done="{name}">'
    '<label for="done-{name}">{title}</label></li>'
)


class progress_list(nodes.General, nodes.Element):
    """The place of the whole list."""


class Progress(SphinxDirective):
    def run(self):
        return [progress_list()]


def chapters() -> list[str]:
    """The pages of the contents' first part, those that are read in turn."""
    return [one["file"] for one in yaml.safe_load(TOC.read_text("utf-8"))["parts"][0]["chapters"]]


def name_of(docname: str) -> str:
    return docname.rsplit("/", 1)[-1]


def fill_list(app, doctree, docname):
    for place in list(doctree.findall(progress_list)):
        items = "\n".join(
            ITEM.format(name=name_of(chapter), title=html.escape(app.env.titles[chapter].astext()))
            for chapter in chapters()
            if chapter in app.env.titles
        )
        place.replace_self(nodes.raw("", LIST.format(items=items), format="html"))


def add_tick(app, pagename, templatename, context, doctree):
    if pagename in chapters() and "body" in context:
        address = context["pathto"](app.config.root_doc) + "#progress"
        context["body"] += TICK.format(name=name_of(pagename), list=address)


def setup(app):
    app.add_node(progress_list)
    app.add_directive("progress", Progress)
    app.connect("doctree-resolved", fill_list)
    app.connect("html-page-context", add_tick)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
