"""The command `python -m solutions.evaluate`: scores of trained models (section 6.1).

`solutions.translator.sacrebleu_metrics` explains what the scores compare.
"""

import statistics
from collections.abc import Sequence
from pathlib import Path

import click
import torch
from rich.console import Console
from rich.table import Table

from solutions.data.corpora import sentences
from solutions.tooling.cli_tools import PATH, TerseCommand, UserError, progress_bar, user_errors

from .distributed import pick_device
from .inference import Translator, open_trained
from .resumable_run import Json, RunDirectory
from .sacrebleu_metrics import COLUMNS
from .testset_scores import best_alpha, evaluate

POSITIVE = click.IntRange(1)


def table(title: str, runs: Sequence[list[Json]]) -> Table:
    """Tabulate the scores of a run with their intervals; of several, mean and range."""
    drawn = Table("test set", "search", *COLUMNS.values(), title=title, title_justify="left")
    for same in zip(*runs, strict=True):
        cells = []
        for name in COLUMNS:
            found = [one["scores"][name] for one in same]
            values = [one["score"] for one in found]
            cell = f"{statistics.mean(values):.2f}"
            if len(runs) > 1:
                cell += f" ({min(values):.2f} to {max(values):.2f})"
            elif "half_width" in found[0]:
                cell += f" ± {found[0]['half_width']:.2f}"
            cells.append(cell)
        search = "greedy" if same[0]["beam"] == 1 else f"beam {same[0]['beam']}"
        drawn.add_row(same[0]["test"], search, *cells)
    return drawn


@click.command(
    cls=TerseCommand,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option(
    "--checkpoint",
    type=PATH,
    required=True,
    help="Folder of a finished run, or file of an exported model.",
)
@click.argument("more", nargs=-1, type=PATH)
@click.option("--data", type=PATH, help="Folder of Multi30k.  [default: $MULTI30K_DIR or download]")
@click.option(
    "--test",
    "tests",
    multiple=True,
    help="Split to translate: val or a test set.  [default: all test sets]",
)
@click.option("--beam", type=POSITIVE, default=5, help="Beam size, besides greedy search.")
@click.option(
    "--alpha",
    "alphas",
    type=click.FloatRange(0),
    multiple=True,
    default=[0.6],
    help="Exponent of the length penalty; of several, the best on the validation split.",
)
@click.option("--unknown", is_flag=True, help='Allow "<unk>" in translations.')
@click.option("--write", is_flag=True, help="Write evaluation.json to each run's folder.")
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
    more: tuple[Path, ...],
    data: Path | None,
    tests: tuple[str, ...],
    beam: int,
    alphas: tuple[float, ...],
    unknown: bool,
    write: bool,
    device: str,
    threads: int,
) -> None:
    """Translate test sets and compute BLEU and chrF.

    With several runs (--checkpoint A B C), their mean and range are printed too. BLEU is printed
    with half of its 95 % interval, from 1000 resamples of the test set.
    """
    torch.set_num_threads(threads)
    paths, beams = (checkpoint, *more), sorted({1, beam})
    with user_errors():
        place = pick_device(device)
        translators = [Translator(open_trained(path), place) for path in paths]
        if write and (file := next(filter(Path.is_file, paths), None)):
            raise UserError(
                f"--write needs the folder of a run, and {file} is a file: leave it out"
            )
        splits = [chosen_splits(one.settings.source, data, tests) for one in translators]
        for translator, chosen in zip(translators, splits, strict=True):
            side = ("de", "en").index(translator.settings.direction.split("-")[0])
            for pair in chosen.values():
                translator.tokens(pair[side])  # raises if one is too long
    runs, alphas = [], tuple(dict.fromkeys(alphas))
    for path, translator, chosen in zip(paths, translators, splits, strict=True):
        record: Json = {}
        alpha = alphas[0]
        if len(alphas) > 1:
            alpha, tried = chosen_alpha(translator, data, beam, alphas, unknown)
            record["alpha_on_validation"] = [{"alpha": a, "bleu": b} for a, b in tried.items()]
        total = len(beams) * sum(len(german) for german, _ in chosen.values())
        with progress_bar(total) as report:
            found = evaluate(
                translator, chosen, beams, alpha, lambda n: report(n, "sentences"), unknown=unknown
            )
        runs.append(found)
        show(table(str(path), [found]))
        if write:
            with user_errors():
                RunDirectory(path).write("evaluation.json", {**record, "results": found})
    if len(runs) > 1 and len({translator.settings.source for translator in translators}) == 1:
        show(table(f"{len(runs)} runs: mean (lowest to highest)", runs))
    for name, column in COLUMNS.items():
        click.echo(f"{column}: {runs[0][0]['scores'][name]['signature']}")


def chosen_alpha(
    translator: Translator,
    data: Path | None,
    beam: int,
    alphas: Sequence[float],
    unknown: bool,
) -> tuple[float, dict[float, float]]:
    """Run `best_alpha` on the run's validation split, and print a line for each alpha."""
    (pairs,) = chosen_splits(translator.settings.source, data, ["val"]).values()
    with progress_bar(len(alphas) * len(pairs[0])) as report:
        alpha, tried = best_alpha(
            translator, pairs, beam, alphas, lambda n: report(n, "of validation"), unknown
        )
    for candidate, bleu in tried.items():
        taken = "  is taken" if candidate == alpha else ""
        click.echo(f"validation, beam {beam}, alpha {candidate:g}: BLEU {bleu:.2f}{taken}")
    return alpha, tried


def chosen_splits(
    source: str, data: Path | None, tests: Sequence[str]
) -> dict[str, tuple[list[str], list[str]]]:
    """Return the splits to translate: the named ones, else every test set.

    Raises:
        ValueError: if a name is not that of a split that the model has not been trained on.
    """
    splits = sentences(source, data if source == "multi30k" else None)
    splits.pop("train")
    for name in tests:
        if name not in splits:
            raise ValueError(f"--test must be one of {', '.join(splits)}, not {name}")
    names = tests or [name for name in splits if name.startswith("test")]
    return {name: splits[name] for name in names}


def show(drawn: Table) -> None:
    """Print a table; without a terminal, in its full width."""
    console = Console()
    console = console if console.is_terminal else Console(width=140)
    console.print(drawn)


if __name__ == "__main__":
    main()
