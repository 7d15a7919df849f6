"""Preprocessors that replace steps of `nbgrader autograde` and `nbgrader generate_feedback`.

Each maps a notebook to a notebook. `config.configure` puts them into nbgrader's lists.
"""

import atexit
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets import Instance, List, Unicode

from autograder.cells import grade_id_of, is_built, is_prose_of_student, is_test
from autograder.execution.job import installed_copies
from autograder.execution.sandbox_client import ForkServer, best_level
from autograder.grading.merge import merge_submission, with_contained
from autograder.harmless_text import harmless_markdown
from autograder.ingest.attachments import (
    OWN_BYTES,
    attachment_limits,
    files_beside,
    scan,
    with_own,
)
from autograder.ingest.notebook_reader import normalize_notebook, read_master
from autograder.limits import OTHER_COURSES, Environment, Limits
from autograder.reporting.nbgrader_gradebook import is_pending

Resources = dict


class MergeSubmission(NbGraderPreprocessor):
    """Merge the student's code into the source notebook; replaces OverwriteCells."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        about = resources["nbgrader"]
        master = read_master(_source_folder(self, about) / f"{about['notebook']}.ipynb")
        merged = merge_submission(master, normalize_notebook(nb))
        if not is_built(master):  # its tests may do all that nbgrader allows
            tests = filter(is_test, merged.cells)
            merged = with_contained(merged, {c.metadata.nbgrader.grade_id for c in tests})
        return _with_checksums(merged, about), resources


class RunSubmission(NbGraderPreprocessor):
    """Run the merged notebook, its cells in an isolated worker; replaces Execute."""

    trusted = List(Unicode(), help="Folders that hidden tests may import from.").tag(config=True)
    limits = Instance(
        Limits, None, allow_none=True, help="Limits of one submission; None for the usual ones."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        from autograder.execution.notebook_runner import Grader

        about = resources["nbgrader"]
        trusted = tuple(Path(folder).resolve() for folder in self.trusted)
        limits = self.limits or (Limits() if is_built(nb) else OTHER_COURSES)
        grader = Grader(_fork_server(), best_level(), limits, installed_copies(trusted))
        submitted = _submitted_folder(self, about)
        skipped: dict[str, str] = {}
        if is_built(nb):
            files, skipped = scan(submitted, attachment_limits(nb))
        else:
            given = files_beside(_source_folder(self, about))
            files = with_own(given, files_beside(submitted, OWN_BYTES))
        course = Path(_course_directory(self).root).resolve()
        ran = grader.run(nb, Environment(trusted, about["student"], files, (course,)))
        ran.metadata["autograder"]["skipped"] = list(skipped.values())
        return ran, resources


class DisarmMarkdown(NbGraderPreprocessor):
    """Make students' Markdown harmless for formgrader, when it has been compared and recorded."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        for cell in filter(is_prose_of_student, nb.cells):
            cell.source = harmless_markdown(cell.source)
        return nb, resources


class ReadGrades(GetGrades):
    """Get scores and comments from the gradebook, and what nobody has graded yet."""

    def _get_score(self, cell: NotebookNode, resources: Resources) -> None:
        super()._get_score(cell, resources)
        names = self.notebook_id, self.assignment_id, self.student_id
        grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *names)
        cell.metadata.nbgrader["pending"] = is_pending(grade)


class HideTests(NbGraderPreprocessor):
    """Remove the source and the printed output of every test cell, for feedback."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        for cell in filter(is_test, nb.cells):
            cell.source = ""
            if cell.cell_type == "code":
                cell.outputs = [o for o in cell.outputs if o.output_type == "error"]
        return nb, resources


@cache
def _fork_server() -> ForkServer:
    """Return the fork server of this process, which serves all its notebooks."""
    fork_server = ForkServer()
    atexit.register(fork_server.close)
    return fork_server


def _course_directory(preprocessor: NbGraderPreprocessor) -> CourseDirectory:
    return preprocessor.parent.parent.coursedir  # exporter, converter


def _source_folder(preprocessor: NbGraderPreprocessor, about: dict) -> Path:
    """Return the folder of the assignment's source notebooks."""
    course = _course_directory(preprocessor)
    return Path(course.format_path(course.source_directory, ".", about["assignment"]))


def _submitted_folder(preprocessor: NbGraderPreprocessor, about: dict) -> Path:
    """Return the folder of the student's own files: nbgrader copies the targets of links."""
    course = _course_directory(preprocessor)
    folder = course.submitted_directory
    return Path(course.format_path(folder, about["student"], about["assignment"]))


def _with_checksums(notebook: NotebookNode, about: dict) -> NotebookNode:
    """Add the released cells' checksums, by which nbgrader finds unanswered exercises."""
    with Gradebook(about["db_url"]) as gradebook:
        for cell in notebook.cells:
            name = grade_id_of(cell)
            if name is None:
                continue
            try:
                source = gradebook.find_source_cell(name, about["notebook"], about["assignment"])
            except MissingEntry:
                raise ValueError(
                    f"The gradebook does not know cell '{name}': "
                    f"run `nbgrader generate_assignment {about['assignment']}` again."
                ) from None
            cell.metadata.nbgrader["checksum"] = source.checksum
    return notebook
