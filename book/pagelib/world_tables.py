"""How answers of many origins are judged, as it was recorded: marks, checks, and named mistakes."""

from exercises.assignments import all_assignments
from exercises.world_report import Figures, read_figures, total

from .figures import Table

RIGHT_HEAD = ("Notebook", "Right answers", "Lose a point", "See a red check", "Told of a mistake")
WRONG_HEAD = (
    *("Notebook", "Wrong answers", "Lose points", "Named", "Named wrongly"),
    *("Tests lost", "With the name"),
)


class WorldTables:
    """Two tables: what right answers get, and what wrong ones get.

    Raises:
        RuntimeError: the record is not of these assignments, or breaks a promise.
    """

    def __init__(self) -> None:
        self.rows = read_figures()
        known = [master.assignment for master in all_assignments()]
        if [row.assignment for row in self.rows] != known:
            raise RuntimeError("run `make world`: its record is of other assignments")
        broken = [row.assignment for row in self.rows if row.broken]
        if broken:
            raise RuntimeError(f"run `make world`: answers are judged wrongly in {broken}")

    @property
    def summary(self) -> str:
        """The figures of all notebooks in two sentences."""
        found = total(self.rows)
        return (
            f"{found.right} right answers: {found.unjust} lose a point, {found.red} see a red "
            f"check, {found.accused} are told of a mistake.\n"
            f"{found.wrong} wrong answers: {_share(found.lose, found.wrong)} lose points; feedback "
            f"names the mistake in {_share(found.named, found.wrong)}, and another one in "
            f"{_share(found.false, found.wrong)}."
        )

    def _repr_html_(self) -> str:
        rows = [*self.rows, total(self.rows)]
        right = Table(RIGHT_HEAD, list(map(_right, rows)), "Right answers", stack=True)
        wrong = Table(WRONG_HEAD, list(map(_wrong, rows)), "Wrong answers", stack=True)
        return right._repr_html_() + wrong._repr_html_()


def _right(row: Figures) -> list[str]:
    return [row.assignment, *map(str, (row.right, row.unjust, row.red, row.accused))]


def _wrong(row: Figures) -> list[str]:
    return [
        row.assignment,
        str(row.wrong),
        _share(row.lose, row.wrong),
        _share(row.named, row.wrong),
        _share(row.false, row.wrong),
        str(row.tests),
        _share(row.told, row.tests),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"
