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

from .preprocessors import HideTests, RebuildFromMaster, RunSubmission

# The written exercises hold the hidden tests and name the reference.
NEVER_COPIED = ("*.md", "*.py", "*.json", "*.yml", "*.yaml", "*.toml", "*.pt", "*.safetensors")


def configure(
    config: Config,
    trusted: Iterable[Path],
    limits: Limits | None = None,
) -> None:
    """Plug the grader into nbgrader.

    Args:
        trusted: folders that hidden tests may import from.
    """
    # Without CheckCellMetadata (a third of the time of all recording): what stands in a rebuilt
    # notebook about grading is the master's, which `generate_assignment` has checked.
    config.Autograde.sanitize_preprocessors = [RebuildFromMaster]
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


def ignored_files(source: Path, assets: Iterable[str] = ()) -> list[str]:
    """Names and patterns for `CourseDirectory.ignore`: all but notebooks and the named assets.

    nbgrader copies every file that lies beside a notebook to students unless a pattern forbids
    it, so each file that is there now is forbidden by name, and those that may appear by suffix.
    """
    standard = {".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", ".*"}
    present = {
        path.name
        for folder in source.glob("*")
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix != ".ipynb"
    }
    allowed = set(assets)
    suffixes = {p for p in NEVER_COPIED if not any(Path(a).match(p) for a in allowed)}
    return sorted((standard | present | suffixes) - allowed)
