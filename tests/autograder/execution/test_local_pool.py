"""The pool waits for no single checker, and ends no process but its own."""

import json
import signal
import socket
import subprocess
import sys
import threading

import pytest

from autograder.execution import local_pool
from autograder.execution.checker_forkserver import Surroundings
from autograder.execution.job import JOB_FRAME
from autograder.execution.local_pool import LocalPool, _CheckerServer
from autograder.execution.sandbox_client import sandbox_environment
from autograder.protocol.framing import (
    HEAD,
    BadFrame,
    FrameReader,
    PeerClosed,
    read_frame,
    write_frame,
)
from autograder.protocol.messages import Ended, EndProcess, Forked


@pytest.fixture
def stranger():
    """A process of somebody else."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        yield process
        process.stdin.write(b"\n")


@pytest.mark.slow(seconds=10)
def test_a_checkers_fork_server_ends_only_checkers_of_its_own(stranger):
    server = _CheckerServer()
    connection, remote_end = socket.socketpair()
    try:
        checker = server.request(local_pool.ForkChecker(), Forked, remote_end)
        remote_end.close()
        for process in (stranger.pid, checker.process, checker.process):
            assert server.request(EndProcess(process), Ended) == Ended(process)
        assert connection.recv(1) == b""
        assert stranger.poll() is None
    finally:
        connection.close()
        server.hang_up()
        server.wait()


def test_a_checker_has_the_surroundings_of_the_grader(tmp_path, monkeypatch):
    """It starts without them, because the sandbox's fork server is forked before it has them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_DATA", "a folder")
    monkeypatch.syspath_prepend(tmp_path / "helpers")
    code = (
        "import json, os, sys\n"
        "from autograder.execution.checker_forkserver import Surroundings\n"
        "before = Surroundings.here()\n"
        "Surroundings(**json.load(sys.stdin)).enter()\n"
        "print(json.dumps([before.environment, Surroundings.here().to_json().decode()]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", code],
        input=Surroundings.here().to_json(),
        env=sandbox_environment(),
        cwd="/",
        stdout=subprocess.PIPE,
        check=True,
    )
    before, after = json.loads(done.stdout)
    assert "COURSE_DATA" not in before
    assert json.loads(after) == json.loads(Surroundings.here().to_json())
    assert json.loads(after)["environment"]["COURSE_DATA"] == "a folder"
    assert json.loads(after)["folder"] == str(tmp_path)


@pytest.mark.slow(seconds=10)
def test_a_sandboxs_fork_server_ends_only_workers_of_its_own(stranger, fork_server):
    assert fork_server._request(EndProcess(stranger.pid), [], Ended) == Ended(stranger.pid)
    assert stranger.poll() is None


def test_a_pool_without_jobs_ends_before_it_is_warm():
    with LocalPool(1) as pool:
        pool.launch()
        process = pool._server._process
    assert process.returncode == -signal.SIGKILL


LIMITS = {"limits": {"submission_seconds": 60}}


def test_a_checker_that_hangs_in_the_middle_of_a_reply_holds_up_nobody(monkeypatch):
    others_done = threading.Event()
    started = []

    def serve(connection: socket.socket) -> None:
        """Do jobs at once, but stop in the middle of the reply to "slow"."""
        try:
            while True:
                job, _ = read_frame(connection, JOB_FRAME)
                text = json.dumps({"notebook": job["name"]}).encode()
                frame = HEAD.pack(len(text), 0) + text
                connection.sendall(frame[:20])
                if job["name"] == "slow":
                    others_done.wait(60)
                connection.sendall(frame[20:])
        except (PeerClosed, OSError):
            connection.close()

    def request(self, message, kind, connection=None):
        if connection is not None:
            started.append(connection.dup())
            threading.Thread(target=serve, args=started[-1:], daemon=True).start()
        return Forked(0)

    monkeypatch.setattr(_CheckerServer, "request", request)
    names = ["slow", "a", "b", "c"]
    order = []
    with LocalPool(2) as pool:
        for name, result in pool.do((name, {"name": name, **LIMITS}) for name in names):
            assert result == {"notebook": name}
            order.append(name)
            if len(order) == 3:
                others_done.set()
    assert order == ["a", "b", "c", "slow"]
    assert len(started) == 2


def test_a_frame_in_pieces_is_read_without_waiting():
    here, there = socket.socketpair()
    with here, there:
        reader = FrameReader(here, 100)
        assert reader.read() is None
        text = b'{"x": 1}'
        for byte in HEAD.pack(len(text), 0) + text[:-1]:
            there.sendall(bytes([byte]))
            assert reader.read() is None
        there.sendall(text[-1:])
        assert reader.read() == {"x": 1}
        write_frame(there, [1], [])
        assert reader.read() == [1]
        there.sendall(HEAD.pack(101, 0))
        with pytest.raises(BadFrame):
            reader.read()
        there.close()
        with pytest.raises(PeerClosed):
            FrameReader(here, 100).read()
