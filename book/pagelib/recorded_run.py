"""Runs that took longer than a page may take: recorded once by a command, read by the pages."""

import html
from pathlib import Path

from solutions.tooling.run_log import Cell, read_run_log

from .figures import code

RUNS = Path(__file__).parents[1] / "runs"


class Recorded:
    """A run below `book/runs/`; shown by Jupyter as one line that says where it comes from.

    Attributes:
        about: the command, its options, versions, machine and date.
        rows: the table that it wrote.

    Args:
        name: of the folder.

    Raises:
        ValueError: if there is no such run.
    """

    def __init__(self, name: str):
        self.about, self.rows = read_run_log(RUNS / name)

    def where(self, **values: Cell) -> list[dict[str, Cell]]:
        """The rows that have these values, in the order of the run."""
        return [row for row in self.rows if all(row[name] == x for name, x in values.items())]

    def _repr_html_(self) -> str:
        machine, command = self.about["machine"], code(str(self.about["command"]))
        told = [
            f"{machine['cores']} cores ({machine['processor']}, {machine['instructions']})",
            f"threads: {self.about['threads']}",
            f"Python {machine['python']}",
            f"PyTorch {self.about['torch']}",
            str(self.about["date"])[:10],
        ]
        return f'<p class="recorded">Recorded with {command}; {html.escape(", ".join(told))}.</p>'
