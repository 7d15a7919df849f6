"""Jobs: one notebook to grade as JSON data, with the same result wherever it runs."""

import json
import sys
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from autograder.limits import Environment, Limits
from autograder.protocol.framing import FrameLimits

if TYPE_CHECKING:
    from nbformat import NotebookNode

VERSION = 2  # of the results: a new number invalidates all cached results
JOB_FRAME = FrameLimits(header=2**30, tensors=0)  # of a job, or of its result
# Folders of a course that hold no hidden tests; most of them hold what students have handed in.
NOT_TESTS = {"tests", "_build", "book", "submitted", "downloaded", "autograded", "feedback"}
NOT_TESTS |= {"release"}


class JobResult(TypedDict, total=False):
    """The reply to a job: `notebook`, `failed` with `traceback`, or `refused`.

    Attributes:
        notebook: with its outputs.
        failed: why the grader itself failed on this job.
        traceback: of that failure, for the log.
        refused: why this machine does no jobs of this class.
    """

    notebook: "NotebookNode"
    failed: str
    traceback: str
    refused: str


def job(
    notebook: "NotebookNode", limits: Limits, environment: Environment, level: str, tests: str
) -> dict:
    """Return the job for a merged notebook.

    Args:
        level: of isolation; empty for the best one that the machine supports which does the job.
        tests: version of the hidden tests and references, see `course_digest`.
    """
    return {
        "version": VERSION,
        "tests": tests,
        "notebook": notebook,  # a dictionary of dictionaries, lists and text
        "limits": asdict(limits),
        "trusted": [str(folder) for folder in environment.trusted],
        "seed": environment.seed,
        "files": [asdict(file) for file in environment.files],
        "private": [str(place) for place in environment.private],
        "level": level,
    }


def job_id(job: dict) -> str:
    """Return a digest of everything in a job that can change a mark.

    The paths of the course and of the class cannot, and neither can the isolation level.
    """
    return with_seed(digest_without_seed(job), job["seed"])


def digest_without_seed(job: dict) -> str:
    """Return a digest of everything in a job that can change a mark, except its seed."""
    parts = {key: job[key] for key in ("version", "tests", "notebook", "limits")}
    parts["files"] = {file["name"]: file["sha256"] for file in job["files"]}
    return sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def with_seed(digest: str, seed: str) -> str:
    """Return the id of a job, from its digest without a seed."""
    return sha256(f"{digest}/{seed}".encode()).hexdigest()


def course_digest(root: Path) -> str:
    """Return a digest of all that a hidden test may use: the course's code, library versions."""
    digest = sha256()
    for package in ("torch", "numpy", "ipython"):
        with suppress(metadata.PackageNotFoundError):
            digest.update(f"{package} {metadata.version(package)}\n".encode())
    folders = (f for f in sorted(root.iterdir()) if f.is_dir())
    for folder in folders:
        if folder.name.startswith(".") or folder.name in NOT_TESTS:
            continue
        for path in sorted(folder.rglob("*.py")):
            if path.is_symlink() or not path.is_file():  # a pipe would never end
                continue
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def installed_copies(trusted: tuple[Path, ...]) -> tuple[str, ...]:
    """Return installed copies of the course's packages, which must be hidden from students, too."""
    names = [folder.name for place in trusted for folder in place.iterdir() if folder.is_dir()]
    site = [Path(p) for p in sys.path if p.endswith("site-packages")]
    found = [str(place / name) for place in site for name in names if (place / name).is_dir()]
    return tuple(sorted(set(found)))
