"""Leave out what the theme sends and no reader needs, so that a page stands quickly.

- The theme's 1.5 MB of icon script draws the same icons that its style sheet draws with a font.
- The index of the search is as large as a chapter; only the search page needs it.
- Scripts wait until the page is read (`defer`); a style sheet that asks for another one costs a
  second journey, so the two are joined.
- Most of the theme's 480 KB of style is for things that no page has.
- Source maps, translations of the theme and old font formats are for nobody.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import tinycss2
from markupsafe import Markup
from tinycss2.ast import Node

LOADED = r'<script[^>]* src="[^"]*\b(?:{})\.js[^"]*"></script>\s*'
ICONS_SCRIPT = re.compile(LOADED.format("fontawesome"))
SEARCH_SCRIPTS = re.compile(LOADED.format("searchtools|language_data|searchindex"))
# Inline scripts right after this one use what it defines.
AT_ONCE = "documentation_options.js"
SCRIPT = re.compile(r'<script (?![^>]*\bdefer\b)([^>]*\bsrc="([^"]+)"[^>]*)>')
USELESS = (
    "_static/**/*.map",
    "_static/locales/**/*",
    "_static/**/fontawesome.js*",
    "_static/vendor/fontawesome/webfonts/*.ttf",
    "_static/vendor/fontawesome/webfonts/fa-brands-400.woff2",
    "_static/images/logo_*",
)
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
IN_BRACKETS = re.compile(r"\([^()]*\)")
FIRST_SHEET, SECOND_SHEET = "_static/styles/theme.css", "_static/basic.css"


def lean(block: str, pagename: str) -> Markup:
    """A block of the theme's head without the scripts that are not needed."""
    block = ICONS_SCRIPT.sub("", str(block))
    if pagename == "search":  # its own scripts follow, and need the others before them
        return Markup(block)
    return Markup(SCRIPT.sub(_later, SEARCH_SCRIPTS.sub("", block)))


def _later(script: re.Match) -> str:
    return script[0] if AT_ONCE in script[2] else f"<script defer {script[1]}>"


def only_used(css: str, names: set[str]) -> str:
    """A style sheet without the selectors that ask for a class that nothing has.

    Args:
        css: the sheet.
        names: of all classes that pages have or scripts may give them.

    Returns:
        the sheet; of its comments those that begin with "!", which name authors and licenses.
    """
    return "".join(_kept(rule, names) for rule in tinycss2.parse_stylesheet(css))


def _kept(rule: Node, names: set[str]) -> str:
    if rule.type == "whitespace" or (rule.type == "comment" and not rule.value.startswith("!")):
        return ""
    if rule.type == "qualified-rule":
        used = [one for one in _selectors(rule.prelude) if _classes(one) <= names]
        return f"{','.join(used)}{{{tinycss2.serialize(rule.content)}}}" if used else ""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
        inner = "".join(_kept(one, names) for one in tinycss2.parse_rule_list(rule.content))
        head = f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}"
        return f"{head}{{{inner}}}" if inner else ""
    return rule.serialize()


def _selectors(prelude: list[Node]) -> Iterator[str]:
    part: list[Node] = []
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            yield tinycss2.serialize(part).strip()
            part = []
        else:
            part.append(token)
    yield tinycss2.serialize(part).strip()


def _classes(selector: str) -> set[str]:
    """Those that an element must have; what stands in brackets, as in `:not(.x)`, says nothing."""
    while IN_BRACKETS.search(selector):
        selector = IN_BRACKETS.sub("", selector)
    return set(CLASS.findall(selector)) if "\\" not in selector else set()


def joined(first: str, second: str) -> str:
    """A style sheet with the other one in the place where it asked for it."""
    return re.sub(r'@import\s*"\.\./basic\.css";', lambda _: second, first)


def tidy(app, error):
    if error or app.builder.format != "html":
        return
    site = Path(app.outdir)
    for pattern in USELESS:
        for path in site.glob(pattern):
            if path.is_file():
                path.unlink()
    first, second = site / FIRST_SHEET, site / SECOND_SHEET
    first.write_text(joined(first.read_text("utf-8"), second.read_text("utf-8")), "utf-8")
    names = set()
    for page in site.rglob("*.html"):
        for classes in re.findall(r"""\bclass=(?:"([^"]*)"|'([^']*)')""", page.read_text("utf-8")):
            names |= set("".join(classes).split())
    for script in site.glob("_static/**/*.js"):
        if "mathjax" not in script.parts:  # it brings its own style
            names |= set(re.findall(r"[\w-]+", script.read_text("utf-8")))
    for sheet in [*site.glob("_static/*.css"), *site.glob("_static/styles/*.css")]:
        sheet.write_text(only_used(sheet.read_text("utf-8"), names), "utf-8")


def add_filter(app):
    app.builder.templates.environment.filters["lean"] = lean


def search_better(app, pagename: str, templatename: str, context: dict, doctree) -> None:
    """The page of the search gets a script of the book's own, behind the theme's."""
    if pagename == "search":
        app.add_js_file("better_search.js", loading_method="defer")


def setup(app):
    app.connect("html-page-context", search_better)
    app.connect("builder-inited", add_filter)
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
