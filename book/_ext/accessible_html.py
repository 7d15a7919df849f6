"""Repair what extensions write against the rules of accessible HTML.

- docutils puts `role="doc-biblioentry"` into a `role="list"`, where list items belong;
- sphinx-proof gives every statement of a page the same ids.
"""

import re

REPAIRS = {
    r' role="doc-biblioentry"': ' role="listitem"',
    r' id="proof(-content)?"': "",
}


def repair(body: str) -> str:
    for wrong, right in REPAIRS.items():
        body = re.sub(wrong, right, body)
    return body


def repair_page(app, pagename, templatename, context, doctree):
    if "body" in context:
        context["body"] = repair(context["body"])


def setup(app):
    app.connect("html-page-context", repair_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
