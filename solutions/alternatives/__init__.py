"""Other right implementations: a package for each exercise notebook, a module for each style.

Each module defines the names of the reference under the same contract. The tests of the course
check that no student loses a point for writing in one of these styles.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def styles(notebook: str) -> dict[str, ModuleType]:
    """Return the styles of a notebook, by name; `notebook` is its file's name without ending."""
    package = import_module(f"{__name__}.{notebook.replace('-', '_')}")
    return {
        style.name: import_module(f"{package.__name__}.{style.name}")
        for style in iter_modules(package.__path__)
    }
