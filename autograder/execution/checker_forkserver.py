"""A warm process from which checkers are forked.

Start it with `python -m autograder.execution.checker_forkserver FD`.

However many checkers a machine has room for, PyTorch is imported twice: here, and in the zygote,
which has nothing of the course in it. Each checker gets a copy of both, by a fork.
"""

import contextlib
import gc
import json
import os
import signal
import socket
import sys
from importlib import import_module

from autograder.sandbox import syscalls as syscalls

from .sandbox_client import LONGEST, ForkServer, SandboxError

# What PyTorch would import in the first test of each checker.
PRELOAD = (
    *("torch.fx.experimental.symbolic_shapes", "torch._refs", "torch._dynamo"),
    "autograder.execution.job_worker",
)


def main() -> None:
    """Fork checkers, and end them, as the pool wants it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends this too
    fork_server = ForkServer()
    fork_server.launch()  # it warms up beside us
    for name in PRELOAD:
        import_module(name)
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        syscalls.die_with_parent(signal.SIGKILL)
        syscalls.collapse_memory()
    try:
        while True:
            message, fds, *_ = socket.recv_fds(control, LONGEST, 1)
            if not message:
                return
            request = json.loads(message)
            if request["do"] == "checker":
                answer = {"process": _fork(control, fds[0], fork_server)}
                os.close(fds[0])
            else:
                _end(request["process"])
                answer = {"ended": request["process"]}
            control.send(json.dumps(answer).encode())
    finally:
        fork_server.close()


def _fork(control: socket.socket, connection: int, fork_server: ForkServer) -> int:
    from .job_worker import JobRunner, serve_jobs

    try:
        own = fork_server.clone()
    except SandboxError:
        own = ForkServer()
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
    return child


def _end(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)


if __name__ == "__main__":
    main()
