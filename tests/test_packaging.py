"""The package: declared dependencies, one version, and a wheel that grades without PyTorch."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from functools import cache
from importlib import metadata
from pathlib import Path

import nbformat
import pytest
import toy_course
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


# ---- The wheel ---------------------------------------------------------------------------------


def installed_for(requirements: list[str]) -> set[str]:
    """Installed distributions that some requirements need, with all that these need."""
    found: set[tuple[str, str]] = set()
    rest = [("", Requirement(one)) for one in requirements]
    while rest:
        wanted_by, requirement = rest.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": wanted_by}):
            continue
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) not in found:
                found.add((name, extra))
                rest += [(extra, Requirement(one)) for one in metadata.requires(name) or ()]
    return {name for name, _ in found}


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def grader_alone(tmp_path_factory):
    """The commands of an environment with the wheel and the base dependencies, without an index."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy2(ROOT / name, folder)
    shutil.copytree(ROOT / "autograder", folder / "autograder")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", folder, folder]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    binaries = folder / "venv" / "bin"
    site = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    for name in installed_for(PROJECT["dependencies"]):
        distribution = metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or () if file.parts[0] != ".."}
        for top in tops - {"__pycache__"}:
            place = Path(str(distribution.locate_file(top)))
            if place.is_dir():
                shutil.copytree(place, site / top, copy_function=_link, dirs_exist_ok=True)
            elif place.is_file() and not (site / top).exists():
                _link(str(place), str(site / top))
        for entry in distribution.entry_points.select(group="console_scripts"):
            script = binaries / entry.name  # nbgrader calls `alembic` by name
            module, _, function = entry.value.partition(":")
            script.write_text(f"#!{binaries}/python\nimport {module}\n{module}.{function}()\n")
            script.chmod(0o755)
    install = [*pip, "--python", str(binaries / "python"), "install", "--quiet", "--no-deps"]
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run([*install, "--no-index", str(wheel)], check=True, env=alone, cwd=binaries)
    return binaries


def run(binaries: Path, command: str, *words: object, cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        [binaries / command, *map(str, words)],
        cwd=cwd,
        env={"PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}", "HOME": str(cwd)},
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_the_grader_alone_has_no_pytorch(grader_alone, tmp_path):
    code = "import autograder, torch"
    asked = run(grader_alone, "python", "-c", code, cwd=tmp_path)
    assert "No module named 'torch'" in asked.stderr
    helped = run(grader_alone, "autograder", "--help", cwd=tmp_path)
    assert (helped.returncode, "grade" in helped.stdout) == (0, True), helped.stderr
    doctor = run(grader_alone, "autograder", "doctor", cwd=tmp_path)
    assert doctor.returncode == 0, doctor.stderr
    assert re.search(r"torch: +not installed", doctor.stdout)


@pytest.mark.slow
def test_the_grader_alone_grades_plain_python_and_numpy(grader_alone, tmp_path):
    source = toy_course.write_course(tmp_path)
    path = source / toy_course.ASSIGNMENT / f"{toy_course.NOTEBOOK}.ipynb"
    test = "import numpy as np\nx = np.arange(3.0)\ny = twice(x)\nassert (y == 2 * x).all()"
    test += "\nassert y.dtype == float and y.shape == (3,)\nassert (x == np.arange(3.0)).all()"
    master = nbformat.read(path, as_version=4)
    master.cells.append(toy_course.check("twice-array", "Twice", 2, "Doubles an array.", test))
    nbformat.write(master, path)
    submissions = tmp_path / "submissions"
    answers = {"ada": {}, "bob": {"add": "return a * b"}, "eve": {"twice": "x += x; return x"}}
    for student, answer in answers.items():
        toy_course.hand_in(submissions, student, toy_course.answered(**answer))
    words = ("grade", submissions, "--source", source, "--out", tmp_path / "out", "--jobs", 1)
    graded = run(grader_alone, "autograder", *words, "--unsafe", cwd=tmp_path)
    assert graded.returncode == 0, graded.stdout + graded.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text())["submissions"]
    scores = {row["student"]: (row["status"], row["score"]) for row in results}
    assert scores == {"ada": ("graded", 8.0), "bob": ("graded", 0.0), "eve": ("graded", 6.0)}
    page = tmp_path / "out/feedback/bob" / toy_course.ASSIGNMENT / f"{toy_course.NOTEBOOK}.html"
    assert "You multiply." in page.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_command_that_needs_an_extra_names_it(grader_alone, tmp_path):
    source = toy_course.write_course(tmp_path)
    for extra, words in {
        "torch": ("build", "--source", source),
        "cluster": ("grade", tmp_path, "--source", source, "--scheduler", "tcp://localhost:1"),
    }.items():
        asked = run(grader_alone, "autograder", *words, cwd=tmp_path)
        assert asked.returncode == 2, asked.stderr
        assert f"pip install 'graded-transformer[{extra}]'" in asked.stderr
        assert "Traceback" not in asked.stderr
