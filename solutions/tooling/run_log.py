"""The record of a run, written while it runs: its command and its curves.

A record is a folder with two files: `run.json` has the command and its settings, `curves.csv` one
row per evaluation. Each row is on the disk before the next step begins, so a killed run keeps its
rows.
"""

import csv
import io
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import click
import torch

from .atomic_file import atomic_write_text
from .platform_info import platform_metadata

HEADER, ROWS = "run.json", "curves.csv"
Cell = float | int | str


class RunLog:
    """The curves of one run; a context manager.

    The first row names the columns; `prefixed` makes names for many columns of one kind. An earlier
    run in the same folder is replaced.

    Args:
        folder: made if need be.
        about: what was run, see `run_metadata`.
    """

    def __init__(self, folder: Path, about: dict[str, object]):
        self.path = folder / ROWS
        self.columns: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)
        # Delete the old rows first, so that they never accompany the new header.
        self._file = self.path.open("w", encoding="utf-8", newline="")
        atomic_write_text(folder / HEADER, json.dumps(about, indent=2) + "\n")

    def append(self, row: Mapping[str, Cell]) -> None:
        """Append one evaluation and flush it to the disk.

        Raises:
            ValueError: if the columns are not those of the first row.
        """
        lines: list[Sequence[Cell]] = [] if self.columns else [list(row)]
        self.columns = self.columns or list(row)
        if list(row) != self.columns:
            odd = sorted(set(row) ^ set(self.columns)) or "their order"
            raise ValueError(f"every row must have the columns of the first; what differs: {odd}")
        # One write for the whole row, so that a kill comes before or after it.
        self._file.write(_csv([*lines, list(row.values())]))
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()


def read_run_log(folder: Path) -> tuple[dict[str, object], list[dict[str, Cell]]]:
    """Read what a run has written so far, with numbers as numbers.

    Args:
        folder: as given to `RunLog`.

    Returns:
        what was run, and the rows. A last row that is not complete is left out.

    Raises:
        ValueError: if the folder holds no run.
    """
    try:
        about = json.loads((folder / HEADER).read_text(encoding="utf-8"))
        text = (folder / ROWS).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{folder} holds no run ({HEADER} and {ROWS}); name the folder given as --out"
        ) from error
    complete = text[: text.rfind("\n") + 1]
    rows = csv.DictReader(io.StringIO(complete))
    return about, [{name: _number(cell) for name, cell in row.items()} for row in rows]


def run_metadata(context: click.Context, command: str) -> dict[str, object]:
    """Return what a run can be repeated from: command, options, versions, machine, date.

    Only the last part of a path is kept, so that no folder of the machine is published.

    Args:
        context: of the running command, its options read.
        command: the words after `python -m`, such as "solutions.train" or "solutions walkthrough".
    """
    words, configuration = ["python", "-m", *command.split()], {}
    for option in context.command.params:
        value = context.params[option.name]
        if isinstance(value, Path):
            value = value.name
        configuration[option.name] = value
        if value is True or (value is False and option.secondary_opts):
            words.append((option.opts if value else option.secondary_opts)[0])
        elif value is not None and value is not False:
            several = value if option.multiple else [value]
            words += [word for one in several for word in (option.opts[0], str(one))]
    return {
        "command": shlex.join(words),
        "configuration": configuration,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "machine": platform_metadata(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def prefixed(prefix: str, values: dict[str, float]) -> dict[str, float]:
    """Return the same values under longer names: {"W": 1.0} becomes {"gradient:W": 1.0}."""
    return {f"{prefix}:{name}": value for name, value in values.items()}


def _csv(rows: Sequence[Sequence[Cell]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _number(cell: str) -> Cell:
    for kind in (int, float):
        try:
            return kind(cell)
        except ValueError:
            continue
    return cell
