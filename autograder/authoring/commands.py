"""Implementation of `autograder build` and `autograder release` for a folder of assignments."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import UserError
from autograder.grading.class_run import Progress

from .builder import text_files, write
from .release import release
from .release_checks import StaleNotebook, release_problems
from .release_grading import wrong_marks

FOR_STUDENTS = ("README.md", "requirements.txt", "AGENTS.md")  # beside the assignments


def build_all(source: Path, assignment: str | None = None) -> Iterator[Path]:
    """Write the source notebook of one or of all assignments, next to its Markdown; yield each.

    Raises:
        UserError: there is no such assignment, or its text refers to something that is not there.
    """
    for path in _chosen(source, assignment):
        yield write(path)


def check_all(
    source: Path,
    assignment: str | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Iterator[tuple[Path, list[str]]]:
    """Yield the Markdown file of one or of all assignments, and one line for each problem of it.

    At the end all of them are graded as a class is.

    Raises:
        UserError: there is no such assignment.
    """
    texts = _chosen(source, assignment)
    problems: dict[Path, list[str]] = {}
    fresh: dict[Path, Path] = {}  # notebook -> its text
    for number, path in enumerate(texts):
        progress("Checking the assignments", number, len(texts))
        try:
            problems[path] = list(release_problems(path))
            fresh[path.with_suffix(".ipynb")] = path
        except StaleNotebook as stale:
            problems[path] = [str(stale)]
    for notebook, line in wrong_marks(source, list(fresh), progress) if fresh else ():
        problems[fresh[notebook]].append(f"{fresh[notebook]}: {line}")
    yield from problems.items()


def release_all(source: Path, out: Path, assignment: str | None) -> list[Path]:
    """Write the students' version of one or of all assignments; return the notebooks.

    The files for students that lie beside the assignments are copied, too.

    Raises:
        UserError: there is no such assignment, or its notebook is not built.
    """
    texts = _chosen(source, assignment)
    wanted = [path.parent.name for path in texts]
    for path in texts:
        if not path.with_suffix(".ipynb").is_file():
            raise UserError(f"{path}: its notebook is missing; run `autograder build`")
    try:
        out.mkdir(parents=True, exist_ok=True)
        # Written elsewhere and moved, so that half a release is never visible.
        with tempfile.TemporaryDirectory(dir=out) as scratch:
            for notebook in release(source, Path(scratch), wanted):
                target = out / notebook.parent.name
                shutil.rmtree(target, ignore_errors=True)
                notebook.parent.rename(target)
            for name in FOR_STUDENTS:
                if (source / name).is_file():
                    shutil.copyfile(source / name, Path(scratch) / name)
                    (Path(scratch) / name).replace(out / name)
    except OSError as error:
        raise UserError(
            f"{out}: cannot write there ({error.strerror}); choose another --out"
        ) from None
    return [next((out / name).glob("*.ipynb")) for name in wanted]


def _chosen(source: Path, assignment: str | None) -> list[Path]:
    texts = {path.parent.name: path for path in _texts(source)}
    if assignment is None:
        return list(texts.values())
    if assignment not in texts:
        raise UserError(f"{source}: no assignment {assignment!r}; there are {', '.join(texts)}")
    return [texts[assignment]]


def _texts(source: Path) -> list[Path]:
    if not source.is_dir():
        raise UserError(f"{source}: no such folder; run in the course's root or give --source")
    root = str(source.resolve().parent)
    if root not in sys.path:  # the references that the texts name are next to the folder
        sys.path.insert(0, root)
    return text_files(source)
