"""Processes of two versions of the grader refuse each other in one line."""

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import autograder
from autograder.errors import UserError
from autograder.execution.local_pool import LocalPool
from autograder.execution.sandbox_client import ForkServer
from autograder.protocol import handshake
from autograder.protocol.handshake import VERSION, VersionMismatch, accepts_hello, check_hello
from autograder.protocol.messages import CloneServer, Hello, to_datagram
from autograder.protocol.sandbox_spec import NONE, SandboxSpec

pytestmark = pytest.mark.slow

PACKAGE = Path(autograder.__file__).parent
JOB = {"limits": {"submission_seconds": 1}}


def mismatch(process: str, other: str) -> str:
    """The line that names both versions and says what to do."""
    text = f"The {process} has version {other} of the grader's protocol, but this process has "
    text += f"version {VERSION}: the grader was updated while it ran. Start it again."
    return f"^{re.escape(text)}$"


@pytest.fixture
def updated_tree(tmp_path) -> Path:
    """A copy of the grader in which one line of the sandbox differs."""
    tree = tmp_path / "updated"
    shutil.copytree(PACKAGE, tree / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    with (tree / "autograder" / "sandbox" / "syscalls.py").open("a") as file:
        file.write("# updated\n")
    return tree


def version_of(tree: Path) -> str:
    show = "from autograder.protocol.handshake import VERSION; print(VERSION)"
    words = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tree)!r}); {show}"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def run_from(tree: Path, monkeypatch) -> None:
    """Start the grader's processes from another tree, as after an update in place."""
    real = subprocess.Popen

    def popen(command: list[str], **how):
        if "-m" not in command:
            return real(command, **how)
        module = command[command.index("-m") + 1]
        code = f"import runpy, sys; sys.path.insert(0, {str(tree)!r}); "
        code += f"runpy.run_module({module!r}, run_name='__main__', alter_sys=True)"
        return real([sys.executable, "-c", code, *command[-1:]], **how)

    monkeypatch.setattr(subprocess, "Popen", popen)


def test_a_tree_has_a_version_of_its_own(updated_tree):
    assert version_of(PACKAGE.parent) == VERSION
    assert version_of(updated_tree) != VERSION


def test_a_fork_server_of_another_tree_is_refused(updated_tree, monkeypatch, capfd):
    other = version_of(updated_tree)
    run_from(updated_tree, monkeypatch)
    with ForkServer() as server:
        for _ in range(2):  # it is started again, and refused again
            with pytest.raises(VersionMismatch, match=mismatch("sandbox's fork server", other)):
                server.fork(SandboxSpec(NONE, ""))
    assert capfd.readouterr() == ("", "")


def test_a_checkers_fork_server_of_another_tree_is_refused(updated_tree, monkeypatch, capfd):
    other = version_of(updated_tree)
    run_from(updated_tree, monkeypatch)
    with (
        LocalPool(2) as pool,
        pytest.raises(UserError, match=mismatch("checkers' fork server", other)),
    ):
        list(pool.do([("a", JOB), ("b", JOB)]))
    assert capfd.readouterr() == ("", "")


def test_the_pool_reports_what_its_server_refuses(updated_tree, monkeypatch, capfd):
    """The sandbox's fork server has ended, and the one in its place is of an updated tree."""
    tree = updated_tree.parent / "mixed"
    shutil.copytree(PACKAGE, tree / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    client = tree / "autograder" / "execution" / "sandbox_client.py"
    start = f"import sys; sys.path.insert(0, {str(updated_tree)!r}); import runpy; "
    start += "runpy.run_module('autograder.sandbox.worker_forkserver', run_name='__main__')"
    text = client.read_text()
    module = '"-I", "-m", "autograder.sandbox.worker_forkserver"'
    assert module in text
    client.write_text(text.replace(module, f'"-I", "-c", {start!r}'))
    server = tree / "autograder" / "execution" / "checker_forkserver.py"
    text = server.read_text()
    forked = "fork_server = _fork_sandbox(control)"
    assert forked in text
    server.write_text(text.replace(forked, "fork_server = ForkServer()"))
    run_from(tree, monkeypatch)
    expected = mismatch("sandbox's fork server", version_of(updated_tree))
    with LocalPool(1) as pool, pytest.raises(UserError, match=expected):
        list(pool.do([("a", JOB)]))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("data", [b"ready", to_datagram(CloneServer())])
def test_a_server_without_a_handshake_is_refused(data):
    ours, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, server:
        server.send(data)
        with pytest.raises(VersionMismatch, match=mismatch("server", "unknown")):
            check_hello(ours, "server")


def test_a_server_that_ended_has_no_version():
    ours, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        server.close()
        with pytest.raises(OSError, match="it ended at once"):
            check_hello(ours, "server")


@pytest.mark.parametrize("module", ["sandbox.worker_forkserver", "execution.checker_forkserver"])
def test_a_server_refuses_a_client_of_another_version(module):
    """It names its own version and ends, before it imports anything that takes time."""
    ours, server = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, server:
        ours.send(to_datagram(Hello("0-other")))
        words = [sys.executable, "-m", f"autograder.{module}", str(server.fileno())]
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent)}
        done = subprocess.run(
            words, pass_fds=[server.fileno()], env=environment, timeout=60, capture_output=True
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        check_hello(ours, "server")  # its version is ours


def test_a_client_that_has_gone_is_not_accepted():
    ours, client = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours:
        client.close()
        assert not accepts_hello(ours)


def test_the_version_is_that_of_the_code_in_memory(monkeypatch):
    """An update of the files does not change the version of a process that runs already."""
    monkeypatch.setattr(handshake, "_source_digest", lambda: "updated")
    ours, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, other:
        handshake.say_hello(other)
        check_hello(ours, "server")
