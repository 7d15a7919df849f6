"""What this machine can do, and how far a student's code is kept apart: said honestly."""

import os
import platform
import sys
from importlib import metadata

from autograder.execution.sandbox_client import best_level, probe_level
from autograder.protocol.sandbox_spec import FILES, FULL, LEVELS, LIMITS, NONE

MEANINGS = {
    FULL: "own files, processes and network, and limits",
    FILES: "no file of the course, no network, and limits; other processes can be seen",
    LIMITS: "limits only: code can read your files and use the network",
    NONE: "nothing: students' code runs as you",
}


def meaning(level: str) -> str:
    """What a level keeps from a student's code, in a few words."""
    return MEANINGS[level]


def isolation(levels: list[str], of_workers: bool) -> str:
    """One line: what keeps students' code in its place, here or on each of the workers."""
    said = []
    for level in (*LEVELS, NONE):
        if level in levels:
            where = f" on {levels.count(level)} of the workers" if of_workers else ""
            said.append(f"{level} ({meaning(level)}){where}")
    return f"Isolation: {'; '.join(said)}"


def findings() -> list[tuple[str, str]]:
    """Pairs of a thing and what was found."""
    return [
        ("Python", f"{platform.python_version()} ({sys.executable})"),
        ("nbgrader", _version("nbgrader")),
        ("torch", _version("torch")),
        ("Cores", str(os.cpu_count())),
        *((f"Level '{level}'", _found(level)) for level in LEVELS),
        ("Isolation of grading", f"{best_level()}: {meaning(best_level())}"),
    ]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _found(level: str) -> str:
    why = probe_level(level)
    return "yes" if not why else f"no ({why})"
