"""What this machine can do, and how far a student's code is kept apart: said honestly."""

import ctypes
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata

LANDLOCK_CREATE_RULESET = 444
LEVEL = "none: students' code runs in a Jupyter kernel as this user"


def findings() -> list[tuple[str, str]]:
    """Pairs of a thing and what was found."""
    return [
        ("Python", f"{platform.python_version()} ({sys.executable})"),
        ("nbgrader", _version("nbgrader")),
        ("torch", _version("torch")),
        ("Cores", str(os.cpu_count())),
        ("User namespaces", _works(["unshare", "--user", "--map-root-user", "true"])),
        ("bubblewrap", _works(["bwrap", "--ro-bind", "/", "/", "--unshare-all", "true"])),
        ("Landlock", _landlock()),
        ("Isolation of grading", LEVEL),
    ]


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _works(command: Sequence[str]) -> str:
    """Whether a command that needs a privilege succeeds here."""
    if shutil.which(command[0]) is None:
        return f"unknown: {command[0]} is not installed"
    try:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "no"
    return "yes" if done.returncode == 0 else "not allowed here"


def _landlock() -> str:
    if platform.system() != "Linux":
        return "no: needs Linux"
    flag_version = 1
    version = ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, flag_version)
    return f"yes (version {version})" if version > 0 else "no"
