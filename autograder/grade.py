"""Grades a class: find, run several at a time, record by one writer, and put in place at once."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from .checker.jobs import job
from .checker.pool import Pool
from .classroom import HandIn, Masters, find, read_course
from .errors import UserError
from .gradebook import read_scores, record
from .limits import Environment, Limits
from .notebook import is_test
from .rebuild import rebuild
from .report import write_report
from .results import ClassResults, Graded, read_results, write_results
from .runs import Runs, remove_leftovers
from .submission import Unreadable, read_submission
from .verdict import error_output

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many
ENTRIES = ("gradebook.db", "autograded", "feedback", "grades.csv", "results.json", "report.html")


def grade(
    submissions: Path,
    source: Path,
    out: Path,
    assignment: str | None = None,
    jobs: int | None = None,
    limits: Limits | None = None,
    progress: Progress = lambda what, done, total: None,
    force: bool = False,
    level: str = "",
) -> ClassResults:
    """Grade all submissions, of all assignments or of one, and write everything into `out`.

    Manual scores and comments in the gradebook of an earlier run are kept. Interrupted at any
    moment, it leaves earlier results as they were, and the next run goes on where it was.

    Args:
        jobs: notebooks that run at a time; by default one for each core.
        force: run also what was run before and has not changed since.
        level: of isolation; by default the best that this machine allows.

    Raises:
        UserError: something that the user gave is wrong; nothing has been written.
    """
    masters = read_course(source, assignment)
    hand_ins, ignored = find(submissions, masters, assignment)
    with _workplace(out) as folder, Runs(out, source.resolve().parent, force) as runs:
        remove_leftovers(out, folder)
        if (out / "gradebook.db").exists():
            shutil.copy(out / "gradebook.db", folder / "gradebook.db")
        class_ = _Class(folder, hand_ins, masters, source.resolve().parent, limits or Limits())
        outcomes = class_.run(runs, jobs or os.cpu_count() or 1, level, progress)
        progress("Writing the gradebook and feedback", 0, 1)
        assignments = sorted({h.assignment for h in hand_ins if h.staged})
        complaints = record(folder, masters, assignments)
        rows = [_result(folder, h, *outcomes[h], masters) for h in hand_ins]
        if assignment is not None:
            rows += _kept_from_before(out, folder, assignment)
        rows.sort(key=lambda row: (row.assignment, row.student, row.notebook))
        results = ClassResults(tuple(rows), (*ignored, *complaints))
        write_results(folder, results)
        write_report(folder, results)
        _put_in_place(folder, out)
        runs.forget_the_rest()
    return results


class _Class:
    """Runs what a class handed in, and stages it for the gradebook."""

    def __init__(
        self, folder: Path, hand_ins: list[HandIn], masters: Masters, root: Path, limits: Limits
    ):
        self.folder, self.masters, self.root, self.limits = folder, masters, root, limits
        self.hand_ins = hand_ins
        self.outcomes: dict[HandIn, tuple[str, str, str]] = {}

    def run(
        self, runs: Runs, size: int, level: str, progress: Progress
    ) -> dict[HandIn, tuple[str, str, str]]:
        """Stage and run everything; status, reason and seed of each."""
        staged = [h for h in self.hand_ins if h.staged]
        waiting: dict[str, list[tuple[HandIn, NotebookNode]]] = {}
        jobs: dict[str, dict] = {}
        for hand_in in self.hand_ins:
            if not hand_in.staged:
                self.outcomes[hand_in] = hand_in.status, hand_in.reason, ""
                continue
            rebuilt, done = self._prepared(hand_in)
            if done is None:
                environment = Environment((self.root,), seed=hand_in.student)
                one = job(rebuilt, self.limits, environment, level)
                name = runs.name_of(one)
                done = runs.read(name)
            if done is None:
                jobs[name] = one
                waiting.setdefault(name, []).append((hand_in, rebuilt))
            else:
                self._stage(hand_in, rebuilt, done)
        total = len(staged)
        progress("Running notebooks", total - len(jobs), total)
        with Pool(min(size, len(jobs))) as pool:
            for name, answer in pool.do(jobs):
                for hand_in, rebuilt in waiting.pop(name):
                    self._stage(hand_in, rebuilt, self._ran(runs, name, rebuilt, answer))
                progress("Running notebooks", total - len(waiting), total)
        return self.outcomes

    def _prepared(self, hand_in: HandIn) -> tuple[NotebookNode, NotebookNode | None]:
        """The rebuilt notebook; and what is to be recorded, if it need not or cannot be run."""
        master = self.masters[hand_in.assignment][hand_in.notebook]
        rebuilt = rebuild(master, nbformat.v4.new_notebook())
        if hand_in.status:
            return rebuilt, _not_run(rebuilt, hand_in.status, hand_in.reason)
        try:
            return rebuild(master, read_submission(hand_in.path)), None
        except Unreadable as error:
            return rebuilt, _not_run(rebuilt, "unreadable", str(error))
        except Exception as error:  # ours, not the student's; it must not stop the class
            reason = f"the grader itself failed on it ({type(error).__name__})"
            return rebuilt, _not_run(rebuilt, "grader failed", reason)

    def _ran(self, runs: Runs, name: str, rebuilt: NotebookNode, answer: dict) -> NotebookNode:
        if "failed" in answer:
            reason = f"the grader itself failed on it ({answer['failed']})"
            return _not_run(rebuilt, "grader failed", reason)
        return runs.keep(name, answer["notebook"])

    def _stage(self, hand_in: HandIn, rebuilt: NotebookNode, ran: NotebookNode) -> None:
        for step, notebook in (("submitted", rebuilt), ("ran", ran)):
            place = self.folder / step / hand_in.student / hand_in.assignment
            place.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, place / f"{hand_in.notebook}.ipynb")
        _stage_timestamp(self.folder, hand_in)
        about = ran.metadata.autograder
        self.outcomes[hand_in] = about.status, about.reason, about.seed


def _not_run(rebuilt: NotebookNode, status: str, reason: str) -> NotebookNode:
    """The notebook of somebody whose own cannot be run: no test passes, and it says why."""
    notebook = deepcopy(rebuilt)
    for cell in filter(is_test, notebook.cells):
        cell.outputs = [error_output("NotRun", f"Not run: {reason}.")]
    notebook.metadata["autograder"] = {"status": status, "reason": reason, "seed": ""}
    return notebook


def _stage_timestamp(folder: Path, hand_in: HandIn) -> None:
    stamp = hand_in.path.with_name("timestamp.txt")  # nbgrader's note of when it was handed in
    with suppress(OSError, ValueError, TypeError, OverflowError):
        if stamp.is_file() and not stamp.is_symlink() and stamp.stat().st_size < 100:
            text = stamp.read_text(encoding="utf-8")
            parse_utc(text.strip())
            (folder / "submitted" / hand_in.student / hand_in.assignment / stamp.name).write_text(
                text, encoding="utf-8"
            )


def _result(
    folder: Path, hand_in: HandIn, status: str, reason: str, seed: str, masters: Masters
) -> Graded:
    cells = filter(is_test, masters[hand_in.assignment][hand_in.notebook].cells)
    points = sum(float(cell.metadata.nbgrader.points) for cell in cells)
    row = Graded(hand_in.student, hand_in.assignment, hand_in.notebook, status, reason, 0.0, points)
    if not hand_in.staged:
        return row
    recorded = read_scores(folder, hand_in)
    if recorded is None:
        return replace(row, status="grader failed", reason="nbgrader could not record it")
    score, checks = recorded
    return replace(row, score=score, checks=checks, seed=seed)


def _kept_from_before(out: Path, folder: Path, assignment: str) -> list[Graded]:
    """Results of other assignments in `out`, with their pages, when only one is graded."""
    if not (out / "results.json").exists():
        return []
    rows = [r for r in read_results(out).submissions if r.assignment != assignment]
    for row in rows:
        for entry in ("autograded", "feedback"):
            old = out / entry / row.student / row.assignment
            new = folder / entry / row.student / row.assignment
            if old.is_dir() and not new.exists():
                shutil.copytree(old, new)
    return rows


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out`, so that moving results into place is a mere renaming."""
    out = out.absolute()
    parent = out.parent
    try:
        if out.exists() and not out.is_dir():
            raise UserError(f"{out} is not a folder: give another --out.")
        parent.mkdir(parents=True, exist_ok=True)
        if out.exists() and not os.access(out, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
        name = tempfile.mkdtemp(prefix=f".{out.name}-", dir=parent)
    except OSError as error:
        raise UserError(f"Cannot write to {out} ({error.strerror}): give another --out.") from None
    try:
        yield Path(name)
    finally:
        shutil.rmtree(name, ignore_errors=True)


def _put_in_place(folder: Path, out: Path) -> None:
    """Replace the entries of `out` one by one; old folders are moved away first."""
    out.mkdir(exist_ok=True)
    (folder / "old").mkdir()
    for entry in ENTRIES:
        if (out / entry).is_dir():
            (out / entry).replace(folder / "old" / entry)
        if (folder / entry).exists():
            (folder / entry).replace(out / entry)
