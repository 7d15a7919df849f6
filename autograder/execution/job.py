"""One notebook to grade is a job: JSON in, JSON out, the same result wherever it runs."""

import json
import sys
from dataclasses import asdict
from hashlib import sha256
from importlib import metadata
from pathlib import Path

from nbformat import NotebookNode

from autograder.limits import Environment, Limits
from autograder.protocol.framing import FrameLimits

VERSION = 1  # of the results: a change of it makes all earlier ones void
LARGEST = FrameLimits(header=2**30, tensors=0)
NOT_TESTS = {"tests", "_build", "book"}


def job(
    notebook: NotebookNode, limits: Limits, environment: Environment, level: str, tests: str
) -> dict:
    """A job for a rebuilt notebook, as JSON data.

    Args:
        level: of isolation; empty is the best that the machine allows which does it.
        tests: which hidden tests and references there are, see `course_digest`.
    """
    return {
        "version": VERSION,
        "tests": tests,
        "notebook": notebook,  # a dictionary of dictionaries, lists and text
        "limits": asdict(limits),
        "trusted": [str(folder) for folder in environment.trusted],
        "seed": environment.seed,
        "files": [asdict(file) for file in environment.files],
        "level": level,
    }


def job_id(one: dict) -> str:
    """What tells this job from any other.

    Neither where the course and the student's files lie nor how well students' code is locked in
    changes a mark.
    """
    parts = {key: one[key] for key in ("version", "tests", "notebook", "limits", "seed")}
    parts["files"] = {file["name"]: file["sha256"] for file in one["files"]}
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def course_digest(root: Path) -> str:
    """Everything that a hidden test may use: the course's code, and the libraries' versions."""
    digest = sha256()
    for package in ("torch", "numpy", "ipython"):
        digest.update(f"{package} {metadata.version(package)}\n".encode())
    folders = (f for f in sorted(root.iterdir()) if f.is_dir())
    for folder in folders:
        if folder.name.startswith(".") or folder.name in NOT_TESTS:
            continue
        for path in sorted(folder.rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def installed_copies(trusted: tuple[Path, ...]) -> tuple[str, ...]:
    """Installed copies of the course's own packages: students' code must not find them either."""
    names = [folder.name for place in trusted for folder in place.iterdir() if folder.is_dir()]
    site = [Path(p) for p in sys.path if p.endswith("site-packages")]
    found = [str(place / name) for place in site for name in names if (place / name).is_dir()]
    return tuple(sorted(set(found)))
