"""Several checkers on this machine, each a process with a fork server of its own.

If a checker ends, whatever the reason, its job gets one more try, and no other job is affected.
"""

import contextlib
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.errors import UserError
from autograder.protocol.framing import BadFrame, FrameReader, FrameTimeout, PeerClosed, write_frame
from autograder.protocol.handshake import VersionMismatch, check_hello, say_hello
from autograder.protocol.messages import (
    DATAGRAM_BYTES,
    Ended,
    EndProcess,
    Failed,
    ForkChecker,
    Forked,
    M,
    Message,
    from_datagram,
    to_datagram,
)

from .checker_forkserver import Surroundings
from .job import JOB_FRAME, JobResult
from .sandbox_client import START_SECONDS, sandbox_environment

TRIES = 2
SPARE_SECONDS = 180  # for a job, beyond the time limit of its cells


@dataclass
class _Job:
    name: str
    request: dict
    tries: int = 0


@dataclass
class _Checker:
    process: int
    connection: socket.socket
    reader: FrameReader
    job: _Job | None = None
    deadline: float = 0.0


class LocalPool:
    """Checkers that run jobs in parallel. Use it as a context manager, so that they end.

    They start when the first jobs come. `launch` makes them ready before.

    Args:
        size: number of checkers.
    """

    def __init__(self, size: int):
        self._size = size
        self._server = _CheckerServer()
        self._checkers: list[_Checker] = []

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()
        self._server.wait()

    def launch(self) -> None:
        """Start the process that forks checkers, without waiting until it is warm."""
        self._server.launch()

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, JobResult]]:
        """Yield each job's name with its result, in the order in which they finish.

        Args:
            jobs: names and jobs. Only as many are drawn ahead as there are checkers.

        Raises:
            UserError: the grader was updated while it ran.
        """
        rest, waiting = iter(jobs), deque[_Job]()
        while True:
            while len(waiting) < self._size and (new := next(rest, None)) is not None:
                waiting.append(_Job(*new))
                self._assign(waiting)
            self._assign(waiting)
            busy = [(checker, checker.job) for checker in self._checkers if checker.job]
            if not busy:
                return
            reached = self._reached([checker for checker, _ in busy])
            for checker, job in busy:
                if checker not in reached:
                    continue
                result = self._result_of(checker)
                if checker.job:  # only a part of its reply has arrived
                    continue
                if result is None and job.tries < TRIES:
                    waiting.append(job)
                elif result is not None and "refused" in result:
                    raise UserError(result["refused"])
                else:
                    yield job.name, result or {"failed": "the process that graded it ended, twice"}

    def dismiss(self) -> None:
        """Make all processes end, busy ones at once, without waiting for it."""
        for checker in list(self._checkers):
            if checker.job:
                self._end(checker)
            else:
                checker.connection.close()
        self._checkers.clear()
        self._server.hang_up()

    def _free(self) -> _Checker | None:
        for checker in self._checkers:
            if not checker.job:
                return checker
        return self._start() if len(self._checkers) < self._size else None

    def _start(self) -> _Checker:
        connection, remote_end = socket.socketpair()
        try:
            reply = self._server.request(ForkChecker(), Forked, remote_end)
        except UserError:
            connection.close()
            raise
        finally:
            remote_end.close()
        process = 0 if reply is None else reply.process
        checker = _Checker(process, connection, FrameReader(connection, JOB_FRAME.header))
        self._checkers.append(checker)
        return checker

    def _assign(self, waiting: deque[_Job]) -> None:
        """Assign waiting jobs to free checkers."""
        while waiting and (checker := self._free()) is not None:
            job = checker.job = waiting.popleft()
            job.tries += 1
            seconds = job.request["limits"]["submission_seconds"] + SPARE_SECONDS
            checker.deadline = time.monotonic() + seconds
            with contextlib.suppress(PeerClosed, FrameTimeout):  # `_reached` notices its end
                write_frame(checker.connection, job.request, [], checker.deadline)

    def _reached(self, busy: list[_Checker]) -> list[_Checker]:
        """Wait until checkers send something, have ended, or have used up their time."""
        left = max(0.0, min(c.deadline for c in busy) - time.monotonic())
        ready = select.select([c.connection for c in busy], [], [], left)[0]
        now = time.monotonic()
        return [c for c in busy if c.connection in ready or c.deadline <= now]

    def _result_of(self, checker: _Checker) -> JobResult | None:
        """Return the result of a checker's job, None if there is none.

        A checker that has failed is ended. One whose reply is still on its way keeps its job: no
        other checker waits for it.
        """
        try:
            result = checker.reader.read()
        except (PeerClosed, BadFrame):
            self._end(checker)
            return None
        if result is not None:
            checker.job = None
        elif checker.deadline <= time.monotonic():
            self._end(checker)
        return result

    def _end(self, checker: _Checker) -> None:
        self._checkers.remove(checker)
        checker.job = None
        checker.connection.close()
        if checker.process and self._server.is_running:
            self._server.request(EndProcess(checker.process), Ended)


class _CheckerServer:
    """The process that forks checkers; started on first use, and again when it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._warm = False

    @property
    def is_running(self) -> bool:
        """False before the first request, and when it is gone: its checkers end with it."""
        return self._control is not None

    def launch(self) -> socket.socket:
        """Start the process if it does not run; returns its control socket."""
        return self._control or self._start()

    def request(
        self, request: Message, kind: type[M], connection: socket.socket | None = None
    ) -> M | None:
        """Send a request; returns its reply, None if the server is gone, and its checkers with it.

        Args:
            kind: of the reply.
            connection: its descriptor travels with the request.

        Raises:
            UserError: the grader was updated while it ran.
        """
        fds = [] if connection is None else [connection.fileno()]
        control = self.launch()
        try:
            if not self._warm:
                check_hello(control, "checkers' fork server")
                self._warm = True
            socket.send_fds(control, [to_datagram(request)], fds)
            reply: Message = from_datagram(control.recv(DATAGRAM_BYTES), kind, Failed)
        except VersionMismatch as error:
            self._kill()
            raise UserError(str(error)) from None
        except (OSError, ValueError):
            self._kill()
            return None
        if isinstance(reply, Failed):
            raise UserError(reply.reason)
        return reply if isinstance(reply, kind) else None

    def hang_up(self) -> None:
        """Make the server end; one that is not warm yet would notice it after its imports only."""
        if self._control is not None:
            if not self._warm and self._process is not None:
                self._process.kill()
            self._control.close()
            self._control = None

    def wait(self) -> None:
        """Wait until the server has ended."""
        if self._process is None:
            return
        try:
            self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.hang_up()
        self.wait()

    def _start(self) -> socket.socket:
        control, remote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        control.settimeout(START_SECONDS)
        say_hello(control)
        fd = remote_end.fileno()
        command = [sys.executable, "-I", "-m", "autograder.execution.checker_forkserver", str(fd)]
        with tempfile.TemporaryFile() as surroundings:
            surroundings.write(Surroundings.here().to_json())
            surroundings.seek(0)
            self._process = subprocess.Popen(
                command, pass_fds=[fd], env=sandbox_environment(), stdin=surroundings, cwd="/"
            )
        remote_end.close()
        self._control, self._warm = control, False
        return control
