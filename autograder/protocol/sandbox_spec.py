"""Isolation levels, and the specification of one worker's sandbox.

Three levels, best first. `sandbox.isolation` implements them, and `autograder doctor` shows which
of them a machine supports:

    full    a root of its own with nothing of the project in it, own processes, no network
            (namespaces), and everything of the next level
    files   files can be opened in few places only (Landlock), no sockets (seccomp), and limits
    limits  limits on memory, processor time, processes, file sizes (rlimits), nothing else

A fourth, "none", is never chosen automatically.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives")

FULL, FILES, LIMITS = LEVELS = ("full", "files", "limits")
NONE = "none"  # only when an instructor insists


@dataclass(frozen=True)
class SandboxSpec:
    """Isolation level and limits of one worker. Sizes are in bytes.

    Attributes:
        level: one of LEVELS, or NONE.
        folder: empty, and the worker's own; in a request to a fork server, where to make it. At
            level `full` it becomes the new root; at the others it is the only place that can be
            written to.
        hidden: folders that must look empty, even inside the readable places.
        memory: address space of each process, beyond what a new worker uses.
        all_memory: anonymous memory of all processes together; needs level `full`.
        processes: most processes; threads count too.
        files: names and sizes of the read-only files in the working folder.
    """

    level: str
    folder: str
    hidden: tuple[str, ...] = ()
    memory: int = 2**30
    all_memory: int = 4 * 2**30
    processes: int = 32
    file_size: int = 32 * 2**20
    disk: int = 64 * 2**20
    processor_seconds: int = 120
    files: tuple[tuple[str, int], ...] = ()


def readable_places() -> list[str]:
    """Return what Python itself needs: its installation, environment and system libraries."""
    own = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    own |= {os.path.realpath(place) for place in own}
    return [*SYSTEM, *sorted(own - set(SYSTEM)), *SETTINGS]


def inside_readable_places(places: Iterable[str]) -> list[Path]:
    """Return those of these places that lie in a readable one, outer ones first, without links.

    Everything else is invisible from inside a sandbox anyway.

    Raises:
        ValueError: one of them is readable as a whole, so that nothing in it can be hidden.
    """
    readable = {Path(os.path.realpath(place)) for place in readable_places()}
    real = sorted({Path(os.path.realpath(place)) for place in places})
    for place in real:
        if place in readable:
            raise ValueError(str(place))
    return [place for place in real if not readable.isdisjoint(place.parents)]
