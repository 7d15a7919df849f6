"""Operate the translator as a reader does, and compare what it writes with what is recorded."""

import json
from collections.abc import Iterator
from urllib.parse import quote_plus

from playwright.sync_api import Locator, Page

from .page import too_wide

PATIENCE = 120_000  # milliseconds: a busy machine is no fault of the page
SETTLED = 600  # milliseconds until the address is written
OTHER = "Der Hund beißt den Mann."
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenreinigungsvorrichtung"
ODD = "<b>Ein</b> 🐕 & 'S\" \u202eשלום"


def translators(tab: Page, by_mouse: bool) -> list[str]:
    """Translate an example and an odd text, look at every view, and break and mend the model."""
    found = []
    for box in tab.locator("div.translator").all():
        if box.locator("textarea").count():
            found += [f"translator: {wrong}" for wrong in _one(tab, box, by_mouse)]
    return found


def _one(tab: Page, box: Locator, by_mouse: bool) -> Iterator[str]:
    recorded = dict(
        [cell.text_content() for cell in row.locator("td").all()]
        for row in box.locator(".still tbody tr").all()
    )
    example = box.locator(".examples button").first
    source = example.text_content()
    written = _translation(box, source, by_mouse)
    tab.context.set_offline(True)  # what it needs is there now
    yield from _everything(tab, box, (source, written, recorded.get(source)), by_mouse)
    tab.context.set_offline(False)
    data = json.loads(box.locator("script").text_content())
    if data.get("share"):
        yield from _shared(tab, box, source, by_mouse)
    onward = box.locator("a.onward")
    if data.get("onward") and quote_plus(source) not in (onward.get_attribute("href") or ""):
        yield "the link to the page with all views does not carry the sentence"


def _everything(
    tab: Page, box: Locator, translated: tuple[str, str, str | None], by_mouse: bool
) -> Iterator[str]:
    """Look at every view of a translation, and translate what a reader may think of.

    Args:
        translated: the sentence, its translation, and what is recorded for it.
    """
    source, written, recorded = translated
    data = json.loads(box.locator("script").text_content())
    tabs = box.locator("[role=tab]")  # none, if there is one view or none
    if data["switches"]:  # a page may begin broken
        if tabs.count():
            tabs.nth(data["views"].index("break")).click()
        written = _mended(box, by_mouse)
    if recorded not in (None, written):
        yield f"writes {written!r} where {recorded!r} is recorded"
    for i, name in enumerate(data["views"]):
        if tabs.count():
            if by_mouse:
                tabs.nth(i).click()
            else:
                tabs.nth(max(0, i - 1)).focus()
                tab.keyboard.press("ArrowRight" if i else "Space")
            if tabs.nth(i).get_attribute("aria-selected") != "true":
                yield f"the view {name} is not shown"
                continue
        if name in VIEWS:
            yield from VIEWS[name](box, written, by_mouse)
    odd = _translation(box, ODD, by_mouse)
    if box.locator(".written b").count():
        yield "takes a reader's text for HTML"
    if not odd and not box.locator(".note").text_content():
        yield "neither translates an odd text nor says why"
    _translation(box, LONG_WORD, by_mouse)
    yield from (f"with a long word, the page is {wrong}" for wrong in too_wide(tab))
    long = _translation(box, "Haus " * 400, by_mouse)
    if long or "one sentence at a time" not in box.locator(".note").text_content():
        yield "does not say that a text is too long"
    _translation(box, source, by_mouse)


def _shared(tab: Page, box: Locator, source: str, by_mouse: bool) -> Iterator[str]:
    """Change a sentence and go back; then open the address elsewhere."""
    field, written = box.locator("textarea"), box.locator(".written")
    before = _translation(box, source, by_mouse)
    field.fill(OTHER)
    if "is-old" not in (written.get_attribute("class") or ""):
        yield "does not say that a translation is of another sentence"
    _translation(box, OTHER, by_mouse)
    tab.go_back()
    tab.wait_for_timeout(SETTLED)
    if (_ready(box), field.input_value()) != (before, source):
        yield "the browser's Back does not bring the sentence before back"
    tabs, words = box.locator("[role=tab]"), box.locator(".lines button")
    tabs.first.click()
    words.last.focus()
    tab.wait_for_timeout(SETTLED)
    with tab.context.expect_page() as opened:
        tab.evaluate("() => open(location.href)")
    other = opened.value.locator("div.translator").first
    if _ready(other) != before or other.locator("textarea").input_value() != source:
        yield "its address opens with another sentence"
    if other.locator(".lines button").last.get_attribute("aria-pressed") != "true":
        yield "its address opens with another word"
    opened.value.close()


def _translation(box: Locator, text: str, by_mouse: bool) -> str:
    field = box.locator("textarea")
    field.fill(text)
    if by_mouse:
        box.locator("button.go").click()
    else:
        field.press("Enter")
    return _ready(box)


def _ready(box: Locator) -> str:
    box.page.wait_for_function(
        "box => box.dataset.state === 'ready'", arg=box.element_handle(), timeout=PATIENCE
    )
    return box.locator(".written").text_content()


def _attention(box: Locator, written: str, by_mouse: bool) -> Iterator[str]:
    kinds = box.locator("select").first
    for kind in range(kinds.locator("option").count()):
        kinds.select_option(index=kind)
        maps = box.locator(".maps button")
        last = maps.last
        if by_mouse:
            last.click()
        else:
            last.focus()
            last.press("Enter")
        if last.get_attribute("aria-pressed") != "true":
            yield f"attention {kind}: the last head cannot be chosen"
        for word in box.locator(".lines button").all():
            word.hover() if by_mouse else word.focus()
            told = box.locator(".attention-view output").text_content()
            if f"“{word.text_content()}”" not in told:
                yield f"attention {kind}: {word.text_content()} is not looked at"


def _search(box: Locator, written: str, by_mouse: bool) -> Iterator[str]:
    best = box.locator(".panel tbody td").first.text_content()
    if best != written:
        yield f"the best hypothesis is {best!r}, and {written!r} is written"
    if not box.locator(".tree .node.best").count():
        yield "the tree does not show the translation"


def _lens(box: Locator, written: str, by_mouse: bool) -> Iterator[str]:
    rows = box.locator(".lens tr").all()
    last, below = ([cell.text_content() for cell in row.locator("td").all()] for row in rows[-2:])
    if not below or len(last) != len(below):
        yield "the layers and the translation have different lengths"


def _break(box: Locator, written: str, by_mouse: bool) -> Iterator[str]:
    about = box.locator(".broken")
    box.locator("select").first.select_option(index=5)
    box.page.wait_for_function(
        "about => about.textContent.includes('Unbroken: ') && "
        "![...about.querySelectorAll('em')].some(one => one.textContent === '…')",
        arg=about.element_handle(),
        timeout=PATIENCE,
    )
    if written not in about.text_content():
        yield "does not say what the unbroken model writes"
    if not about.locator("a").count():
        yield "a mistake has no link to its chapter"
    if _mended(box, by_mouse) != written:
        yield "is not whole again after everything is mended"


def _mended(box: Locator, by_mouse: bool) -> str:
    mend = box.get_by_role("button", name="Mend everything")
    if by_mouse:
        mend.click()
    else:
        mend.focus()
        mend.press("Enter")
    return _ready(box)


VIEWS = {
    "attention": _attention,
    "search": _search,
    "lens": _lens,
    "break": _break,
}
