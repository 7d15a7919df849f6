"""The one writer: nbgrader's own converters record what came out of the runs.

They work in a course folder of their own that holds `source/`, `submitted/` (rebuilt notebooks)
and `ran/` (the same with outputs), and leave `gradebook.db`, `autograded/` and `feedback/`.
"""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import DatabaseError, SAWarning
from traitlets.config import Config

from .classroom import HandIn, Masters
from .course import configure
from .errors import UserError
from .results import CheckOutcome, read_checks


class _ByListing:
    """Finds notebooks by listing folders: nbgrader globs, and misses names such as `smith[1]`."""

    def init_notebooks(self: BaseConverter) -> None:
        root = Path(self.coursedir.root, self._input_directory)
        students = sorted(folder.name for folder in root.iterdir())
        folders = (
            Path(self._format_source(self.coursedir.assignment_id, student)) for student in students
        )
        self.notebooks = []
        self.assignments = {
            str(folder): [str(path) for path in sorted(folder.glob("*.ipynb"))]
            for folder in folders
            if folder.is_dir()
        }


class _Autograde(_ByListing, Autograde):
    pass


class _GenerateFeedback(_ByListing, GenerateFeedback):
    pass


def record(folder: Path, masters: Masters, assignments: list[str]) -> list[str]:
    """Fill gradebook, `autograded/` and `feedback/` from what lies in the folder.

    Returns:
        what nbgrader complained of, one line each; those submissions are not recorded.

    Raises:
        UserError: the gradebook that was there belongs to another version of the assignment.
    """
    # nbgrader's own use of SQLAlchemy; nothing a user could do about it.
    warnings.filterwarnings("ignore", category=SAWarning, module="nbgrader")
    config = Config()
    configure(config, trusted=[], replay=folder / "ran")
    log, complaints = _quiet_log()
    for assignment in assignments:
        source = folder / "source" / assignment
        source.mkdir(parents=True)
        for name, master in masters[assignment].items():
            nbformat.write(master, source / f"{name}.ipynb")
        course = CourseDirectory(config=config, log=log, root=str(folder), assignment_id=assignment)
        options = {"coursedir": course, "config": config, "log": log}
        with _alembic_on_path():
            try:
                GenerateAssignment(**options).start()
            except (NbGraderException, DatabaseError):
                raise UserError(
                    f"gradebook.db in the output folder was made with another version of "
                    f"{assignment}: delete it, or give another --out."
                ) from None
        for converter in (_Autograde, _GenerateFeedback):
            with suppress(NbGraderException):  # the others are done; the log tells what failed
                converter(**options).start()
    return complaints


def read_scores(folder: Path, hand_in: HandIn) -> tuple[float, tuple[CheckOutcome, ...]] | None:
    """The score of a recorded notebook and its checks, as the gradebook has them.

    The gradebook's word counts: it knows of manual scores and late penalties.
    """
    name = (hand_in.notebook, hand_in.assignment, hand_in.student)
    path = folder / "autograded" / hand_in.student / hand_in.assignment
    path /= f"{hand_in.notebook}.ipynb"
    if not path.exists():
        return None
    checks = read_checks(nbformat.read(path, as_version=4))
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        submission = gradebook.find_submission_notebook(*name)
        scores = {grade.name: grade.score or 0.0 for grade in submission.grades}
        total = submission.score - (submission.late_submission_penalty or 0.0)
    return total, tuple(replace(c, score=scores.get(c.check, c.score)) for c in checks)


def _quiet_log() -> tuple[logging.Logger, list[str]]:
    """A logger that shows nothing and keeps the errors."""
    complaints: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda entry: complaints.append(entry.getMessage().strip().split("\n")[-1])
    log = logging.Logger("autograder.nbgrader", logging.WARNING)
    log.addHandler(handler)
    return log, complaints


@contextmanager
def _alembic_on_path() -> Iterator[None]:
    """nbgrader calls `alembic` by name, also when the environment is not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before
