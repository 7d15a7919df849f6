"""The course that `autograder init` writes can be graded at once, also by nbgrader."""

import nbformat
from click.testing import CliRunner
from nbgrader.nbgraderformat import MetadataValidator

from autograder.cli import main
from autograder.grading.grade import grade


def test_what_init_writes_can_be_graded(tmp_path, warm_pool):
    done = CliRunner().invoke(main, ["init", str(tmp_path / "course")])
    assert done.exit_code == 0
    course = tmp_path / "course"
    assert f"cd {course} && autograder grade submitted --source source --out graded" in done.output
    for path in course.rglob("source/**/*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        MetadataValidator().validate_nb(notebook)
        text = path.read_text(encoding="utf-8")  # a kernel of its author's machine, as many name
        path.write_text(text.replace('"name": "python3"', '"name": "conda-base-py"'), "utf-8")
    results = grade(course / "submitted", course / "source", course / "out", cluster=warm_pool)
    assert {row.student: row.score for row in results.submissions} == {
        "ada": 5,
        "alan": 3,
        "grace": 3,
    }
    assert {row.max_score for row in results.submissions} == {7}
    assert results.doubtful == ()
    hidden = (course / "submitted" / "ada" / "ps1" / "problem1.ipynb").read_text()
    assert "BEGIN" not in hidden
    assert "2250" not in hidden


def test_init_overwrites_nothing(tmp_path):
    place = tmp_path / "source" / "ps1"
    place.mkdir(parents=True)
    (place / "rain.csv").write_text("mine")
    done = CliRunner().invoke(main, ["init", str(tmp_path)])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "rain.csv exists already" in done.output
    assert (place / "rain.csv").read_text() == "mine"
    assert not (tmp_path / "submitted").exists()
