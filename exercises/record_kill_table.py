"""Print the kill table and record it: `python -m exercises.record_kill_table [ASSIGNMENT ...]`.

The record is what the book shows; the test suite proves it mistake by mistake. Exit code 1 if a
mistake survives.
"""

import json
import sys
from dataclasses import asdict

import click
from rich.console import Console
from rich.table import Table

from autograder.atomic_write import atomic_write_text
from autograder.authoring.kill_table_runner import Row, thorough_kill_table

from .assignments import HERE, Assignment, chosen

RECORD = HERE / "kill-table.json"
SEEDS = tuple("01234")  # of the hidden inputs


def table_of(master: Assignment) -> list[Row]:
    """The kill table of one assignment."""
    return list(thorough_kill_table(master.source, master.mistakes, SEEDS))


def read_matrix() -> dict[str, list[Row]]:
    """Assignment -> its rows, as they were last recorded."""
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    return {
        assignment: [
            Row(**{key: tuple(x) if isinstance(x, list) else x for key, x in row.items()})
            for row in rows
        ]
        for assignment, rows in record.items()
    }


def record(tables: dict[str, list[Row]]) -> None:
    """Write the tables, a line for each mistake."""
    parts = [
        f"{json.dumps(assignment)}: [\n"
        + ",\n".join(json.dumps(asdict(row)) for row in rows)
        + "\n]"
        for assignment, rows in tables.items()
    ]
    atomic_write_text(RECORD, "{\n" + ",\n".join(parts) + "\n}\n")


@click.command()
@click.argument("assignments", nargs=-1)
def main(assignments: tuple[str, ...]) -> None:
    """Plant every known mistake of all assignments, or of those that are named."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    survivors = 0
    tables = {}
    for master in chosen(assignments):
        name = master.assignment
        rows = tables[name] = table_of(master)
        console.print(_rendered(master, rows))
        killed = sum(row.killed for row in rows)
        named = sum(row.diagnosed for row in rows)
        console.print(
            f"{name}: {killed} of {len(rows)} mistakes lose points on the test named "
            f"for them; for {named} of them the feedback names exactly that mistake."
        )
        for row in rows:
            for test in row.sometimes:
                console.print(f"{test} fails for {row.mistake} on some hidden inputs only.")
        console.print()
        survivors += len(rows) - killed
    kept = read_matrix() if assignments else {}  # now: it may have changed in the meantime
    record(dict(sorted((kept | tables).items())))
    console.print(f"Recorded in {RECORD.parent.name}/{RECORD.name}.")
    sys.exit(1 if survivors else 0)


def _rendered(master: Assignment, rows: list[Row]) -> Table:
    table = Table(title=f"Kill table of {master.assignment}")
    for heading in (
        "wrong version of",
        "mistake",
        "must be caught by",
        "caught",
        "named",
        "lost in all",
    ):
        table.add_column(heading)
    for row in rows:
        caught = "[green]yes" if row.killed else "[bold red]SURVIVES"
        named = "[green]yes" if row.diagnosed else "[yellow]no"
        table.add_row(row.replaces, row.mistake, row.caught_by, caught, named, str(len(row.lost)))
    return table


if __name__ == "__main__":
    main()
