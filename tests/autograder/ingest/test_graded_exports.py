"""Exports of learning platforms, graded."""

import json
import shutil
import zipfile
from pathlib import Path

import nbformat
import pytest
import toy_course as toy
from click.testing import CliRunner
from zip_files import everything_below, write_zip

from autograder.cli import main
from autograder.execution.local_pool import LocalPool
from autograder.grading.grade import grade
from autograder.limits import Limits
from autograder.reporting.results import read_results

LIMITS = Limits(cell_seconds=5, submission_seconds=20)


def export(folder: Path) -> Path:
    files = {
        "adaking_LATE_1_11_sums.ipynb": toy.answered(),
        "hoppergrace_2_12_my own.ipynb": toy.answered(twice="return x + x"),
        "productpeter_3_13_sums-1.ipynb": toy.answered(add="return a * b", twice="return x + x"),
    }
    files = {name: json.dumps(content) for name, content in files.items()}
    return write_zip(folder / "canvas.zip", files | {"nonenina_4_14_essay.pdf": ""})


@pytest.mark.slow
def test_a_canvas_export_is_graded_and_not_run_again(tmp_path, monkeypatch, warm_pool):
    toy.write_course(tmp_path)
    source, out = tmp_path / "exercises", tmp_path / "deep" / "out"
    results = grade(export(tmp_path), source, out, limits=LIMITS, cluster=warm_pool)
    assert {r.student: (r.status, r.score) for r in results.submissions} == {
        "adaking-1": ("graded", 6),
        "hoppergrace-2": ("graded", 6),
        "nonenina-4": ("missing", 0),
        "productpeter-3": ("graded", 3),
    }
    page = out / "feedback" / "nonenina-4" / "01-sums" / "sums.html"
    assert "found essay.pdf" in page.read_text()
    assert not [p for p in out.parent.iterdir() if p.name.startswith(".")]
    before = (out / "results.json").read_bytes()
    ran = []
    monkeypatch.setattr(LocalPool, "do", lambda self, jobs: ran.extend(jobs) or iter(()))
    grade(export(tmp_path), source, out, limits=LIMITS, cluster=warm_pool)
    with zipfile.ZipFile(tmp_path / "canvas.zip") as archive:
        archive.extractall(tmp_path / "unpacked")
    grade(tmp_path / "unpacked", source, out, limits=LIMITS, cluster=warm_pool)
    assert (ran, (out / "results.json").read_bytes()) == ([], before)


@pytest.mark.slow
def test_one_student_again_leaves_the_others(tmp_path, command_with_warm_pool):
    toy.write_course(tmp_path)
    source, out = tmp_path / "exercises", tmp_path / "out"
    command = ["grade", str(tmp_path / "class"), "--source", str(source), "--out", str(out)]
    for student in ("ada", "grace"):
        toy.hand_in(tmp_path / "class", student, toy.answered())
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    page = out / "feedback" / "grace" / toy.ASSIGNMENT / "sums.html"
    before, runs = page.read_bytes(), everything_below(out / ".runs")
    for student in ("ada", "grace"):
        shutil.rmtree(tmp_path / "class" / student)
        toy.hand_in(tmp_path / "class", student, toy.release())
    done = CliRunner().invoke(main, [*command, "--student", "ada"])
    assert done.exit_code == 0, done.output
    assert {r.student: r.score for r in read_results(out).submissions} == {"ada": 0, "grace": 6}
    assert page.read_bytes() == before
    assert runs < everything_below(out / ".runs")
    contents = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    done = CliRunner().invoke(main, [*command, "--student", "adda"])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "is called 'adda': there is ada." in done.output
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == contents


@pytest.mark.slow
def test_a_second_export_keeps_the_first_assignments_results(tmp_path, warm_pool):
    toy.write_course(tmp_path)
    (tmp_path / "exercises" / "02-more").mkdir()
    nbformat.write(toy.master(), tmp_path / "exercises" / "02-more" / "more.ipynb")
    text = json.dumps(toy.answered())
    for notebook in ("sums", "more"):
        path = write_zip(tmp_path / f"{notebook}.zip", {f"ada_1_2_{notebook}.ipynb": text})
        where = path, tmp_path / "exercises", tmp_path / "out"
        grade(*where, limits=LIMITS, cluster=warm_pool)
    rows = read_results(tmp_path / "out").submissions
    assert [(row.assignment, row.score) for row in rows] == [("01-sums", 6), ("02-more", 6)]
    assert all((tmp_path / "out" / row.feedback).is_file() for row in rows)
