"""The kill table as it was recorded; the build fails when a mistake survives or is missing."""

import html

from exercises.record_kill_table import read_matrix
from solutions.misconceptions import all_of_them

from .figures import Table
from .symptom_table import link_to


class KillTables:
    """One table per assignment: which hidden test caught which mistake.

    Raises:
        RuntimeError: naming the mistakes that the test named for them let pass, or that are not in
            the record.
    """

    def __init__(self) -> None:
        self.rows = read_matrix()
        survivors = [row.mistake for row in self.all_rows if not row.killed]
        if survivors:
            raise RuntimeError(f"these mistakes survive: {', '.join(survivors)}")
        missing = {m.name for m in all_of_them()} ^ {row.mistake for row in self.all_rows}
        if missing:
            raise RuntimeError(f"run `make kill-table`: its record differs in {sorted(missing)}")

    @property
    def all_rows(self) -> list:
        return [row for rows in self.rows.values() for row in rows]

    @property
    def summary(self) -> str:
        """How many mistakes were caught, and how many were named."""
        rows = self.all_rows
        killed, named = (
            sum(getattr(row, what) for row in rows) for what in ("killed", "diagnosed")
        )
        return (
            f"{len(rows)} mistakes: {killed} caught by the test named for them; "
            f"for {named} the feedback names exactly that one."
        )

    def _repr_html_(self) -> str:
        sections = {mistake.name: link_to(mistake) for mistake in all_of_them()}
        head = ("Mistake", "Caught by", "Named", "Explained")
        parts = []
        for assignment, rows in self.rows.items():
            cells = [
                [
                    f"<code>{row.mistake}</code>",
                    row.caught_by,
                    "yes" if row.diagnosed else "no",
                    sections[row.mistake],
                ]
                for row in rows
            ]
            table = Table(head, cells, f"Kill table of {assignment}", stack=True)
            title = html.escape(f"{assignment}: {len(rows)} mistakes")
            parts.append(f"<details><summary>{title}</summary>{table._repr_html_()}</details>")
        return "\n".join(parts)
