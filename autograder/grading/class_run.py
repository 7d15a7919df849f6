"""Runs what a class handed in: each notebook once, several at a time, however large the class.

No notebook stays in memory. It is read and rebuilt when there is somebody to run it, what came of
it is kept on the disk (`run_cache`), and is read from there when it is to be recorded.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from autograder.authoring.cells import is_test
from autograder.execution.job import digest_of, job, name_of
from autograder.execution.local_pool import Pool
from autograder.execution.sanitize import error_output
from autograder.ingest.attachments import declared, look
from autograder.ingest.notebook_reader import Unreadable, notebook_of, read_submission
from autograder.ingest.submission_tree import HandIn, Masters
from autograder.limits import Attached, Environment, Limits

from .merge import rebuild
from .run_cache import Runs

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many
FAILED = "grader failed"  # the grader's own failure, not the student's; it must not stop the class


@dataclass
class _Outcome:
    """How the run of a hand-in is called, or why it was not run; files that were left out."""

    run: str = ""
    status: str = ""
    reason: str = ""
    left_out: tuple[str, ...] = ()


class ClassRun:
    """What a class handed in, run once; then an iterator over hand-ins and what came of them.

    Args:
        hand_ins: those that are to be graded, in the order of the class.
        masters: the source notebooks.
        root: the course, from which hidden tests may import.
        limits: for each notebook.
        runs: where it is kept what came of them.
    """

    def __init__(
        self, hand_ins: list[HandIn], masters: Masters, root: Path, limits: Limits, runs: Runs
    ) -> None:
        self._hand_ins, self._masters = hand_ins, masters
        self._root, self._limits, self._runs = root, limits, runs
        self._outcomes: dict[HandIn, _Outcome] = {}
        self._under_way: dict[str, list[HandIn]] = {}
        self._ran = False  # anything at all

    def run(self, pool: Pool, level: str, progress: Progress) -> None:
        """Run every notebook that has not been run before."""
        self._tell(progress)
        for name, answer in pool.do(self._jobs(level, progress)):
            if "notebook" in answer:
                self._runs.keep(name, answer["notebook"])
            for hand_in in self._under_way.pop(name):
                if "failed" in answer:
                    outcome = self._outcomes[hand_in]
                    outcome.status, outcome.reason = FAILED, _own_failure(answer["failed"])
            self._tell(progress)
        if self._under_way:
            raise RuntimeError(f"nothing came back of {len(self._under_way)} notebooks")
        if not self._ran:
            self._tell(progress)

    def __iter__(self) -> Iterator[tuple[HandIn, NotebookNode]]:
        """Every hand-in, in the order of the class, with its executed notebook."""
        for hand_in in self._hand_ins:
            outcome = self._outcomes[hand_in]
            ran = None if outcome.status else self._runs.read(outcome.run)
            if ran is None:
                reason = outcome.reason or "what came of it could not be read from the disk"
                ran = self._not_run(hand_in, outcome.status or FAILED, reason)
            if outcome.left_out:
                ran.metadata.autograder["left_out"] = list(outcome.left_out)
            yield hand_in, ran

    def _tell(self, progress: Progress) -> None:
        under_way = sum(map(len, self._under_way.values()))
        progress("Running notebooks", len(self._outcomes) - under_way, len(self._hand_ins))

    def _jobs(self, level: str, progress: Progress) -> Iterator[tuple[str, dict]]:
        """What is to be run, rebuilt one after the other; the same notebook only once."""
        tests, total = digest_of(self._root), len(self._hand_ins)
        for number, hand_in in enumerate(self._hand_ins, start=1):
            outcome = self._outcomes[hand_in] = _Outcome(status=hand_in.status)
            if hand_in.status:
                outcome.reason = hand_in.reason
                continue
            try:
                rebuilt = self._rebuilt(hand_in)
            except Unreadable as error:
                outcome.status, outcome.reason = "unreadable", str(error)
                continue
            except Exception as error:
                outcome.status, outcome.reason = FAILED, _own_failure(type(error).__name__)
                continue
            files, outcome.left_out = self._beside(hand_in)
            if files:  # it takes a while to read them
                progress("Reading what was handed in", number, total)
            environment = Environment((self._root,), hand_in.student, files)
            one = job(rebuilt, self._limits, environment, level, tests)
            outcome.run = name = name_of(one)
            if name in self._under_way:
                self._under_way[name].append(hand_in)
            elif not self._runs.has(name):
                self._under_way[name] = [hand_in]
                self._ran = True
                yield name, one

    def _master(self, hand_in: HandIn) -> NotebookNode:
        return self._masters[hand_in.assignment][hand_in.notebook]

    def _rebuilt(self, hand_in: HandIn) -> NotebookNode:
        return rebuild(self._master(hand_in), read_submission(hand_in.path))

    def _beside(self, hand_in: HandIn) -> tuple[tuple[Attached, ...], tuple[str, ...]]:
        """The files that belong to a notebook; and a sentence for each that is left out."""
        most = declared(self._master(hand_in))
        files, left_out = look(hand_in.path.parent, most)
        left_out |= {name: reason for name, reason in hand_in.left_out if name in most}
        return files, tuple(left_out[name] for name in sorted(left_out))

    def _not_run(self, hand_in: HandIn, status: str, reason: str) -> NotebookNode:
        """The notebook of somebody whose own was not run: no test passes, and it says why."""
        notebook = rebuild(self._master(hand_in), notebook_of([]))
        with suppress(Exception):
            if status == FAILED:
                notebook = self._rebuilt(hand_in)
        for cell in filter(is_test, notebook.cells):
            cell.outputs = [error_output("NotRun", f"Not run: {reason}.")]
        notebook.metadata["autograder"] = {"status": status, "reason": reason, "seed": ""}
        return notebook


def _own_failure(what: str) -> str:
    return f"the grader itself failed on it ({what})"
