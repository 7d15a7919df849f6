"""Does jobs: the only place where hidden tests meet students' code."""

import socket
from pathlib import Path

import nbformat
import torch
from nbformat import NotebookNode

from autograder.limits import Attached, Environment, Limits
from autograder.protocol.framing import Closed, read_frame, write_frame

from .job import LARGEST, hidden
from .notebook_runner import Grader
from .sandbox_client import Zygote, best_level


class Doer:
    """Does jobs one after the other, with one zygote for all.

    Args:
        zygote: closed by `close`.
    """

    def __init__(self, zygote: Zygote) -> None:
        self._zygote = zygote
        torch.set_num_threads(1)

    def do(self, one: dict) -> NotebookNode:
        """The executed notebook.

        Raises:
            NoWorker: students' code cannot be run here.
            Changed: a file that was handed in is no longer what it was.
        """
        trusted = tuple(Path(folder) for folder in one["trusted"])
        level = one["level"] or best_level()
        grader = Grader(self._zygote, level, Limits(**one["limits"]), hidden(trusted))
        files = tuple(Attached(**file) for file in one["files"])
        environment = Environment(trusted, one["seed"], files)
        return grader.run(nbformat.from_dict(one["notebook"]), environment)

    def close(self) -> None:
        """End the zygote."""
        self._zygote.close()


def take_jobs(connection: socket.socket, doer: Doer) -> None:
    """Do jobs that come on a socket, until nobody gives any."""
    try:
        while True:
            one, _ = read_frame(connection, LARGEST)
            try:
                answer = {"notebook": doer.do(one)}
            except Exception as error:  # ours, not the student's; it must not stop the class
                answer = {"failed": f"{type(error).__name__}: {error}"[:300]}
            write_frame(connection, answer, [])
    except Closed:
        pass
    finally:
        doer.close()
