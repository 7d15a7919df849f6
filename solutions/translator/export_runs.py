"""The command `python -m solutions export-runs`: small JSON records of finished runs.

A run's folder is large because of its weights. This command writes one small file for each run: its
settings, where and when it ran, its log, its result and its scores. The book reads these files.
"""

import json
from pathlib import Path

import click

from solutions.tooling.atomic_file import atomic_write_text
from solutions.tooling.cli_tools import PATH, TerseCommand, user_errors

from .resumable_run import Json, RunDirectory


def run_record(folder: RunDirectory) -> Json:
    """Return the record of a run: everything except its weights and vocabularies.

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
@click.option("--out", type=PATH, required=True, help="Folder for the JSON files.")
def main(folders: tuple[Path, ...], out: Path) -> None:
    """Export a small JSON file for each finished run.

    The run must have been evaluated with --write."""
    with user_errors():
        kept = {folder.resolve().name: run_record(RunDirectory(folder)) for folder in folders}
        out.mkdir(parents=True, exist_ok=True)
        for name, about in kept.items():
            atomic_write_text(out / f"{name}.json", json.dumps(about, indent=1) + "\n")
            click.echo(out / f"{name}.json")


if __name__ == "__main__":
    main()
