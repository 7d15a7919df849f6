"""One notebook to grade is a job: JSON in, JSON out, the same result wherever and whenever it runs.

`python -m autograder.checker.jobs FD` takes jobs on a socket until it is closed; `pool` starts
several. Another scheduler may call `do` itself.
"""

import json
import socket
import sys
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import nbformat
import torch
from nbformat import NotebookNode

from ..border.frames import Caps, Closed, read_frame, write_frame
from ..limits import Environment, Limits
from .isolated import Grader
from .zygotes import Zygote, best_level

VERSION = 1  # of the results: a change of it makes all earlier ones void
LARGEST = Caps(header=2**30, tensors=0)


def job(notebook: NotebookNode, limits: Limits, environment: Environment, level: str) -> dict:
    """A job for a rebuilt notebook, as JSON data."""
    return {
        "version": VERSION,
        "notebook": notebook,  # a dictionary of dictionaries, lists and text
        "limits": asdict(limits),
        "trusted": [str(folder) for folder in environment.trusted],
        "seed": environment.seed,
        "level": level,
    }


def name_of(one: dict, tests: str) -> str:
    """What tells this job from any other; `tests` says which hidden tests and references there are.

    Neither where the course lies nor how well students' code is locked in changes a mark.
    """
    parts = {key: one[key] for key in ("version", "notebook", "limits", "seed")}
    return sha256(json.dumps([parts, tests], sort_keys=True).encode()).hexdigest()


class Doer:
    """Does jobs one after the other, with one zygote for all."""

    def __init__(self) -> None:
        self._zygote = Zygote()
        torch.set_num_threads(1)

    def do(self, one: dict) -> NotebookNode:
        """The executed notebook.

        Raises:
            NoWorker: students' code cannot be run here.
        """
        trusted = tuple(Path(folder) for folder in one["trusted"])
        grader = Grader(
            self._zygote, one["level"] or best_level(), Limits(**one["limits"]), hidden(trusted)
        )
        notebook = nbformat.from_dict(one["notebook"])
        return grader.run(notebook, Environment(trusted, one["seed"]))

    def close(self) -> None:
        """End the zygote."""
        self._zygote.close()


def hidden(trusted: tuple[Path, ...]) -> tuple[str, ...]:
    """Installed copies of the course's own packages: students' code must not find them either."""
    names = [folder.name for place in trusted for folder in place.iterdir() if folder.is_dir()]
    site = [Path(p) for p in sys.path if p.endswith("site-packages")]
    found = [str(place / name) for place in site for name in names if (place / name).is_dir()]
    return tuple(sorted(set(found)))


def main() -> None:
    """Take jobs until nobody gives any."""
    connection = socket.socket(fileno=int(sys.argv[1]))
    doer = Doer()
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


if __name__ == "__main__":
    main()
