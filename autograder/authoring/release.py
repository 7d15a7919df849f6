"""The student's version of the assignments, made by nbgrader itself."""

import logging
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config

from autograder.nbgrader_plugin.config import ignored_files


def release(source: Path, out: Path, assignments: list[str]) -> list[Path]:
    """Write `<out>/<assignment>/<notebook>.ipynb`, without solutions and hidden tests.

    Args:
        source: the folder of the assignments' source notebooks.
        assignments: which of them.

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
    return released
