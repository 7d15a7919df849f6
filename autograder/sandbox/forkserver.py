"""A warm process from which workers are forked: `python -m autograder.sandbox.forkserver FD`.

It has imported what notebooks need, which takes longer than to run one, and nothing of the course:
what it has imported, a fork can find in memory. It takes orders on one socket, from the checker
that started it, and ends with it.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.sandbox import syscalls as syscalls

from .isolation import SandboxSpec, enter_sandbox

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

PRELOAD = (
    *("torch", "torch.nn.functional", "numpy", "matplotlib", "matplotlib.pyplot"),
    # PyTorch imports these when the first gradient flows, or on the device "meta".
    *("torch.fx.experimental.symbolic_shapes", "torch._refs", "torch._dynamo"),
    *("IPython.core.interactiveshell", "safetensors.torch", "dataclasses", "collections"),
)
FIRST_FREE = 3
LONGEST = 2**16  # an order is one message
MOST_FDS = 64  # with it: the worker's end of its connection, and the files that it is given


def main() -> None:
    """Import, say that all is ready, and fork on demand until the checker hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    os.environ.setdefault("MPLBACKEND", "agg")
    for name in PRELOAD:
        __import__(name)
    from .cell_runner import Worker, new_shell

    shell = new_shell()
    _unimport_project()
    gc.collect()
    gc.freeze()  # what is shared with all forks is not copied for counting its references
    if sys.platform == "linux":
        syscalls.collapse_memory()
    death_pipe = _become_server(control)
    while True:
        message, fds, *_ = socket.recv_fds(control, LONGEST, MOST_FDS)
        if not message:
            return
        request = json.loads(message)
        if request["do"] == "fork":
            answer = _fork(SandboxSpec(**request["walls"]), fds, control, death_pipe, shell, Worker)
            for fd in fds:
                os.close(fd)
        elif request["do"] == "clone":
            copy = os.fork()
            if copy == 0:  # another zygote from here on, with a checker of its own
                control.close()
                control = socket.socket(fileno=fds[0])
                os.close(death_pipe[0]), os.close(death_pipe[1])
                death_pipe = _become_server(control)
                continue
            os.close(fds[0])
            answer = {"process": copy}
        else:
            _end(request["process"])
            answer = {"ended": request["process"]}
        control.send(json.dumps(answer).encode())


def _become_server(control: socket.socket) -> tuple[int, int]:
    """Be ready for orders; returns the lifeline of the workers to come.

    Nothing is ever written to it: workers see it close when this process ends, however it ends.
    """
    if sys.platform == "linux":
        syscalls.set_subreaper()
        syscalls.die_with_parent(signal.SIGKILL)
    death_pipe = os.pipe()
    control.send(b"ready")
    return death_pipe


def _fork(
    spec: SandboxSpec,
    fds: list[int],
    control: socket.socket,
    death_pipe: tuple[int, int],
    shell: "InteractiveShell",
    worker_class: Callable,
) -> dict:
    """Start a worker: the process whose end ends it, or why it could not be locked in.

    Args:
        fds: its end of the connection to the checker, then the files that it is given.
    """
    listen, status_fd = os.pipe()
    child = os.fork()
    if child == 0:
        try:  # a fork must never come back into the loop of its parent
            os.close(listen)
            control.close()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            kept = os.dup(fds[0])
            os.close(death_pipe[1])
            enter_sandbox(spec, status_fd, death_pipe[0], fds[1:])
            worker = worker_class(_close_other_fds(kept, status_fd), shell)
            os.close(status_fd)
            worker.run()
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(status_fd, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(0)
    os.close(status_fd)
    with os.fdopen(listen) as lines:  # to the end: the worker closes it when it is locked in
        process, *problems = lines.read().splitlines() or ["0"]
    if process != str(child):
        os.waitpid(child, 0)
    if problems or not process.isdigit():
        return {"process": 0, "why": " ".join([process, *problems])}
    return {"process": int(process)}


def _close_other_fds(connection: int, status_fd: int) -> socket.socket:
    """Leave nothing open but the connection and the pipe; input and output lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(FIRST_FREE):
        os.dup2(nowhere, number)
    for number in range(FIRST_FREE, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        if number not in (connection, status_fd):
            with contextlib.suppress(OSError):
                os.close(number)
    return socket.socket(fileno=connection)


def _end(process: int) -> None:
    """End a worker and everything that it has started."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    for _ in range(100):
        for child in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _children() -> list[int]:
    """Processes whose parent this is: those of a worker that has left come here."""
    found, me = [], os.getpid()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[1]) == me:
                found.append(int(entry.parent.name))
    return found


def _unimport_project() -> None:
    """Leave no way to import the project: neither its folder nor the installer's finder of it."""
    project = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [p for p in sys.path if p and os.path.realpath(p) != project]
    sys.meta_path[:] = [
        f for f in sys.meta_path if not getattr(f, "__module__", "").startswith("__editable__")
    ]
    for name in [n for n in sys.modules if n.startswith("__editable__")]:
        del sys.modules[name]


if __name__ == "__main__":
    main()
