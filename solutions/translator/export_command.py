"""The command `python -m solutions.export`: a finished run as one small file.

The file holds everything that translating needs, and a *model card*, so that who meets the file
without the course can find out where it comes from, what it has read and what it cannot do.
"""

from pathlib import Path

import click

from solutions.tooling.cli_tools import PATH, TerseCommand, user_errors

from .exported_model import Json, write_exported
from .resumable_run import RunDirectory

LICENSE = "Non-commercial research and educational use only."
CAPTIONS = "29,000 sentences that describe photographs (Multi30k)"
HAS_READ = {
    "multi30k": f"{CAPTIONS}, and nothing else.",
    "multi30k+everyday": f"{CAPTIONS} and 5,919 everyday sentences of this course, and nothing "
    "else.",
    "corpus": "400 short sentences of this course's own corpus, and nothing else.",
}
CANNOT = [
    "Translate other kinds of text well: it knows few words and little grammar beyond those of its "
    "training sentences.",
    "Report that it does not understand: it writes a sentence for every input.",
    "Translate long sentences: its training sentences have about a dozen words.",
    "Be relied on: like its data, it makes assumptions about people, for example about their sex.",
]


def model_card(folder: RunDirectory) -> Json:
    """Describe a finished run for people who meet the exported file.

    Returns:
        "languages", "data" and a hash of it, "command" (of the last session), "seed", "training"
        (its length and losses), "bleu" (for each test set and search, as sacreBLEU computes it;
        empty if the run has not been evaluated), "has_read", "cannot" and "license".
    """
    settings, about = folder.settings(), folder.read("settings.json")
    result = folder.read("result.json")
    evaluated = (folder.path / "evaluation.json").is_file()
    tests = folder.read("evaluation.json")["results"] if evaluated else []
    return {
        "languages": settings.direction.split("-"),
        "data": settings.source,
        "data_sha256": about["data"],
        "command": about["sessions"][-1].get("command", ""),
        "seed": settings.seed,
        "training": {
            name: result[name] for name in ("epochs", "steps", "parameters", "validation_loss")
        },
        "bleu": [
            {
                **{name: test[name] for name in ("test", "sentences", "beam", "alpha")},
                "bleu": test["scores"]["13a"]["score"],
                "weights": "float32, before the rounding to int8",
            }
            for test in tests
        ],
        "has_read": HAS_READ[settings.source],
        "cannot": CANNOT,
        "license": LICENSE,
    }


def export(folder: RunDirectory, path: Path) -> int:
    """Write a finished run as one file; return its size in bytes.

    Raises:
        ValueError: if the run is not finished, or its model has heads of a width of their own.
    """
    settings = folder.settings()
    if settings.d_k is not None:
        raise ValueError(
            f"the run in {folder.path} has heads of width {settings.d_k}: only models whose heads "
            "are d_model / h wide can be exported"
        )
    model, source, target = folder.load_model()
    header = {
        "card": model_card(folder),
        "settings": folder.read("settings.json")["settings"],
        "spelling": folder.spelling(),
    }
    return write_exported(path, model, (source, target), header)


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("run", type=PATH)
@click.option(
    "--out", type=PATH, help="File to write.  [default: RUN/LANGUAGES.transformer, as de-en]"
)
def main(run: Path, out: Path | None) -> None:
    """Export a finished run as one small file.

    RUN is the folder that was given to python -m solutions.train as --out. The weights are rounded
    to int8. `python -m solutions.translate --checkpoint FILE` and the book's pages use the file."""
    with user_errors():
        folder = RunDirectory(run)
        out = out or run / f"{folder.settings().direction}.transformer"
        size = export(folder, out)
        if not (run / "evaluation.json").is_file():
            click.echo(
                "the model card has no BLEU: to add it, run python -m solutions.evaluate --write "
                f"--checkpoint {run} and export again",
                err=True,
            )
    click.echo(f"{out}: {size:,} bytes")


if __name__ == "__main__":
    main()
