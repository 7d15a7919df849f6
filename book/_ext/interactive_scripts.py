"""Load the scripts of interactive figures on the pages that have such figures, and on no others.

`book.pagelib.interactive` writes the figures; `_static/figures/KIND.js` brings one kind to life.
"""

import re

KIND = re.compile(r'data-figure="([\w-]+)"')


def add_scripts(app, pagename, templatename, context, doctree):
    kinds = list(dict.fromkeys(KIND.findall(context.get("body", ""))))
    for name in ["kit", *kinds] if kinds else ():
        app.add_js_file(f"figures/{name}.js")


def setup(app):
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
