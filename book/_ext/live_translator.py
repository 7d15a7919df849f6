"""The `translator` directive: the trained model in the reader's browser, to be used and broken.

    :::{translator}
    :views: attention search lens break own
    :share:
    Wo ist der Bahnhof?
    :::

`views` are those of `_static/translator/`; `share` keeps the sentence in the page's address, and
without it a link leads on to the page that has all views, with the sentence; `break` is JSON of
switches that are set from the beginning, and `look` the head that is shown first, such as
"cross-2-3"; the content are German sentences, one a line, in place of the usual examples. Nothing
is loaded before the reader asks for a translation.
What stands on paper and where scripts are off are recorded translations, of
`book/runs/translator.json`.

The model is `solutions/translator/model/`, written beside the site's scripts as one more script,
because a page from the disk may load nothing else.
"""

import base64
import hashlib
import html
import json
import re
from functools import cache
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from book.pagelib.translator_page import EXAMPLES, LIVE

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "solutions" / "translator" / "model" / "de-en.transformer"
RECORDED = ROOT / "book" / "runs" / "translator.json"
MISTAKES = ROOT / "book" / "_static" / "live" / "mistakes.js"
PAGE = "book/translate"
VIEWS = ("attention", "search", "lens", "break", "own")
# In the list of mistakes: a heading, or the name of one.
LISTED = re.compile(r"^    (?:// ---- (?P<about>.+) ----|(?P<name>\w+): \{)", re.MULTILINE)


@cache
def recorded() -> dict:
    """Translations of the examples, and BLEU of the broken models."""
    return json.loads(RECORDED.read_text("utf-8")) if RECORDED.is_file() else {}


@cache
def mistakes() -> dict[str, dict[str, str]]:
    """Name -> what the page says of a mistake of `_static/live/mistakes.js`."""
    from solutions.misconceptions import by_name

    found, about = {}, ""
    for listed in LISTED.finditer(MISTAKES.read_text("utf-8")):
        if listed["about"]:
            about = listed["about"].capitalize()
            continue
        known = by_name(listed["name"])
        found[listed["name"]] = {
            "about": about,
            "did": known.did,
            "causes": known.causes,
            "section": known.section,
            "exercise": known.replaces,
        }
    return found


@cache
def script() -> tuple[bytes, str]:
    """The model as a script, and its name, which changes with its content."""
    content = MODEL.read_bytes()
    name = f"de-en-{hashlib.sha256(content).hexdigest()[:12]}.transformer.js"
    return b'liveTransformer.weights("' + base64.b64encode(content) + b'");\n', name


class Translator(SphinxDirective):
    has_content = True
    option_spec: ClassVar = {
        "views": directives.unchanged,
        "share": directives.flag,
        "break": directives.unchanged,
        "label": directives.unchanged,
        "look": directives.unchanged,
    }

    def run(self):
        views = self.options.get("views", "").split()
        if unknown := [name for name in views if name not in VIEWS]:
            raise self.error(f"no view {unknown[0]}: choose from {', '.join(VIEWS)}")
        still = f'<div class="still">{recorded_table()}</div>'
        content = still + self._data(views) if MODEL.is_file() else still
        page = f'<div class="translator interactive" role="group">{content}</div>'
        return [nodes.raw("", page, format="html")]

    def _address_of(self, page: str) -> str:
        return self.env.app.builder.get_relative_uri(self.env.docname, page)

    def _data(self, views: list[str]) -> str:
        """What the scripts need, as an element; without it they leave the still picture alone."""
        content, name = script()
        data = {
            "model": f"{'../' * self.env.docname.count('/')}_static/live/{name}",
            "bytes": len(content),
            "megabytes": round(MODEL.stat().st_size / 1e6, 1),
            "label": self.options.get("label", "A German sentence"),
            "look": self.options.get("look", ""),
            "onward": "" if "share" in self.options else self._address_of(PAGE),
            "examples": list(self.content) or list(EXAMPLES),
            "views": views,
            "share": "share" in self.options,
            "switches": json.loads(self.options.get("break", "{}")),
            "mistakes": mistakes() if "break" in views else {},
            "bleu": recorded().get("bleu", {}) if "break" in views else {},
            "captions": recorded().get("captions"),
        }
        text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        return f'<script type="application/json">{text}</script>'


def recorded_table() -> str:
    """The recorded translations as HTML."""
    rows = "".join(
        f'<tr><td lang="de">{html.escape(one["source"])}</td>'
        f'<td lang="en">{html.escape(one["written"])}</td></tr>'
        for one in recorded().get("examples", [])
    )
    return (
        '<table class="docutils"><caption>What the model writes, as recorded. On the screen it '
        "translates your own sentences.</caption><thead><tr><th>German</th><th>English</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )


def add_scripts(app, pagename, templatename, context, doctree):
    if 'class="translator ' not in context.get("body", ""):
        return
    views = [f"translator/{name}" for name in VIEWS]
    for name in (*LIVE, "figures/kit", "translator/app", "translator/load", *views):
        app.add_js_file(f"{name}.js")


def write_model(app, error):
    """Write the model beside the scripts, unless it is there."""
    if error or app.builder.format != "html" or not MODEL.is_file():
        return
    content, name = script()
    folder = Path(app.outdir) / "_static" / "live"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.transformer.js"):
        if old.name != name:
            old.unlink()
    if not (folder / name).is_file():
        (folder / name).write_bytes(content)


def setup(app):
    app.add_directive("translator", Translator)
    app.connect("html-page-context", add_scripts)
    app.connect("build-finished", write_model)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
