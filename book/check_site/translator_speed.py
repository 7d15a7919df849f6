"""What the live translator costs a reader: seconds, memory, and a page that stays responsive."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page
from rich.table import Table

from .browser import Site
from .budgets import SLOWER, mark
from .page import opened, reading

PAGE = "book/translate.html"
SENTENCE = "Ein Mann mit einem roten Hut fährt auf seinem Fahrrad durch den Park."  # 12 words
# What is measured -> the most that it may be.
LIMITS = {
    "greedy, seconds": 0.4,
    "beam of 5, seconds": 1.0,
    "greedy, processor slower, seconds": 2.0,
    "beam of 5, processor slower, seconds": 4.0,
    "longest task of the page's own thread, ms": 100.0,
    "memory of the page with the model, MB": 200.0,
}
LONG_TASKS = """
  window.longest = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => {
    window.longest = Math.max(window.longest, entry.duration);
  })).observe({type: 'longtask', buffered: true});
"""
# In the page's own thread, because a throttled processor throttles no worker.
TIMED = """async ([address, text, beamSize]) => {
  window.own ??= liveTransformer.readFiles({
    "x.transformer.js": await (await fetch(address)).arrayBuffer() });
  const times = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    liveTransformer.translate(own, text, { search: beamSize > 1 ? "beam" : "greedy", beamSize });
    times.push(performance.now() - began);
  }
  return Math.min(...times) / 1000;
}"""


def measure(site: Site, report: Callable[[str], None] = lambda _: None) -> dict[str, float]:
    """Measure one sentence's translation on the page; the keys are those of `LIMITS`."""
    report("the translator, timed")
    found = {}
    with reading(site, 1280, "light") as context:
        context.add_init_script(LONG_TASKS)
        with opened(context, site.home, PAGE, []) as tab:
            before = _memory(tab)
            tab.locator("div.translator textarea").fill(SENTENCE)
            tab.locator("div.translator button.go").click()
            tab.wait_for_function(
                "() => document.querySelector('div.translator').dataset.state === 'ready'"
            )
            for view in tab.locator("[role=tab]").all():
                view.click()
                tab.wait_for_timeout(200)
            found["longest task of the page's own thread, ms"] = tab.evaluate("() => longest")
            found["memory of the page with the model, MB"] = _memory(tab) - before
        with opened(context, site.home, PAGE, []) as tab:
            script = "div.translator script[type='application/json']"
            data = json.loads(tab.locator(script).text_content())
            devtools = context.new_cdp_session(tab)
            for slower, suffix in ((1, ""), (SLOWER, ", processor slower")):
                devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
                for name, beam in (("greedy", 1), ("beam of 5", 5)):
                    seconds = tab.evaluate(TIMED, [data["model"], SENTENCE, beam])
                    found[f"{name}{suffix}, seconds"] = seconds
    return found


def _memory(tab: Page) -> float:
    """The memory of the processes that draw pages, in MB, as Linux counts what each has alone."""
    devtools = tab.context.browser.new_browser_cdp_session()
    processes = devtools.send("SystemInfo.getProcessInfo")["processInfo"]
    devtools.detach()
    pages = [one["id"] for one in processes if one["type"] == "renderer"]
    return sum(_own_bytes(pid) for pid in pages) / 1e6


def _own_bytes(pid: int) -> int:
    resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    return (int(resident) - int(shared)) * 4096


def table(found: dict[str, float]) -> Table:
    """The figures beside their limits."""
    shown = Table(
        "the live translator", "measured", "limit", title=f"12 words; slower: {SLOWER} times"
    )
    for name, limit in LIMITS.items():
        shown.add_row(name, mark(found[name], limit, 2), f"{limit:g}")
    return shown
