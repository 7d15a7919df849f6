"""Mutation testing of the hidden tests: `python -m exercises.mutation_report [ASSIGNMENT ...]`.

Every mutant of every function that a student writes is graded like a submission. Those that lose no
point are printed. `equivalent-mutants.yml` lists the ones that compute the same, with the reason;
any other survivor, or a share of killed ones below 95 %, makes the exit code 1.
"""

import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import click
import yaml
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from autograder.authoring.assignment_markdown import read_text
from autograder.authoring.mutants import Mutant, mutants
from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.authoring.trusted_runner import loses_points
from autograder.protocol.time_limit import time_limit

from .assignments import HERE, Assignment, chosen

LEAST = 0.95
SECONDS = 20  # for one notebook; a mutant may never end


@dataclass(frozen=True)
class Result:
    """One mutant of one symbol of one assignment, and whether it lost a point."""

    assignment: str
    symbol: str
    mutant: Mutant
    killed: bool


def results_of(master: Assignment) -> Iterator[Result]:
    """Grade every mutant of an assignment."""
    _, blocks = read_text(master.text)
    given = {b.argument.rpartition(".")[2] for b in blocks if b.kind == "given" and b.argument}
    keep = {b.argument: b.options.get("keep", ()) for b in blocks if b.kind == "exercise"}
    todo = [
        (symbol, mutant)
        for symbol in master.symbols
        for mutant in mutants(master.references[symbol], keep[symbol], given)
    ]
    quiet = not sys.stderr.isatty()
    for symbol, mutant in track(todo, master.assignment, console=Console(stderr=True, quiet=quiet)):
        yield Result(master.assignment, symbol, mutant, is_killed(master, symbol, mutant))


def is_killed(master: Assignment, symbol: str, mutant: Mutant) -> bool:
    """Whether the mutant alone in the perfect notebook costs a point, or never ends."""
    try:
        with time_limit(SECONDS, TimeoutError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a mutant is strange; what counts is its points
            return loses_points(fill_solutions(master.source, {symbol: mutant.source}))
    except TimeoutError:
        return True


def equivalents() -> dict[tuple[str, str], str]:
    """(symbol, change) -> why it computes the same."""
    listed = yaml.safe_load((HERE / "equivalent-mutants.yml").read_text(encoding="utf-8")) or []
    return {(one["symbol"], one["change"]): one["reason"] for one in listed}


@click.command()
@click.argument("assignments", nargs=-1)
def main(assignments: tuple[str, ...]) -> None:
    """Grade every mutant of the named assignments, or of all."""
    console, known = Console(width=140), equivalents()
    results = [result for master in chosen(assignments) for result in results_of(master)]
    survivors = [result for result in results if not result.killed]
    unexplained = [one for one in survivors if (one.symbol, one.mutant.change) not in known]
    for one in survivors:
        reason = known.get((one.symbol, one.mutant.change), "[bold red]UNEXPLAINED[/]")
        console.print(f"{one.assignment} {one.symbol}: {escape(one.mutant.change)}\n    {reason}")
    console.print(f"\n{_shares(results)}")
    enough = all(share >= LEAST for share in _share_of(results).values())
    sys.exit(0 if enough and not unexplained else 1)


def _share_of(results: list[Result]) -> dict[str, float]:
    total = Counter(result.assignment for result in results)
    killed = Counter(result.assignment for result in results if result.killed)
    return {assignment: killed[assignment] / n for assignment, n in total.items()}


def _shares(results: list[Result]) -> str:
    total = Counter(result.assignment for result in results)
    return "\n".join(
        f"{assignment}: {share:.1%} of {total[assignment]} mutants lose points"
        for assignment, share in _share_of(results).items()
    )


if __name__ == "__main__":
    main()
