"""The command: `python -m book.check_site`."""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as BrowserError
from rich.console import Console
from rich.table import Table

from book.check_site import budgets, rebuild_time

from .browser import ROOT, Site, browsing
from .document import faults
from .operation import operate
from .page import COLOURS, THEMES, WIDTHS, change_theme, look, opened, reading, shut_out, too_wide

SITE = ROOT / "_build" / "html"
SEARCHED = "softmax"
Found = dict[tuple[str, str], list[str]]


def pages_of(folder: Path) -> list[str]:
    """All pages of a built book, as paths in it; what only leads on to another page is none."""
    pages = [*folder.glob("*.html"), *folder.glob("book/*.html")]
    return sorted(str(page.relative_to(folder)) for page in pages if page.name != "index.html") + [
        str(page.relative_to(folder)) for page in pages if page.name == "index.html"
    ]


def check(
    site: Site, report: Callable[[str], None] = lambda _: None, only: Sequence[str] = ()
) -> Found:
    """Everything that is wrong with a site.

    Args:
        site: open in a browser.
        report: is told which page is looked at.
        only: the pages to look at in the browser; none means all.

    Returns:
        (page, where) -> what is wrong there.
    """
    pages = pages_of(site.folder)
    report("HTML, links and anchors")
    found = {(page, "file"): wrong for page, wrong in faults(site.folder, pages).items()}
    pages = [page for page in pages if page in only or not only]
    # Each page begins in one theme and then changes to the other, as a reader's system may.
    for width, (theme, other) in zip(WIDTHS, (THEMES, THEMES[::-1]), strict=True):
        with reading(site, width, theme) as context:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
            for page in pages:
                report(f"{page}, {width} px")
                for where, wrong in _visit(context, site.home, page, width, theme, other):
                    found.setdefault((page, where), []).extend(wrong)
    with reading(site, WIDTHS[0], THEMES[0]) as context:
        for page in pages:
            report(f"{page}, from the disk")
            wrong: list[str] = []
            with _failing_here(wrong), opened(context, site.folder.as_uri(), page, wrong) as tab:
                wrong += look(tab)
            found[page, "from the disk"] = wrong
        for home in (site.home, site.folder.as_uri()):
            found["search.html", f"search, {home.split(':')[0]}"] = search(context, home)
        found["book/index.html", "arrow keys"] = turn_pages(context, site.home)
    return {place: wrong for place, wrong in found.items() if wrong}


def _visit(
    context: BrowserContext, home: str, page: str, width: int, theme: str, other: str
) -> Iterator[tuple[str, list[str]]]:
    wrong: list[str] = []
    later: list[str] = []
    is_wide = width == WIDTHS[0]
    with _failing_here(wrong), opened(context, home, page, wrong) as tab:
        wrong += look(tab)
        wrong += operate(tab, by_mouse=is_wide)
        wrong += shut_out(tab, article_colours=is_wide)
        later += change_theme(tab, other)
        later += too_wide(tab)
        later += shut_out(tab, COLOURS, article_colours=is_wide)
    yield f"{width} {theme}", wrong
    yield f"{width} {other}", later


def search(context: BrowserContext, home: str) -> list[str]:
    """Search for a word: it is found, and the first hit can be read."""
    found: list[str] = []
    with _failing_here(found), opened(context, home, f"search.html?q={SEARCHED}", found) as tab:
        tab.wait_for_selector("#search-results li a")
        tab.locator("#search-results li a").first.click()
        tab.wait_for_load_state()
        if SEARCHED not in tab.locator("article").inner_text().lower():
            found.append(f"the first hit for {SEARCHED!r} does not contain it")
    return found


def turn_pages(context: BrowserContext, home: str) -> list[str]:
    """Turn the page with the arrow keys; but not while they serve to choose an answer."""
    found: list[str] = []
    with _failing_here(found), opened(context, home, "book/index.html", found) as tab:
        following = tab.locator("a.right-next").evaluate("link => link.href")
        tab.keyboard.press("ArrowRight")
        tab.wait_for_url(following)
        tab.keyboard.press("ArrowLeft")
        tab.wait_for_url(f"{home}/book/index.html")
        tab.locator("[data-done]").first.focus()
        tab.keyboard.press("ArrowRight")
        tab.wait_for_timeout(300)
        if tab.url != f"{home}/book/index.html":
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
    if seconds is not None:
        mark = budgets.mark(seconds, rebuild_time.SECONDS, 1)
        told = f"Built again after the text of {chapter.name} changed"
        console.print(f"{told}: {mark} s (< {rebuild_time.SECONDS})")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
