"""An environment with nothing in it but what a student is asked to install.

Making a new virtual environment takes minutes and a network. This one hides, from a process that is
started with it, every package that the requirements do not bring along.
"""

import os
import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

REQUIREMENTS = Path(__file__).resolve().parents[2] / "exercises" / "requirements.txt"
PROJECT = {"autograder", "solutions", "exercises", "book"}
# Python imports a module of this name before anything else.
CUSTOMIZE = """
import sys
from importlib.machinery import PathFinder

HIDDEN = {hidden!r}


class Others(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        hidden = name.partition(".")[0] in HIDDEN
        return None if hidden else super().find_spec(name, path, target)


# Finders of projects that are installed where they lie are left out.
usual = [one for one in sys.meta_path if not one.__module__.startswith("__editable__")]
sys.meta_path[:] = [Others if one is PathFinder else one for one in usual]
"""


def asked_for() -> list[str]:
    """The requirements, by their names."""
    lines = REQUIREMENTS.read_text(encoding="utf-8").splitlines()
    return [Requirement(line).name for line in lines if line and not line.startswith("#")]


def hidden() -> set[str]:
    """The packages that are here, and that a student need not have."""
    brought = _closure(asked_for())
    return PROJECT | {
        package
        for package, distributions in metadata.packages_distributions().items()
        if not brought & {_plain(name) for name in distributions}
    }


def environment(folder: Path) -> dict[str, str]:
    """Variables for a process that has nothing else; `folder` is where it looks first."""
    (folder / "sitecustomize.py").write_text(CUSTOMIZE.format(hidden=hidden()), encoding="utf-8")
    usual = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONWARNINGS")}
    return {**usual, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}


def _closure(names: list[str]) -> set[str]:
    """What is installed with them."""
    todo, found = list(names), set()
    while todo:
        name = _plain(todo.pop())
        if name in found:
            continue
        found.add(name)
        try:
            needed = map(Requirement, metadata.requires(name) or [])
        except metadata.PackageNotFoundError:  # for another system
            continue
        todo += [
            one.name for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})
        ]
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
