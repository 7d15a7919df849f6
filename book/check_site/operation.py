"""Operate what a page offers, with the mouse or with the keys alone, and look at the result."""

import json
from collections.abc import Callable

from playwright.sync_api import Locator, Page

from .figure_checks import FIGURES
from .translator_checks import translators

# Of a chosen answer: what its explanation says, and what stands in the live region.
EXPLAINED = """answer => {
  const why = document.getElementById(answer.dataset.explanation);
  const feedback = answer.closest('fieldset').querySelector('.quiz-feedback');
  return {
    expected: why.querySelector('.quiz-verdict').textContent,
    shown: feedback.querySelector('.quiz-verdict')?.textContent ?? '',
    reason: [...why.querySelectorAll('p')].at(-1).textContent.trim(),
    feedback: feedback.textContent,
  };
}"""


def quizzes(tab: Page, by_mouse: bool) -> list[str]:
    """Choose every answer of every question: its own explanation must stand in the live region."""
    found = []
    for question in tab.locator("fieldset.quiz").all():
        name = question.locator("legend").inner_text().split("\n")[0]
        verdicts = []
        for answer in _choose_each(question.locator("input"), by_mouse):
            told = answer.evaluate(EXPLAINED)
            verdicts.append(told["shown"])
            if told["shown"] != told["expected"] or told["reason"] not in told["feedback"]:
                found.append(
                    f"{name}: says {told['shown']!r} where {told['expected']!r} "
                    "and its reason belong"
                )
        if verdicts.count("Right.") != 1:
            found.append(f"{name}: {verdicts.count('Right.')} answers are called right")
    return found


def stages(tab: Page, by_mouse: bool) -> list[str]:
    """Choose every stage of every picture in stages: it shows, and no other does."""
    found = []
    for group in tab.locator(".stages").all():
        name = group.get_attribute("aria-label")
        for i, _ in enumerate(_choose_each(group.locator(":scope > input"), by_mouse)):
            shown = [stage.is_visible() for stage in group.locator(":scope > .stage").all()]
            if shown != [number == i for number in range(len(shown))]:
                found.append(f"{name}: choosing stage {i + 1} shows {shown}")
    return found


def _choose_each(buttons: Locator, by_mouse: bool):
    """Choose one radio button after the other; yields each when it is chosen."""
    names = buttons.evaluate_all("all => all.map(one => one.id)")
    for i, name in enumerate(names):
        button = buttons.nth(i)
        if by_mouse:
            button.page.locator(f"label[for='{name}']").click()
        elif i == 0:
            button.press("Space")
        else:
            button.page.keyboard.press("ArrowDown")
        if not button.is_checked():
            raise AssertionError(f"{name} cannot be chosen")
        yield button


def copy_buttons(tab: Page, by_mouse: bool) -> list[str]:
    """The button of the first listing copies it; if it is folded, the reader unfolds it first."""
    button = tab.locator("button.copybtn").first
    if not button.count():
        return []
    for folded in button.locator("xpath=ancestor::details[not(@open)]").all():
        summary = folded.locator("> summary")
        if by_mouse:
            summary.click(position={"x": 5, "y": 5})  # not on a link in it
        else:
            summary.press("Enter")
    tab.evaluate("() => navigator.clipboard.writeText('nothing')")
    listing = button.locator("xpath=..").locator("pre")
    if by_mouse:
        listing.hover()
        button.click()
    else:
        button.focus()
        button.press("Enter")
    tab.wait_for_function("async () => await navigator.clipboard.readText() !== 'nothing'")
    copied = tab.evaluate("() => navigator.clipboard.readText()")
    first = listing.text_content().strip().splitlines()[0].removeprefix("$ ")  # no prompt
    return [] if first in copied else [f"the copy button copies {copied[:40]!r}, not {first!r}"]


def figures(tab: Page, by_mouse: bool) -> list[str]:
    """Operate every interactive figure; each kind has its own way."""
    found = []
    for figure in tab.locator("[data-figure]").all():
        kind = figure.get_attribute("data-figure")
        if kind in FIGURES:
            found += [f"figure {kind}: {wrong}" for wrong in FIGURES[kind](figure, by_mouse)]
        else:
            found.append(f"figure {kind}: nobody knows how to operate it")
    return found


def ticks(tab: Page, by_mouse: bool) -> list[str]:
    """Tick the chapters: the ticks outlive a new visit, and are forgotten when the reader asks."""
    boxes = tab.locator("[data-done]")
    if not boxes.count():
        return []
    for box in boxes.all():
        if by_mouse:
            tab.locator(f"label[for='{box.get_attribute('id')}']").click()
        else:
            box.focus()
            box.press("Space")
    other = tab.context.new_page()
    other.goto(tab.url)
    found = [] if all(one.is_checked() for one in _boxes(other)) else ["ticks are not remembered"]
    if not other.locator(".progress-mark").count():
        found.append("the contents do not show what is done")
    other.close()
    reset = tab.locator(".progress-reset")
    if reset.count():
        if by_mouse:
            reset.click()
        else:
            reset.focus()
            reset.press("Enter")
    else:
        for box in boxes.all():
            box.click()
    if any(one.is_checked() for one in _boxes(tab)) or tab.locator(".progress-mark").count():
        found.append("ticks are not forgotten")
    return found


def notebooks(tab: Page, _by_mouse: bool) -> list[str]:
    """Add the progress of a notebook: the count outlives a new visit; other files are refused."""
    chosen = tab.locator(".progress-file input")
    if not chosen.count():
        return []
    place = tab.locator("[data-assignment]").first
    progress = {
        "assignment": place.get_attribute("data-assignment"),
        "exercises": {"a": True, "b": False},
    }
    found = []
    for text, told, shown in (
        (json.dumps(progress), "", "1 of 2 checks are green"),
        (
            '{"assignment": "of another course", "exercises": {"a": true}}',
            "not a progress file",
            "",
        ),
        ("no JSON at all", "not a progress file", ""),
    ):
        file = {"name": "progress.json", "mimeType": "application/json", "buffer": text.encode()}
        chosen.set_input_files(file)
        tab.wait_for_function("() => !document.querySelector('.progress-file input').value")
        if told not in tab.locator(".progress-said").text_content():
            found.append(f"a progress file {text[:30]!r} is not refused")
        other = tab.context.new_page()
        other.goto(tab.url)
        if shown not in other.locator("[data-assignment]").first.text_content():
            found.append("the green checks of a notebook are not remembered")
        other.close()
    tab.evaluate("() => localStorage.removeItem('graded-transformer:checks')")
    return found


def _boxes(tab: Page) -> list[Locator]:
    return tab.locator("[data-done]").all()


ALL: tuple[Callable[[Page, bool], list[str]], ...] = (
    quizzes,
    stages,
    copy_buttons,
    figures,
    ticks,
    notebooks,
    translators,
)


def operate(tab: Page, by_mouse: bool) -> list[str]:
    """Operate everything on an open page; what goes wrong."""
    found = []
    for part in ALL:
        try:
            found += part(tab, by_mouse)
        except Exception as error:  # a control that is not there stops only its own part
            found.append(f"{part.__name__}: {' '.join(str(error).split())[:200]}")
    return found
