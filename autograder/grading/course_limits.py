"""The limits of a course: those of `limits`, changed by `autograder.toml` and `--limit`.

The file lies in the course's folder, beside that of the source notebooks:

    [limits]
    cell_seconds = 30

    [limits.07-multi30k-lab]  # of one assignment
    submission_seconds = 300
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from autograder.errors import UserError
from autograder.limits import OTHER_COURSES, Limits

SETTINGS = "autograder.toml"
NAMES = [known.name for known in fields(Limits)]


@dataclass(frozen=True)
class CourseLimits:
    """Limits of the notebooks of a course.

    Attributes:
        usual: of all assignments, except those in `own`.
        own: assignment -> its limits.
    """

    usual: Limits = field(default_factory=Limits)
    own: Mapping[str, Limits] = field(default_factory=dict)

    def of(self, assignment: str) -> Limits:
        """Return the limits of one assignment's notebooks."""
        return self.own.get(assignment, self.usual)


def course_limits(
    root: Path,
    assignments: Collection[str],
    options: Iterable[str] = (),
    others: Collection[str] = (),
) -> CourseLimits:
    """Return the limits of a course.

    Args:
        root: the course's folder.
        assignments: their names.
        options: such as "cell_seconds=30"; they hold for all assignments.
        others: the assignments that were not built here.

    Raises:
        UserError: the file or an option is wrong.
    """
    given = dict(_option(text) for text in options)
    tables = _tables(root / SETTINGS, assignments)
    for_all = tables.pop("", {})
    own = {
        name: replace(
            OTHER_COURSES if name in others else Limits(),
            **{**for_all, **tables.get(name, {}), **given},
        )
        for name in assignments
    }
    return CourseLimits(own=own)


def _tables(path: Path, assignments: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return what the file says: assignment, or "" for all -> name -> value."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read ({error}): make it a readable text file.") from None
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not valid TOML: {error}.") from None
    limits = read.pop("limits", {})
    if read or not isinstance(limits, dict):
        raise UserError(
            f"{path}: its only table is [limits]; remove {', '.join(read) or 'the rest'}."
        )
    found: dict[str, dict[str, Any]] = {"": {}}
    for name, value in limits.items():
        if not isinstance(value, dict):
            found[""][name] = _checked(name, value, f"{path}: ")
        elif name in assignments:
            found[name] = {
                n: _checked(n, x, f"{path}, [limits.{name}]: ") for n, x in value.items()
            }
        else:
            near = get_close_matches(name, assignments, 1)
            hint = f"; did you mean {near[0]}?" if near else "."
            raise UserError(f"{path}: there is no assignment {name!r}{hint}")
    return found


def _option(text: str) -> tuple[str, float | int]:
    name, equals, value = text.partition("=")
    try:
        number = float(value) if "." in value or "e" in value else int(value)
    except ValueError:
        number = None
    if not equals or number is None:
        raise UserError(f"--limit {text}: give a name and a number, as in cell_seconds=30.")
    return name, _checked(name, number, "--limit ")


def _checked(name: str, value: Any, where: str) -> float | int:
    """Return a value that this limit can have."""
    if name not in NAMES:
        near = get_close_matches(name, NAMES, 1) or [", ".join(NAMES)]
        raise UserError(f"{where}there is no limit {name!r}; did you mean {near[0]}?")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 2**62:
        raise UserError(f"{where}{name} must be a number above 0, not {value!r}.")
    kind = float if name.endswith("seconds") else int
    if kind is int and value != int(value):
        raise UserError(f"{where}{name} must be a whole number, not {value!r}.")
    return kind(value)
