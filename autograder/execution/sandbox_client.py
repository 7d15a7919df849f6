"""Start the sandbox's fork server, have it fork workers, and talk to them."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from autograder.protocol.framing import (
    BadFrame,
    FrameLimits,
    FrameTimeout,
    PeerClosed,
    read_frame,
    write_frame,
)
from autograder.protocol.handshake import VersionMismatch, check_hello, say_hello
from autograder.protocol.messages import (
    DATAGRAM_BYTES,
    BadMessage,
    CloneServer,
    Ended,
    EndProcess,
    Failed,
    Forked,
    ForkWorker,
    M,
    Message,
    WorkerReady,
    decode,
    from_datagram,
    to_datagram,
)
from autograder.protocol.sandbox_spec import LEVELS, NONE, SandboxSpec

START_SECONDS = 120  # imports of PyTorch and the like, on a busy machine
REQUEST_SECONDS = 30
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
    """A worker that could not be started; the text is the reason."""


@dataclass
class WorkerHandle:
    """A running worker.

    Attributes:
        connection: for requests and replies.
        process: id of the process whose end ends all of the worker's.
    """

    connection: socket.socket
    process: int


class ForkServer:
    """A warm process of this interpreter that forks workers; started on first use.

    Use it as a context manager, so that it ends.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen | None = None  # None for a fork: its parent is a server
        self._control: socket.socket | None = None
        self._warm = False

    @classmethod
    def forked(cls, control: socket.socket) -> "ForkServer":
        """Return the server that was forked with the other end of this socket."""
        server = cls()
        server._control = control
        return server

    def __enter__(self) -> "ForkServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def fork(self, spec: SandboxSpec, files: Sequence[int] = ()) -> WorkerHandle:
        """Start a worker in a sandbox, with a new folder of its own in place of `spec.folder`.

        Args:
            files: descriptors of the files that `spec` names, in the same order.

        Raises:
            SandboxError: it could not be started.
            VersionMismatch: the grader was updated while it ran.
        """
        request = ForkWorker(replace(spec, folder=tempfile.gettempdir()))
        try:
            connection, remote_end = socket.socketpair()
        except OSError as error:
            raise SandboxError(str(error)) from None
        worker = None
        try:
            with remote_end:
                reply = self._request(request, [remote_end.fileno(), *files], Forked)
            worker = WorkerHandle(connection, reply.process)
            header, _ = read_frame(connection, FrameLimits(), time.monotonic() + REQUEST_SECONDS)
            decode(header, WorkerReady)
            return worker
        except BaseException as error:
            connection.close()
            if worker is not None:
                self.end(worker)
            if isinstance(error, PeerClosed | FrameTimeout | BadFrame | BadMessage | OSError):
                raise SandboxError(f"{type(error).__name__}: {error}") from None
            raise

    def end(self, worker: WorkerHandle) -> None:
        """End a worker, everything that it started, and its folder."""
        worker.connection.close()
        if self._control is not None:
            self._request(EndProcess(worker.process), [], Ended)

    def clone(self) -> "ForkServer":
        """Return a copy of the warm process, for another checker: a fork that shares its memory.

        It ends when it is closed, and with the process that it was forked from.
        """
        control, remote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        say_hello(control)
        copy = ForkServer.forked(control)
        try:
            self._request(CloneServer(), [remote_end.fileno()], Forked)
        finally:
            remote_end.close()
        return copy

    def detach(self) -> None:
        """Leave the server to another process, which has inherited its control socket."""
        if self._control is not None:
            self._control.close()
        self._process, self._control, self._warm = None, None, False

    def close(self) -> None:
        """End the server."""
        process = self._process
        self.detach()
        if process is not None:
            try:
                process.wait(REQUEST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def launch(self) -> None:
        """Start the process if it does not run, without waiting until it is warm."""
        self._running()

    def _running(self) -> socket.socket:
        """Start the process if it does not run; returns its control socket."""
        if self._control is not None and (self._process is None or self._process.poll() is None):
            return self._control
        self.close()
        control, remote_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        say_hello(control)
        fd = remote_end.fileno()
        command = [sys.executable, "-I", "-m", "autograder.sandbox.worker_forkserver", str(fd)]
        self._process = subprocess.Popen(
            command, pass_fds=[fd], env=sandbox_environment(), stdin=subprocess.DEVNULL, cwd="/"
        )
        remote_end.close()
        self._control = control
        return control

    def _request(self, request: Message, fds: list[int], kind: type[M]) -> M:
        """Send a request; returns the reply, which is of this kind.

        Raises:
            SandboxError: the server could not do it, or is gone.
            VersionMismatch: the grader was updated while it ran.
        """
        control = self._running()
        try:
            if not self._warm:
                control.settimeout(START_SECONDS)
                check_hello(control, "sandbox's fork server")
                control.settimeout(REQUEST_SECONDS)
                self._warm = True
            socket.send_fds(control, [to_datagram(request)], fds)
            data = control.recv(DATAGRAM_BYTES)
            if not data:
                raise OSError("it ended")
            reply: Message = from_datagram(data, kind, Failed)
        except (OSError, ValueError, VersionMismatch) as error:
            if self._process is not None:
                self._process.kill()
            self.close()
            if isinstance(error, VersionMismatch):
                raise
            raise SandboxError(f"the process that forks workers is gone: {error}") from None
        if isinstance(reply, kind):
            return reply
        raise SandboxError(reply.reason if isinstance(reply, Failed) else repr(reply))


def sandbox_environment() -> dict[str, str]:
    """Return the environment variables of a process whose forks run students' code."""
    return {name: os.environ[name] for name in PASSED_ENV if name in os.environ} | SINGLE_THREAD_ENV


def probe_level(level: str) -> str:
    """Try an isolation level in a process of its own; returns why it fails, empty if it works."""
    command = [sys.executable, "-I", "-m", "autograder.sandbox.probe", level]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=REQUEST_SECONDS, check=False, cwd="/"
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    return "" if done.returncode == 0 else (done.stdout.strip() or "it ended at once")


@cache
def best_level() -> str:
    """Return the best level that this machine supports, NONE if it supports none."""
    return next((level for level in LEVELS if not probe_level(level)), NONE)


def send_request(
    worker: WorkerHandle, request: Message, seconds: float, frame_limits: FrameLimits
) -> dict:
    """Send a request to a worker and wait for its reply, whose fields are untrusted.

    Raises:
        FrameTimeout, PeerClosed, BadFrame: no valid reply arrives.
    """
    deadline = time.monotonic() + seconds
    write_frame(worker.connection, request.encode(), [], deadline)
    reply, _ = read_frame(worker.connection, frame_limits, deadline)
    if not isinstance(reply, dict):
        raise BadFrame("an answer that is no object")
    return reply
