"""Import libraries in a fork server, so that no fork has to."""

import gc
import os
import tempfile
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

CACHE = "TORCHINDUCTOR_CACHE_DIR"


def preload(names: Iterable[str]) -> None:
    """Import those of these modules whose packages are installed, and keep them.

    Meanwhile the garbage collector is off: it would look through all that is imported many times.
    It never will, as of what is imported hardly anything is garbage; and memory that forks share is
    not copied because references to it are counted.

    PyTorch's compiler makes a folder for its cache as soon as it is imported, even if nothing is
    compiled. While it is told to use a folder that exists, it leaves none behind.
    """
    os.environ[CACHE] = tempfile.gettempdir()
    gc.disable()
    try:
        for name in names:
            if find_spec(name.partition(".")[0]) is not None:
                import_module(name)
    finally:
        gc.freeze()
        gc.enable()
        del os.environ[CACHE]
