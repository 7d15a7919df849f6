"""A warm process from which checkers are forked.

Start it with `python -m autograder.execution.checker_forkserver FD`.

However many checkers a machine has room for, PyTorch is imported twice: here, and in the sandbox's
fork server, which has nothing of the course in it. Each checker gets a copy of both, by a fork.
"""

import gc
import os
import signal
import socket
import sys

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
from autograder.quick_import import import_jsonschema

# The one import from the untrusted side: `syscalls` holds nothing of it, only Linux system calls.
from autograder.sandbox import syscalls

from .sandbox_client import ForkServer, SandboxError

# Modules that PyTorch would otherwise import in the first test of each checker.
PRELOAD = (
    *("torch.fx.experimental.symbolic_shapes", "torch._refs", "torch._dynamo"),
    "autograder.execution.job_worker",
)


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
    fork_server = ForkServer()
    fork_server.launch()  # it imports its modules while this process imports its own
    import_jsonschema()
    preload(PRELOAD)
    gc.freeze()  # without a collection: of all that was imported hardly anything is garbage
    if sys.platform == "linux":
        syscalls.collapse_memory()
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
