"""How good are its translations?  `python -m solutions.evaluate --checkpoint FOLDER`

What the scores compare is told in `solutions.scores`.
"""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import torch
from rich.console import Console
from rich.table import Table

from .command import PATH, OneLineCommand, progress_bar, told_in_one_line
from .data import sentences
from .distributed import own_device
from .run_folder import Json, RunFolder
from .scores import COLUMNS, RESAMPLES, scores
from .translator import Translator
from .vocabulary import SPECIALS, UNK, tokenise

POSITIVE = click.IntRange(1)


def evaluate(
    translator: Translator,
    splits: dict[str, tuple[list[str], list[str]]],
    beams: Sequence[int],
    alpha: float,
    report: Callable[[int], None] = lambda done: None,
    resamples: int = RESAMPLES,
) -> list[Json]:
    """Translate test sets and compare.

    Args:
        translator: the model.
        splits: name -> German and English sentences.
        beams: the searches: 1 is greedy, a larger number the size of the beam.
        alpha: of the length penalty of beam search.
        report: told how many sentences are translated.
        resamples: as in `scores`.

    Returns:
        for each test set and each search: "test", "sentences", "beam", "alpha", "unknown" (how many
        "<unk>" the model wrote), and "scores".

    Raises:
        ValueError: if a sentence is longer than the model can read.
    """
    languages = translator.settings.direction.split("-")
    results, done = [], 0
    for test, (german, english) in splits.items():
        of = {"de": german, "en": english}
        source, references = (of[language] for language in languages)
        read, reference_tokens = translator.tokens(source), tokenise(references, languages[1])
        for beam in beams:
            wrote = translator.translate(read, beam, alpha, lambda n, done=done: report(done + n))
            done += len(read)
            texts = [translator.written(tokens) for tokens in wrote]
            results.append(
                {
                    "test": test,
                    "sentences": len(source),
                    "beam": beam,
                    "alpha": alpha if beam > 1 else None,
                    "unknown": sum(tokens.count(SPECIALS[UNK]) for tokens in wrote),
                    "scores": scores(wrote, texts, reference_tokens, references, resamples),
                }
            )
    return results


def table(title: str, runs: Sequence[list[Json]]) -> Table:
    """The scores of a run with the half width of their interval; of several, mean and extremes."""
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
    cls=OneLineCommand,
    context_settings={"show_default": True, "help_option_names": ["-h", "--help"]},
)
@click.option("--checkpoint", type=PATH, required=True, help="Folder of a finished run.")
@click.argument("more", nargs=-1, type=PATH)
@click.option("--data", type=PATH, help="Folder of Multi30k; else $MULTI30K_DIR, else download.")
@click.option("--test", "tests", multiple=True, help="val, or a test set.  [default: all of these]")
@click.option("--beam", type=POSITIVE, default=5, help="Beside greedy search, which is 1.")
@click.option("--alpha", type=click.FloatRange(0), default=0.6, help="Of the length penalty.")
@click.option("--write", is_flag=True, help="Write evaluation.json into each run's folder.")
@click.option("--device", type=click.Choice(["auto", "cuda", "mps", "cpu"]), default="auto")
@click.option("--threads", type=POSITIVE, default=torch.get_num_threads(), help="Of the CPU.")
def main(
    checkpoint: Path,
    more: tuple[Path, ...],
    data: Path | None,
    tests: tuple[str, ...],
    beam: int,
    alpha: float,
    write: bool,
    device: str,
    threads: int,
) -> None:
    """Translate the test sets with one run, or with several (--checkpoint A B C), and score them.

    BLEU comes with half of its 95 % interval, from 1000 resamples of the test set.
    """
    torch.set_num_threads(threads)
    folders, beams = [RunFolder(path) for path in (checkpoint, *more)], sorted({1, beam})
    with told_in_one_line():
        place = own_device(device)
        translators = [Translator(folder, place) for folder in folders]
        splits = [chosen_splits(one.settings.source, data, tests) for one in translators]
        for translator, chosen in zip(translators, splits, strict=True):
            side = ("de", "en").index(translator.settings.direction.split("-")[0])
            for pair in chosen.values():
                translator.tokens(pair[side])  # raises if one is too long
    runs = []
    for folder, translator, chosen in zip(folders, translators, splits, strict=True):
        total = len(beams) * sum(len(german) for german, _ in chosen.values())
        with progress_bar(total) as report:
            found = evaluate(translator, chosen, beams, alpha, lambda n: report(n, "sentences"))
        runs.append(found)
        show(table(str(folder.path), [found]))
        if write:
            with told_in_one_line():
                folder.write("evaluation.json", {"results": found})
    if len(runs) > 1 and len({translator.settings.source for translator in translators}) == 1:
        show(table(f"{len(runs)} runs: mean (lowest to highest)", runs))
    for name, column in COLUMNS.items():
        click.echo(f"{column}: {runs[0][0]['scores'][name]['signature']}")


def chosen_splits(
    source: str, data: Path | None, tests: Sequence[str]
) -> dict[str, tuple[list[str], list[str]]]:
    """The splits to translate: those that are named, else every test set.

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
    """Print a table whole; where there is no terminal, as wide as it is."""
    console = Console()
    console = console if console.is_terminal else Console(width=140)
    console.print(drawn)


if __name__ == "__main__":
    main()
