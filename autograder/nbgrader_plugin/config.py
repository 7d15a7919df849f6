"""nbgrader's configuration for a course that is graded here.

`nbgrader_config.py` at a course's root and `autograder grade` both call `configure`, so that the
two ways to grade are one.
"""

from collections.abc import Iterable
from pathlib import Path

from nbgrader.preprocessors import (
    AssignLatePenalties,
    GetGrades,
    LimitOutput,
    SaveAutoGrades,
)
from traitlets.config import Config

from autograder.limits import Limits
from autograder.reporting.feedback import FeedbackExporter

from .preprocessors import HideTests, MergeSubmission, RunSubmission


def configure(
    config: Config,
    trusted: Iterable[Path],
    limits: Limits | None = None,
) -> None:
    """Plug the grader into nbgrader.

    Args:
        trusted: folders that hidden tests may import from.
    """
    # Without CheckCellMetadata (a third of the time of all recording): what stands in a merged
    # notebook about grading is the master's, which `generate_assignment` has checked.
    config.Autograde.sanitize_preprocessors = [MergeSubmission]
    # Without ClearMetadataPreprocessor: feedback needs what the cells say about themselves.
    config.Autograde.autograde_preprocessors = [
        RunSubmission,
        LimitOutput,
        SaveAutoGrades,
        AssignLatePenalties,
    ]
    config.RunSubmission.trusted = [str(folder) for folder in trusted]
    if limits is not None:
        config.RunSubmission.limits = limits
    config.GenerateFeedback.preprocessors = [GetGrades, HideTests]
    config.GenerateFeedback.exporter_class = FeedbackExporter
