"""Run a merged notebook: the student's cells in a worker, the hidden tests in this process.

No notebook can make `Grader.run` raise an exception. A graded cell passes unless it has an error
output; `notebook.metadata.autograder` holds `status`, `reason` and `seed`.

When all cells have run, some failed tests run again over right parts, and it is decided which
known mistakes are named: see `settle`.

A hidden test talks to a fork of the worker, made at the test's place in the notebook. Whatever
happens to that fork, the next cell finds the worker as it was. If a cell of the student's ends the
worker itself, a new worker runs the earlier cells again and continues after that cell.
"""

import hashlib
import logging
import re
import time
from copy import deepcopy
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.cells import grade_id_of, is_apart, is_built, is_contained
from autograder.errors import UserError
from autograder.limits import Environment, Limits
from autograder.protocol.framing import BadFrame, FrameLimits, FrameTimeout, PeerClosed
from autograder.protocol.messages import (
    NO_SEED,
    BeginHiddenTest,
    CellResult,
    EndHiddenTest,
    RunCell,
)
from autograder.protocol.sandbox_spec import (
    FILES,
    FULL,
    SandboxSpec,
    inside_readable_places,
)
from autograder.untrusted_files import reopened

from .attribution import KILLS
from .carry_forward import ANSWERS, StandIns, dependencies
from .cell_outputs import Outputs, too_long
from .diagnosis_switch import without_diagnosis
from .hidden_test_dependencies import hidden_tests
from .hidden_test_runner import Trial, test_environment, try_hidden_test
from .remote_errors import CheckerLate, NotJudged, WorkerLate
from .sandbox_client import ForkServer, SandboxError, WorkerHandle, send_request
from .sanitize import Sanitizer, error_output
from .settle import settle

GRADED, TIME_LIMIT, CRASHED = "graded", "time limit", "crashed"
TAG = re.compile(r"\[misconception: ([\w.+-]{1,100})\]", re.ASCII)
LATE, GONE = "late", "gone"  # reasons why a cell has no result
SHORTEST = 2.0  # seconds for a cell, however many have run too long
SPARE_SECONDS = 2.0  # for a reply after a cell's time limit

log = logging.getLogger(__name__)


@dataclass
class Grader:
    """Runner of notebooks, one after the other.

    Args:
        fork_server: where workers come from.
        level: of isolation, see `protocol.sandbox_spec`.
        limits: of one submission.
        hidden: folders that must look empty to students' code.
    """

    fork_server: ForkServer
    level: str
    limits: Limits = field(default_factory=Limits)
    hidden: tuple[str, ...] = ()

    def run(self, notebook: NotebookNode, environment: Environment) -> NotebookNode:
        """Return the notebook with its outputs; see the module.

        Raises:
            Changed: a file that was submitted with it is no longer what it was.
            VersionMismatch: the grader was updated while it ran.
        """
        notebook = deepcopy(notebook)
        with reopened(environment.files) as files, test_environment(environment):
            status, reason = _Run(self, notebook, environment, files).go()
        notebook.metadata.pop(ANSWERS, None)
        notebook.metadata["autograder"] = {
            "status": status,
            "reason": reason,
            "seed": environment.seed,
        }
        return notebook

    def spec(self, environment: Environment) -> SandboxSpec:
        """Return the specification of a worker's sandbox.

        Raises:
            UserError: the course lies where nothing can be hidden.
        """
        limits = self.limits
        private = map(str, (*environment.trusted, *environment.private))
        hidden = (*self.hidden, *private) if self.level in (FULL, FILES) else ()
        try:
            inside = inside_readable_places(hidden)
        except ValueError as place:
            raise UserError(
                f"Python or the system is installed in {place}, which students' code must be able "
                "to read: move the course and the submissions to a folder of their own."
            ) from None
        return SandboxSpec(
            level=self.level,
            folder="",
            hidden=tuple(map(str, inside)),
            memory=limits.memory_bytes,
            all_memory=limits.all_memory_bytes,
            processes=limits.processes,
            file_size=limits.file_bytes,
            disk=limits.disk_bytes,
            processor_seconds=int(limits.submission_seconds) + 30,
            files=tuple((file.name, file.size) for file in environment.files),
        )


class _Run:
    """The run of one notebook.

    Attributes:
        worker: None before the first cell, and after a cell has ended it.
        workers: how many there have been.
        fatal_cells: ids of cells that ended their worker; they do not run again.
        late: titles of the cells that exceeded the time limit.
        crashed: titles of the cells that ended the process they ran in.
        not_judged: titles of the tests that use operators of the student's objects.
        seconds_left: for all cells that follow.
    """

    def __init__(
        self, grader: Grader, notebook: NotebookNode, environment: Environment, files: list[int]
    ):
        self.grader, self.limits, self.environment = grader, grader.limits, environment
        self.files = files
        self.cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
        self.tests = hidden_tests(notebook)
        self.dependencies = dependencies(notebook)
        self.kills = notebook.metadata.get("course", {}).get(KILLS, {})
        self.is_built = is_built(notebook)
        self.failures: dict[str, BaseException] = {}
        self.outputs = Outputs(Sanitizer(environment.trusted), self.limits)
        self.worker: WorkerHandle | None = None
        self.workers = 0
        self.fatal_cells: set[str] = set()
        self.late: list[str] = []
        self.crashed: list[str] = []
        self.not_judged: list[str] = []
        self.seconds_left = self.limits.submission_seconds

    def go(self) -> tuple[str, str]:
        """Run cell after cell; returns the status and its reason."""
        stopped: NotebookNode | None = None
        reason = ""
        try:
            for place, cell in enumerate(self.cells):
                if stopped is None and self.seconds_left <= 0:
                    reason = f"the {self.limits.submission_seconds:g} seconds for all cells were "
                    reason += "used up"
                    stopped = error_output(
                        "TimeLimit", "Not run: the time for this submission was used up."
                    )
                if stopped is not None:
                    cell.outputs = [deepcopy(stopped)]
                    continue
                try:
                    worker = self._ready_worker(place)
                except SandboxError as error:
                    stopped = error_output("NotRun", "Not run: no process could be started.")
                    reason = f"no worker: {error}"
                    self.crashed.append("the worker")
                    cell.outputs = [deepcopy(stopped)]
                    continue
                run = self._run_test if is_apart(cell) else self._run_cell
                cell.outputs = run(worker, cell)
            self._settle()
        finally:
            self._end_worker()
        return self._status(reason)

    def _status(self, reason: str) -> tuple[str, str]:
        if reason and self.late:
            reason += f"; {self.late[0]} was the first to run too long"
        if self.late or (reason and not self.crashed):
            more = f" (and {len(self.late) - 1} more)" if len(self.late) > 1 else ""
            long = f"{(self.late or [''])[0]} ran longer than {self.limits.cell_seconds:g} seconds"
            return TIME_LIMIT, reason or long + more
        if self.crashed:
            more = f" (and {len(self.crashed) - 1} more)" if len(self.crashed) > 1 else ""
            return CRASHED, reason or f"{self.crashed[0]} ended the process that it ran in{more}"
        if self.not_judged:
            what = "an operator of the student's objects, which cannot be judged: compare values"
            return GRADED, f"{', '.join(self.not_judged)} needs {what}"
        return GRADED, ""

    # ---- the worker -----------------------------------------------------------------------------

    def _ready_worker(self, place: int) -> WorkerHandle:
        """Return a worker that has run all cells before this place, except the fatal ones."""
        if self.worker is not None:
            return self.worker
        began = time.monotonic()
        spec = self.grader.spec(self.environment)
        worker = self.worker = self.grader.fork_server.fork(spec, self.files)
        self.workers += 1
        if self.workers > 1:  # the first one is free: the fork server may have to warm up
            self.seconds_left -= time.monotonic() - began
        for cell in self.cells[:place]:
            if not is_apart(cell) and cell.id not in self.fatal_cells and self.seconds_left > 0:
                self._execute(worker, cell)
            if self.worker is None:
                raise SandboxError(f"{_title(cell)} ended it the second time")
        return worker

    def _end_worker(self) -> None:
        if self.worker is not None:
            worker, self.worker = self.worker, None
            self.grader.fork_server.end(worker)

    def _execute(self, worker: WorkerHandle, cell: NotebookNode) -> CellResult | str:
        """Have the worker run one cell; returns its result, or LATE or GONE if there is none."""
        seconds = self._seconds()
        request = RunCell(
            id=cell.id,
            source=cell.source,
            seconds=seconds,
            output_chars=self.outputs.room,
            locked=bool(cell.metadata.get("nbgrader", {}).get("locked")),
            # Other courses draw and check their numbers over several cells, as nbgrader lets them.
            seed=self._seed(cell) if self.is_built or cell is self.cells[0] else NO_SEED,
        )
        began = time.monotonic()
        try:
            reply = send_request(worker, request, seconds + SPARE_SECONDS, self._frame_limits())
            return CellResult.of(reply)
        except (FrameTimeout, PeerClosed, BadFrame) as error:
            self.fatal_cells.add(cell.id)
            self._end_worker()  # in the student's time, as all that a cell causes
            return LATE if isinstance(error, FrameTimeout) else GONE
        finally:
            self.seconds_left -= time.monotonic() - began

    def _seconds(self) -> float:
        """Return one cell's time limit: less and less after cells that have run too long."""
        shorter = self.limits.cell_seconds / 2 ** len(self.late)
        whole = max(shorter, min(self.limits.cell_seconds, SHORTEST))
        return max(0.1, min(whole, self.seconds_left))

    def _frame_limits(self) -> FrameLimits:
        return FrameLimits(header=max(2**20, 8 * self.limits.output_bytes), tensors=0)

    def _seed(self, cell: NotebookNode) -> int:
        text = f"{self.environment.seed}/{cell.id}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")

    # ---- a student's cell, or a contained test --------------------------------------------------

    def _run_cell(self, worker: WorkerHandle, cell: NotebookNode) -> list[NotebookNode]:
        """Run a cell in the worker; returns its outputs."""
        seconds = self._seconds()
        result = self._execute(worker, cell)
        if result == GONE:
            self.crashed.append(_title(cell))
            return [error_output("Crashed", "This cell ended the process that it ran in.")]
        if isinstance(result, str):  # LATE
            self.late.append(_title(cell))
            return [too_long(seconds)]
        if isinstance(result.error, dict) and result.error.get("type") == "CellTimeLimit":
            self.late.append(_title(cell))
            return [*([] if is_contained(cell) else self.outputs.of(result)), too_long(seconds)]
        return (
            self.outputs.of_test(result, cell)
            if is_contained(cell)
            else self.outputs.all_of(result)
        )

    # ---- a hidden test --------------------------------------------------------------------------

    def _run_test(self, worker: WorkerHandle, cell: NotebookNode) -> list[NotebookNode]:
        """Run a hidden test; returns its outputs."""
        seconds = self._seconds()
        trial = self._test(worker, cell, seconds)
        error = trial.error
        if error is None:
            return self.outputs.of_passed(trial.stderr, trial.score, cell)
        self.failures[cell.id] = error
        if isinstance(error, WorkerLate):
            self.late.append(_title(cell))
            return [too_long(seconds)]
        if isinstance(error, Exception):
            return [self.outputs.of_failure(error)]
        if isinstance(error, NotJudged):
            self.not_judged.append(_title(cell))
            return [error_output("NotJudged", str(error))]
        self.crashed.append(_title(cell))
        return [error_output("Crashed", str(error))]

    def _test(
        self, worker: WorkerHandle, cell: NotebookNode, seconds: float, over: StandIns | None = None
    ) -> Trial:
        """Run a hidden test, which talks to a fork of the worker.

        Args:
            over: right parts in place of the student's own.
        """
        trial = self._try_test(worker, cell, seconds, over)
        if not isinstance(trial.error, CheckerLate):
            self.seconds_left -= trial.seconds
            return trial
        # The student's code was quick enough. Known mistakes are what takes long, and a student
        # must not lose points because this machine is slow or busy.
        log.warning("%s: no time to look for known mistakes", _title(cell))
        self.seconds_left -= trial.student_seconds
        try:
            worker = self._ready_worker(self.cells.index(cell))
        except SandboxError as gone:
            return Trial(gone)
        with without_diagnosis():
            second = self._try_test(worker, cell, seconds, over)
        self.seconds_left -= second.seconds
        if isinstance(second.error, CheckerLate):  # so it is what the student's code returned
            self.seconds_left -= trial.own_seconds
            return Trial(WorkerLate())
        return second

    def _try_test(
        self, worker: WorkerHandle, cell: NotebookNode, seconds: float, over: StandIns | None
    ) -> Trial:
        parts = [] if over is None else [" ".join(over.names), over.given, over.parts]
        request = BeginHiddenTest(self._seed(cell), parts, as_nbgrader=not self.is_built)
        test = self.tests[cell.id]
        try:
            return try_hidden_test(test, worker, request, seconds, self.limits.answer_bytes)
        finally:
            self._end_test(worker)

    def _settle(self) -> None:
        """Run failed tests again over right parts, and decide which mistakes are named."""
        cells = {cell.id: cell for cell in self.cells if cell.id in self.failures}

        def rerun(test: str, over: StandIns) -> BaseException | None:
            if self.seconds_left <= 0:
                return self.failures[test]
            try:
                worker = self._ready_worker(len(self.cells))
            except SandboxError as error:
                return error
            return self._test(worker, cells[test], self._seconds(), over).error

        settled = settle(self.failures, rerun, self.dependencies, self.kills)
        for test, what in settled.items():
            cell, error = cells[test], self.failures[test]
            named = what.named or _tagged(error, what.text)
            about = {"note": what.note, "named": list(named)}
            cell.metadata["autograder"] = {key: value for key, value in about.items() if value}
            if what.passed:
                cell.outputs = []
            elif what.text is not None and isinstance(error, Exception):
                cell.outputs = [self.outputs.of_failure(error, what.text)]

    def _end_test(self, worker: WorkerHandle) -> None:
        """Have the worker end the test's fork; a worker that does not is ended and replaced."""
        began = time.monotonic()
        try:
            send_request(worker, EndHiddenTest(), SPARE_SECONDS, self._frame_limits())
        except (FrameTimeout, PeerClosed, BadFrame):
            self._end_worker()
        finally:
            self.seconds_left -= time.monotonic() - began


def _tagged(error: BaseException, text: str | None) -> list[str]:
    """Return the mistakes that a test's own message names in its last lines.

    A test may name a mistake without `checks`. The student's code cannot: what it raises counts for
    nothing here, and a name is one word.
    """
    found: list[str] = []
    if getattr(error, "from_worker", False):
        return found
    for line in reversed((str(error) if text is None else text).rstrip().split("\n")):
        tag = TAG.fullmatch(line.strip())
        if tag is None:
            break
        found.insert(0, tag[1])
    return found


def _title(cell: NotebookNode) -> str:
    name = grade_id_of(cell)
    return f"cell '{name}'" if name else "a cell that the student added"
