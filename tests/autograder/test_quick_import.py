"""jsonschema without its slow part works as before, and the slow part can still be imported."""

import subprocess
import sys

CODE = """
import sys
from autograder.quick_import import GRAMMAR, import_jsonschema
import_jsonschema()
import nbformat
assert GRAMMAR not in sys.modules
assert nbformat.validator.isvalid(nbformat.v4.new_notebook())
assert not nbformat.validator.isvalid(nbformat.from_dict({"cells": 1}))
__import__(GRAMMAR)
import_jsonschema()
assert GRAMMAR in sys.modules
"""


def test_nbformat_validates_without_the_grammar():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
