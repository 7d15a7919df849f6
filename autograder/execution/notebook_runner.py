"""Runs a rebuilt notebook: the student's cells in a worker, the hidden tests here.

    run(notebook, limits, environment) -> the notebook with its outputs

`run` never raises because of what a notebook does. Each graded cell has an error output or is
passed; `notebook.metadata.autograder` holds `status`, `reason` and `seed`.

A hidden test talks with a fork of the worker as it was at the test's place in the notebook.
Whatever happens to that fork, the next cell finds the worker as it was. When a cell of the
student's ends the worker itself, a new one runs the cells before it again and goes on after it.
"""

import hashlib
import socket
import time
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
import torch
from nbformat import NotebookNode

from autograder.cells import grade_id_of, is_test
from autograder.ingest.attachments import reopened
from autograder.limits import Environment, Limits
from autograder.protocol.framing import BadFrame, FrameLimits, FrameTimeout, PeerClosed, write_frame
from autograder.sandbox.isolation import SandboxSpec

from .cell_outputs import Outputs, too_long
from .remote_errors import WorkerGone, WorkerLate
from .rpc_client import RpcClient
from .sandbox_client import ForkServer, SandboxError, WorkerHandle, send_request
from .sanitize import Sanitizer, error_output
from .test_dependencies import hidden_tests
from .test_runner import run_hidden_test, test_environment, time_limit

GRADED, TIME_LIMIT, CRASHED = "graded", "time limit", "crashed"
SHORTEST = 2.0  # seconds for a cell, however many have run too long
ANSWER_HEADER = 4 * 2**20  # bytes of JSON in one answer of a test's worker
OWN_SECONDS = 5.0  # for what the checker computes in one test
SPARE_SECONDS = 2.0  # for an answer after a cell's own clock has rung


@dataclass
class Grader:
    """Runs notebooks one after the other.

    Args:
        fork_server: where workers come from.
        level: of isolation, see `worker.enter_sandbox`.
        limits: of one submission.
        hidden: folders that must look empty to students' code.
    """

    fork_server: ForkServer
    level: str
    limits: Limits = field(default_factory=Limits)
    hidden: tuple[str, ...] = ()

    def run(self, notebook: NotebookNode, environment: Environment) -> NotebookNode:
        """Execute the notebook; see the module.

        Raises:
            Changed: a file that was handed in beside it is no longer what it was.
        """
        notebook = deepcopy(notebook)
        with reopened(environment.files) as files, test_environment(environment):
            status, reason = _Run(self, notebook, environment, files).go()
        notebook.metadata["autograder"] = {
            "status": status,
            "reason": reason,
            "seed": environment.seed,
        }
        return notebook

    def spec(self, environment: Environment) -> SandboxSpec:
        """What a worker gets."""
        limits = self.limits
        return SandboxSpec(
            level=self.level,
            folder="",
            hidden=self.hidden,
            memory=limits.memory_bytes,
            all_memory=limits.all_memory_bytes,
            processes=limits.processes,
            file_size=limits.file_bytes,
            disk=limits.disk_bytes,
            processor_seconds=int(limits.submission_seconds) + 30,
            files=tuple((file.name, file.size) for file in environment.files),
        )


class _Run:
    """One notebook."""

    def __init__(
        self, grader: Grader, notebook: NotebookNode, environment: Environment, files: list[int]
    ):
        self.grader, self.limits, self.environment = grader, grader.limits, environment
        self.files = files
        self.cells = [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]
        self.tests = hidden_tests(notebook)
        self.outputs = Outputs(Sanitizer(environment.trusted), self.limits)
        self.worker: WorkerHandle | None = None
        self.fatal_cells: set[str] = set()
        self.late: list[str] = []
        self.crashed: list[str] = []
        self.left = self.limits.submission_seconds

    def go(self) -> tuple[str, str]:
        """Run cell after cell; the status and its reason."""
        stopped: NotebookNode | None = None
        reason = ""
        try:
            for place, cell in enumerate(self.cells):
                if stopped is None and self.left <= 0:
                    reason = f"the {self.limits.submission_seconds:g} seconds for all cells were "
                    reason += "used up"
                    stopped = error_output(
                        "TimeLimit", "Not run: the time for this submission was used up."
                    )
                if stopped is not None:
                    cell.outputs = [deepcopy(stopped)]
                    continue
                try:
                    self._ready(place)
                except SandboxError as error:
                    stopped = error_output("NotRun", "Not run: no process could be started.")
                    reason = f"no worker: {error}"
                    self.crashed.append("the worker")
                    cell.outputs = [deepcopy(stopped)]
                    continue
                cell.outputs = self._test(cell) if is_test(cell) else self._cell(cell)
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
        return GRADED, ""

    # ---- the worker -----------------------------------------------------------------------------

    def _ready(self, place: int) -> None:
        """Have a worker that has run all cells before this place, but for the deadly ones."""
        if self.worker is not None:
            return
        spec = self.grader.spec(self.environment)
        self.worker = self.grader.fork_server.fork(spec, self.files)
        for cell in self.cells[:place]:
            if not is_test(cell) and cell.id not in self.fatal_cells and self.left > 0:
                self._execute(cell)
            if self.worker is None:
                raise SandboxError(f"{_title(cell)} ended it the second time")

    def _end_worker(self) -> None:
        if self.worker is not None:
            worker, self.worker = self.worker, None
            self.grader.fork_server.end(worker)

    def _execute(self, cell: NotebookNode) -> dict:
        """Have the worker run one cell: its answer, or how it failed to give one."""
        seconds = self._seconds()
        request = {
            "do": "cell",
            "id": cell.id,
            "source": cell.source,
            "seconds": seconds,
            "output": self.outputs.room,
            "given": bool(cell.metadata.get("nbgrader", {}).get("locked")),
            "seed": self._seed(cell),
        }
        began = time.monotonic()
        try:
            return send_request(self.worker, request, seconds + SPARE_SECONDS, self._frame_limits())
        except (FrameTimeout, PeerClosed, BadFrame) as error:
            self.fatal_cells.add(cell.id)
            self._end_worker()
            return {"end": "late" if isinstance(error, FrameTimeout) else "gone"}
        finally:
            self.left -= time.monotonic() - began

    def _seconds(self) -> float:
        """For one cell: less and less in a notebook in which cells have run too long already."""
        shorter = self.limits.cell_seconds / 2 ** len(self.late)
        whole = max(shorter, min(self.limits.cell_seconds, SHORTEST))
        return max(0.1, min(whole, self.left))

    def _frame_limits(self) -> FrameLimits:
        return FrameLimits(header=max(2**20, 8 * self.limits.output_bytes), tensors=0)

    def _seed(self, cell: NotebookNode) -> int:
        text = f"{self.environment.seed}/{cell.id}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big")

    # ---- a student's cell -----------------------------------------------------------------------

    def _cell(self, cell: NotebookNode) -> list[NotebookNode]:
        seconds = self._seconds()
        answer = self._execute(cell)
        if answer.get("end") == "gone":
            self.crashed.append(_title(cell))
            return [error_output("Crashed", "This cell ended the process that it ran in.")]
        error = answer.get("error")
        name = error.get("type") if isinstance(error, dict) else None
        if answer.get("end") == "late" or name == "CellTimeLimit":
            self.late.append(_title(cell))
            return [*self.outputs.of(answer), too_long(seconds)]
        outputs = self.outputs.of(answer)
        if not isinstance(error, dict):
            return outputs
        try:
            return [*outputs, self.outputs.of_error(error)]
        except (KeyError, ValueError, TypeError):
            return [
                *outputs,
                error_output("Crashed", "This cell ended in a way that makes no sense."),
            ]

    # ---- a hidden test --------------------------------------------------------------------------

    def _test(self, cell: NotebookNode) -> list[NotebookNode]:
        """Run a hidden test here, with a fork of the worker to talk to."""
        began = time.monotonic()
        ours, theirs = socket.socketpair()
        seconds = self._seconds()
        frame_limits = FrameLimits(header=ANSWER_HEADER, tensors=self.limits.answer_bytes)
        rpc = RpcClient(ours, seconds, frame_limits)
        try:
            request = {"do": "test", "seed": self._seed(cell)}
            _send_test(self.worker, request, theirs)
            theirs.close()
            # `torch.manual_seed` tells CUDA too, which takes longer than many a test.
            torch.default_generator.manual_seed(self._seed(cell))
            np.random.seed(self._seed(cell) % 2**32)  # noqa: NPY002 - whatever a test may use
            with time_limit(seconds + OWN_SECONDS):
                run_hidden_test(self.tests[cell.id], rpc)
            return []
        except WorkerLate:
            self.late.append(_title(cell))
            return [too_long(seconds)]
        except WorkerGone as gone:
            self.crashed.append(_title(cell))
            return [error_output("Crashed", str(gone))]
        except Exception as error:
            return [self.outputs.of_failure(error)]
        finally:
            ours.close(), theirs.close()
            # A test's own work is free, but no more of it than a test needs.
            own = time.monotonic() - began - OWN_SECONDS
            self.left -= max(seconds - rpc.left, own)
            self._end_of_test()

    def _end_of_test(self) -> None:
        """Have the worker bury the fork; if it does not, it goes too, and a new one takes over."""
        began = time.monotonic()
        try:
            send_request(self.worker, {"do": "go on"}, SPARE_SECONDS, self._frame_limits())
        except (FrameTimeout, PeerClosed, BadFrame):
            self._end_worker()
        finally:
            self.left -= time.monotonic() - began


def _send_test(worker: WorkerHandle, request: dict, connection: socket.socket) -> None:
    try:
        write_frame(worker.connection, request, [], time.monotonic() + SPARE_SECONDS)
        socket.send_fds(worker.connection, [b"."], [connection.fileno()])
    except (FrameTimeout, PeerClosed, OSError):
        raise WorkerGone("The process of this notebook has ended.") from None


def _title(cell: NotebookNode) -> str:
    name = grade_id_of(cell)
    return f"cell '{name}'" if name else "a cell that the student added"
