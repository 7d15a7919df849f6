"""Leave out what the theme sends and no reader needs, so that a page stands quickly.

- The theme's 1.5 MB of icon script draws the same icons that its style sheet draws with a font.
- The index of the search is as large as a chapter; only the search page needs it.
- Scripts wait until the page is read (`defer`); a style sheet that asks for another one costs a
  second journey, so the two are joined.
- Source maps, translations of the theme and old font formats are for nobody.
"""

import re
from pathlib import Path

from markupsafe import Markup

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
ICON = re.compile(r"((?:\.fa-[\w-]+:before,?)+)\{content:[^}]*\}")
FIRST_SHEET, SECOND_SHEET = "_static/styles/theme.css", "_static/basic.css"


def lean(block: str, pagename: str) -> Markup:
    """A block of the theme's head without the scripts that are not needed."""
    block = ICONS_SCRIPT.sub("", str(block))
    if pagename == "search":  # its own scripts follow, and need the others before them
        return Markup(block)
    return Markup(SCRIPT.sub(_later, SEARCH_SCRIPTS.sub("", block)))


def _later(script: re.Match) -> str:
    return script[0] if AT_ONCE in script[2] else f"<script defer {script[1]}>"


def only_icons(css: str, names: set[str]) -> str:
    """A style sheet with the rules of those icons alone that pages name."""
    return ICON.sub(
        lambda rule: rule[0] if names & set(re.findall(r"\.(fa-[\w-]+)", rule[1])) else "", css
    )


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
    texts = (
        path.read_text("utf-8") for path in [*site.rglob("*.html"), *site.rglob("_static/**/*.js")]
    )
    names = {name for text in texts for name in re.findall(r"\bfa-[\w-]+", text)}
    for sheet in site.glob("_static/styles/pydata-sphinx-theme.css"):
        sheet.write_text(only_icons(sheet.read_text("utf-8"), names), "utf-8")


def add_filter(app):
    app.builder.templates.environment.filters["lean"] = lean


def setup(app):
    app.connect("builder-inited", add_filter)
    app.connect("build-finished", tidy)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
