"""What the site needs where it is published: cards for links to it, a map, a page for the lost.

- Each page says what it is (Open Graph), with a picture that is drawn by the build.
- `sitemap.xml` names all pages; `404.html` needs no other file, because it is shown at any depth.
- The footer names the version and the commit that the page was built from.
"""

import html
import re
import subprocess
import zlib
from functools import cache
from pathlib import Path

from docutils import nodes

ROOT = Path(__file__).resolve().parents[2]
CARDS = "_static/cards"
NO_CONTENT = {"search", "genindex", "404"}
LOST = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>Not here — {title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ max-width: 34rem; margin: 18vh auto; padding: 0 1.2rem;
  font: 1rem/1.65 system-ui, sans-serif; color: light-dark(#1d2733, #dfe5ec);
  background: light-dark(#fff, #14181e); }}
h1 {{ font: 2.4rem/1.2 Charter, "Palatino Linotype", Palatino, Georgia, serif; }}
a {{ color: light-dark(#1f5fa8, #7db4f0); }}
</style>
</head>
<body>
<main>
<h1>There is no such page</h1>
<p>It may have moved, or the address has a slip in it.</p>
<ul>
<li><a href="{home}book/index.html">{title}: the first page</a></li>
<li><a href="{home}search.html">Search the course</a></li>
</ul>
</main>
</body>
</html>
"""
# JupyterBook writes an index that is no valid page, unless there is one.
FRONT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url={first}">
<link rel="canonical" href="{home}{first}">
</head>
<body><main><p><a href="{first}">{title}</a></p></main></body>
</html>
"""


@cache
def origin() -> str:
    """Version and commit, as HTML."""
    package = (ROOT / "autograder" / "__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+)"$', package, re.MULTILINE)[1]
    asked = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short=10", "HEAD"], capture_output=True, text=True
    )
    commit = asked.stdout.strip() if asked.returncode == 0 else ""
    return f"Version {version}" + (f", commit <code>{commit}</code>." if commit else ".")


def first_words(doctree: nodes.document | None, length: int = 200) -> str:
    """The beginning of the first whole paragraph that is not only a reference to the paper."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if len(text) > 80 and not text.startswith("Paper:"):
            return text if len(text) <= length else text[:length].rsplit(" ", 1)[0] + " …"
    return ""


def card_name(title: str) -> str:
    return f"{CARDS}/{zlib.crc32(title.encode()):08x}.png"


def describe(app, pagename, templatename, context, doctree):
    """Give the template what it shows at the head and at the foot of a page."""
    context["social_card"] = ""
    context["theme_extra_footer"] = f"{context.get('theme_extra_footer', '')}<br>{origin()}"
    if pagename in NO_CONTENT or not app.config.html_baseurl:
        return
    title = re.sub(r"<[^>]+>", "", context.get("title", ""))
    home = app.config.html_baseurl
    facts = {
        "og:type": "article",
        "og:site_name": app.config.html_title or app.config.project,
        "og:title": html.unescape(title),
        "og:url": f"{home}{pagename}.html",
        "og:image": home + card_name(title),
        "og:image:alt": f"{html.unescape(title)}, a chapter of {app.config.html_title}",
    }
    words = first_words(doctree)
    lines = [f'<meta name="description" content="{html.escape(words)}">'] if words else []
    facts |= {"og:description": words} if words else {}
    lines += [f'<meta property="{k}" content="{html.escape(v)}">' for k, v in facts.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    context["social_card"] = "\n".join(lines)
    app.env.published_titles = getattr(app.env, "published_titles", {}) | {pagename: title}


def draw_card(path: Path, title: str, course: str) -> None:
    """The picture that chats and social networks show beside a link, 1200 x 630 pixels."""
    import textwrap

    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="#14202e")
    lines = textwrap.wrap(html.unescape(title).replace("$", r"\$"), 24)
    figure.text(0.08, 0.56, "\n".join(lines), color="#ffffff", fontsize=52, va="center",
                family="DejaVu Serif", linespacing=1.25)  # fmt: skip
    figure.text(0.08, 0.14, course, color="#7db4f0", fontsize=26)
    figure.add_artist(_bar())
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, metadata={"Software": None})


def _bar():
    from matplotlib.patches import Rectangle

    return Rectangle((0, 0), 0.02, 1, facecolor="#f2a267")


def publish(app, error):
    if error or app.builder.format != "html" or not app.config.html_baseurl:
        return
    site, home = Path(app.outdir), app.config.html_baseurl
    title = app.config.html_title or app.config.project
    for name in getattr(app.env, "published_titles", {}).values():
        if not (card := site / card_name(name)).exists():
            draw_card(card, name, title)
    pages = sorted(app.env.found_docs)
    urls = "".join(f"<url><loc>{html.escape(home + page)}.html</loc></url>\n" for page in pages)
    (site / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
    )
    path = "/" + home.split("://", 1)[1].partition("/")[2]
    (site / "404.html").write_text(LOST.format(title=title, home=path), "utf-8")
    first = f"{app.config.root_doc}.html"
    (site / "index.html").write_text(FRONT.format(title=title, first=first, home=home), "utf-8")


def setup(app):
    app.connect("html-page-context", describe)
    app.connect("build-finished", publish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
