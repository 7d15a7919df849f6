"""Open every page of the built book in a real browser: `python -m book.check_site`.

Every page is opened light and dark, on a wide and on a narrow screen, with everything outside the
site blocked. It must not ask for anything outside, print an error, miss a file, leave a formula
unrendered, or be wider than the screen.
"""

import functools
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
from playwright.sync_api import Browser, Page, sync_playwright
from rich.console import Console
from rich.table import Table

SITE = Path(__file__).parents[1] / "_build" / "html"
WIDTHS = (1280, 390)
THEMES = ("light", "dark")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_BROWSER = (
    "No Chromium found: install one (Debian: apt-get install chromium; elsewhere: "
    "playwright install chromium) or name it in the variable CHROMIUM."
)
BROKEN_FORMULA = "mjx-merror, [data-mjx-error]"
FACTS = """() => ({
    overflow: document.documentElement.scrollWidth - window.innerWidth,
    formulas: document.querySelectorAll('.math').length,
    rendered: document.querySelectorAll('mjx-container').length,
    unnamed: [...document.querySelectorAll('img:not([alt])')].map(image => image.src),
})"""


def find_browser() -> str | None:
    """The path of a Chromium: $CHROMIUM, one on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found:
        return found
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        return str(own) if own.exists() else None


@contextmanager
def browsing(site: Path) -> Iterator[tuple[Browser, str]]:
    """A browser, and the address where it finds the site: a server on the loopback interface.

    Raises:
        FileNotFoundError: if there is no browser.
    """
    browser_path = find_browser()
    if browser_path is None:
        raise FileNotFoundError(NO_BROWSER)

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # The sandbox needs what containers and root often lack; only our own pages are opened.
    options = ["--no-sandbox", "--disable-background-networking"]
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=options)
            yield browser, f"http://127.0.0.1:{server.server_port}"
            browser.close()
    finally:
        server.shutdown()
        server.server_close()


def problems(browser: Browser, home: str, page: str, width: int, theme: str) -> list[str]:
    """What is wrong with one page at one width in one theme; empty when all is well."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    tab = context.new_page()
    found: list[str] = []
    tab.on("pageerror", lambda error: found.append(f"script error: {error}"))
    tab.on("console", lambda m: found.append(f"console: {m.text}") if m.type == "error" else None)
    tab.on("response", lambda r: found.append(f"{r.status}: {r.url}") if r.status >= 400 else None)

    def only_here(route) -> None:
        if route.request.url.startswith((home, "data:", "blob:")):
            route.continue_()
        else:
            found.append(f"outside request: {route.request.url}")
            route.abort()

    context.route("**/*", only_here)
    tab.goto(f"{home}/{page}", wait_until="networkidle")
    found += _faults(tab)
    context.close()
    return found


def _faults(tab: Page) -> list[str]:
    if tab.locator(".math").count():
        tab.wait_for_function("window.MathJax && MathJax.startup && MathJax.startup.promise")
        tab.evaluate("() => MathJax.startup.promise")
    facts = tab.evaluate(FACTS)
    found = []
    if facts["overflow"] > 0:
        found.append(f"{facts['overflow']} px wider than the screen")
    if facts["formulas"] and facts["rendered"] < facts["formulas"]:
        found.append(f"{facts['formulas'] - facts['rendered']} formulas are not rendered")
    if broken := tab.locator(BROKEN_FORMULA).count():
        found.append(f"{broken} broken formulas")
    return found + [f"an image without alternative: {source}" for source in facts["unnamed"]]


@click.command()
@click.option("--site", type=click.Path(path_type=Path), default=SITE, help="The built book.")
def main(site: Path) -> None:
    """Check every page of the built book in a browser and print a table."""
    pages = sorted(str(p.relative_to(site)) for p in site.glob("book/*.html"))
    if not pages:
        click.echo(f"{site}: no book there; run `make book` first", err=True)
        sys.exit(2)
    console = Console(width=None if sys.stdout.isatty() else 120)
    table = Table("page", "width", "theme", "result")
    wrong = 0
    try:
        with browsing(site) as (browser, home):
            for page in pages:
                for width in WIDTHS:
                    for theme in THEMES:
                        found = problems(browser, home, page, width, theme)
                        wrong += len(found)
                        verdict = "\n".join(found) if found else "well"
                        table.add_row(page, str(width), theme, verdict)
    except FileNotFoundError as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    console.print(table)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
