"""Rules for all packages: imports, absolute paths, docstrings."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("solutions", "autograder", "exercises", "book")
# Whole functions that exist to be wrong, or to look like a student's: their list explains them.
WITHOUT_DOCSTRINGS = {"misconceptions", "alternatives"}
KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def test_packages_import_only_what_the_contracts_allow():
    """The contracts are in pyproject.toml; `make check` runs them too."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--verbose"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_no_file_names_a_place_on_one_machine():
    """Tests may: they try what a student's code could open."""
    suffixes = {".py", ".md", ".toml", ".yml", ".yaml", ".ipynb", ".css", ".js", ".html", ".tpl"}
    places = re.compile(r"(?<![\w.:/{}-])/(work|root|home)/[a-z]")
    wrong = []
    for path in [
        *ROOT.glob("*"),
        *(p for room in (*ROOMS, ".ci") for p in (ROOT / room).rglob("*")),
    ]:
        plain = path.suffix in suffixes or path.name in ("Makefile", "run")
        if path.is_file() and plain and places.search(path.read_text(encoding="utf-8")):
            wrong.append(str(path.relative_to(ROOT)))
    assert wrong == []


@pytest.mark.parametrize("room", ["solutions", "autograder", "exercises"])
def test_every_module_and_every_public_name_says_what_it_is(room):
    silent = []
    for path in modules(room):
        name = str(path.relative_to(ROOT))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        # The instant checks are pasted into notebooks: a comment says there what they are.
        if ast.get_docstring(tree) is None and path.name != "instant_runtime.py":
            silent.append(name)
        if WITHOUT_DOCSTRINGS & set(path.parts) and path.name != "__init__.py":
            continue
        if room == "exercises" or path.name == "instant_runtime.py":
            continue
        for node in tree.body:
            is_public = isinstance(node, KINDS) and not node.name.startswith("_")
            if is_public and ast.get_docstring(node) is None:
                silent.append(f"{name}: {node.name}")
    assert silent == []
