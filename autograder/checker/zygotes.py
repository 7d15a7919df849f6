"""The checker's end of a zygote: start it, have it fork workers, have it end them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from ..border.frames import BadFrame, Caps, Closed, Late, read_frame, write_frame
from ..worker.lock_in import LEVELS, NONE, Walls

START_SECONDS = 120  # imports of PyTorch and the like, on a busy machine
ORDER_SECONDS = 30
LONGEST = 2**16
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "MPLCONFIGDIR")
ALONE = {  # one thread each: several workers share the machine
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}


class NoWorker(Exception):
    """A worker could not be started; the text says why."""


@dataclass
class Worker:
    """A running worker.

    Attributes:
        connection: for orders and answers.
        process: the one whose end ends it all.
        folder: its own, removed with it.
    """

    connection: socket.socket
    process: int
    folder: str


class Zygote:
    """A warm process of this interpreter that forks workers; started on first use.

    Use it as a context manager, so that it ends.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> "Zygote":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(self, walls: Walls) -> Worker:
        """A new worker behind these walls; `walls.folder` is chosen here.

        Raises:
            NoWorker: it could not be started.
        """
        self._start()
        folder = tempfile.mkdtemp(prefix="ag-")
        Path(folder).chmod(0o711)
        ours, theirs = socket.socketpair()
        try:
            order = {"do": "fork", "walls": asdict(replace(walls, folder=folder))}
            answer = self._order(order, [theirs.fileno()])
            if not answer["process"]:
                raise NoWorker(answer.get("why", "it ended at once"))
            worker = Worker(ours, answer["process"], folder)
            read_frame(ours, Caps(), time.monotonic() + ORDER_SECONDS)
            return worker
        except (Closed, Late, BadFrame, OSError) as error:
            raise NoWorker(f"{type(error).__name__}: {error}") from None
        finally:
            theirs.close()

    def end(self, worker: Worker) -> None:
        """End a worker, all that it started, and its folder."""
        worker.connection.close()
        if self._process is not None:
            self._order({"do": "end", "process": worker.process}, [])
        shutil.rmtree(worker.folder, ignore_errors=True)

    def close(self) -> None:
        """End the zygote."""
        if self._process is None:
            return
        self._control.close()
        try:
            self._process.wait(ORDER_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = self._control = None

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        command = [sys.executable, "-I", "-m", "autograder.worker.zygote", str(number)]
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | ALONE
        self._process = subprocess.Popen(
            command, pass_fds=[number], env=environment, stdin=subprocess.DEVNULL, cwd="/"
        )
        theirs.close()
        self._control = ours
        ours.settimeout(START_SECONDS)
        try:
            if ours.recv(LONGEST) != b"ready":
                raise NoWorker("the process that forks workers ended at once")
        except OSError as error:
            raise NoWorker(f"the process that forks workers did not start: {error}") from None
        ours.settimeout(ORDER_SECONDS)

    def _order(self, order: dict, fds: list[int]) -> dict:
        try:
            socket.send_fds(self._control, [json.dumps(order).encode()], fds)
            return json.loads(self._control.recv(LONGEST))
        except (OSError, ValueError) as error:
            self._process.kill()
            self._process.wait()
            raise NoWorker(f"the process that forks workers is gone: {error}") from None


def try_level(level: str) -> str:
    """Lock a process in at a level; empty if that works, otherwise why it does not."""
    command = [sys.executable, "-I", "-m", "autograder.worker.try_level", level]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=ORDER_SECONDS, check=False, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return "" if done.returncode == 0 else (done.stdout.strip() or "it ended at once")


@cache
def best_level() -> str:
    """The best level that this machine allows, NONE if it allows none of them."""
    return next((level for level in LEVELS if not try_level(level)), NONE)


def ask(worker: Worker, order: dict, seconds: float, caps: Caps, fd: int | None = None) -> dict:
    """Give a worker an order and wait for its answer.

    Raises:
        Late, Closed, BadFrame: it does not come.
    """
    deadline = time.monotonic() + seconds
    write_frame(worker.connection, order, [], deadline)
    if fd is not None:
        socket.send_fds(worker.connection, [b"."], [fd])
    answer, _ = read_frame(worker.connection, caps, deadline)
    if not isinstance(answer, dict):
        raise BadFrame("an answer that is no object")
    return answer
