"""Write down what the course's exported model translates, whole and broken, for the page.

    python -m book.check_site.record_translator --out book/runs/translator.json

The model runs as a reader's does: in a browser, by the scripts of `book/_static/live/`. Written are
its translations of the page's examples, and BLEU over 100 captions of the validation split, which
the training did not read: as the model is, and with each switch and each mistake of the page. For
BLEU, translations are at most 20 pieces longer than the source, because a broken model often does
not end. The search is greedy, and a beam of 3 for mistakes in the search itself.
"""

import json
from collections.abc import Callable
from pathlib import Path

import click
from playwright.sync_api import Page, sync_playwright
from sacrebleu.metrics import BLEU

from book.pagelib.translator_page import EXAMPLES, LIVE, OF_THE_SEARCH
from solutions.data.corpora import sentences as read_sentences
from solutions.tooling.cli_tools import PATH, TerseCommand, UserError, user_errors
from solutions.tooling.run_log import run_metadata
from solutions.translator.exported_model import COURSE_MODEL

from .browser import NO_BROWSER, OPTIONS, find_browser

STATIC = Path(__file__).parents[1] / "_static"
GREEDY, BEAM = {"search": "greedy"}, {"search": "beam", "beamSize": 3}
SWITCHES = {
    "scale": {"scale": False},
    "causalMask": {"causalMask": False},
    "paddingMask": {"paddingMask": False, "padding": 6},
    "positions-off": {"positions": "off"},
    "positions-shuffled": {"positions": "shuffled"},
    "dropout": {"dropout": 0.1},
}
TRANSLATE = """
async ([texts, options]) => {
  const found = [];
  for (const text of texts) found.push((await connection.translate(text, options)).text);
  return found;
}
"""


def opened(browser, model: Path) -> Page:
    """A tab whose `connection` has the model."""
    tab = browser.new_page()
    tab.set_content("<input type=file>")
    for name in LIVE:
        tab.add_script_tag(path=STATIC / f"{name}.js")
    tab.set_input_files("input", model)
    tab.evaluate(
        """async () => {
          window.connection = liveTransformer.connect();
          const file = await document.querySelector("input").files[0].arrayBuffer();
          await connection.load({ "x.transformer": file });
        }"""
    )
    return tab


def bleu_of_broken(
    tab: Page, german: list[str], english: list[str], report: Callable[[str], None]
) -> dict[str, tuple[float, float]]:
    """BLEU of each switch and mistake by name, and of the whole model with the same search."""

    def bleu(search: dict[str, object], switches: dict[str, object]) -> float:
        options = {**search, "extra": 20, "switches": switches}
        written = tab.evaluate(TRANSLATE, [german, options])
        return round(BLEU(tokenize="13a").corpus_score(written, [english]).score, 1)

    names = tab.evaluate("() => Object.keys(liveTransformer.MISTAKES)")
    every = SWITCHES | {name: {"mistake": name} for name in names}
    whole = {False: bleu(GREEDY, {}), True: bleu(BEAM, {})}
    found = {}
    for name, switches in every.items():
        of_search = name in OF_THE_SEARCH
        found[name] = bleu(BEAM if of_search else GREEDY, switches), whole[of_search]
        report("{}: {} instead of {}".format(name, *found[name]))
    return found


@click.command(cls=TerseCommand, context_settings={"show_default": True})
@click.option("--out", type=PATH, required=True, help="The file to write.")
@click.option("--model", type=PATH, default=COURSE_MODEL, help="An exported model.")
@click.option("--data", type=PATH, help="Folder with Multi30k.  [default: $MULTI30K_DIR or cache]")
@click.option("--captions", type=click.IntRange(1), default=100, help="For BLEU.")
def main(out: Path, model: Path, data: Path | None, captions: int) -> None:
    """Record what the exported model translates in a browser, whole and broken."""
    with user_errors():
        browser_path = find_browser()
        if browser_path is None:
            raise UserError(NO_BROWSER)
        german, english = (side[:captions] for side in read_sentences("multi30k", data)["val"])
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_path, args=OPTIONS)
            tab = opened(browser, model)
            written = tab.evaluate(TRANSLATE, [list(EXAMPLES), {}])
            bleu = bleu_of_broken(tab, german, english, click.echo)
            browser.close()
        record = {
            "examples": [
                {"source": a, "written": b} for a, b in zip(EXAMPLES, written, strict=True)
            ],
            "captions": captions,
            "bleu": bleu,
            "run": run_metadata(click.get_current_context(), "book.check_site.record_translator"),
        }
        text = json.dumps(record, indent=2, ensure_ascii=False)
        out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
