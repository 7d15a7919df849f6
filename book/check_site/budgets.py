"""What a reader waits for: bytes, the first sight of a page, and text that jumps.

Sizes are those of a static host that compresses text (gzip). Fonts and the maths engine are not
counted: they come once for all pages. Times are taken on a processor four times as slow as this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from .browser import Site
from .page import WIDTHS, opened, reading

PAGE_BYTES, SITE_BYTES = 400_000, 30_000_000
FIRST_PAINT, SHIFT = 1000, 0.1  # milliseconds; the share of the screen that moved, summed
SLOWER = 4
NOT_COUNTED = (".woff", ".woff2", ".ttf", "/mathjax/")
OBSERVE = """
  window.shifted = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    if (!entry.hadRecentInput) window.shifted += entry.value;
  })).observe({type: 'layout-shift', buffered: true});
"""
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"


@dataclass(frozen=True)
class Cost:
    """What one page costs a reader who sees it for the first time.

    Attributes:
        page: its path in the site.
        width: of the screen, in pixels.
        size: bytes that come over the wire, fonts and maths engine left out.
        paint: milliseconds until something stands on the screen.
        shift: how much of the screen moved after it stood there.
    """

    page: str
    width: int
    size: int
    paint: float
    shift: float


def chapters(folder: Path) -> list[str]:
    """The pages of the text."""
    return sorted(str(page.relative_to(folder)) for page in folder.glob("book/*.html"))


def measure(
    site: Site,
    report: Callable[[str], None] = lambda _: None,
    slower: int = SLOWER,
    widths: Sequence[int] = WIDTHS,
    only: Sequence[str] = (),
    tries: int = 3,
) -> list[Cost]:
    """Open every page of the text with an empty cache on a slow processor.

    Args:
        site: open in a browser.
        report: is told which page is measured.
        slower: how many times slower the processor is made.
        widths: of the screen.
        only: the pages to measure; none means all.
        tries: at most so many until the first paint is in time: whatever else the machine does
            only slows it down. The fastest counts.
    """
    costs = []
    for page in chapters(site.folder):
        for width in widths if page in only or not only else ():
            report(f"{page}, {width} px, timed")
            tried = [_cost(site, page, width, slower)]
            while tried[-1].paint >= FIRST_PAINT and len(tried) < tries:
                tried.append(_cost(site, page, width, slower))
            costs.append(min(tried, key=lambda cost: cost.paint))
    return costs


def _cost(site: Site, page: str, width: int, slower: int) -> Cost:
    sizes: dict[str, float] = {}
    names: dict[str, str] = {}
    with reading(site, width, "light") as context:
        context.add_init_script(OBSERVE)
        blank = context.new_page()
        devtools = context.new_cdp_session(blank)
        devtools.send("Network.enable")
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        devtools.on(
            "Network.requestWillBeSent",
            lambda e: names.update({e["requestId"]: e["request"]["url"]}),
        )
        devtools.on(
            "Network.loadingFinished",
            lambda e: sizes.update({e["requestId"]: e["encodedDataLength"]}),
        )
        with opened(context, site.home, page, [], blank) as tab:
            tab.wait_for_load_state("networkidle")
            tab.wait_for_timeout(300)
            paint, shift = tab.evaluate(PAINT), tab.evaluate("() => window.shifted")
    counted = [
        size
        for request, size in sizes.items()
        if not any(part in names.get(request, "") for part in NOT_COUNTED)
    ]
    return Cost(page, width, int(sum(counted)), paint, shift)


def site_bytes(folder: Path) -> int:
    """How much the whole site takes on a disk; the students' notebooks are counted too."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def table(costs: Sequence[Cost], folder: Path) -> Table:
    """The costs beside what they are held to; what is over is marked."""
    total = site_bytes(folder)
    shown = Table(
        "page",
        "KB (< 400)",
        "first paint, ms (< 1000)",
        "shift (< 0.1)",
        title=f"Sent with gzip, without fonts and maths engine; processor {SLOWER}x slower; "
        + f"worst of {' and '.join(map(str, WIDTHS))} px",
        caption=f"Whole site: {mark(total / 1e6, SITE_BYTES / 1e6, 1)} MB (< 30)",
    )
    for page in dict.fromkeys(cost.page for cost in costs):
        own = [cost for cost in costs if cost.page == page]
        shown.add_row(
            page,
            mark(max(c.size for c in own) / 1e3, PAGE_BYTES / 1e3, 0),
            mark(max(c.paint for c in own), FIRST_PAINT, 0),
            mark(max(c.shift for c in own), SHIFT, 3),
        )
    return shown


def mark(value: float, limit: float, digits: int) -> str:
    """A measured number, and whether it is over its limit."""
    text = f"{value:.{digits}f}"
    return text if value < limit else f"{text}  OVER"
