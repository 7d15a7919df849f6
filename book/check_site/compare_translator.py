"""Compare the model in the browser with PyTorch: `python -m book.check_site.compare_translator`.

Both read the exported model, so the weights are the same dequantized numbers. Sentences are those
of a split of Multi30k. It takes about ten minutes for the validation split.
"""

from pathlib import Path

import click
import torch
from playwright.sync_api import sync_playwright

from solutions.data.batching import pad
from solutions.data.corpora import sentences as read_sentences
from solutions.data.vocabulary import BOS, EOS, PAD, UNK, encode_source, tokenize
from solutions.decoding.greedy import evaluating, translate
from solutions.tooling.cli_tools import PATH, TerseCommand, UserError, user_errors
from solutions.translator.exported_model import COURSE_MODEL, ExportedModel

from .browser import NO_BROWSER, OPTIONS, find_browser
from .record_translator import opened

BATCH = 50
LOGITS_OF = 200  # sentences
IDS = """async ([texts, options]) => {
  const found = [];
  for (const text of texts) found.push((await connection.translate(text, options)).ids);
  return found;
}"""
LOGITS = """async ([source, target]) =>
  (await connection.logits(source, target, {})).map((row) => [...row])"""


@click.command(cls=TerseCommand, context_settings={"show_default": True})
@click.option("--model", type=PATH, default=COURSE_MODEL, help="An exported model.")
@click.option("--data", type=PATH, help="Folder with Multi30k.  [default: $MULTI30K_DIR or cache]")
@click.option("--split", default="val", help="Of Multi30k.")
def main(model: Path, data: Path | None, split: str) -> None:
    """Count on how many sentences browser and PyTorch write the same, and compare logits."""
    with user_errors():
        browser_path = find_browser()
        if browser_path is None:
            raise UserError(NO_BROWSER)
        german, english = read_sentences("multi30k", data)[split]
        trained, source, target = ExportedModel(model).load_model()
        tokens = tokenize([text.strip() for text in german], "de")
        read = [encode_source(source.cut(one), source.ids) for one in tokens]
        with sync_playwright() as playwright:
            tab = opened(
                playwright.chromium.launch(executable_path=browser_path, args=OPTIONS), model
            )
            far = 0.0
            begun = [[BOS, *target.encode(one)] for one in tokenize(english[:LOGITS_OF], "en")]
            for ids, prefix in zip(read, begun, strict=False):
                found = torch.tensor(tab.evaluate(LOGITS, [ids, prefix]))
                with evaluating(trained):
                    logits = trained(torch.tensor([ids]), torch.tensor([prefix]))[0]
                far = max(far, (found - logits).abs().max().item())
            click.echo(f"logits of {len(begun)} sentences differ by at most {far:.1e}")
            for beam in (1, 5):
                options = {"search": "greedy" if beam == 1 else "beam", "beamSize": beam}
                same = 0
                for start in range(0, len(read), BATCH):
                    found = tab.evaluate(IDS, [german[start : start + BATCH], options])
                    ids = pad(read[start : start + BATCH], PAD)
                    expected = translate(trained, ids, BOS, EOS, beam_size=beam, never=(UNK,))
                    same += sum(a == b for a, b in zip(found, expected, strict=True))
                share = same / len(read)
                click.echo(f"beam {beam}: {same} of {len(read)} the same ({share:.1%})")


if __name__ == "__main__":
    main()
