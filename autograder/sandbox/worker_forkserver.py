"""A warm process from which workers are forked.

Start it with `python -m autograder.sandbox.worker_forkserver FD`, or fork it from a process that
has called `warm_up` and has imported nothing of the course.

It has imported everything that notebooks need, because the imports take longer than running one. It
has imported nothing of the course, because a fork can find in memory what its parent has imported.
Requests come on one socket, from the checker that started it, and it ends with that checker.
"""

import contextlib
import gc
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.protocol.handshake import accepts_hello, hung_up, say_hello
from autograder.protocol.messages import (
    DATAGRAM_BYTES,
    CloneServer,
    Ended,
    EndProcess,
    Failed,
    Forked,
    ForkWorker,
    Message,
    from_datagram,
    to_datagram,
)
from autograder.protocol.preload import preload
from autograder.protocol.sandbox_spec import FULL, SandboxSpec

from . import syscalls
from .isolation import enter_sandbox

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

PRELOAD = (
    *("torch", "torch.nn.functional", "numpy", "matplotlib", "matplotlib.pyplot"),
    # PyTorch imports these when the first gradient flows, or on the device "meta".
    *("torch.fx.experimental.symbolic_shapes", "torch._refs", "torch._dynamo"),
    *("IPython.core.interactiveshell", "safetensors.torch", "dataclasses", "collections"),
)
FIRST_FREE = 3
MAX_FDS = 64  # with one request: the worker's end of its connection, and the student's files


def main() -> None:
    """Import, and serve the checker on the other side of the socket that the command names."""
    control = socket.socket(fileno=int(sys.argv[1]))
    if not accepts_hello(control):
        return
    if sys.platform == "linux":  # from now on: the imports take seconds
        syscalls.die_with_parent(signal.SIGTERM)
        if hung_up(control):  # it has ended before that
            return
    warm_up()
    serve(control)


def warm_up() -> None:
    """Import what notebooks need, so that all forks of this process share it."""
    os.environ.setdefault("MPLBACKEND", "agg")
    preload(PRELOAD)
    if sys.platform == "linux":
        syscalls.collapse_memory()


def serve(control: socket.socket) -> None:
    """Announce that all is ready, and fork on request until the checker hangs up.

    Args:
        control: a socket whose client has been accepted.
    """
    from .cell_runner import Worker, new_shell

    shell = new_shell()
    _unimport_project()
    gc.freeze()
    folders: list[str] = []  # of the worker; there is one at a time

    def end(*_: object) -> None:
        _clean_up(folders)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    try:
        death_pipe = _become_server(control)
        while True:
            data, fds, *_ = socket.recv_fds(control, DATAGRAM_BYTES, MAX_FDS)
            if not data:
                return
            request: Message = from_datagram(data, ForkWorker, CloneServer, EndProcess)
            reply: Message
            if isinstance(request, ForkWorker):
                folders[:] = [tempfile.mkdtemp(prefix="ag-", dir=request.spec.folder)]
                spec = replace(request.spec, folder=folders[0])
                reply = _fork(spec, fds, control, death_pipe, shell, Worker)
                for fd in fds:
                    os.close(fd)
                if isinstance(reply, Failed) or spec.level == FULL:  # it has a root of its own now
                    _remove(spec.folder)
            elif isinstance(request, CloneServer):
                copy = os.fork()
                if copy == 0:  # another fork server from here on, with a checker of its own
                    control.close()
                    folders.clear()
                    control = socket.socket(fileno=fds[0])
                    for fd in death_pipe:
                        os.close(fd)
                    if not accepts_hello(control):
                        return
                    death_pipe = _become_server(control)
                    continue
                os.close(fds[0])
                reply = Forked(copy)
            else:
                assert isinstance(request, EndProcess)
                if request.process in _children():  # an earlier server's may be anything by now
                    _clean_up(folders)
                reply = Ended(request.process)
            control.send(to_datagram(reply))
    finally:
        _clean_up(folders)


def _become_server(control: socket.socket) -> tuple[int, int]:
    """Announce that this process is ready; returns the death pipe of its future workers.

    Nothing is ever written to the pipe: workers see it close when this process ends, however it
    ends.
    """
    if sys.platform == "linux":
        syscalls.set_subreaper()
        syscalls.die_with_parent(signal.SIGTERM)
    death_pipe = os.pipe()
    say_hello(control)
    return death_pipe


def _fork(
    spec: SandboxSpec,
    fds: list[int],
    control: socket.socket,
    death_pipe: tuple[int, int],
    shell: "InteractiveShell",
    worker_class: Callable,
) -> Forked | Failed:
    """Start a worker: the process whose end ends it, or why it could not enter its sandbox.

    Args:
        fds: its end of the connection to the checker, then the student's files.
    """
    os.chmod(spec.folder, 0o711)
    listen, status_fd = os.pipe()
    child = os.fork()
    if child == 0:
        try:  # a fork must never come back into the loop of its parent
            os.close(listen)
            control.close()
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            connection = os.dup(fds[0])
            os.close(death_pipe[1])
            enter_sandbox(spec, status_fd, death_pipe[0], fds[1:])
            worker = worker_class(_close_other_fds(connection, status_fd), shell)
            os.close(status_fd)
            worker.run()
        except BaseException as error:
            with contextlib.suppress(OSError):
                os.write(status_fd, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(0)
    os.close(status_fd)
    with os.fdopen(listen) as status:  # to the end: the worker closes it inside the sandbox
        process, *problems = status.read().splitlines() or [""]
    if process != str(child):
        os.waitpid(child, 0)
    if process.isdigit() and not problems:
        return Forked(int(process))
    return Failed(" ".join([process, *problems]) or "it ended at once")


def _close_other_fds(connection: int, status_fd: int) -> socket.socket:
    """Leave nothing open but the connection and the pipe; standard streams become /dev/null."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(FIRST_FREE):
        os.dup2(null, fd)
    for fd in range(FIRST_FREE, resource.getrlimit(resource.RLIMIT_NOFILE)[0]):
        if fd not in (connection, status_fd):
            with contextlib.suppress(OSError):
                os.close(fd)
    return socket.socket(fileno=connection)


def _clean_up(folders: list[str]) -> None:
    """End a worker, if there is one, and everything that it has started; remove its folder."""
    for _ in range(100 if folders else 0):
        for child in _children():
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
    for folder in folders:
        _remove(folder)


def _remove(folder: str) -> None:
    """Remove a worker's folder, whatever a student's code has left in it."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if os.path.lexists(folder):  # forbidden or nested too deeply; these programs manage it
        subprocess.run(["chmod", "-R", "u+rwx", folder], check=False, capture_output=True)
        subprocess.run(["rm", "-rf", folder], check=False, capture_output=True)


def _children() -> list[int]:
    """Ids of this process's children; orphans of a worker that has ended are among them."""
    found, me = [], os.getpid()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[1]) == me:
                found.append(int(entry.parent.name))
    return found


def _unimport_project() -> None:
    """Make the project impossible to import: remove its folder and its editable finder.

    Forget what the sandbox does not need of it, too.
    """
    project = str(Path(__file__).resolve().parents[2])
    sys.path[:] = [p for p in sys.path if p and os.path.realpath(p) != project]
    sys.meta_path[:] = [
        f for f in sys.meta_path if not getattr(f, "__module__", "").startswith("__editable__")
    ]
    for name in [n for n in sys.modules if n.startswith(("__editable__", "autograder.execution"))]:
        del sys.modules[name]


if __name__ == "__main__":
    main()
    os._exit(0)  # at once: to take apart all that was imported takes a while
