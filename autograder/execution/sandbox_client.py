"""The checker's end of a zygote: start it, have it fork workers, have it end them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path

from autograder.protocol.framing import (
    BadFrame,
    FrameLimits,
    FrameTimeout,
    PeerClosed,
    read_frame,
    write_frame,
)
from autograder.sandbox.isolation import FULL, LEVELS, NONE, SandboxSpec

START_SECONDS = 120  # imports of PyTorch and the like, on a busy machine
ORDER_SECONDS = 30
LONGEST = 2**16
PASSED_ENV = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "MPLCONFIGDIR")
SINGLE_THREAD_ENV = {  # one thread each: several workers share the machine
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}


class SandboxError(Exception):
    """A worker could not be started; the text says why."""


@dataclass
class WorkerHandle:
    """A running worker.

    Attributes:
        connection: for orders and answers.
        process: the one whose end ends it all.
        folder: its own, removed with it.
    """

    connection: socket.socket
    process: int
    folder: str


class ForkServer:
    """A warm process of this interpreter that forks workers; started on first use.

    Use it as a context manager, so that it ends.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None  # a copy's parent is the one it was made of
        self._control: socket.socket | None = None
        self._warm = False

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(self, spec: SandboxSpec, files: Sequence[int] = ()) -> WorkerHandle:
        """A new worker behind these walls; `spec.folder` is chosen here.

        Args:
            files: descriptors of the files that the walls name, in their order.

        Raises:
            SandboxError: it could not be started.
        """
        folder = tempfile.mkdtemp(prefix="ag-")
        Path(folder).chmod(0o711)
        ours, theirs = socket.socketpair()
        try:
            request = {"do": "fork", "walls": asdict(replace(spec, folder=folder))}
            answer = self._request(request, [theirs.fileno(), *files])
            if not answer["process"]:
                raise SandboxError(answer.get("why", "it ended at once"))
            worker = WorkerHandle(ours, answer["process"], folder)
            read_frame(ours, FrameLimits(), time.monotonic() + ORDER_SECONDS)
            if spec.level == FULL:  # it has moved into its own root; nobody comes back here
                with suppress(OSError):  # an old kernel keeps it until `end`
                    Path(folder).rmdir()
            return worker
        except (PeerClosed, FrameTimeout, BadFrame, OSError) as error:
            raise SandboxError(f"{type(error).__name__}: {error}") from None
        finally:
            theirs.close()

    def end(self, worker: WorkerHandle) -> None:
        """End a worker, all that it started, and its folder."""
        worker.connection.close()
        if self._control is not None:
            self._request({"do": "end", "process": worker.process}, [])
        shutil.rmtree(worker.folder, ignore_errors=True)

    def clone(self) -> "ForkServer":
        """A copy of the warm process, for another checker: a fork, and most memory is shared.

        It ends when it is closed, and with the process that it was made of.
        """
        copy = ForkServer()
        copy._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._request({"do": "clone"}, [theirs.fileno()])
        finally:
            theirs.close()
        return copy

    def detach(self) -> None:
        """Leave it to another process, which has inherited the way to it."""
        if self._control is not None:
            self._control.close()
        self._process, self._control, self._warm = None, None, False

    def close(self) -> None:
        """End the zygote."""
        process = self._process
        self.detach()
        if process is not None:
            try:
                process.wait(ORDER_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def launch(self) -> None:
        """Start the process if it does not run, without waiting until it is warm."""
        if self._control is not None and (self._process is None or self._process.poll() is None):
            return
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        number = theirs.fileno()
        command = [sys.executable, "-I", "-m", "autograder.sandbox.forkserver", str(number)]
        environment = {
            name: os.environ[name] for name in PASSED_ENV if name in os.environ
        } | SINGLE_THREAD_ENV
        self._process = subprocess.Popen(
            command, pass_fds=[number], env=environment, stdin=subprocess.DEVNULL, cwd="/"
        )
        theirs.close()
        self._control = ours

    def _request(self, request: dict, fds: list[int]) -> dict:
        self.launch()
        try:
            if not self._warm:
                self._control.settimeout(START_SECONDS)
                if self._control.recv(LONGEST) != b"ready":
                    raise OSError("it ended at once")
                self._control.settimeout(ORDER_SECONDS)
                self._warm = True
            socket.send_fds(self._control, [json.dumps(request).encode()], fds)
            return json.loads(self._control.recv(LONGEST))
        except (OSError, ValueError) as error:
            if self._process is not None:
                self._process.kill()
            self.close()
            raise SandboxError(f"the process that forks workers is gone: {error}") from None


def probe_level(level: str) -> str:
    """Lock a process in at a level; empty if that works, otherwise why it does not."""
    command = [sys.executable, "-I", "-m", "autograder.sandbox.probe", level]
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
    return next((level for level in LEVELS if not probe_level(level)), NONE)


def send_request(
    worker: WorkerHandle,
    request: dict,
    seconds: float,
    frame_limits: FrameLimits,
    fd: int | None = None,
) -> dict:
    """Give a worker an order and wait for its answer.

    Raises:
        FrameTimeout, PeerClosed, BadFrame: it does not come.
    """
    deadline = time.monotonic() + seconds
    write_frame(worker.connection, request, [], deadline)
    if fd is not None:
        socket.send_fds(worker.connection, [b"."], [fd])
    answer, _ = read_frame(worker.connection, frame_limits, deadline)
    if not isinstance(answer, dict):
        raise BadFrame("an answer that is no object")
    return answer
