"""Late penalties, as the plug-in gives them that the course's nbgrader configuration names.

`nbgrader autograde` asks it, too. Dates are those in the gradebook of the results; an assignment
without one there gets that of the course's own gradebook.
"""

import math
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import UserError
from autograder.harmless_text import one_line
from autograder.logs import QUIET

CONFIG = "nbgrader_config.py"
START = datetime(1970, 1, 1)  # from which the gradebook counts an extension


class LatePenalties:
    """Takes points from notebooks that came late. Without a plug-in, nothing changes.

    Args:
        root: the course's folder, with nbgrader's configuration and perhaps a gradebook.

    Raises:
        UserError: the configuration or the gradebook cannot be read.
    """

    def __init__(self, root: Path):
        self._path = root / CONFIG
        self._step = _step(self._path)
        self._dates: dict[str, datetime] = {}
        self._extensions: dict[tuple[str, str], timedelta] = {}
        if self._step is not None and (root / "gradebook.db").is_file():
            self._read_dates(root / "gradebook.db")

    def set_dates(self, gradebook: Gradebook) -> None:
        """Give the course's dates to assignments that have none in the gradebook."""
        for assignment in gradebook.assignments:
            assignment.duedate = assignment.duedate or self._dates.get(assignment.name)

    def assign(self, notebooks: Iterable[SubmittedNotebook]) -> None:
        """Set the penalty of each notebook whose assignment has a date.

        Raises:
            UserError: the plug-in fails.
        """
        if self._step is None:
            return
        for notebook in notebooks:
            submitted = notebook.assignment
            key = submitted.assignment.name, submitted.student.id
            submitted.extension = submitted.extension or self._extensions.get(key)
            if submitted.assignment.duedate is None:
                continue
            late = submitted.total_seconds_late
            penalty, student, score = None, submitted.student.id, notebook.score
            if late:
                plugin = self._step.plugin_inst
                try:
                    penalty = plugin.late_submission_penalty(student, score, late)
                    if penalty is not None:
                        penalty = _within(float(penalty), score)
                except Exception as error:
                    raise _refusal(self._path, f"fails for {student}", error) from None
            notebook.late_submission_penalty = penalty

    def _read_dates(self, path: Path) -> None:
        query = "SELECT name, duedate FROM assignment WHERE duedate IS NOT NULL"
        longer = (
            "SELECT a.name, s.student_id, s.extension FROM submitted_assignment s "
            "JOIN assignment a ON a.id = s.assignment_id WHERE s.extension IS NOT NULL"
        )
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as book:
                self._dates = {name: _time(date) for name, date in book.execute(query)}
                self._extensions = {
                    (name, student): _time(until) - START
                    for name, student, until in book.execute(longer)
                }
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise UserError(
                f"{path}: the dates of the assignments cannot be read ({one_line(str(error))}): "
                "close what uses it, or move it away."
            ) from None


def _within(penalty: float, score: float) -> float:
    if math.isnan(penalty):
        raise ValueError("the penalty is not a number")
    return min(max(penalty, 0.0), score)


def _time(text: str) -> datetime:
    """Return a time as nbgrader's tables hold it, in UTC."""
    return datetime.fromisoformat(text)


def _step(path: Path) -> AssignLatePenalties | None:
    """Return nbgrader's step with the course's plug-in, or None if no plug-in is chosen."""
    try:
        if "Late" not in path.read_text(encoding="utf-8"):
            return None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _refusal(path, "cannot be read", error) from None
    with _importing_from(path.parent):
        try:
            config: Config = PyFileConfigLoader(path.name, str(path.parent)).load_config()
            if not any(
                config.get(name) for name in ("AssignLatePenalties", "LateSubmissionPlugin")
            ):
                return None
            step = AssignLatePenalties(config=config, log=QUIET)
            step.init_plugin()
        except (Exception, SystemExit) as error:
            raise _refusal(path, "cannot be loaded", error) from None
    return step


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Let a configuration import modules that lie beside it, as in nbgrader; and forget them."""
    folder, path, known = folder.resolve(), sys.path[:], set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path[:] = path
        for name in sys.modules.keys() - known:
            if folder in Path(getattr(sys.modules[name], "__file__", None) or "").parents:
                del sys.modules[name]


def _refusal(path: Path, what: str, error: BaseException) -> UserError:
    reason = one_line(f"{type(error).__name__}: {error}")
    return UserError(
        f"{path}: the plug-in for late penalties {what} ({reason}): "
        "mend it until `nbgrader autograde` succeeds."
    )
