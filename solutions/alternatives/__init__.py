"""Other right ways to write the same things: a folder for each exercise notebook, a module for
each style.

Each module defines the names of the reference under the same contract. Nobody may lose a point for
writing in one of these styles; the tests of the course prove it.
"""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def styles(notebook: str) -> dict[str, ModuleType]:
    """Every style of a notebook, by name; `notebook` is its file's name without ending."""
    package = import_module(f"{__name__}.{notebook.replace('-', '_')}")
    return {
        style.name: import_module(f"{package.__name__}.{style.name}")
        for style in iter_modules(package.__path__)
    }
