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

from autograder.sandbox import syscalls as kernel

from .sandbox_client import LONGEST, NoWorker, Zygote

# What PyTorch would import in the first test of each checker.
WARM = (
    *("torch.fx.experimental.symbolic_shapes", "torch._refs", "torch._dynamo"),
    "autograder.execution.job_worker",
)


def main() -> None:
    """Fork checkers, and end them, as the pool wants it."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever is interrupted ends this too
    zygote = Zygote()
    zygote.launch()  # it warms up beside us
    for name in WARM:
        import_module(name)
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        kernel.die_with_parent(signal.SIGKILL)
        kernel.collapse_memory()
    try:
        while True:
            message, fds, *_ = socket.recv_fds(control, LONGEST, 1)
            if not message:
                return
            order = json.loads(message)
            if order["do"] == "checker":
                answer = {"process": _fork(control, fds[0], zygote)}
                os.close(fds[0])
            else:
                _end(order["process"])
                answer = {"ended": order["process"]}
            control.send(json.dumps(answer).encode())
    finally:
        zygote.close()


def _fork(control: socket.socket, connection: int, zygote: Zygote) -> int:
    from .job_worker import Doer, take_jobs

    try:
        own = zygote.clone()
    except NoWorker:
        own = Zygote()
    child = os.fork()
    if child == 0:
        try:  # a fork must never come back into the loop of its parent
            control.close()
            zygote.let_go()
            if sys.platform == "linux":
                kernel.die_with_parent(signal.SIGKILL)
            take_jobs(socket.socket(fileno=connection), Doer(own))
        finally:
            os._exit(0)
    own.let_go()
    return child


def _end(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process, 0)


if __name__ == "__main__":
    main()
