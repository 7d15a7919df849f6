"""The isolation levels that this machine supports, and the versions installed on it."""

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
    """Return what a level prevents, in a few words."""
    return MEANINGS[level]


def isolation(levels: list[str], of_workers: bool) -> str:
    """Return one line about the isolation here, or on each of the workers."""
    parts = []
    for level in (*LEVELS, NONE):
        if level in levels:
            where = f" on {levels.count(level)} of the workers" if of_workers else ""
            parts.append(f"{level} ({meaning(level)}){where}")
    return f"Isolation: {'; '.join(parts)}"


def findings() -> list[tuple[str, str]]:
    """Return pairs of a name and what was found for it."""
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
