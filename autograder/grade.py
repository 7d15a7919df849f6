"""Grades a class: find, run several at a time, record by one writer, and put in place at once."""

import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode
from sqlalchemy.exc import SQLAlchemyError

from .attached import declared, look
from .checker.jobs import digest_of, job, name_of
from .checker.pool import Pool
from .classroom import HandIn, Masters, read_course
from .errors import UserError
from .gradebook import copy_gradebook, record
from .intake import open_submissions
from .limits import Attached, Environment, Limits
from .notebook import is_test
from .policy import shortcuts
from .rebuild import rebuild
from .report import write_report
from .results import CheckOutcome, ClassResults, Graded, read_results, write_results
from .runs import Runs, remove_leftovers
from .submission import Unreadable, notebook_of, read_submission
from .verdict import error_output

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many
Ran = dict[HandIn, NotebookNode]
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
    cluster: Pool | None = None,
    pattern: str | None = None,
    students: Collection[str] = (),
) -> ClassResults:
    """Grade all submissions, of all assignments or of one, and write everything into `out`.

    Manual scores and comments in the gradebook of an earlier run are kept. Interrupted at any
    moment, it leaves earlier results as they were, and the next run goes on where it was.

    Args:
        jobs: notebooks that run at a time; by default one for each core.
        force: run also what was run before and has not changed since.
        level: of isolation; by default the best that the machine allows.
        cluster: where notebooks run, if not on this machine; `jobs` is then of no account.
        pattern: how files are named; by default it is recognised.
        students: grade only these, and keep the others' results; by default all.

    Raises:
        UserError: something that the user gave is wrong; nothing has been written.
    """
    masters = read_course(source, assignment)
    with (
        _one_line_for_what_is_full(out),
        _workplace(out) as folder,
        open_submissions(submissions, masters, folder, assignment, pattern, students) as given,
        Runs(out, force) as runs,
        cluster or Pool(jobs or os.cpu_count() or 1) as pool,
    ):
        remove_leftovers(out, folder)
        if (out / "gradebook.db").exists():
            copy_gradebook(out / "gradebook.db", folder / "gradebook.db")
        class_ = _Class(given.hand_ins, masters, source.resolve().parent, limits or Limits())
        ran = class_.run(runs, pool, level, progress)
        pool.dismiss()
        progress("Writing the gradebook and feedback", 0, 1)
        recorded = record(folder, masters, ran)
        rows = [_result(h, ran.get(h), recorded.get(h), masters) for h in given.hand_ins]
        is_part = given.assignment is not None or bool(students)
        if is_part:
            rows += _kept_from_before(out, folder, given.assignment, students)
        rows.sort(key=lambda row: (row.assignment, row.student, row.notebook))
        results = ClassResults(tuple(rows), tuple(given.ignored))
        write_results(folder, results)
        write_report(folder, results)
        _put_in_place(folder, out)
        if not is_part:
            runs.forget_the_rest()
    return results


class _Class:
    """What a class handed in, and how to run it."""

    def __init__(self, hand_ins: list[HandIn], masters: Masters, root: Path, limits: Limits):
        self._hand_ins = [hand_in for hand_in in hand_ins if hand_in.staged]
        self._masters, self._root, self._limits = masters, root, limits

    def run(self, runs: Runs, pool: Pool, level: str, progress: Progress) -> Ran:
        """Every notebook with its outcomes, in the order of the class."""
        ran: dict[HandIn, NotebookNode] = {}
        waiting: dict[str, list[tuple[HandIn, NotebookNode]]] = {}
        jobs: dict[str, dict] = {}
        tests = digest_of(self._root)
        left_out: dict[HandIn, list[str]] = {}
        total = len(self._hand_ins)
        for number, hand_in in enumerate(self._hand_ins, start=1):
            rebuilt, done = self._prepared(hand_in)
            if done is None:
                files, left_out[hand_in] = self._beside(hand_in)
                if files:  # it takes a while to read them
                    progress("Reading what was handed in", number, total)
                environment = Environment((self._root,), hand_in.student, files)
                one = job(rebuilt, self._limits, environment, level, tests)
                name = name_of(one)
                done = runs.read(name)
            if done is None:
                jobs[name] = one
                waiting.setdefault(name, []).append((hand_in, rebuilt))
            else:
                ran[hand_in] = done
        progress("Running notebooks", len(ran), total)
        for name, answer in pool.do(jobs):
            for hand_in, rebuilt in waiting.pop(name):
                ran[hand_in] = _outcome(runs, name, rebuilt, answer)
            progress("Running notebooks", len(ran), total)
        for hand_in, sentences in left_out.items():
            ran[hand_in].metadata.autograder["left_out"] = sentences
        return {hand_in: ran[hand_in] for hand_in in self._hand_ins}

    def _beside(self, hand_in: HandIn) -> tuple[tuple[Attached, ...], list[str]]:
        """The files that belong to a notebook; and a sentence for each that is left out."""
        most = declared(self._masters[hand_in.assignment][hand_in.notebook])
        files, left_out = look(hand_in.path.parent, most)
        left_out |= {name: reason for name, reason in hand_in.left_out if name in most}
        return files, [left_out[name] for name in sorted(left_out)]

    def _prepared(self, hand_in: HandIn) -> tuple[NotebookNode, NotebookNode | None]:
        """The rebuilt notebook; and what is to be recorded, if it need not or cannot be run."""
        master = self._masters[hand_in.assignment][hand_in.notebook]
        status, reason = hand_in.status, hand_in.reason
        if not status:
            try:
                return rebuild(master, read_submission(hand_in.path)), None
            except Unreadable as error:
                status, reason = "unreadable", str(error)
            except Exception as error:  # ours, not the student's; it must not stop the class
                status = "grader failed"
                reason = f"the grader itself failed on it ({type(error).__name__})"
        rebuilt = rebuild(master, notebook_of([]))
        return rebuilt, _not_run(rebuilt, status, reason)


def _outcome(runs: Runs, name: str, rebuilt: NotebookNode, answer: dict) -> NotebookNode:
    if "failed" in answer:
        reason = f"the grader itself failed on it ({answer['failed']})"
        return _not_run(rebuilt, "grader failed", reason)
    return runs.keep(name, answer["notebook"])


def _not_run(rebuilt: NotebookNode, status: str, reason: str) -> NotebookNode:
    """The notebook of somebody whose own cannot be run: no test passes, and it says why."""
    notebook = deepcopy(rebuilt)
    for cell in filter(is_test, notebook.cells):
        cell.outputs = [error_output("NotRun", f"Not run: {reason}.")]
    notebook.metadata["autograder"] = {"status": status, "reason": reason, "seed": ""}
    return notebook


def _result(
    hand_in: HandIn,
    ran: NotebookNode | None,
    recorded: tuple[float, tuple[CheckOutcome, ...]] | None,
    masters: Masters,
) -> Graded:
    cells = filter(is_test, masters[hand_in.assignment][hand_in.notebook].cells)
    points = sum(float(cell.metadata.nbgrader.points) for cell in cells)
    who = hand_in.student, hand_in.assignment, hand_in.notebook
    if ran is None:
        return Graded(*who, hand_in.status, hand_in.reason, 0.0, points)
    about = ran.metadata.autograder
    score, checks = recorded
    reason = "; ".join([about.reason] * bool(about.reason) + about.get("left_out", []))
    judged = about.status, reason, score, points, checks, about.seed
    return Graded(*who, *judged, shortcuts(ran))


def _kept_from_before(
    out: Path, folder: Path, assignment: str | None, students: Collection[str]
) -> list[Graded]:
    """Results in `out`, with their pages, of other assignments and students than are graded."""
    if not (out / "results.json").exists():
        return []
    rows = [
        row
        for row in read_results(out).submissions
        if assignment not in (None, row.assignment) or (students and row.student not in students)
    ]
    for row in rows:
        for entry in ("autograded", "feedback"):
            old = out / entry / row.student / row.assignment
            new = folder / entry / row.student / row.assignment
            if old.is_dir() and not new.exists():
                shutil.copytree(old, new)
    return rows


@contextmanager
def _one_line_for_what_is_full(out: Path) -> Iterator[None]:
    """Tell the user what the disk or the gradebook's database refuses to take."""
    try:
        yield
    except (OSError, SQLAlchemyError) as error:
        reason = getattr(error, "strerror", None) or str(getattr(error, "orig", error))
        raise UserError(
            f"Cannot write the results to {out} ({reason.splitlines()[0]}): they are as they were. "
            "Mend that and start again; what has been run is not run again."
        ) from None


@contextmanager
def _workplace(out: Path) -> Iterator[Path]:
    """A temporary folder beside `out`, so that moving results into place is a mere renaming."""
    out = out.absolute()
    parent = out.parent
    made = [folder for folder in (parent, *parent.parents) if not folder.exists()]
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
        with suppress(OSError):  # they are empty only if nothing was graded
            for folder in made:
                folder.rmdir()


def _put_in_place(folder: Path, out: Path) -> None:
    """Replace the entries of `out` one by one; old folders are moved away first."""
    out.mkdir(exist_ok=True)
    (folder / "old").mkdir()
    for entry in ENTRIES:
        if (out / entry).is_dir():
            (out / entry).replace(folder / "old" / entry)
        if (folder / entry).exists():
            (folder / entry).replace(out / entry)
