"""A tick-list of the chapters, kept in the reader's browser only.

`{progress}` stands where the whole list belongs. Every chapter gets its own tick at its end. The
lists are empty shells until `_static/progress.js` finds that the browser can remember something.
The whole list also shows how many checks of a chapter's notebook are green, from the file that
`check().save()` writes in a notebook.
"""

import html
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parents[2]
TOC = ROOT / "_toc.yml"
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
<p class="progress-file"><label for="progress-file">Add the progress of your notebooks, which
<code>check().save()</code> writes:</label>
<input type="file" id="progress-file" accept=".json,application/json" multiple>
<span class="progress-said" role="status"></span></p>
<p class="progress-note">Your browser keeps the ticks; they go nowhere else.</p>
</form>
"""
ITEM = (
    '<li><input type="checkbox" id="done-{name}" data-done="{name}">'
    '<label for="done-{name}">{title}</label>{checks}</li>'
)
CHECKS = ' <span class="progress-checks" data-assignment="{assignment}"></span>'


class progress_list(nodes.General, nodes.Element):
    """The place of the whole list."""


class Progress(SphinxDirective):
    def run(self):
        return [progress_list()]


def chapters() -> list[str]:
    """The pages of the contents' first part, those that are read in turn."""
    return [one["file"] for one in yaml.safe_load(TOC.read_text("utf-8"))["parts"][0]["chapters"]]


def assignments() -> dict[str, str]:
    """Page -> the assignment whose notebook goes with it."""
    found = {}
    for path in sorted(ROOT.glob("exercises/*/*.md")):
        front = yaml.safe_load(path.read_text("utf-8").split("---", 2)[1])
        found[front["read"].removesuffix(".html")] = path.parent.name
    return found


def name_of(docname: str) -> str:
    return docname.rsplit("/", 1)[-1]


def fill_list(app, doctree, docname):
    for place in list(doctree.findall(progress_list)):
        known = assignments()
        items = "\n".join(
            _item(name_of(chapter), app.env.titles[chapter].astext(), known)
            for chapter in chapters()
            if chapter in app.env.titles
        )
        place.replace_self(nodes.raw("", LIST.format(items=items), format="html"))


def _item(name: str, title: str, known: dict[str, str]) -> str:
    checks = CHECKS.format(assignment=known[name]) if name in known else ""
    return ITEM.format(name=name, title=html.escape(title), checks=checks)


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
