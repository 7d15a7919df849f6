"""A warm process from which checkers are forked.

Start it with `python -I -m autograder.execution.checker_forkserver FD`, in the environment of a
sandbox: a student's code can read the environment in which its process began. The rest of a
checker's environment is JSON on its standard input, see `Surroundings`.

However many checkers a machine has room for, PyTorch is imported once, here. While nothing of the
course is in memory yet, this process forks the sandbox's fork server. Each checker gets a copy of
both, by a fork.
"""

import json
import os
import signal
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.protocol.handshake import VersionMismatch, accepts_hello, hung_up, say_hello
from autograder.protocol.messages import (
    DATAGRAM_BYTES,
    Ended,
    EndProcess,
    Failed,
    ForkChecker,
    Forked,
    Message,
    from_datagram,
    to_datagram,
)
from autograder.protocol.preload import preload
from autograder.sandbox import syscalls, worker_forkserver

from .sandbox_client import ForkServer, SandboxError


@dataclass(frozen=True)
class Surroundings:
    """What a checker has from the process that started the grader.

    Attributes:
        environment: all environment variables.
        path: where modules are looked for.
        folder: the current folder.
    """

    environment: dict[str, str]
    path: list[str]
    folder: str

    @classmethod
    def here(cls) -> "Surroundings":
        """Return those of this process."""
        return cls(dict(os.environ), [str(place) for place in sys.path], str(Path.cwd()))

    def to_json(self) -> bytes:
        """Return them for the standard input of the warm process."""
        return json.dumps(asdict(self)).encode()

    def enter(self) -> None:
        """Make them those of this process."""
        os.environ.clear()
        os.environ.update(self.environment)
        sys.path[:] = self.path
        os.chdir(self.folder)


def main() -> None:
    """Fork checkers, and end them, on request of the pool."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that gets it ends this one, too
    if not accepts_hello(control):
        return
    if sys.platform == "linux":  # from now on: the imports take seconds
        syscalls.die_with_parent(signal.SIGKILL)
        if hung_up(control):  # it has ended before that
            return
    worker_forkserver.warm_up()
    fork_server = _fork_sandbox(control)
    with open(0, closefd=False) as surroundings:
        Surroundings(**json.load(surroundings)).enter()
    preload(["autograder.execution.job_worker"])
    say_hello(control)
    checkers: set[int] = set()
    try:
        while True:
            data, fds, *_ = socket.recv_fds(control, DATAGRAM_BYTES, 1)
            if not data:
                return
            request: Message = from_datagram(data, ForkChecker, EndProcess)
            reply: Message
            if isinstance(request, EndProcess):
                if request.process in checkers:  # an earlier server's may be anything by now
                    checkers.remove(request.process)
                    _end(request.process)
                reply = Ended(request.process)
            else:
                reply = _fork(control, fds[0], fork_server)
                os.close(fds[0])
                if isinstance(reply, Forked):
                    checkers.add(reply.process)
            control.send(to_datagram(reply))
    finally:
        fork_server.close()


def _fork_sandbox(control: socket.socket) -> ForkServer:
    """Fork the sandbox's fork server."""
    client, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        try:
            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            for end in (null, control.detach(), client.detach()):
                os.close(end)
            syscalls.die_with_parent(signal.SIGTERM)
            worker_forkserver.serve(server)
        finally:
            os._exit(0)
    server.close()
    return ForkServer.forked(client)


def _fork(control: socket.socket, connection: int, fork_server: ForkServer) -> Forked | Failed:
    """Fork a checker with a fork server of its own.

    Args:
        connection: descriptor of the checker's connection to the pool.
    """
    from .job_worker import JobRunner, serve_jobs

    try:
        own = fork_server.clone()
    except SandboxError:
        own = ForkServer()
    except VersionMismatch as error:
        return Failed(str(error))
    child = os.fork()
    if child == 0:
        try:  # a fork must never come back into the loop of its parent
            control.close()
            fork_server.detach()
            if sys.platform == "linux":
                syscalls.die_with_parent(signal.SIGKILL)
            serve_jobs(socket.socket(fileno=connection), JobRunner(own))
        finally:
            os._exit(0)
    own.detach()
    return Forked(child)


def _end(process: int) -> None:
    """End a checker that was forked here; until it is waited for, no other process has its id."""
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


if __name__ == "__main__":
    main()
    os._exit(0)  # at once: to take apart all that was imported takes a while
