"""Other right ways to write the same things, one module per style.

Each module defines the names of the reference under the same contract. Nobody may lose a point for
writing in one of these styles; the tests of the course prove it.
"""

from importlib import import_module
from types import ModuleType

STYLES = ("einsum", "loops", "fused", "terse")


def styles() -> dict[str, ModuleType]:
    """Every style, by name."""
    return {style: import_module(f"{__name__}.{style}") for style in STYLES}
