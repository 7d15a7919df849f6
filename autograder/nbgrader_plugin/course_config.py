"""nbgrader's configuration for a course that this grader grades.

`nbgrader_config.py` at a course's root calls `configure`, so that `nbgrader autograde` gives the
same grades as `autograder grade`.
"""

from collections.abc import Iterable
from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    LimitOutput,
    SaveAutoGrades,
)
from traitlets.config import Config

from autograder.limits import Limits
from autograder.reporting.feedback import FeedbackExporter

from .preprocessors import DisarmMarkdown, HideTests, MergeSubmission, ReadGrades, RunSubmission


def configure(
    config: Config,
    trusted: Iterable[Path],
    limits: Limits | None = None,
) -> None:
    """Plug the grader into nbgrader.

    Args:
        trusted: folders that hidden tests may import from.
    """
    # Without CheckCellMetadata (a third of the recording time): the grading metadata of a merged
    # notebook is the master's, which `generate_assignment` has checked.
    config.Autograde.sanitize_preprocessors = [MergeSubmission]
    # Without ClearMetadataPreprocessor: feedback needs the metadata of the cells.
    config.Autograde.autograde_preprocessors = [
        RunSubmission,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
        DisarmMarkdown,
    ]
    config.RunSubmission.trusted = [str(folder) for folder in trusted]
    if limits is not None:
        config.RunSubmission.limits = limits
    config.GenerateFeedback.preprocessors = [ReadGrades, HideTests]
    config.GenerateFeedback.exporter_class = FeedbackExporter
