"""What may import what, and what must stand in every room: read from the code, not from a page."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("solutions", "autograder", "exercises", "book")
MAY_IMPORT = {
    "solutions": {"solutions"},
    "autograder": {"autograder"},
    "exercises": {"exercises", "autograder", "solutions"},
    "book": {"book", "solutions", "exercises"},
}
# Whole functions that exist to be wrong, or to look like a student's: their list explains them.
WITHOUT_DOCSTRINGS = {"misconceptions", "alternatives"}
KINDS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Names of the top-level packages that a file imports, wherever in it the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(path.relative_to(ROOT).parts[0] if node.level else node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_what_it_may(room):
    wrong = {
        str(path.relative_to(ROOT)): sorted(others)
        for path in modules(room)
        if (others := (imported(path) & set(ROOMS)) - MAY_IMPORT[room])
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("part", "may"), [("border", {"border"}), ("worker", {"border", "worker"})]
)
def test_where_students_code_runs_nothing_else_is_imported(part, may):
    """What a worker has imported, a student's code can find in memory."""
    wrong = []
    for path in (ROOT / "autograder" / part).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level:
                names = [(node.module or "").split(".")[0]] if node.level == 2 else [part]
            elif isinstance(node, ast.Import | ast.ImportFrom):
                modules = [node.module] if isinstance(node, ast.ImportFrom) else []
                modules += [alias.name for alias in node.names]
                names = [m.split(".")[1] for m in modules if (m or "").startswith("autograder.")]
            else:
                continue
            wrong += [f"{path.name}: {name}" for name in names if name not in may]
    assert wrong == []


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
