"""Several checkers on this machine, each a process with a zygote of its own.

A checker that ends, whatever the reason, costs the job that it had one more try, and nobody else
anything.
"""

import contextlib
import select
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ..border.frames import BadFrame, Closed, Late, read_frame, write_frame
from .jobs import LARGEST

TRIES = 2
SPARE_SECONDS = 180  # for a job, beyond what its cells may take
ANSWER_SECONDS = 60  # from the first byte of an answer to its last


@dataclass
class _Checker:
    process: subprocess.Popen
    connection: socket.socket
    job: str = ""
    deadline: float = 0.0


class Pool:
    """Does jobs side by side. Use it as a context manager, so that its processes end.

    Args:
        size: how many at a time.
    """

    def __init__(self, size: int):
        self._size = size
        self._checkers: list[_Checker] = []

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *_: object) -> None:
        for checker in list(self._checkers):
            self._end(checker, wait=True)

    def do(self, jobs: dict[str, dict]) -> Iterator[tuple[str, dict]]:
        """Each job's name with its answer, as they come: `notebook` or `failed`."""
        waiting, tries = deque(jobs), dict.fromkeys(jobs, 0)
        while waiting or any(c.job for c in self._checkers):
            while waiting and (checker := self._free()) is not None:
                name = waiting.popleft()
                tries[name] += 1
                self._give(checker, name, jobs[name])
            for checker in self._with_news():
                name, answer = checker.job, self._answer_of(checker)
                if answer is None and tries[name] < TRIES:
                    waiting.append(name)
                else:
                    yield name, answer or {"failed": "the process that graded it ended, twice"}

    def _free(self) -> _Checker | None:
        for checker in self._checkers:
            if not checker.job:
                return checker
        return self._start() if len(self._checkers) < self._size else None

    def _start(self) -> _Checker:
        ours, theirs = socket.socketpair()
        number = theirs.fileno()
        command = [sys.executable, "-m", "autograder.checker.jobs", str(number)]
        process = subprocess.Popen(command, pass_fds=[number], stdin=subprocess.DEVNULL)
        theirs.close()
        checker = _Checker(process, ours)
        self._checkers.append(checker)
        return checker

    def _give(self, checker: _Checker, name: str, one: dict) -> None:
        checker.job = name
        checker.deadline = time.monotonic() + one["limits"]["submission_seconds"] + SPARE_SECONDS
        with contextlib.suppress(Closed, Late):  # its end will be noticed as news
            write_frame(checker.connection, one, [], checker.deadline)

    def _with_news(self) -> list[_Checker]:
        busy = [c for c in self._checkers if c.job]
        left = max(0.0, min(c.deadline for c in busy) - time.monotonic())
        ready = select.select([c.connection for c in busy], [], [], left)[0]
        now = time.monotonic()
        return [c for c in busy if c.connection in ready or c.deadline <= now]

    def _answer_of(self, checker: _Checker) -> dict | None:
        try:
            answer, _ = read_frame(checker.connection, LARGEST, time.monotonic() + ANSWER_SECONDS)
        except (Closed, Late, BadFrame):
            self._end(checker)
            return None
        checker.job = ""
        return answer

    def _end(self, checker: _Checker, wait: bool = False) -> None:
        self._checkers.remove(checker)
        checker.connection.close()
        if wait and not checker.job:
            try:
                checker.process.wait(SPARE_SECONDS)
                return
            except subprocess.TimeoutExpired:
                pass
        checker.process.kill()
        checker.process.wait()
