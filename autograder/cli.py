"""The command line. Each command imports what it needs, so that `--help` answers at once."""

from pathlib import Path

import click

from .errors import UserError

PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Build, release and grade notebooks that give feedback."""


SOURCE = click.option(
    "--source",
    type=PATH,
    default=Path("exercises"),
    show_default=True,
    help="The folder of the assignments, with solutions and hidden tests.",
)


@main.command()
@SOURCE
@click.option("--check", is_flag=True, help="Write nothing; prove that the notebooks are in order.")
def build(source: Path, check: bool) -> None:
    """Make the source notebooks from the assignments' texts and the reference.

    With --check: every notebook is exactly what its text gives, the reference earns all points, the
    untouched release earns none, and no line of a reference or a hidden test gets out.
    """
    from autograder.authoring.commands import build_all, check_all

    if not check:
        for notebook in build_all(source):
            click.echo(f"built {notebook}")
        return
    texts, wrong = check_all(source)
    for line in wrong:
        click.echo(line, err=True)
    if wrong:
        raise SystemExit(1)
    for text in texts:
        click.echo(f"checked {text}: fresh, reference 100 %, untouched release 0 %, nothing leaks")


@main.command()
@SOURCE
@click.option("--assignment", help="Release only this assignment.")
@click.option(
    "--out",
    type=PATH,
    default=Path("_build/release"),
    show_default=True,
    help="Where the students' notebooks go.",
)
def release(source: Path, assignment: str | None, out: Path) -> None:
    """Write the students' notebooks: without solutions, without hidden tests."""
    from autograder.authoring.commands import release_all

    for notebook in release_all(source, out, assignment):
        click.echo(f"released {notebook}")


@main.command()
@click.argument("submissions", type=PATH)
@click.option("--assignment", help="Grade only this assignment.")
@click.option(
    "--student",
    "students",
    multiple=True,
    metavar="NAME",
    help="Grade only this student, and keep the others' results. May be given several times.",
)
@click.option("--pattern", help="How files are named, such as '{student}_{notebook}.ipynb'.")
@click.option(
    "--out",
    type=PATH,
    default=Path("_build/graded"),
    show_default=True,
    help="Where grades, feedback, report and gradebook go.",
)
@click.option("--jobs", type=int, help="Notebooks that run at a time.  [default: one per core]")
@click.option("--scheduler", help="Run them on the workers of a dask scheduler.")
@click.option("--force", is_flag=True, help="Run also what was run before and has not changed.")
@click.option("--unsafe", is_flag=True, help="Grade even where students' code cannot be locked in.")
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
    unsafe: bool,
    source: Path,
) -> None:
    """Grade a class.

    SUBMISSIONS holds <student>/<assignment>/<notebook>.ipynb, as nbgrader and its exchange have
    it; or it is what Canvas or Moodle gives when all submissions are downloaded; or it holds files
    that are named as --pattern says, with {student}, {assignment}, {notebook}, and * for anything.
    It may be a folder or a zip file.

    A notebook that is missing, damaged or never ends costs its student marks and nobody else.
    Killed at any moment, it goes on where it was when it is started again.
    """
    if jobs is not None and jobs < 1:
        raise UserError("--jobs must be at least 1.")
    if jobs is not None and scheduler is not None:
        raise UserError("--jobs is about this machine, --scheduler about others: give one of them.")
    from autograder.execution.sandbox_client import best_level
    from autograder.grading.grade import grade as grade_class
    from autograder.protocol.sandbox_spec import LEVELS, NONE

    from .console import progress_bar, show
    from .doctor import isolation

    cluster = None
    if scheduler is not None:
        from autograder.execution.dask_pool import DaskPool

        cluster = DaskPool(scheduler)
    levels = [best_level()] if cluster is None else cluster.levels()
    worst = max(levels, key=[*LEVELS, NONE].index)
    if worst == NONE and not unsafe:
        raise UserError(
            "Students' code cannot be locked in here (see `autograder doctor`): grade on a Linux "
            "machine, or say --unsafe if you trust everybody."
        )
    # Each machine of a cluster knows best what it can do; that it can do nothing must be said.
    level = worst if cluster is None or worst == NONE else ""
    with progress_bar(isolation(levels, cluster is not None)) as progress:
        results = grade_class(
            *(submissions, source, out, assignment, jobs),
            progress=progress,
            force=force,
            level=level,
            cluster=cluster,
            pattern=pattern,
            students=students,
        )
    show(results, out)


@main.command()
@click.argument("folder", type=PATH)
def report(folder: Path) -> None:
    """Write report.html and grades.csv again from results.json in FOLDER."""
    from autograder.reporting.report import write_report
    from autograder.reporting.results import read_results, write_results

    results = read_results(folder)
    try:
        write_results(folder, results)
        write_report(folder, results)
    except OSError as error:
        raise UserError(f"Cannot write to {folder} ({error.strerror}).") from None
    click.echo(folder / "report.html")


@main.command()
def doctor() -> None:
    """Say what this machine offers, and how far students' code is isolated."""
    from .doctor import findings

    for thing, found in findings():
        click.echo(f"{thing + ':':<22}{found}")
