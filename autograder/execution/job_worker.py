"""Does jobs: the only place where hidden tests meet students' code."""

import socket
from pathlib import Path

import nbformat
import torch
from nbformat import NotebookNode

from autograder.limits import Attached, Environment, Limits
from autograder.protocol.framing import PeerClosed, read_frame, write_frame

from .job import LARGEST, installed_copies
from .notebook_runner import Grader
from .sandbox_client import ForkServer, best_level


class JobRunner:
    """Does jobs one after the other, with one zygote for all.

    Args:
        fork_server: closed by `close`.
    """

    def __init__(self, fork_server: ForkServer) -> None:
        self._fork_server = fork_server
        torch.set_num_threads(1)

    def do(self, one: dict) -> NotebookNode:
        """The executed notebook.

        Raises:
            SandboxError: students' code cannot be run here.
            Changed: a file that was handed in is no longer what it was.
        """
        trusted = tuple(Path(folder) for folder in one["trusted"])
        level = one["level"] or best_level()
        grader = Grader(
            self._fork_server, level, Limits(**one["limits"]), installed_copies(trusted)
        )
        files = tuple(Attached(**file) for file in one["files"])
        environment = Environment(trusted, one["seed"], files)
        return grader.run(nbformat.from_dict(one["notebook"]), environment)

    def close(self) -> None:
        """End the zygote."""
        self._fork_server.close()


def serve_jobs(connection: socket.socket, runner: JobRunner) -> None:
    """Do jobs that come on a socket, until nobody gives any."""
    try:
        while True:
            one, _ = read_frame(connection, LARGEST)
            try:
                answer = {"notebook": runner.do(one)}
            except Exception as error:  # ours, not the student's; it must not stop the class
                answer = {"failed": f"{type(error).__name__}: {error}"[:300]}
            write_frame(connection, answer, [])
    except PeerClosed:
        pass
    finally:
        runner.close()
