"""Several checkers on this machine, each a process with a zygote of its own.

A checker that ends, whatever the reason, costs the job that it had one more try, and nobody else
anything.
"""

import contextlib
import json
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.protocol.framing import BadFrame, FrameTimeout, PeerClosed, read_frame, write_frame

from .job import LARGEST
from .sandbox_client import LONGEST, START_SECONDS

TRIES = 2
SPARE_SECONDS = 180  # for a job, beyond what its cells may take
ANSWER_SECONDS = 60  # from the first byte of an answer to its last


@dataclass
class _Job:
    name: str
    request: dict
    tries: int = 0


@dataclass
class _Checker:
    process: int
    connection: socket.socket
    job: _Job | None = None
    deadline: float = 0.0


class LocalPool:
    """Does jobs side by side. Use it as a context manager, so that its processes end.

    Args:
        size: how many at a time.
    """

    def __init__(self, size: int):
        self._size = size
        self._host = _Host()
        self._checkers: list[_Checker] = []

    def __enter__(self) -> "LocalPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()
        self._host.wait()

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, dict]]:
        """Each job's name with its answer, as they come: `notebook` or `failed`.

        Args:
            jobs: names and jobs. As many as can be done at a time are drawn ahead, not more.
        """
        rest, waiting = iter(jobs), deque[_Job]()
        while True:
            while len(waiting) < self._size and (new := next(rest, None)) is not None:
                waiting.append(_Job(*new))
                self._give_out(waiting)
            self._give_out(waiting)
            if not any(checker.job for checker in self._checkers):
                return
            for checker in self._with_news():
                job, answer = checker.job, self._answer_of(checker)
                if answer is None and job.tries < TRIES:
                    waiting.append(job)
                else:
                    yield job.name, answer or {"failed": "the process that graded it ended, twice"}

    def dismiss(self) -> None:
        """Have all processes end, without waiting for it; busy ones at once."""
        for checker in list(self._checkers):
            if checker.job:
                self._end(checker)
            else:
                checker.connection.close()
        self._checkers.clear()
        self._host.hang_up()

    def _free(self) -> _Checker | None:
        for checker in self._checkers:
            if not checker.job:
                return checker
        return self._start() if len(self._checkers) < self._size else None

    def _start(self) -> _Checker:
        ours, theirs = socket.socketpair()
        checker = _Checker(self._host.request({"do": "checker"}, theirs).get("process", 0), ours)
        theirs.close()
        self._checkers.append(checker)
        return checker

    def _give_out(self, waiting: deque[_Job]) -> None:
        """Give jobs to checkers for as long as there are both."""
        while waiting and (checker := self._free()) is not None:
            job = checker.job = waiting.popleft()
            job.tries += 1
            seconds = job.request["limits"]["submission_seconds"] + SPARE_SECONDS
            checker.deadline = time.monotonic() + seconds
            with contextlib.suppress(PeerClosed, FrameTimeout):  # its end will be noticed as news
                write_frame(checker.connection, job.request, [], checker.deadline)

    def _with_news(self) -> list[_Checker]:
        busy = [c for c in self._checkers if c.job]
        left = max(0.0, min(c.deadline for c in busy) - time.monotonic())
        ready = select.select([c.connection for c in busy], [], [], left)[0]
        now = time.monotonic()
        return [c for c in busy if c.connection in ready or c.deadline <= now]

    def _answer_of(self, checker: _Checker) -> dict | None:
        try:
            answer, _ = read_frame(checker.connection, LARGEST, time.monotonic() + ANSWER_SECONDS)
        except (PeerClosed, FrameTimeout, BadFrame):
            self._end(checker)
            return None
        checker.job = None
        return answer

    def _end(self, checker: _Checker) -> None:
        self._checkers.remove(checker)
        checker.connection.close()
        if checker.process:
            self._host.request({"do": "end", "process": checker.process})


class _Host:
    """The process that forks checkers; started on first use, and again when it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None

    def request(self, request: dict, connection: socket.socket | None = None) -> dict:
        """Its answer; none if it is gone, and its checkers with it."""
        if self._process is None:
            self._start()
        fds = [] if connection is None else [connection.fileno()]
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], fds)
            return json.loads(self._control.recv(LONGEST))
        except (OSError, ValueError):
            self._process.kill()
            self.hang_up()
            self.wait()
            return {}

    def hang_up(self) -> None:
        """Have it end."""
        if self._control is not None:
            self._control.close()
            self._control = None

    def wait(self) -> None:
        """Wait until it has ended."""
        if self._process is None:
            return
        try:
            self._process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(START_SECONDS)
        number = theirs.fileno()
        command = [sys.executable, "-m", "autograder.execution.checker_forkserver", str(number)]
        self._process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL)
        theirs.close()
