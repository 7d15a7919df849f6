"""Import jsonschema, which nbformat needs, without an optional part that takes a second."""

import sys
from importlib import import_module

GRAMMAR = "rfc3987_syntax"  # compiles a parser of internationalized addresses as it is imported


def import_jsonschema() -> None:
    """Import jsonschema before nbformat does, without its check of internationalized addresses.

    No schema of a notebook uses this check, and other code can still import the grammar.
    """
    if "jsonschema" in sys.modules or GRAMMAR in sys.modules:
        return
    sys.modules[GRAMMAR] = None  # type: ignore[assignment]  # "not installed", to an import
    try:
        import_module("jsonschema")
    finally:
        del sys.modules[GRAMMAR]
