"""The package: declared dependencies, one version, and a wheel that grades without PyTorch."""

import ast
import re
import sys
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import autograder
from autograder.cli import main

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWN = {"autograder", "solutions", "exercises", "book"}
# The extras whose packages the code of a folder may import; the most specific folder counts.
EXTRAS = {
    "autograder": {"torch"},
    "autograder/execution/dask_pool.py": {"torch", "cluster"},
    "solutions": {"course"},
    "exercises": {"course"},
    "book": {"book"},
    "book/check_site": {"book", "test"},
}


def name_of(requirement: str) -> str:
    return canonicalize_name(Requirement(requirement).name)


def declared(extras: set[str]) -> set[str]:
    """The base dependencies and those of some extras, with the extras that these name."""
    found = {name_of(one) for one in PROJECT["dependencies"]}
    for extra in extras:
        for one in PROJECT["optional-dependencies"][extra]:
            requirement = Requirement(one)
            if requirement.name == PROJECT["name"]:
                found |= declared(requirement.extras)
            else:
                found.add(canonicalize_name(requirement.name))
    return found


@cache
def distributions() -> dict[str, set[str]]:
    """Top-level import name -> the installed distributions that provide it."""
    return {
        name: {canonicalize_name(one) for one in several}
        for name, several in metadata.packages_distributions().items()
    }


def imported(path: Path) -> set[str]:
    """The third-party packages that a file imports anywhere, also within functions."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            found.add(node.module.split(".")[0])
    local = {p.stem for p in path.parent.iterdir()}  # extensions of the book import each other
    return found - sys.stdlib_module_names - OWN - local


def extras_of(path: Path) -> set[str]:
    place = path.relative_to(ROOT).as_posix()
    best = max((one for one in EXTRAS if f"{place}/".startswith(f"{one}/")), key=len)
    return EXTRAS[best]


def files() -> list[Path]:
    return [path for room in sorted(OWN) for path in sorted((ROOT / room).rglob("*.py"))]


def test_every_import_is_declared():
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files()
        for name in sorted(imported(path))
        if not distributions().get(name, {name}) & declared(extras_of(path))
    ]
    assert missing == []


def test_every_dependency_of_the_grader_is_imported_by_it():
    imports = {
        one
        for path in (ROOT / "autograder").rglob("*.py")
        for name in imported(path)
        for one in distributions().get(name, {name})
    }
    assert declared(set()) <= imports


def test_the_lock_file_satisfies_every_requirement():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    lines = re.findall(r"^([\w.-]+)==(\S+)$", text, re.MULTILINE)
    locked = {canonicalize_name(name): version for name, version in lines}
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    for requirement in (Requirement(one) for group in groups for one in group):
        if requirement.name != PROJECT["name"]:
            assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), (
                f"requirements.lock: {requirement}"
            )


def test_there_is_one_version():
    assert "version" in PROJECT["dynamic"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d[\w.]*)\]", changelog, re.MULTILINE)
    assert released[0] == autograder.__version__
    answer = CliRunner().invoke(main, ["--version"])
    assert autograder.__version__ in answer.output
