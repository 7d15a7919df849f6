"""The `mistake-filter` directive: a field that leaves only the rows of a page's tables with a word.

Only the page with the directive loads its script, and without scripts the field is not shown.
"""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

FIELD = """
<form class="mistake-filter pst-js-only" role="search" aria-label="Known mistakes">
<label for="mistake-words">Show the mistakes that contain</label>
<input type="search" id="mistake-words" autocomplete="off" placeholder="for example: mask, NaN">
<label>in <select><option value="">all notebooks</option></select></label>
<span class="mistake-count" role="status"></span>
</form>
"""
MARK = 'class="mistake-filter'


class MistakeFilter(SphinxDirective):
    """The place of the field."""

    def run(self) -> list[nodes.Node]:
        return [nodes.raw("", FIELD, format="html")]


def add_script(app, pagename, templatename, context, doctree) -> None:
    """Load the script where the field is."""
    if MARK in context.get("body", ""):
        app.add_js_file("mistakes.js")


def setup(app):
    app.add_directive("mistake-filter", MistakeFilter)
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
