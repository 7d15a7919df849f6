"""Options, one-line errors and the progress bar that the commands share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

PATH = click.Path(path_type=Path)
SEED = click.option("--seed", default=0, show_default=True, help="Random seed.")


def out_option(folder: str):
    """Return the option --out with a command's default folder."""
    return click.option(
        "--out",
        type=PATH,
        default=Path(folder),
        show_default=True,
        help="Folder for run.json and curves.csv.",
    )


class UserError(click.ClickException):
    """A user's mistake: one line that says what is wrong and what to do; exit code 2."""

    exit_code = 2


class TerseCommand(click.Command):
    """A command that reports a wrong option in one line, without the usage text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See `click.Command.parse_args`."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise UserError(error.format_message()) from error


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn the exceptions of a wrong option or file into a `UserError`.

    Use it while reading and building, before the work begins: a ValueError of the work itself is a
    defect and keeps its traceback.
    """
    try:
        yield
    except ValueError as error:
        raise UserError(str(error)) from error
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error


class ProgressCallback(Protocol):
    """A function that reports how many steps are done, with a short text."""

    def __call__(self, done: int, words: str, /) -> None: ...


@contextmanager
def progress_bar(total: int, done: int = 0) -> Iterator[ProgressCallback]:
    """Show a bar with the time left on a terminal; print nothing to a file or a pipe.

    Args:
        total: how many steps there are in all.
        done: how many of them had been done before.
    """
    console = Console(stderr=True)
    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("", total=total, completed=done)
        yield lambda done, words: bar.update(task, completed=done, description=words)
