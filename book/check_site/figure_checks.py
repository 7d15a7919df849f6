"""How each kind of interactive figure is operated, and what must then stand in it.

What a script shows is compared with what the course's own Python says of the same inputs.
"""

import json
from collections.abc import Callable, Iterator

import torch
from playwright.sync_api import Locator

from solutions.model.positional import sinusoidal_table
from solutions.training.optim import noam_rate

SHOWN = ":scope > :not(.still) td.number"  # by the script; the still picture may be a table, too


def schedule(figure: Locator, by_mouse: bool) -> Iterator[str]:
    """Move the sliders: the sentence must give the reference's rates."""
    data = _data(figure)
    before = _said(figure)
    warmup = int(_slide(figure, "warm-up", by_mouse))
    step = int(_slide(figure, "look at step", by_mouse))
    d_model = 2 ** int(_slide(figure, "d_model", by_mouse))
    said = _said(figure)
    for at in (warmup, step):
        rate = _exponent(noam_rate(at, d_model, warmup, data["factor"]))
        if f"{at:,}" not in said or rate not in said:
            yield f"says {said!r}, where the rate at step {at} is {rate}"
    if said == before:
        yield "nothing moves it"


def positions(figure: Locator, by_mouse: bool) -> Iterator[str]:
    """Move the sliders: the two points must be those of the reference's table."""
    data = _data(figure)
    position = int(_slide(figure, "position", by_mouse))
    offset = int(_slide(figure, "offset", by_mouse))
    pair = int(_slide(figure, "pair", by_mouse))
    table = sinusoidal_table(position + offset + 1, data["d_model"], torch.float64)
    said = _said(figure).replace("-0.000", "0.000")
    for place in (position, position + offset):
        sine, cosine = table[place, 2 * pair : 2 * pair + 2].tolist()
        point = f"({sine:.3f}, {cosine:.3f})".replace("-0.000", "0.000")
        if point not in said:
            yield f"says {said!r}, where position {place} has {point}"


def search(figure: Locator, by_mouse: bool) -> Iterator[str]:
    """Walk through the search to its end, and one step back."""
    steps = _data(figure)["steps"]
    for number, step in enumerate(steps, start=1):
        words = figure.locator("td strong").all_inner_texts()
        if words != [word for _, word, *_ in step["candidates"]]:
            yield f"step {number} shows {words}"
        if number < len(steps):
            _press(figure.get_by_role("button", name="Next step"), by_mouse)
    best = " ".join(steps[-1]["finished"][0][0])
    if best not in _said(figure):
        yield f"ends with {_said(figure)!r}, not with {best!r}"
    if figure.get_by_role("button", name="Next step").is_enabled():
        yield "goes on after its end"
    _press(figure.get_by_role("button", name="Step back"), by_mouse)
    if f"Step {len(steps) - 1}:" not in _said(figure):
        yield "does not step back"


def pipeline(figure: Locator, by_mouse: bool) -> Iterator[str]:
    """Choose every stage: its shape and its numbers must stand there."""
    for stage in _data(figure)["stages"]:
        _press(figure.get_by_role("button", name=stage["name"], exact=True), by_mouse)
        cells = figure.locator(SHOWN).all_inner_texts()
        if cells != [cell for row in stage["cells"] for cell in row]:
            yield f"stage {stage['name']} shows other numbers"
        if f"{stage['name']}: shape {stage['shape']}" not in _said(figure):
            yield f"stage {stage['name']}: says {_said(figure)!r}"


FIGURES: dict[str, Callable[[Locator, bool], Iterator[str]]] = {
    one.__name__: one for one in (schedule, positions, search, pipeline)
}


def _data(figure: Locator) -> dict:
    return json.loads(figure.locator("script[type='application/json']").text_content())


def _said(figure: Locator) -> str:
    return figure.locator("output").text_content()


def _press(button: Locator, by_mouse: bool) -> None:
    if by_mouse:
        button.click()
    else:
        button.focus()
        button.press("Enter")


def _slide(figure: Locator, label: str, by_mouse: bool) -> str:
    """Move a slider up from where it is; its new value."""
    slider = figure.locator(".control", has_text=label).first.locator("input")
    before = slider.input_value()
    if by_mouse:
        box = slider.bounding_box()
        slider.click(position={"x": 0.95 * box["width"], "y": box["height"] / 2})
    else:
        slider.focus()
        for _ in range(2):
            slider.press("ArrowRight")
    if slider.input_value() == before:
        raise AssertionError(f"the slider {label!r} stays at {before}")
    return slider.input_value()


def _close(shown: str, right: str) -> bool:
    if "masked" in (shown, right):
        return shown == right
    return abs(float(shown) - float(right)) < 0.0011


def _exponent(value: float) -> str:
    """As browsers write it: 4.94e-4."""
    digits, power = f"{value:.2e}".split("e")
    return f"{digits}e{int(power):+d}"
