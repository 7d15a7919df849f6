"""The command `python -m solutions.translate`: translate with a trained model."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import torch

from solutions.data.vocabulary import BOS, EOS, SPECIALS, UNK
from solutions.tooling.cli_tools import PATH, TerseCommand, UserError, user_errors

from .distributed import pick_device
from .exported_model import course_model
from .inference import Translator, open_trained
from .plots import cross_attention_weights, draw_attention, require_picture

POSITIVE = click.IntRange(1)


def draw(
    translator: Translator, source: list[str], target: list[str], layer: int, path: Path
) -> None:
    """Draw the cross-attention of one decoder layer for a translation.

    Args:
        translator: of the model.
        source, target: the tokens of the sentence and of its translation.
        layer: from 1 to N.
        path: of the picture.
    """
    ids = torch.tensor([[*translator.source.encode(source), EOS]], device=translator.device)
    # What "<unk>" stands for is not known any more, but the model wrote that id.
    begun = torch.tensor([[BOS, *translator.target.encode(target)]], device=translator.device)
    weights = cross_attention_weights(translator.model, ids, begun, layer - 1).cpu()
    title = f"What decoder layer {layer} looks at before it writes each word"
    known, end = translator.source.ids, SPECIALS[EOS]
    read = translator.source.cut(source)
    read = [piece if piece in known else f"{SPECIALS[UNK]} ({piece})" for piece in read]
    wrote = translator.target.cut(target)
    draw_attention(weights, [*read, end], [*wrote, end], title, path)


def lines(sentences: tuple[str, ...]) -> Iterator[list[str]]:
    """Yield the lines to translate together: the arguments, all of stdin, or each line typed."""
    if sentences:
        yield list(sentences)
    elif sys.stdin.isatty():
        yield from ([line] for line in sys.stdin)
    else:
        yield list(sys.stdin)


def chosen_model(context: click.Context, option: click.Parameter, path: Path | None) -> Path:
    """Return the model that --checkpoint names, or the one that comes with the course."""
    found = path or course_model()
    if found is None:
        raise click.MissingParameter(ctx=context, param=option)
    return found


@click.command(
    cls=TerseCommand,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option(
    "--checkpoint",
    type=PATH,
    callback=chosen_model,
    show_default="the model that comes with the course",
    help="Folder of a finished run, or file of an exported model.",
)
@click.argument("sentences", nargs=-1)
@click.option("--beam", type=POSITIVE, default=5, help="Beam size; 1 is greedy search.")
@click.option(
    "--alpha", type=click.FloatRange(0), default=0.6, help="Exponent of the length penalty (GNMT)."
)
@click.option("--tokens", is_flag=True, help="Print tokens instead of text.")
@click.option("--unknown", is_flag=True, help='Allow "<unk>" in translations.')
@click.option("--attention", type=PATH, help="File for the cross-attention map (.png or .svg).")
@click.option("--layer", type=POSITIVE, help="Decoder layer of the map.  [default: the last]")
@click.option(
    "--device",
    type=click.Choice(["auto", "cuda", "mps", "cpu"]),
    default="auto",
    help="Device to compute on.",
)
@click.option(
    "--threads", type=POSITIVE, default=torch.get_num_threads(), help="CPU threads to use."
)
def main(
    checkpoint: Path,
    sentences: tuple[str, ...],
    beam: int,
    alpha: float,
    tokens: bool,
    unknown: bool,
    attention: Path | None,
    layer: int | None,
    device: str,
    threads: int,
) -> None:
    """Translate SENTENCES, or the lines of the standard input.

    It prints one line for each sentence, and unknown words to the standard error.
    """
    torch.set_num_threads(threads)
    with user_errors():
        translator = Translator(open_trained(checkpoint), pick_device(device))
        layers = translator.model.config.N
        if layer is not None and layer > layers:
            raise UserError(f"--layer {layer}: the decoder has {layers} layers, counted from 1")
        if attention is not None:
            require_picture(attention)
            if len(sentences) != 1 or not sentences[0].strip():
                raise UserError("--attention draws one sentence: give exactly one")
    for several in lines(sentences):
        with user_errors():
            read = translator.tokens([line.strip() for line in several])
        wrote = translator.translate(read, beam, alpha, unknown=unknown)
        for source, target in zip(read, wrote, strict=True):
            for word in translator.unknown(source):
                click.echo(f"unknown to the model: {word}", err=True)
            click.echo(" ".join(target) if tokens else translator.written(target))
    if attention is not None:
        with user_errors():
            draw(translator, source, target, layer or layers, attention)


if __name__ == "__main__":
    main()
