"""Isolation levels, and the specification of one worker's sandbox.

Three levels, best first. `sandbox.isolation` implements them, and `autograder doctor` shows which
of them a machine supports:

    full    a root of its own with nothing of the project in it, own processes, no network
            (namespaces), and everything of the next level
    files   files can be opened in few places only (Landlock), no sockets (seccomp), and limits
    limits  limits on memory, processor time, processes, file sizes (rlimits), nothing else

A fourth, "none", is never chosen automatically.
"""

from dataclasses import dataclass

FULL, FILES, LIMITS = LEVELS = ("full", "files", "limits")
NONE = "none"  # only when an instructor insists


@dataclass(frozen=True)
class SandboxSpec:
    """Isolation level and limits of one worker. Sizes are in bytes.

    Attributes:
        level: one of LEVELS, or NONE.
        folder: empty, and the worker's own. At level `full` it becomes the new root; at the others
            it is the only place that can be written to.
        hidden: folders inside the readable places that must look empty.
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
