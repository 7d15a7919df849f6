"""Write down what a trained translator looks at and how it searches, for the book's explorers.

    python -m book.pagelib.record_attention --out book/runs/explorers.json

Of a few validation sentences: the products q k^T of every layer and head, before scale, mask and
softmax, so that the page can leave out any of them; and every step of a beam search. Of the first
hundred: how much weight each head gives to a neighbor.
"""

import json
import platform
from pathlib import Path

import click
import torch

from solutions.data.corpora import sentences as read_sentences
from solutions.data.vocabulary import BOS, EOS, SPECIALS, encode_source
from solutions.model.masks import causal_mask
from solutions.tooling.cli_tools import PATH, TerseCommand, UserError, user_errors
from solutions.tooling.run_log import run_metadata
from solutions.translator.exported_model import COURSE_MODEL, ExportedModel
from solutions.translator.inference import Translator

from .model_recorder import ALPHA, BEAM, attention_scores, search_steps

# Whole hundredths: a score is then wrong by 0.005, which sqrt(d_k) makes smaller still.
SCALE = 100
OFFSETS = {"before": -1, "itself": 0, "after": 1}
COUNTED = 100  # lines
NUMBER = click.IntRange(1)


def record(translator: Translator, german: str) -> dict[str, object]:
    """Everything about one sentence; scores as whole hundredths, so that the file stays small."""
    (tokens,) = translator.tokens([german])
    read, source = _read(translator, tokens)
    (written,) = translator.translate([tokens], BEAM, ALPHA)
    target = torch.tensor([[BOS, *translator.target.encode(written)]])
    scores = attention_scores(translator.model, source, target)
    named = [piece if piece in translator.source.ids else f"{piece} (unknown)" for piece in read]
    return {
        "source": [*named, SPECIALS[EOS]],
        "target": [SPECIALS[BOS], *translator.target.cut(written)],
        "text": translator.written(written),
        "scores": {
            kind: [(SCALE * layer).round().int().tolist() for layer in layers]
            for kind, layers in scores.items()
        },
    }


def _read(translator: Translator, tokens: list[str]) -> tuple[list[str], torch.Tensor]:
    """The pieces of a sentence, and their ids, (1, S) int64."""
    pieces = translator.source.cut(tokens)
    return pieces, torch.tensor([encode_source(pieces, translator.source.ids)])


def neighbors(translator: Translator, german: list[str]) -> dict[str, dict[str, list[list[float]]]]:
    """Mean weight of each head on the piece before, on the same and on the next one.

    Returns:
        "encoder" and "decoder" -> "before", "itself", "after" -> layer -> head -> weight.
    """
    config = translator.model.config
    sums = {
        kind: torch.zeros(len(OFFSETS), config.N, config.h, dtype=torch.float64)
        for kind in ("encoder", "decoder")
    }
    rows = {kind: torch.zeros(len(OFFSETS), 1, 1) for kind in sums}
    for line in german:
        (tokens,) = translator.tokens([line])
        _, source = _read(translator, tokens)
        (written,) = translator.translate([tokens], BEAM, ALPHA)
        target = torch.tensor([[BOS, *translator.target.encode(written)]])
        scores = attention_scores(translator.model, source, target)
        for kind, sum_ in sums.items():
            found = torch.stack(scores[kind]) / (config.d_model // config.h) ** 0.5
            if kind == "decoder":
                found = found.masked_fill(~causal_mask(found.shape[-1]), float("-inf"))
            weights = found.softmax(-1)
            for i, offset in enumerate(OFFSETS.values()):
                diagonal = weights.diagonal(offset, -2, -1)
                sum_[i] += diagonal.sum(-1)
                rows[kind][i] += diagonal.shape[-1]
    means = {kind: (sums[kind] / rows[kind]).round(decimals=2).tolist() for kind in sums}
    return {kind: dict(zip(OFFSETS, mean, strict=True)) for kind, mean in means.items()}


@click.command(cls=TerseCommand, context_settings={"show_default": True})
@click.option("--out", type=PATH, required=True, help="The file to write.")
@click.option("--model", type=PATH, default=COURSE_MODEL, help="An exported model.")
@click.option("--data", type=PATH, help="Folder with Multi30k.  [default: $MULTI30K_DIR or cache]")
@click.option("--line", "lines", type=NUMBER, multiple=True, default=(7, 220), help="To explore.")
@click.option("--search", "searched", type=NUMBER, default=117, help="Line to search for.")
@click.pass_context
def main(
    context: click.Context,
    out: Path,
    model: Path,
    data: Path | None,
    lines: tuple[int, ...],
    searched: int,
) -> None:
    """Record what a trained model does with lines of the validation set."""
    with user_errors():
        exported = ExportedModel(model)
        translator = Translator(exported)
        german, english = read_sentences("multi30k", data)["val"]
        if max(*lines, searched) > len(german):
            raise UserError(f"the validation set has {len(german)} lines, counted from 1")
    (tokens,) = translator.tokens([german[searched - 1]])
    pieces, source = _read(translator, tokens)
    spell = [*SPECIALS, *translator.target.types].__getitem__
    sizes = translator.model.config
    about = run_metadata(context, "book.pagelib.record_attention")
    whole = {
        "about": {
            "command": about["command"],
            "date": about["date"],
            "processor": platform.machine(),
            "torch": about["torch"],
            "model": model.name,
            "card": exported.card,
        },
        "config": {"N": sizes.N, "h": sizes.h, "d_k": sizes.d_model // sizes.h},
        "scale": SCALE,
        "sentences": [
            {"line": n, "human": english[n - 1], **record(translator, german[n - 1])} for n in lines
        ],
        "neighbors": {"lines": COUNTED, **neighbors(translator, german[:COUNTED])},
        "search": {
            "line": searched,
            "source": pieces,
            "k": BEAM,
            "alpha": ALPHA,
            "steps": search_steps(translator.model, source, spell),
        },
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
    click.echo(f"{out}: {out.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
