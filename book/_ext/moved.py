"""Sections that have moved to another page: their old addresses lead on.

`book/moved.yml` names them. A server never sees what comes behind the # of an address, so a line of
script on the old page sends the reader on; without scripts the old page opens.
"""

import json
from collections import defaultdict
from pathlib import Path

import yaml

LIST = Path(__file__).resolve().parents[1] / "moved.yml"
SCRIPT = (
    "<script>(() => {{ const moved = {places}; const go = () => {{ "
    "const name = decodeURIComponent(location.hash.slice(1)); "
    "if (name in moved && !document.getElementById(name)) location.replace(moved[name]); }}; "
    "addEventListener('hashchange', go); go(); }})();</script>"
)


def moved_sections(text: str) -> dict[str, dict[str, str]]:
    """Page -> old anchor on it -> the page and anchor where the section is now."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for old, new in (yaml.safe_load(text) or {}).items():
        page, _, anchor = old.partition("#")
        found[page.removesuffix(".html")][anchor] = new
    return dict(found)


def add_script(app, pagename, templatename, context, doctree) -> None:
    """Send readers of an old address on."""
    places = moved_sections(LIST.read_text("utf-8")).get(pagename.removeprefix("book/"))
    if places and "body" in context:
        context["body"] += SCRIPT.format(places=json.dumps(places, sort_keys=True))


def setup(app):
    app.connect("html-page-context", add_script)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
