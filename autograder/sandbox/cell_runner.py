"""Runs the cells of one notebook, one after the other, as Jupyter would."""

import contextlib
import linecache
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from IPython.core.compilerop import CachingCompiler
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.protocol.framing import FrameLimits, PeerClosed, read_frame, write_frame

from .rpc_server import RpcServer, describe, serve

PICTURES = ("image/png",)
AGAIN = 0.5  # seconds after which code that ignores the end of its time hears of it again


class CellTimeLimit(BaseException):
    """The time for this cell is over. Not an Exception, so that few catch it by mistake."""


class _Compiler(CachingCompiler):
    """Names the code of each cell after the cell, in tracebacks too."""

    cell = ""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell {self.cell}>"


class _Publisher(DisplayPublisher):
    """Keeps what `display` shows."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kept: list = []

    def publish(self, data: dict, metadata: Any = None, **_: Any) -> None:
        self.kept.append(data)


class Output:
    """A stream that keeps its first characters."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, kept: list, name: str, room: list[int]):
        self._kept, self._name, self._room = kept, name, room

    def write(self, text: str) -> int:
        if self._room[0] > 0 and text:
            self._kept.append([self._name, str(text)[: self._room[0]]])
            self._room[0] -= len(text)
            if self._room[0] <= 0:
                self._kept.append([self._name, "\n[the rest of the output was cut]\n"])
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Nothing waits."""

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1


def new_shell() -> InteractiveShell:
    """An IPython shell that writes no history and shows nothing by itself."""
    HistoryManager.enabled = False
    config = Config()
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    shell = InteractiveShell.instance(
        config=config, display_pub_class=_Publisher, compiler_class=_Compiler
    )
    shell.showtraceback = lambda *args, **kwargs: None  # errors are described, not printed
    shell.showsyntaxerror = lambda *args, **kwargs: None
    shell.system = _system
    shell.enable_gui = lambda gui=None: None  # for `%matplotlib`: there is no window to open
    shell.ask_exit = lambda: None  # `exit()` ends the notebook no more than Jupyter's cells do
    shell.user_ns["__name__"] = "__main__"
    return shell


def _system(command: str) -> None:
    """`!command`, without the terminal that IPython would want."""
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, end="")


class Worker:
    """Executes cells and serves tests until the checker hangs up.

    Args:
        connection: to the checker.
        shell: made before the fork.
    """

    def __init__(self, connection: socket.socket, shell: InteractiveShell):
        self._connection, self._shell = connection, shell
        self._given: dict[str, Any] = {}

    def run(self) -> None:
        """Take orders."""
        torch.set_num_threads(1)
        write_frame(self._connection, {"ready": True}, [])
        while True:
            try:
                request, _ = read_frame(self._connection, FrameLimits(header=2**27))
            except PeerClosed:
                return
            answer = self._test(request) if request["do"] == "test" else self._cell(request)
            write_frame(self._connection, answer, [])

    # ---- cells ----------------------------------------------------------------------------------

    def _cell(self, request: dict) -> dict:
        """Run a cell: what it wrote and showed, and the exception that ended it."""
        seed(request["seed"])
        kept: list = []
        room = [request["output"]]
        self._shell.display_pub.kept = shown = []
        compiler, source = self._shell.compile, request["source"]
        compiler.cell = request["id"]
        before = dict(self._shell.user_ns)
        outside = sys.stdout, sys.stderr, sys.displayhook
        sys.stdout, sys.stderr = Output(kept, "stdout", room), Output(kept, "stderr", room)
        try:
            with time_limit(request["seconds"]):
                result = self._shell.run_cell(source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as late:
            error, result = late, None
        finally:
            sys.stdout, sys.stderr, sys.displayhook = outside
        linecache.cache[f"<cell {request['id']}>"] = (
            len(source),
            None,
            [line + "\n" for line in source.splitlines()],
            f"<cell {request['id']}>",
        )
        if request["given"]:
            self._remember(before)
        answer: dict = {"streams": kept, "shown": _shown(shown, room)}
        if error is not None:
            answer["error"] = described(error, request["id"])
        return answer

    def _remember(self, before: dict) -> None:
        """What a locked cell defines stays what it is, whatever later cells do with its name."""
        self._given |= {
            name: value
            for name, value in self._shell.user_ns.items()
            if callable(value) and before.get(name) is not value
        }

    # ---- tests ----------------------------------------------------------------------------------

    def _test(self, request: dict) -> dict:
        """Let a fork serve one hidden test on a connection of its own; how it ended."""
        _, fds, *_ = socket.recv_fds(self._connection, 1, 1)
        child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                self._connection.close()
                seed(request["seed"])
                serve(socket.socket(fileno=fds[0]), RpcServer(self._shell.user_ns, self._given))
            finally:
                os._exit(0)
        os.close(fds[0])
        select.select([self._connection], [], [])  # the checker has what it wants
        with contextlib.suppress(OSError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        read_frame(self._connection, FrameLimits())
        return {"status": os.waitstatus_to_exitcode(status)}


def described(error: BaseException, cell: str) -> dict:
    """As `describe`, with the place of a syntax error too."""
    found = describe(error)
    if isinstance(error, SyntaxError) and error.lineno:
        found["text"] = error.msg or "invalid syntax"
        found["place"] = ["<module>", error.lineno, (error.text or "").strip()[:300]]
    return found


def seed(number: int) -> None:
    """The same numbers in every run: a fork would otherwise draw what its siblings draw."""
    random.seed(number)
    np.random.seed(number % 2**32)  # noqa: NPY002 - students use it
    torch.default_generator.manual_seed(number)


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise CellTimeLimit in the block when its time is over, and again if that was ignored."""

    def over(*_: Any) -> None:
        raise CellTimeLimit

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _shown(shown: list, room: list[int]) -> list:
    """What was displayed: text, and pictures as long as there is room."""
    found = []
    for data in shown:
        kept = {}
        for kind in ("text/plain", *PICTURES):
            value = data.get(kind)
            if isinstance(value, str) and len(value) <= room[0]:
                kept[kind] = value
                room[0] -= len(value)
        if kept:
            found.append(kept)
    return found


__all__ = ["CellTimeLimit", "Worker", "new_shell"]
