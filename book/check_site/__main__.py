"""The command: `python -m book.check_site`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as BrowserError
from rich.console import Console
from rich.table import Table

from book.check_site import budgets, rebuild_time, translator_speed

from .browser import ROOT, Site, browsing
from .document import faults
from .operation import operate
from .page import COLORS, WIDTHS, change_theme, look, opened, reading, shut_out, too_wide
from .translator_checks import translators

SITE = ROOT / "_build" / "html"
ENTRANCE = "index.html"  # of the site: it only leads on to the first page
FIRST_PAGE = "book/index.html"
SEARCHED = "softmax"
ASKED = "why divide by sqrt"  # the first hit is the section that explains it
SECTION = "book/attention.html#"
Found = dict[tuple[str, str], list[str]]


@dataclass(frozen=True)
class Visit:
    """One way in which every page is opened.

    Attributes:
        width: of the screen, in pixels.
        theme: in which the page begins.
        other: to which it then changes, as a reader's system may.
        by_mouse: operate it with the mouse; otherwise with the keys alone.
        from_disk: open it from the disk.
        article_colors: look at the colors of the text itself, too.
        other_colors: look at the colors in the other theme, too.
        every: operate every so many pages only, and look at what a screen reader needs there.
        first: of these pages.
    """

    width: int
    theme: str
    other: str
    by_mouse: bool
    from_disk: bool = False
    article_colors: bool = True
    other_colors: bool = True
    every: int = 1
    first: int = 0


WIDE, NARROW = WIDTHS
# The colors of the text do not depend on the width: one of the visits looks at them.
EVERYTHING = (
    Visit(WIDE, "light", "dark", by_mouse=True),
    Visit(NARROW, "dark", "light", by_mouse=False, article_colors=False),
)
# Every page at each width, in each theme, from a server and from the disk; every other page is
# operated with the mouse, and the others with the keys alone.
ALTERNATELY = (
    Visit(WIDE, "light", "dark", by_mouse=True, other_colors=False, every=2),
    Visit(
        NARROW,
        "dark",
        "light",
        by_mouse=False,
        from_disk=True,
        other_colors=False,
        every=2,
        first=1,
    ),
)


def pages_of(folder: Path) -> list[str]:
    """All pages of a built book, as paths in it; what only leads on to another page is none."""
    pages = [*folder.glob("*.html"), *folder.glob("book/*.html")]
    return sorted({str(page.relative_to(folder)) for page in pages} - {ENTRANCE})


def check(
    site: Site,
    report: Callable[[str], None] = lambda _: None,
    only: Sequence[str] = (),
    visits: Sequence[Visit] = EVERYTHING,
) -> Found:
    """Everything that is wrong with a site.

    Args:
        site: open in a browser.
        report: is told which page is looked at.
        only: the pages to look at in the browser; none means all.
        visits: how each page is opened. If none is from the disk, pages are also looked at there.

    Returns:
        (page, where) -> what is wrong there.
    """
    pages = pages_of(site.folder)
    report("HTML, links and anchors")
    files = [*pages, ENTRANCE]
    found = {(page, "file"): wrong for page, wrong in faults(site.folder, files).items()}
    pages = [page for page in pages if page in only or not only]
    for visit in visits:
        with reading(site, visit.width, visit.theme) as context:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            home = site.folder.as_uri() if visit.from_disk else site.home
            for page in pages:
                report(f"{page}, {visit.width} px")
                closely = page in pages[visit.first :: visit.every]
                for where, wrong in _visit(context, home, page, visit, closely):
                    found.setdefault((page, where), []).extend(wrong)
    with reading(site, WIDE, "light") as context:
        for page in () if any(visit.from_disk for visit in visits) else pages:
            report(f"{page}, from the disk")
            wrong: list[str] = []
            with _failing_here(wrong), opened(context, site.folder.as_uri(), page, wrong) as tab:
                wrong += look(tab)
                wrong += translators(tab, by_mouse=True)
            found[page, "from the disk"] = wrong
        for home in (site.home, site.folder.as_uri()):
            found["search.html", f"search, {home.split(':')[0]}"] = search(context, home)
            found[ENTRANCE, home.split(":")[0]] = enter(context, home)
        found[FIRST_PAGE, "arrow keys"] = turn_pages(context, site.home)
    return {place: wrong for place, wrong in found.items() if wrong}


def _visit(
    context: BrowserContext, home: str, page: str, visit: Visit, closely: bool
) -> Iterator[tuple[str, list[str]]]:
    wrong: list[str] = []
    later: list[str] = []
    with _failing_here(wrong), opened(context, home, page, wrong) as tab:
        wrong += look(tab)
        if closely:
            wrong += operate(tab, visit.by_mouse)
            wrong += shut_out(tab, article_colors=visit.article_colors)
        later += change_theme(tab, visit.other)
        later += too_wide(tab)
        if visit.other_colors:
            later += shut_out(tab, COLORS, visit.article_colors)
    yield f"{visit.width} {visit.theme}", wrong
    yield f"{visit.width} {visit.other}", later


def enter(context: BrowserContext, home: str) -> list[str]:
    """Open the site by its shortest address: the first page is shown."""
    found: list[str] = []
    with _failing_here(found):
        tab = context.new_page()
        tab.goto(f"{home}/{ENTRANCE}", wait_until="commit")
        tab.wait_for_url(f"{home}/{FIRST_PAGE}")
        tab.close()
    return found


def search(context: BrowserContext, home: str) -> list[str]:
    """Search for a word: it is found, and the first hit can be read."""
    found: list[str] = []
    with _failing_here(found), opened(context, home, f"search.html?q={SEARCHED}", found) as tab:
        tab.wait_for_selector("#search-results li a")
        tab.locator("#search-results li a").first.click()
        tab.wait_for_load_state()
        if SEARCHED not in tab.locator("article").inner_text().lower():
            found.append(f"the first hit for {SEARCHED!r} does not contain it")
    with _failing_here(found), opened(context, home, f"search.html?q={ASKED}", found) as tab:
        tab.wait_for_selector("#search-results li a")
        address = tab.locator("#search-results li a").first.get_attribute("href") or ""
        if SECTION not in address:
            found.append(f"the first hit for {ASKED!r} is {address}")
        if "\\(" in tab.locator("#search-results").inner_text():
            found.append("an excerpt shows a formula as LaTeX")
    return found


def turn_pages(context: BrowserContext, home: str) -> list[str]:
    """Turn the page with the arrow keys; but not while they serve to choose an answer."""
    found: list[str] = []
    with _failing_here(found), opened(context, home, FIRST_PAGE, found) as tab:
        following = tab.locator("a.right-next").evaluate("link => link.href")
        tab.keyboard.press("ArrowRight")
        tab.wait_for_url(following)
        tab.keyboard.press("ArrowLeft")
        tab.wait_for_url(f"{home}/{FIRST_PAGE}")
        tab.locator("[data-done]").first.focus()
        tab.keyboard.press("ArrowRight")
        tab.wait_for_timeout(300)
        if tab.url != f"{home}/{FIRST_PAGE}":
            found.append("an arrow key leaves the page while a field has the focus")
    return found


class _failing_here:
    """A page that cannot be opened or operated is a finding, not the end of the check."""

    def __init__(self, found: list[str]):
        self.found = found

    def __enter__(self) -> None: ...

    def __exit__(self, kind, error, _) -> bool:
        if isinstance(error, BrowserError):
            self.found.append(" ".join(str(error).split())[:200])
            return True
        return False


@click.command()
@click.option("--site", type=click.Path(path_type=Path), default=SITE, help="The built book.")
@click.option("--budgets/--no-budgets", "measure", default=True, help="Measure sizes and times.")
@click.option("--look/--no-look", "looks", default=True, help="Look for what is wrong.")
@click.option("--page", "only", multiple=True, help="Look at this page only, e.g. book/index.html.")
def main(site: Path, measure: bool, looks: bool, only: tuple[str, ...]) -> None:
    """Check every page of the built book in a browser, and measure what a reader waits for."""
    if not list(site.glob("book/*.html")):
        click.echo(f"{site}: no book there; run `make book` first", err=True)
        sys.exit(2)
    for page in set(only) - set(pages_of(site)):
        click.echo(f"--page {page}: {site} has no such page; name it as book/index.html", err=True)
        sys.exit(2)
    console = Console(width=None if sys.stdout.isatty() else 120)
    chapter, seconds = rebuild_time.longest_chapter(), None
    try:
        with console.status("") as status:
            if measure and not only and site.resolve() == SITE:
                status.update(f"The book again, as if {chapter.name} had changed")
                seconds = rebuild_time.rebuild(chapter)
            with browsing(site) as opened_site:
                wrong = check(opened_site, status.update, only) if looks else {}
                costs = budgets.measure(opened_site, status.update, only=only) if measure else []
                times = translator_speed.measure(opened_site, status.update) if measure else {}
    except (FileNotFoundError, rebuild_time.DoesNotBuild) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    table = Table("page", "where", "what is wrong")
    for (page, where), several in sorted(wrong.items()):
        table.add_row(page, where, "\n".join(dict.fromkeys(several)))
    if wrong:
        console.print(table)
    elif looks:
        console.print(f"All {len(only or pages_of(site))} pages are well.")
    if measure:
        console.print(budgets.table(costs, site))
        console.print(translator_speed.table(times))
    if seconds is not None:
        mark = budgets.mark(seconds, rebuild_time.SECONDS, 1)
        told = f"Built again after the text of {chapter.name} changed"
        console.print(f"{told}: {mark} s (< {rebuild_time.SECONDS})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
