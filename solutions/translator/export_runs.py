"""What is worth keeping of finished runs: `python -m solutions export-runs FOLDER...`

A run's folder is large, because of its weights. This writes one small file for each: what was
asked for, where and when it ran, how it went epoch by epoch, how it ended, and its scores. The book
reads such files.
"""

import json
from pathlib import Path

import click

from solutions.tooling.cli_tools import PATH, TerseCommand, user_errors
from solutions.tooling.run_log import atomic_write_text

from .run_directory import Json, RunDirectory


def worth_keeping(folder: RunDirectory) -> Json:
    """All about a run but its weights and vocabularies.

    Raises:
        ValueError: if the run is not finished, or has not been evaluated.
    """
    if not folder.is_finished:
        raise ValueError(f"the run in {folder.path} is not finished: train it to its end first")
    if not (folder.path / "evaluation.json").is_file():
        raise ValueError(
            f"the run in {folder.path} has no scores: "
            f"python -m solutions.evaluate --write --checkpoint {folder.path}"
        )
    return {
        **folder.read("settings.json"),
        "log": folder.read_log(),
        "result": folder.read("result.json"),
        "evaluation": folder.read("evaluation.json"),
    }


@click.command(cls=TerseCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folders", nargs=-1, required=True, type=PATH)
@click.option("--out", type=PATH, required=True, help="The folder for one file of each run.")
def main(folders: tuple[Path, ...], out: Path) -> None:
    """Write a small file about each finished and evaluated run."""
    with user_errors():
        kept = {folder.resolve().name: worth_keeping(RunDirectory(folder)) for folder in folders}
        out.mkdir(parents=True, exist_ok=True)
        for name, about in kept.items():
            atomic_write_text(out / f"{name}.json", json.dumps(about, indent=1) + "\n")
            click.echo(out / f"{name}.json")


if __name__ == "__main__":
    main()
