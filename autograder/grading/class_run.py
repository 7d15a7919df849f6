"""Run the notebooks of a class: each once, several at a time, however large the class is.

No notebook stays in memory. It is read and merged when a process is free to run it. The executed
notebook goes to the disk (`run_cache`), and is read from there when it is recorded.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from nbformat import NotebookNode

from autograder.cells import is_built, is_test
from autograder.execution.carry_forward import ANSWERS
from autograder.execution.job import (
    JobResult,
    digest_without_seed,
    job,
    with_seed,
)
from autograder.execution.sanitize import error_output
from autograder.harmless_text import one_line
from autograder.ingest.attachments import (
    OWN_BYTES,
    attachment_limits,
    files_beside,
    scan,
    with_own,
)
from autograder.ingest.notebook_reader import (
    UnreadableNotebook,
    notebook_from_cells,
    read_submission,
)
from autograder.ingest.submission_tree import SourceNotebooks, Submission
from autograder.limits import Attached, Environment
from autograder.reporting.results import FAILED

from .course_limits import CourseLimits
from .merge import merge_submission, with_contained
from .rounds import Rounds
from .run_cache import RunCache

Progress = Callable[[str, int, int], None]  # the stage, how many are done, of how many

log = logging.getLogger(__name__)


class Pool(Protocol):
    """Processes that run jobs, on this machine or on others. A context manager that ends them."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, JobResult]]:
        """Yield each job's name with its result, in the order in which they finish."""

    def dismiss(self) -> None:
        """Ask all processes to end, without waiting for them."""


@dataclass
class _Outcome:
    """The name of a submission's run, or why it did not run; and sentences on skipped files."""

    run: str = ""
    status: str = ""
    reason: str = ""
    skipped: tuple[str, ...] = ()


class ClassRun:
    """The notebooks of a class: `run` them once, then iterate over them and their outcomes.

    Args:
        submissions: the submissions to grade, in the order of the class.
        masters: the source notebooks.
        root: the course's folder, from which hidden tests may import.
        limits: the limits of the notebooks.
        cache: where executed notebooks are kept.
        rounds: of grading, from which the seeds come.
        private: places that students' code must not see, besides the course.
        source: the folder of the assignments.
        contained: (assignment, notebook) -> the tests that run in the student's process.
    """

    def __init__(
        self,
        submissions: list[Submission],
        masters: SourceNotebooks,
        root: Path,
        limits: CourseLimits,
        cache: RunCache,
        rounds: Rounds,
        private: tuple[Path, ...] = (),
        source: Path | None = None,
        contained: Mapping[tuple[str, str], frozenset[str]] | None = None,
    ) -> None:
        self._submissions, self._masters = submissions, masters
        self._root, self._limits, self._cache = root, limits, cache
        self._rounds, self._private = rounds, private
        self._source, self._contained = source, contained or {}
        self._given: dict[str, tuple[Attached, ...]] = {}  # assignment -> its files
        self._outcomes: dict[Submission, _Outcome] = {}
        self._under_way: dict[str, list[Submission]] = {}
        self._ran = False  # anything at all

    def run(self, pool: Pool, level: str, progress: Progress) -> None:
        """Run every notebook that has not been run before."""
        self._report(progress)
        again = self._run(pool, self._submissions, level, progress)
        while again:
            again = self._run(pool, again, level, progress)
        if not self._ran:
            self._report(progress)

    def _run(
        self, pool: Pool, submissions: list[Submission], level: str, progress: Progress
    ) -> list[Submission]:
        """Run notebooks; return those that must run again.

        The same notebook with the same files runs once for all who handed it in, with the files of
        the first. If it fails, which may be because of these, the others run with their own.
        """
        again: list[Submission] = []
        for name, answer in pool.do(self._jobs(submissions, level, progress)):
            if "notebook" in answer:
                self._cache.keep(name, answer["notebook"])
            first, *others = self._under_way.pop(name)
            if "failed" in answer and attachment_limits(self._master(first)):
                again += others
                others = []
            for submission in (first, *others):
                if "failed" in answer:
                    details = answer.get("traceback", answer["failed"])
                    log.error("%s: the grader itself failed\n%s", _title(submission), details)
                    outcome = self._outcomes[submission]
                    outcome.status, outcome.reason = FAILED, _own_failure(answer["failed"])
                else:
                    about = answer["notebook"]["metadata"]["autograder"]
                    result = ", ".join(filter(None, [about["status"], about["reason"]]))
                    log.info("%s: %s", _title(submission), result)
            self._report(progress)
        if self._under_way:
            raise RuntimeError(f"the pool returned no answer for {len(self._under_way)} notebooks")
        return again

    def __iter__(self) -> Iterator[tuple[Submission, NotebookNode]]:
        """Yield every submission, in the order of the class, with its executed notebook."""
        for submission in self._submissions:
            outcome = self._outcomes[submission]
            ran = None if outcome.status else self._cache.read(outcome.run)
            if ran is None:
                if not outcome.reason:
                    log.error("%s: its executed notebook cannot be read", _title(submission))
                reason = outcome.reason or "what came of it could not be read from the disk"
                ran = self._not_run(submission, outcome.status or FAILED, reason)
            if outcome.skipped:
                ran.metadata.autograder["skipped"] = list(outcome.skipped)
            yield submission, ran

    def _report(self, progress: Progress) -> None:
        under_way = sum(map(len, self._under_way.values()))
        progress("Running notebooks", len(self._outcomes) - under_way, len(self._submissions))

    def _jobs(
        self, submissions: list[Submission], level: str, progress: Progress
    ) -> Iterator[tuple[str, dict]]:
        """Yield a job for each merged notebook that must run; the same notebook only once."""
        tests, total = self._rounds.tests, len(submissions)
        for number, submission in enumerate(submissions, start=1):
            outcome = self._outcomes[submission] = _Outcome(status=submission.status)
            if submission.status:
                outcome.reason = submission.reason
                log.info("%s: %s, %s", _title(submission), outcome.status, outcome.reason)
                continue
            try:
                merged = self._merged(submission)
            except UnreadableNotebook as error:
                outcome.status, outcome.reason = "unreadable", str(error)
                log.info("%s: unreadable, %s", _title(submission), error)
                continue
            except Exception as error:
                log.exception("%s: the grader itself failed", _title(submission))
                outcome.status, outcome.reason = FAILED, _own_failure(type(error).__name__)
                continue
            files, outcome.skipped = self._attachments(submission)
            if files:  # it takes a while to read them
                progress("Reading what was handed in", number, total)
            environment = Environment(self._trusted(submission), "", files, self._private)
            request = job(merged, self._limits.of(submission.assignment), environment, level, tests)
            digest = digest_without_seed(request)
            known = self._kept(digest)
            if known is not None:
                outcome.run = known
                log.info("%s: unchanged since an earlier run", _title(submission))
                continue
            request["seed"] = self._rounds.current()
            outcome.run = name = with_seed(digest, request["seed"])
            if name in self._under_way:
                self._under_way[name].append(submission)
            else:
                self._under_way[name] = [submission]
                self._ran = True
                yield name, request

    def _kept(self, digest: str) -> str | None:
        """Return the run of an unchanged notebook, of this round or an earlier one."""
        names = (with_seed(digest, seed) for seed in self._rounds.seeds)
        return next((name for name in names if self._cache.has(name)), None)

    def _master(self, submission: Submission) -> NotebookNode:
        return self._masters[submission.assignment][submission.notebook]

    def _merged(self, submission: Submission) -> NotebookNode:
        merged = merge_submission(self._master(submission), read_submission(submission.path))
        place = submission.assignment, submission.notebook
        return with_contained(merged, self._contained.get(place, frozenset()))

    def _trusted(self, submission: Submission) -> tuple[Path, ...]:
        """Return the folders from which hidden tests may import."""
        if self._source is None or is_built(self._master(submission)):
            return (self._root,)
        return (self._root, (self._source / submission.assignment).resolve())

    def _attachments(self, submission: Submission) -> tuple[tuple[Attached, ...], tuple[str, ...]]:
        """Return the files that belong to a notebook, and a sentence for each skipped one."""
        master = self._master(submission)
        if not is_built(master) and self._source is not None:
            assignment = submission.assignment
            if assignment not in self._given:
                self._given[assignment] = files_beside(self._source / assignment)
            own = files_beside(submission.path.parent, OWN_BYTES)
            return with_own(self._given[assignment], own), ()
        most = attachment_limits(master)
        files, skipped = scan(submission.path.parent, most)
        skipped |= {name: reason for name, reason in submission.skipped if name in most}
        return files, tuple(skipped[name] for name in sorted(skipped))

    def _not_run(self, submission: Submission, status: str, reason: str) -> NotebookNode:
        """Return a notebook in which no test passes, with the reason, for one that did not run."""
        notebook = merge_submission(self._master(submission), notebook_from_cells([]))
        with suppress(Exception):
            if status == FAILED:
                notebook = self._merged(submission)
        for cell in filter(is_test, notebook.cells):
            cell.outputs = [error_output("NotRun", f"Not run: {reason}.")]
        notebook.metadata.pop(ANSWERS, None)
        notebook.metadata["autograder"] = {"status": status, "reason": reason, "seed": ""}
        return notebook


def _title(submission: Submission) -> str:
    return f"{submission.student}/{submission.assignment}/{submission.notebook}"


def _own_failure(error: str) -> str:
    """Return the reason for all to see: one line, because the log has the rest."""
    return f"the grader itself failed on it ({one_line(error)})"
