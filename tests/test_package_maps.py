"""The docstring of each package lists its modules: every module that exists, and no other.

A list item, or a paragraph, that begins with names in backticks is an entry of the map, such as
"1. `encoder`, `decoder`: stacks of N layers". A name with a slash at its end is a plain folder.

Two packages are lists by their nature, and say so instead of repeating it: `alternatives` has a
package for each exercise notebook with a module for each style, `misconceptions` mirrors the
packages of `solutions`.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ALTERNATIVES = ROOT / "solutions" / "alternatives"
MISCONCEPTIONS = ROOT / "solutions" / "misconceptions"
ENTRY = re.compile(r"(?:- |\d+\. )?((?:`[a-z0-9_]+/?`(?:, | and )?)+)")


def packages() -> list[Path]:
    """All packages that have a map."""
    rooms = [ROOT / name for name in ("autograder", "solutions", "exercises", "book")]
    found = [init.parent for room in rooms for init in sorted(room.rglob("__init__.py"))]
    listed = [p for p in found if ALTERNATIVES not in (p, *p.parents) and p != MISCONCEPTIONS]
    return [package for package in listed if contents(package)]


def contents(package: Path) -> set[str]:
    """Public modules and sub-packages."""
    modules = {path.stem for path in package.glob("*.py") if not path.stem.startswith("_")}
    return modules | {path.parent.name for path in package.glob("*/__init__.py")}


def entries(package: Path) -> set[str]:
    """The names that the map of a package lists."""
    text = ast.get_docstring(ast.parse((package / "__init__.py").read_text(encoding="utf-8")))
    found: set[str] = set()
    for paragraph in (text or "").split("\n\n"):
        items = re.split(r"\n(?=- |\d+\. )", paragraph)
        for item in items:
            if entry := ENTRY.match(item):
                found |= set(re.findall(r"`([^`]+)`", entry[1]))
    return found


@pytest.mark.parametrize("package", packages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_the_map_of_a_package_is_complete_and_true(package):
    listed = entries(package)
    folders = {name for name in listed if name.endswith("/")}
    assert listed - folders == contents(package)
    assert [name for name in folders if not (package / name).is_dir()] == []


def test_each_exercise_notebook_has_a_package_of_alternatives():
    notebooks = {path.stem.replace("-", "_") for path in (ROOT / "exercises").glob("*/*.md")}
    assert contents(ALTERNATIVES) == notebooks


def test_misconceptions_mirror_the_modules_that_they_replace():
    for package in contents(MISCONCEPTIONS):
        wrong, right = MISCONCEPTIONS / package, ROOT / "solutions" / package
        assert contents(wrong) <= contents(right)
