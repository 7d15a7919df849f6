"""Run jobs: the only process where hidden tests meet the results of students' code."""

import socket
import traceback
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import UserError
from autograder.limits import Attached, Environment, Limits
from autograder.protocol.framing import PeerClosed, read_frame, write_frame
from autograder.protocol.handshake import VersionMismatch
from autograder.protocol.optional_torch import torch

from .job import JOB_FRAME, JobResult, installed_copies
from .notebook_runner import Grader
from .sandbox_client import ForkServer, best_level


class JobRunner:
    """Runner of jobs, one after the other, with one fork server for all.

    Args:
        fork_server: closed by `close`.
    """

    def __init__(self, fork_server: ForkServer) -> None:
        self._fork_server = fork_server
        torch.set_num_threads(1)

    def do(self, job: dict) -> NotebookNode:
        """Return the notebook of a job with its outputs.

        Raises:
            Changed: a submitted file is no longer what it was.
            UserError: the course cannot be hidden where it lies.
            VersionMismatch: the grader was updated while it ran.
        """
        trusted = tuple(Path(folder) for folder in job["trusted"])
        level = job["level"] or best_level()
        grader = Grader(
            self._fork_server, level, Limits(**job["limits"]), installed_copies(trusted)
        )
        files = tuple(Attached(**file) for file in job["files"])
        private = tuple(Path(place) for place in job["private"])
        environment = Environment(trusted, job["seed"], files, private)
        return grader.run(nbformat.from_dict(job["notebook"]), environment)

    def close(self) -> None:
        """End the fork server."""
        self._fork_server.close()


def serve_jobs(connection: socket.socket, runner: JobRunner) -> None:
    """Run the jobs that come on a socket, until the other side hangs up."""
    try:
        while True:
            job, _ = read_frame(connection, JOB_FRAME)
            result: JobResult
            try:
                result = {"notebook": runner.do(job)}
            except (UserError, VersionMismatch) as error:
                result = {"refused": str(error)}
            except Exception as error:  # the grader's own failure must not stop the class
                reason = f"{type(error).__name__}: {error}"[:300]
                result = {"failed": reason, "traceback": traceback.format_exc()}
            write_frame(connection, result, [])
    except PeerClosed:
        pass
    finally:
        runner.close()
