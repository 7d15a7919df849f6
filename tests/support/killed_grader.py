"""Graders that are killed: `python tests/support/killed_grader.py --kills 50`.

A class is graded by the command as an instructor gives it. The command, and with it all that it has
started, is killed with SIGKILL at a random moment and given again, many times; then it may end. The
results must be those of a run that nobody has disturbed, byte for byte.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import click
import toy_course as toy

COMMAND = [sys.executable, "-c", "from autograder.cli import main; main()", "grade"]
PATIENCE = 60  # seconds in which a busy machine buries what is dead
GRADES = (
    "select student.id, base_cell.name, grade.auto_score from grade "
    "join submitted_notebook on submitted_notebook.id = grade.notebook_id "
    "join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id "
    "join student on student.id = submitted_assignment.student_id "
    "join base_cell on base_cell.id = grade.cell_id order by 1, 2"
)


def write_class(folder: Path, students: int) -> None:
    """A course, and a class in which each notebook takes a moment."""
    toy.write_course(folder)
    for number in range(students):
        notebook = toy.answered(twice="return 7") if number % 3 == 0 else toy.answered()
        toy.cell(notebook, "free").source = f"import time\ntime.sleep(0.3)\nprint({number})"
        toy.hand_in(folder / "class", f"student-{number}", notebook)


def start(folder: Path, out: str) -> subprocess.Popen:
    """The command, in a process group of its own. What it says goes to a file, not a pipe: a pipe
    stays open for as long as one of the processes that it has started."""
    words = [str(folder / "class"), "--source", str(folder / "exercises"), "--out"]
    temporary = folder / "temporary"
    temporary.mkdir(exist_ok=True)
    with (folder / f"{out}.said").open("w") as said:
        return subprocess.Popen(
            [*COMMAND, *words, str(folder / out)],
            env={**os.environ, "TMPDIR": str(temporary)},
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,
        )


def finish(folder: Path, out: str) -> float:
    """Grade without being disturbed; the seconds that it takes."""
    began = time.monotonic()
    if start(folder, out).wait() != 0:
        raise AssertionError((folder / f"{out}.said").read_text())
    if left := [path.name for path in (folder / "temporary").glob("ag-*")]:
        raise AssertionError(f"it leaves temporary files: {left}")
    return time.monotonic() - began


def kill_at_random(folder: Path, out: str, within: float, dice: random.Random) -> bool:
    """Start it and kill it, the command alone; whether it was still running.

    All that it has started must end by itself.
    """
    process = start(folder, out)
    time.sleep(dice.uniform(0, within))
    running = process.poll() is None
    process.kill()  # nothing happens to one that has ended
    process.wait()
    last = time.monotonic() + PATIENCE
    while _group_lives(process.pid):
        if time.monotonic() > last:
            os.killpg(process.pid, signal.SIGKILL)
            raise AssertionError(f"{PATIENCE} s after the grader, what it has started still runs")
        time.sleep(0.02)
    shutil.rmtree(folder / "temporary")  # what was killed has had no time to clear up
    return running


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def contents(out: Path) -> dict[str, bytes | list]:
    """All that a run leaves but for its log, and the grades in its gradebook."""
    others = ("gradebook.db", "autograder.log")
    paths = [p for p in sorted(out.rglob("*")) if p.is_file() and p.name not in others]
    found = {str(p.relative_to(out)): p.read_bytes() for p in paths if ".runs" not in p.parts}
    with closing(sqlite3.connect(out / "gradebook.db")) as gradebook:
        return found | {"gradebook": gradebook.execute(GRADES).fetchall()}


def disturbed(folder: Path, whole: float, kills: int, seed: int) -> tuple[int, bool]:
    """Meet a running grader with so many kills.

    What was killed goes on in the next run. A run that came to its end before its kill must have
    left the right results; then a new one begins with nothing.

    Args:
        folder: of a class, graded into `undisturbed`.
        whole: the seconds that this took.

    Returns:
        how many runs came to their end in between, and whether all results are the right ones.
    """
    right = contents(folder / "undisturbed")
    dice = random.Random(seed)
    same, ended, met = True, 0, 0
    while met < kills:
        if kill_at_random(folder, "out", whole, dice):
            met += 1
        else:
            ended += 1
            same = same and contents(folder / "out") == right
            shutil.rmtree(folder / "out")
    finish(folder, "out")
    leftovers = [p.name for p in folder.iterdir() if p.name.startswith(".")]
    leftovers += [p.name for p in (folder / "out" / ".runs").iterdir() if p.is_dir()]
    return ended, same and contents(folder / "out") == right and not leftovers


@click.command()
@click.option("--kills", default=50, show_default=True)
@click.option("--students", default=24, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(kills: int, students: int, seed: int) -> None:
    """Kill a grader at random moments and say whether anything is lost."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_class(folder, students)
        ended, same = disturbed(folder, finish(folder, "undisturbed"), kills, seed)
    click.echo(
        f"{kills} kills of a running grader, {ended + 1} runs to the end in between and after: "
        f"{'the same' if same else 'OTHER'} bytes"
    )
    raise SystemExit(0 if same else 1)


if __name__ == "__main__":
    main()
