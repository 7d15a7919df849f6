"""Open one page in the browser and say what is wrong with it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, TimeoutError

from .browser import Site

WIDTHS = (1280, 390)
PATIENCE = 120_000  # milliseconds: a busy machine is no fault of the page
FACTS = """() => {
  const main = document.querySelector('article, main, body');
  const readable = document.createTreeWalker(main, NodeFilter.SHOW_TEXT, node =>
    node.parentElement.closest('pre, code, script, style, mjx-container')
      ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const MATHS = /\\\\[(\\[][^]*|\\$\\$[^]*|\\\\begin\\{[^]*/;
  let raw = '';
  while (readable.nextNode())
    raw ||= readable.currentNode.data.match(MATHS)?.[0] ?? '';
  return {
    formulas: document.querySelectorAll('.math').length,
    rendered: document.querySelectorAll('mjx-container').length,
    broken: document.querySelectorAll('mjx-merror, [data-mjx-error]').length,
    raw: raw.slice(0, 60),
    pictures: [...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src),
  };
}"""
# Thousands of words of code in ten colors, the signs of formulas and the lines of drawings would
# cost axe most of its time: one word of each color is enough, and drawings have one name each.
LIGHTEN = """() => {
  const seen = new Set();
  for (const word of document.querySelectorAll('.highlight pre span[class]:not([id])')) {
    const kind = word.closest('[class*=highlight-]')?.className + word.className;
    if (seen.has(kind)) word.replaceWith(word.textContent); else seen.add(kind);
  }
  for (const formula of document.querySelectorAll('mjx-container'))
    formula.replaceChildren(formula.querySelector('mjx-assistive-mml')?.textContent ?? '');
  document.querySelectorAll('.panels svg[role=img]').forEach(one => one.replaceChildren());
}"""
CONTRAST = "color-contrast"
# Contrast takes axe most of its time. Words in the same ink and size on the same ground have the
# same contrast, so the first of each kind stands for the others; these are empty meanwhile. Axe
# does not judge hidden words and single letters: those stand for no others.
WITHOUT_REPEATED_WORDS = """async run => {
  const grounds = new Map([[null, '']]), kinds = new Set(), repeated = [];
  const decoration = style => style.content === 'none' ? ''
    : [style.position, style.backgroundColor, style.backgroundImage].join();
  const own = (element, style) => [style.backgroundColor, style.backgroundImage, style.opacity,
    style.filter, style.mixBlendMode, style.position === 'relative' ? style.inset : '',
    // What is moved may lie on anything.
    ['absolute', 'fixed', 'sticky'].includes(style.position) || style.transform !== 'none'
      || style.margin.includes('-') ? grounds.size : '',
    decoration(getComputedStyle(element, '::before')),
    decoration(getComputedStyle(element, '::after'))].join();
  const ground = element => {
    if (!grounds.has(element)) {
      const mine = own(element, getComputedStyle(element));
      const shown = mine === 'rgba(0, 0, 0, 0),none,1,none,normal,,,,' ? '' : `/${mine}`;
      grounds.set(element, ground(element.parentElement) + shown);
    }
    return grounds.get(element);
  };
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, node =>
    node.data.trim().length < 2 || !node.parentElement.checkVisibility({visibilityProperty: true})
      ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  while (words.nextNode()) {
    const word = words.currentNode, parent = word.parentElement, style = getComputedStyle(parent);
    const kind = [style.color, style.fontSize, style.fontWeight, style.textShadow, style.display,
      Boolean(parent.closest('article')), ground(parent)].join('|');
    if (kinds.has(kind)) repeated.push([word, word.data]); else kinds.add(kind);
  }
  for (const [word] of repeated) word.data = '';
  try { return await run(); } finally { for (const [word, text] of repeated) word.data = text; }
}"""
AXE = f"""async ({{only, off, exclude}}) => {{
  const run = async (only, off) => (await axe.run(exclude.length ? {{exclude}} : document, {{
    iframes: false, preload: false, resultTypes: ['violations'],
    ...(only.length ? {{runOnly: {{type: 'rule', values: only}}}} : {{}}),
    rules: Object.fromEntries(off.map(rule => [rule, {{enabled: false}}])),
  }})).violations;
  const others = only.filter(rule => rule !== '{CONTRAST}');
  const violations = others.length || !only.length ? await run(others, [...off, '{CONTRAST}']) : [];
  if (!off.includes('{CONTRAST}') && (!only.length || only.includes('{CONTRAST}')))
    violations.push(...await ({WITHOUT_REPEATED_WORDS})(() => run(['{CONTRAST}'], [])));
  return violations.filter(rule => ['serious', 'critical'].includes(rule.impact)).map(rule =>
    `${{rule.impact}}: ${{rule.id}}: ` +
    rule.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', ') +
    (rule.nodes.length > 3 ? ` and ${{rule.nodes.length - 3}} more` : ''));
}}"""
COLORS = [CONTRAST, "link-in-text-block"]
# Figures of which something else is laid out than the still picture.
MOVING = """() => [...document.querySelectorAll('.interactive')].filter(figure => {
  const shown = [...figure.children].filter(part => part.offsetHeight > 0);
  const still = shown.length === 1 && shown[0].matches('.still');
  return figure.parentElement.offsetHeight > 0 && !still;
}).map(figure => figure.dataset.figure ?? figure.className)"""


@cache
def axe() -> str:
    """The script that finds what shuts people out."""
    return (Path(find_spec("axe_playwright_python").origin).parent / "axe.min.js").read_text()


@contextmanager
def reading(site: Site, width: int, theme: str) -> Iterator[BrowserContext]:
    """A reader: a window of their own width and theme, and nothing remembered from others."""
    size = {"width": width, "height": 900}
    context = site.browser.new_context(viewport=size, color_scheme=theme, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@contextmanager
def opened(
    context: BrowserContext, home: str, page: str, found: list[str], tab: Page | None = None
) -> Iterator[Page]:
    """Open a page, wait until its maths stands, and note in `found` what goes wrong meanwhile.

    Args:
        context: the reader.
        home: the address of the site.
        page: a path in it.
        found: is added to as long as the page is open.
        tab: where to open it; None takes a new one.
    """
    tab = tab or context.new_page()
    tab.on("pageerror", lambda error: found.append(f"script error: {error}"))
    tab.on("console", lambda m: found.append(f"console: {m.text}") if m.type == "error" else None)
    tab.on("response", lambda r: found.append(f"{r.status}: {r.url}") if r.status >= 400 else None)

    def only_here(request) -> None:
        if not request.url.startswith((home, "data:", "blob:")):
            found.append(f"outside request: {request.url}")

    tab.on("request", only_here)
    tab.goto(f"{home}/{page}", wait_until="load")
    if tab.locator("script[src*='mathjax']").count():
        tab.wait_for_function("window.MathJax?.startup?.promise")
        tab.evaluate("() => MathJax.startup.promise")
    yield tab
    tab.wait_for_load_state("networkidle")  # while the page is looked at, most of this passes
    tab.close()


def look(tab: Page) -> list[str]:
    """What is wrong with an open page, as far as it can be seen."""
    facts = tab.evaluate(FACTS)
    found = [f"a picture that does not show: {address}" for address in facts["pictures"]]
    found += too_wide(tab)
    if facts["formulas"] and facts["rendered"] < facts["formulas"]:
        found.append(f"{facts['formulas'] - facts['rendered']} formulas are not rendered")
    if facts["broken"]:
        found.append(f"{facts['broken']} broken formulas")
    if facts["raw"]:
        found.append(f"maths that stands as text: {facts['raw']}")
    return found + on_paper(tab)


def on_paper(tab: Page) -> list[str]:
    """What a reader who prints the page gets of a figure: its still picture, and nothing else."""
    tab.emulate_media(media="print")
    found = [f"on paper, a figure is not still: {name}" for name in tab.evaluate(MOVING)]
    tab.emulate_media(media="screen")
    return found


def too_wide(tab: Page) -> list[str]:
    """Whether one must scroll sideways to read an open page."""
    more = tab.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
    return [f"{more} px wider than the screen"] if more > 0 else []


def change_theme(tab: Page, theme: str) -> list[str]:
    """Let the reader's system change its theme; the page must follow."""
    tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
    themed = "document.documentElement.dataset.theme"
    try:
        tab.wait_for_function(f"theme => ({themed} ?? theme) === theme", arg=theme)
    except TimeoutError:
        return [f"does not change to {theme}"]
    return []


def shut_out(tab: Page, rules: Sequence[str] = (), article_colors: bool = True) -> list[str]:
    """Who is shut out, by axe: what it calls serious or critical. The page is of no use afterwards.

    Args:
        tab: an open page.
        rules: of axe; none means all.
        article_colors: also look at the colors of the text itself. They do not depend on the
            width, and take axe most of its time.
    """
    if not tab.evaluate("() => Boolean(window.axe)"):
        tab.evaluate(LIGHTEN)
        tab.evaluate(axe())
    only = list(rules)
    if article_colors:
        return tab.evaluate(AXE, {"only": only, "off": [], "exclude": []})
    # Colors last: without some of its words, a page lays itself out anew.
    others = []
    if only != COLORS:
        others = tab.evaluate(AXE, {"only": only, "off": COLORS, "exclude": []})
    return tab.evaluate(AXE, {"only": COLORS, "off": [], "exclude": [["article"]]}) + others
