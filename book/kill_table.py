"""The kill table, run while the page is built; a surviving mistake fails the build."""

from book.figures import Table
from book.symptoms import link_to
from exercises.kill_table import table_of
from exercises.masters import masters
from solutions.misconceptions import all_of_them


class KillTables:
    """One table per assignment: which hidden test caught which mistake.

    Raises:
        RuntimeError: naming the mistakes that the test named for them let pass.
    """

    def __init__(self) -> None:
        self.rows = {master.assignment: table_of(master) for master in masters()}
        survivors = [row.mistake for row in self.all_rows if not row.killed]
        if survivors:
            raise RuntimeError(f"these mistakes survive: {', '.join(survivors)}")

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
        head = ("Mistake", "Caught by", "Named", "Other tests that lost points", "Explained")
        parts = []
        for assignment, rows in self.rows.items():
            cells = [
                [
                    f"<code>{row.mistake}</code>",
                    row.caught_by,
                    "yes" if row.diagnosed else "no",
                    ", ".join(test for test in row.lost if test != row.caught_by) or "none",
                    sections[row.mistake],
                ]
                for row in rows
            ]
            parts.append(
                Table(head, cells, f"Kill table of {assignment}", stack=True)._repr_html_()
            )
        return "\n".join(parts)
