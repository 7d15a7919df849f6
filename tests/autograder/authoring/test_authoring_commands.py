"""`autograder build` and `autograder release`: exit codes, messages, nothing half-written."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from toy_assignment_text import TEXT, write_course

from autograder.cli import main


@pytest.fixture
def course(tmp_path, monkeypatch):
    """The small course in an own folder, which becomes the current one; gives its text's path."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])  # the commands add the course's root
    yield write_course(tmp_path)
    sys.modules.pop("sums_right", None)


def run(*arguments: str):
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def files(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


def refused(*arguments: str) -> str:
    """The one line on stderr of a command that refuses what the user gave."""
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.slow(seconds=7)
def test_build_writes_and_check_proves(course):
    built = run("build")
    assert (built.exit_code, built.stderr) == (0, "")
    assert built.stdout == "built exercises/01-sums/sums.ipynb\n"
    checked = run("build", "--check")
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.startswith("checked exercises/01-sums/sums.md: fresh")


def test_check_writes_nothing_and_names_the_command(course):
    target = course.with_suffix(".ipynb")
    done = run("build", "--check")
    assert done.exit_code == 1
    assert "run `autograder build`" in done.stderr
    assert not target.exists()
    run("build")
    before = target.read_bytes()
    course.write_text(TEXT.replace("title: Add\n", "title: Plus\n"))
    stale = run("build", "--check")
    assert stale.exit_code == 1
    assert stale.stdout == ""
    assert "run `autograder build`" in stale.stderr
    assert target.read_bytes() == before


@pytest.mark.slow(seconds=7)
def test_check_tells_every_gate_that_does_not_hold(course):
    test = TEXT[TEXT.index("agree(add, ") : TEXT.rindex("```")]
    course.write_text(
        TEXT.replace(test, "assert callable(add)\n").replace(
            "Look at", "    total_of_both = x + y\n"
        )
    )
    run("build")
    done = run("build", "--check")
    assert done.exit_code == 1
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert all(line.startswith("exercises/01-sums/sums.md: ") for line in told)


def test_release_gives_the_students_notebook_and_nothing_else(course, tmp_path):
    run("build")
    done = run("release", "--out", "out")
    assert done.exit_code == 0
    assert done.stdout == "released out/01-sums/sums.ipynb\n"
    assert files(tmp_path / "out") == {"01-sums/sums.ipynb"}
    assert [f.name for f in (tmp_path / "out").iterdir()] == ["01-sums"]
    text = (tmp_path / "out" / "01-sums" / "sums.ipynb").read_text()
    assert "raise NotImplementedError()" in text
    assert "total_of_both" not in text
    assert "agree(" not in text
    assert "BEGIN" not in text


def test_a_release_carries_the_files_for_students(course, tmp_path):
    run("build")
    (tmp_path / "exercises" / "README.md").write_text("# Begin here\n")
    (tmp_path / "exercises" / "AGENTS.md").write_text("# Tutor\n")
    (tmp_path / "exercises" / "answers.txt").write_text("42\n")
    for _ in range(2):
        assert run("release", "--out", "out").exit_code == 0
        assert files(tmp_path / "out") == {"01-sums/sums.ipynb", "AGENTS.md", "README.md"}
    assert (tmp_path / "out" / "README.md").read_text() == "# Begin here\n"


def test_releasing_again_replaces_what_was_there_and_leaves_other_folders(course, tmp_path):
    run("build")
    run("release", "--out", "out")
    first = (tmp_path / "out" / "01-sums" / "sums.ipynb").read_bytes()
    (tmp_path / "out" / "01-sums" / "old.ipynb").write_text("{}")
    (tmp_path / "out" / "mine").mkdir()
    (tmp_path / "out" / "mine" / "notes.txt").write_text("keep")
    assert run("release", "--out", "out", "--assignment", "01-sums").exit_code == 0
    assert files(tmp_path / "out") == {"01-sums/sums.ipynb", "mine/notes.txt"}
    assert (tmp_path / "out" / "01-sums" / "sums.ipynb").read_bytes() == first


def test_what_the_user_gave_wrong_is_told_in_one_line(course, tmp_path):
    assert "nowhere: no such folder" in refused("build", "--source", "nowhere")
    (tmp_path / "empty").mkdir()
    assert "no assignment there" in refused("build", "--source", "empty")
    assert "its notebook is missing; run `autograder build`" in refused("release", "--out", "out")
    assert not (tmp_path / "out").exists()
    run("build")
    unknown = refused("release", "--out", "out", "--assignment", "07-products")
    assert "no assignment '07-products'; there are 01-sums" in unknown
    assert not (tmp_path / "out").exists()
    course.write_text(TEXT.replace("{try}", "{tyr}"))
    assert "sums.md:" in refused("build")
    assert "unknown block {tyr}" in refused("build", "--check")
    assert "No such option" in run("build", "--chekc").stderr
    assert run("build", "--chekc").exit_code == 2


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_a_release_that_cannot_be_written_leaves_nothing(course, tmp_path, out):
    run("build")
    (tmp_path / "file").write_text("mine")
    before = files(tmp_path)
    told = refused("release", "--out", out)
    assert f"{out}: cannot write there" in told
    assert "choose another --out" in told
    assert files(tmp_path) == before
    assert (tmp_path / "file").read_text() == "mine"


def test_a_broken_text_leaves_the_notebook_that_was_there(course):
    run("build")
    before = course.with_suffix(".ipynb").read_bytes()
    course.write_text(TEXT.replace("sums_right.add\n", "sums_right.plus\n"))
    assert "there is no 'sums_right.plus'" in refused("build")
    assert course.with_suffix(".ipynb").read_bytes() == before


@pytest.mark.slow
def test_the_installed_command_does_the_same(tmp_path):
    command = Path(sys.executable).parent / "autograder"
    done = subprocess.run(
        [command, "build", "--source", "nowhere"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "Error: nowhere: no such folder; run in the course's root or give --source\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["build", "release", "grade", "report", "doctor"])
def test_every_command_explains_itself(command):
    for flag in ("-h", "--help"):
        done = run(command, flag)
        assert done.exit_code == 0
        assert done.stdout.startswith("Usage: ")
    assert command in run("--help").stdout
