"""The folders of a class, as nbgrader lays them out."""

import shutil
from pathlib import Path

import nbformat
from course_files import courses


def write_class(folder: Path, names: list[str]) -> None:
    """Write `source` and `submitted` for these courses, each as one assignment."""
    for name in names:
        for course in courses(name):
            source = folder / "source" / name
            source.mkdir(parents=True, exist_ok=True)
            nbformat.write(course.source(), source / f"{course.notebook}.ipynb")
            for path in course.beside():
                place = source / path.relative_to(course.folder)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place)
            for student, notebook in course.handed_in().items():
                place = folder / "submitted" / student / name
                place.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebook, place / f"{course.notebook}.ipynb")
