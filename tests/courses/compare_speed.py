"""Notebooks a minute, nbgrader's and ours, in one run: `python tests/courses/compare_speed.py`.

nbgrader grades with `autograde`, in one process; ours grades the same class, start of the grader
and trying of the tests included.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import nbformat
from class_folder import write_class
from course_files import courses
from record_stock_marks import CONFIG

AUTOGRADE = """
import json, sys, time
from pathlib import Path
from nbgrader.apps import NbGraderApp, NbGraderAPI
app = NbGraderApp()
app.initialize([])
api = NbGraderAPI(config=app.config)
course = sys.argv[1]
api.generate_assignment(course)
began = time.monotonic()
for student in sorted(path.name for path in Path("submitted").iterdir()):
    assert api.autograde(course, student)["success"]
print(json.dumps(time.monotonic() - began))
"""


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """Seconds of a command, and what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    began = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, "PATH": path}, stdout=subprocess.PIPE, check=True
    )
    return time.monotonic() - began, done.stdout.decode()


@click.command()
@click.option("--course", default="text", show_default=True)
@click.option("--copies", default=5, show_default=True, help="Students for each way of answering.")
def main(course: str, copies: int) -> None:
    """Grade a class of one course with nbgrader and with `autograder grade`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder, [course])
        for student in list((folder / "submitted").iterdir()):
            for path in student.rglob("*.ipynb"):
                for number in range(copies):
                    # A comment makes another notebook of it: equal ones would be run once.
                    notebook = nbformat.read(path, as_version=4)
                    notebook.cells.append(nbformat.v4.new_code_cell(f"# {number}"))
                    place = folder / "submitted" / f"{student.name}-{number}" / course
                    place.mkdir(parents=True, exist_ok=True)
                    nbformat.write(notebook, place / path.name)
                path.unlink()
            (student / course).rmdir()
            student.rmdir()
        (folder / "nbgrader_config.py").write_text(CONFIG)
        count = len(list((folder / "submitted").iterdir())) * len(courses(course))
        stock = json.loads(
            timed([sys.executable, "-W", "ignore", "-c", AUTOGRADE, course], folder)[1]
        )
        grade = ["autograder", "grade", "submitted", "--source", "source", "--out", "ours"]
        first, _ = timed(grade, folder)
        again, _ = timed([*grade, "--force"], folder)
    click.echo(f"{course}: {count} notebooks")
    click.echo(f"nbgrader            {stock:6.1f} s  {60 * count / stock:6.1f} a minute")
    for what, seconds in (("ours, first", first), ("ours, tests known", again)):
        rate, times = 60 * count / seconds, stock / seconds
        click.echo(f"{what:<18}  {seconds:6.1f} s  {rate:6.1f} a minute  {times:.1f} times as fast")


if __name__ == "__main__":
    main()
