"""Run the cells of one notebook, one after the other, as Jupyter would."""

import contextlib
import linecache
import os
import random
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.protocol.framing import FrameLimits, PeerClosed, read_frame, write_frame
from autograder.protocol.messages import (
    NO_SEED,
    BeginHiddenTest,
    CellResult,
    EndHiddenTest,
    HiddenTestEnded,
    Message,
    RunCell,
    WorkerReady,
    decode,
)
from autograder.protocol.optional_torch import torch
from autograder.protocol.time_limit import time_limit

from .exception_data import describe_cell_error
from .rpc_server import RpcServer, serve

IMAGE_TYPES = ("image/png",)
STDERR_CHARS = 500  # during a hidden test
VALUE_CHARS = 100  # of a cell's last expression: enough for a number
CELL_FRAME = FrameLimits(header=2**27)  # of a request, which contains a cell's source


class CellTimeLimit(BaseException):
    """End of a cell's time limit. Not an Exception, so that few catch it by mistake."""


class _Compiler(CachingCompiler):
    """Compiler that names the code of each cell after the cell, in tracebacks, too."""

    cell = ""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"<cell {self.cell}>"


class _Publisher(DisplayPublisher):
    """Publisher that collects everything that `display` shows."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.displays: list[dict] = []

    def publish(self, data: dict, *_: Any, **__: Any) -> None:
        self.displays.append(data)


class _DisplayHook(DisplayHook):
    """Display hook that also keeps the text of a cell's last expression."""

    value: str | None = None

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        text = format_dict.get("text/plain")
        self.value = text[:VALUE_CHARS] if isinstance(text, str) else None
        super().write_format_data(format_dict, md_dict)


class Shell(InteractiveShell):
    """An IPython shell that prints nothing by itself and needs no terminal."""

    display_pub: _Publisher
    displayhook: _DisplayHook
    compile: _Compiler

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Print nothing: errors are described in the reply."""

    def showsyntaxerror(self, *_: Any, **__: Any) -> None:
        """Print nothing, as above."""

    def system(self, cmd: str) -> None:
        """Run `!command` without the terminal that IPython would want."""
        done = subprocess.run(cmd, shell=True, capture_output=True, text=True, check=False)
        print(done.stdout + done.stderr, end="")

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: `%matplotlib` has no window to open."""

    def ask_exit(self) -> None:
        """Do nothing: in Jupyter, `exit()` does not end the notebook either."""


class Output:
    """A stream that keeps its first characters.

    Args:
        pieces: of all streams of a cell; what is written is appended as `[name, text]`.
        name: of this stream.
        room: the one entry is the number of characters left for all streams together.
    """

    encoding, errors = "utf-8", "replace"

    def __init__(self, pieces: list, name: str, room: list[int]):
        self._pieces, self._name, self._room = pieces, name, room

    def write(self, text: str) -> int:
        if self._room[0] > 0 and text:
            self._pieces.append([self._name, str(text)[: self._room[0]]])
            self._room[0] -= len(text)
            if self._room[0] <= 0:
                self._pieces.append([self._name, "\n[the rest of the output was cut]\n"])
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Do nothing: there is no buffer."""

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1


def new_shell() -> Shell:
    """Return a shell that writes no history."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    shell = Shell.instance(
        config=config,
        display_pub_class=_Publisher,
        displayhook_class=_DisplayHook,
        compiler_class=_Compiler,
    )
    shell.user_ns["__name__"] = "__main__"
    return shell


class Worker:
    """The process that runs a notebook's cells and serves hidden tests for the checker.

    Args:
        connection: to the checker.
        shell: made before the fork.
    """

    def __init__(self, connection: socket.socket, shell: Shell):
        self._connection, self._shell = connection, shell
        self._given: dict[str, Any] = {}

    def run(self) -> None:
        """Serve requests until the checker hangs up."""
        torch.set_num_threads(1)
        sys.path.insert(0, "")  # as in Jupyter: modules may lie beside the notebook
        self._send(WorkerReady())
        while True:
            try:
                header, _ = read_frame(self._connection, CELL_FRAME)
            except PeerClosed:
                return
            request: Message = decode(header, RunCell, BeginHiddenTest)
            if isinstance(request, RunCell):
                self._send(self._run_cell(request))
            else:
                assert isinstance(request, BeginHiddenTest)
                self._send(self._serve_hidden_test(request))

    def _send(self, reply: Message) -> None:
        write_frame(self._connection, reply.encode(), [])

    # ---- cells ----------------------------------------------------------------------------------

    def _run_cell(self, request: RunCell) -> CellResult:
        """Run a cell; returns its outputs and the exception that ended it."""
        if request.seed != NO_SEED:
            seed(request.seed)
        pieces: list = []
        room = [request.output_chars]
        displays: list[dict] = []
        self._shell.display_pub.displays = displays
        self._shell.displayhook.value = None
        self._shell.compile.cell = request.id
        before = dict(self._shell.user_ns)
        streams = sys.stdout, sys.stderr, sys.displayhook
        sys.stdout, sys.stderr = Output(pieces, "stdout", room), Output(pieces, "stderr", room)
        error: BaseException | None
        try:
            with time_limit(request.seconds, CellTimeLimit):
                result = self._shell.run_cell(request.source, store_history=True)
            error = result.error_before_exec or result.error_in_exec
        except BaseException as late:
            error = late
        finally:
            sys.stdout, sys.stderr, sys.displayhook = streams
        linecache.cache[f"<cell {request.id}>"] = (
            len(request.source),
            None,
            [line + "\n" for line in request.source.splitlines()],
            f"<cell {request.id}>",
        )
        if request.locked:
            self._remember(before)
        described = None if error is None else describe_cell_error(error)
        value = self._shell.displayhook.value
        return CellResult(pieces, _within(displays, room), described, value)

    def _remember(self, before: dict) -> None:
        """Keep what a locked cell defines, because later cells may reuse its names."""
        self._given |= {
            name: value
            for name, value in self._shell.user_ns.items()
            if callable(value) and before.get(name) is not value
        }

    # ---- tests ----------------------------------------------------------------------------------

    def _serve_hidden_test(self, request: BeginHiddenTest) -> HiddenTestEnded:
        """Have a fork serve one hidden test on a connection of its own, until the checker ends it.

        The fork's changes are lost with it, so that the next cell finds the state before the test.
        """
        _, fds, *_ = socket.recv_fds(self._connection, 1, 1)
        child = os.fork()
        if child == 0:
            try:
                os.setpgid(0, 0)
                self._connection.close()
                seed(request.seed)
                if request.stand_ins:
                    self._put_in(*request.stand_ins)
                stderr: list | None = None
                if request.as_nbgrader:
                    stderr = []
                    sys.stderr = Output(stderr, "stderr", [STDERR_CHARS])
                server = RpcServer(self._shell.user_ns, self._given, stderr)
                serve(socket.socket(fileno=fds[0]), server)
            finally:
                os._exit(0)
        os.close(fds[0])
        select.select([self._connection], [], [])  # wait for `EndHiddenTest`
        with contextlib.suppress(OSError):
            os.killpg(child, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        header, _ = read_frame(self._connection, FrameLimits())
        decode(header, EndHiddenTest)
        return HiddenTestEnded()

    def _put_in(self, names: str, given: str, parts: str) -> None:
        """Replace answers by right ones, which see what the locked cells define and no more."""
        found: dict[str, Any] = {"__name__": "__main__"}
        exec(given, found)
        found |= {name: self._given[name] for name in found.keys() & self._given.keys()}
        exec(parts, found)
        self._shell.user_ns.update((name, found[name]) for name in names.split())


def seed(number: int) -> None:
    """Seed all generators; without it, a fork would draw the same numbers as its siblings."""
    random.seed(number)
    np.random.seed(number % 2**32)  # noqa: NPY002 - students use it
    torch.default_generator.manual_seed(number)


def _within(displays: list[dict], room: list[int]) -> list[dict[str, str]]:
    """Return text and images among the displays, as long as there is room for them."""
    found = []
    for data in displays:
        fitting = {}
        for kind in ("text/plain", *IMAGE_TYPES):
            value = data.get(kind)
            if isinstance(value, str) and len(value) <= room[0]:
                fitting[kind] = value
                room[0] -= len(value)
        if fitting:
            found.append(fitting)
    return found
