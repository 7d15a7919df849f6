"""Make the students' version of the assignments with nbgrader."""

import logging
from collections.abc import Iterable
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from autograder.cells import read, to_text
from autograder.execution.attribution import KILLS

# The assignments' Markdown holds the hidden tests and names the reference.
NEVER_RELEASED = ("*.md", "*.py", "*.json", "*.yml", "*.yaml", "*.toml", "*.pt", "*.safetensors")


def release(source: Path, out: Path, assignments: list[str]) -> list[Path]:
    """Write `<out>/<assignment>/<notebook>.ipynb`, without solutions and hidden tests.

    Args:
        source: the folder of the assignments' source notebooks.
        assignments: the names of the assignments to release.

    Returns:
        The released notebooks.
    """
    config = Config()
    config.CourseDirectory.source_directory = str(source.resolve())
    config.CourseDirectory.release_directory = str(out.resolve())
    config.CourseDirectory.ignore = ignored_files(source)
    config.GenerateAssignment.no_database = True
    config.GenerateAssignment.preprocessors = [
        each for each in GenerateAssignment.preprocessors.default() if each is not SaveCells
    ]
    config.GenerateAssignment.force = True
    released = []
    for assignment in assignments:
        config.CourseDirectory.assignment_id = assignment
        course = CourseDirectory(config=config)
        converter = GenerateAssignment(coursedir=course, config=config)
        converter.log = logging.getLogger("autograder.authoring.release")
        converter.start()
        released += sorted((out / assignment).glob("*.ipynb"))
    for path in released:
        notebook = read(path)
        notebook.metadata.get("course", {}).pop(KILLS, None)  # of no use to students
        path.write_text(to_text(notebook), encoding="utf-8")
    return released


def ignored_files(source: Path, assets: Iterable[str] = ()) -> list[str]:
    """Return the patterns for `CourseDirectory.ignore`: all but notebooks and the named assets.

    nbgrader copies every file next to a notebook to students unless a pattern excludes it. Each
    file that exists now is excluded by name, and those that may appear later by suffix.
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
    suffixes = {p for p in NEVER_RELEASED if not any(Path(a).match(p) for a in allowed)}
    return sorted((standard | present | suffixes) - allowed)
