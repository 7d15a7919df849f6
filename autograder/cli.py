"""The command line. Each command imports what it needs, so that `--help` is fast."""

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import __version__
from .errors import UserError
from .quick_import import import_jsonschema

if TYPE_CHECKING:
    from autograder.grading.class_run import Pool

PATH = click.Path(path_type=Path)
EXTRAS = {"torch": "torch", "safetensors": "torch", "dask": "cluster", "distributed": "cluster"}


class _Commands(click.Group):
    """Commands of which some need packages that the grader alone does not install."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if error.name not in EXTRAS:
                raise
            command = f"pip install 'graded-transformer[{EXTRAS[error.name]}]'"
            raise UserError(f"This needs {error.name}, which is not installed: {command}") from None


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autograder")
def main() -> None:
    """Build, release and grade notebooks that give feedback."""


SOURCE = click.option(
    "--source",
    type=PATH,
    default=Path("exercises"),
    show_default=True,
    help="Folder of the assignments, with solutions and hidden tests.",
)


@main.command()
@click.argument("folder", type=PATH)
def init(folder: Path) -> None:
    """Write a small nbgrader course to FOLDER, with three submissions to grade."""
    import_jsonschema()
    from autograder.authoring.example_course import write_example

    for path in write_example(folder):
        click.echo(path)
    click.echo(f"cd {folder} && autograder grade submitted --source source --out graded")


@main.command()
@SOURCE
@click.option("--assignment", help="Assignment to build.  [default: all]")
@click.option("--check", is_flag=True, help="Check the notebooks; write nothing.")
def build(source: Path, assignment: str | None, check: bool) -> None:
    """Build the source notebooks from the assignments' Markdown and the reference.

    With --check: every notebook is exactly what its Markdown gives, and no line of a reference or a
    hidden test is released. Graded as a class is, the reference earns all points, and the untouched
    release none.
    """
    import_jsonschema()
    from autograder.authoring.commands import build_all, check_all

    from .console import progress_bar

    if not check:
        for notebook in build_all(source, assignment):
            click.echo(f"built {notebook}")
        return
    wrong = False
    with progress_bar() as progress:
        checked = list(check_all(source, assignment, progress))
    for text, problems in checked:
        for line in problems:
            click.echo(line, err=True)
        if problems:
            wrong = True
        else:
            click.echo(
                f"checked {text}: fresh, reference 100 %, untouched release 0 %, nothing leaks"
            )
    if wrong:
        raise SystemExit(1)


@main.command()
@SOURCE
@click.option("--assignment", help="Assignment to release.  [default: all]")
@click.option(
    "--out",
    type=PATH,
    default=Path("_build/release"),
    show_default=True,
    help="Folder for the students' notebooks.",
)
def release(source: Path, assignment: str | None, out: Path) -> None:
    """Write the students' notebooks, without solutions and hidden tests."""
    import_jsonschema()
    from autograder.authoring.commands import release_all

    for notebook in release_all(source, out, assignment):
        click.echo(f"released {notebook}")


@main.command()
@click.argument("submissions", type=PATH)
@click.option("--assignment", help="Assignment to grade.  [default: all]")
@click.option(
    "--student",
    "students",
    multiple=True,
    metavar="NAME",
    help="Student to grade; the others' results are kept. May be given several times.",
)
@click.option("--pattern", help="Pattern of file names, such as '{student}_{notebook}.ipynb'.")
@click.option(
    "--out",
    type=PATH,
    default=Path("_build/graded"),
    show_default=True,
    help="Folder for grades, feedback, report and gradebook.",
)
@click.option("--jobs", type=int, help="Notebooks to run at a time.  [default: one per core]")
@click.option(
    "--scheduler", help="Address or file of a Dask scheduler, whose workers run the notebooks."
)
@click.option("--force", is_flag=True, help="Run unchanged notebooks again.")
@click.option(
    "--seed",
    help="Seed of the hidden tests' inputs, the same for all students.  [default: a new one for "
    "each round of grading]",
)
@click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    help="Limit of each notebook, such as cell_seconds=30. May be given several times.  [default: "
    "those of autograder.toml]",
)
@click.option("--unsafe", is_flag=True, help="Grade even if students' code cannot be isolated.")
@click.option("-v", "--verbose", is_flag=True, help="Print the grader's steps to stderr.")
@SOURCE
def grade(
    submissions: Path,
    assignment: str | None,
    students: tuple[str, ...],
    pattern: str | None,
    out: Path,
    jobs: int | None,
    scheduler: str | None,
    force: bool,
    seed: str | None,
    limits: tuple[str, ...],
    unsafe: bool,
    verbose: bool,
    source: Path,
) -> None:
    """Grade a class.

    SUBMISSIONS is a folder or a zip file. It holds <student>/<assignment>/<notebook>.ipynb, as in
    nbgrader and its exchange; or it is an export of all submissions from Canvas or Moodle; or its
    files are named as --pattern says, with {student}, {assignment}, {notebook}, and * for anything.

    A notebook that is missing, damaged or never ends affects no other student. If the grader is
    killed, start it again: it resumes where it stopped. OUT/autograder.log has the details of a
    run, and of the grader's own errors.

    Exit codes: 0 if every notebook was judged; 1 if the grader itself failed on some, which are
    listed; 2 if an argument or a file of the course is wrong.
    """
    if jobs is not None and jobs < 1:
        raise UserError("--jobs must be at least 1.")
    if jobs is not None and scheduler is not None:
        raise UserError("--jobs is for this machine, --scheduler for others: give one of them.")
    with ExitStack() as stack:
        if scheduler is None:
            from autograder.execution.local_pool import LocalPool

            local = stack.enter_context(LocalPool(jobs or os.cpu_count() or 1))
            local.launch()  # it imports PyTorch while this process imports the rest
        import_jsonschema()
        from autograder.execution.sandbox_client import best_level
        from autograder.grading.grade import grade as grade_class
        from autograder.logs import log_to_stderr
        from autograder.protocol.sandbox_spec import LEVELS, NONE

        from .console import failures, progress_bar, show
        from .doctor import isolation

        pool: Pool
        if scheduler is None:
            pool, levels = local, [best_level()]
        else:
            from autograder.execution.dask_pool import DaskPool

            pool = cluster = DaskPool(scheduler)
            levels = cluster.levels()
        worst = max(levels, key=[*LEVELS, NONE].index)
        if worst == NONE and not unsafe:
            raise UserError(
                "Students' code cannot be isolated here (see `autograder doctor`): grade on a "
                "Linux machine, or give --unsafe if you trust all students."
            )
        # Each machine of a cluster chooses its own level; only NONE must be asked for.
        level = worst if scheduler is None or worst == NONE else ""
        if verbose:
            stack.enter_context(log_to_stderr())
        progress = stack.enter_context(progress_bar(isolation(levels, scheduler is not None)))
        results = grade_class(
            *(submissions, source, out, assignment),
            progress=progress,
            force=force,
            level=level,
            cluster=pool,
            pattern=pattern,
            students=students,
            seed=seed,
            limit_options=limits,
        )
    show(results, out)
    if failures(results):
        raise SystemExit(1)


@main.command()
@click.argument("folder", type=PATH)
def report(folder: Path) -> None:
    """Write report, grades and feedback again, with the marks that are in the gradebook now.

    Nothing runs again. Use it after grading answers by hand, in formgrader for example.
    """
    import_jsonschema()
    from autograder.reporting.grades_csv import write_grades_csv
    from autograder.reporting.nbgrader_gradebook import refreshed
    from autograder.reporting.report import write_report
    from autograder.reporting.results import read_results, write_results

    results = read_results(folder)
    try:
        results = refreshed(folder, results)
        write_results(folder, results)
        write_grades_csv(folder, results.submissions)
        write_report(folder, results)
    except OSError as error:
        raise UserError(f"Cannot write to {folder} ({error.strerror}): make it writable.") from None
    click.echo(folder / "report.html")


@main.command()
def doctor() -> None:
    """Print the versions on this machine, and how far it isolates students' code."""
    from .doctor import findings

    for name, found in findings():
        click.echo(f"{name + ':':<22}{found}")
