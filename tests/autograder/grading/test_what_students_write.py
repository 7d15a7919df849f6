"""What a student writes acts on nobody who reads it: page, report, table, terminal, formgrader."""

import json
from pathlib import Path

import nbformat
import pytest
import toy_course as toy
from click.testing import CliRunner
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_raw_cell
from quick_pool import QuickPool

from autograder.cli import main
from autograder.grading.grade import LOG, grade
from autograder.reporting.results import read_results

SCRIPT = "<script>alert('me')</script>"
HONEST = "I wrote this *myself*, with $a \\le b$."


def run(folder: Path, *notebooks: NotebookNode) -> Path:
    """Grade these notebooks; return the folder of results."""
    toy.write_course(folder)
    for number, notebook in enumerate(notebooks):
        toy.hand_in(folder / "class", f"student-{number}", notebook)
    grade(folder / "class", folder / "exercises", folder / "out", cluster=QuickPool())
    return folder / "out"


def test_no_script_of_a_student_runs_in_formgrader(tmp_path):
    notebook = toy.answered()
    link = "[x](javascript:alert('me'))"
    notebook.cells += [new_markdown_cell(text) for text in (SCRIPT, link, HONEST)]
    notebook.cells.append(new_raw_cell(SCRIPT))
    out = run(tmp_path, notebook)
    path = out / "autograded" / "student-0" / toy.ASSIGNMENT / f"{toy.NOTEBOOK}.ipynb"
    shown, _ = HTMLExporter(template_name="basic").from_filename(str(path))
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown
    assert "alert('me')" in shown  # as text, for the person who grades
    assert HONEST in [cell.source for cell in nbformat.read(path, 4).cells]


def answering(text: str) -> NotebookNode:
    """A notebook whose function returns a text, which the test quotes in its message."""
    return toy.answered(add=f"return {text!r}", twice="return 8")


@pytest.mark.parametrize("address", ["http://[", "//[x", "https://evil.example/", "//evil.example"])
def test_a_forged_reference_is_no_link_and_stops_nothing(address, tmp_path):
    out = run(tmp_path, answering(f"5\nRead: {address}"), toy.answered())
    page = (out / "feedback" / "student-0" / toy.ASSIGNMENT / "sums.html").read_text()
    assert "evil.example" not in page.replace(f"Read: {address}", "")
    assert 'href="https://evil' not in page
    assert 'href="//evil' not in page
    assert (out / "feedback" / "student-1" / toy.ASSIGNMENT / "sums.html").is_file()


def test_a_page_that_cannot_be_made_stops_no_class(tmp_path, monkeypatch):
    def broken(source):
        if "return b + a" in source:
            raise RecursionError
        return source

    monkeypatch.setattr("autograder.reporting.feedback.highlighted", broken)
    monkeypatch.setattr("autograder.grading.grade.shortcuts", lambda ran: broken("return b + a"))
    out = run(tmp_path, toy.answered(add="return b + a"), toy.answered())
    rows = read_results(out).submissions
    assert [(row.status, row.score) for row in rows] == [("grader failed", 6), ("graded", 6)]
    page = (out / rows[0].feedback).read_text()
    assert "This is not your doing: this page cannot be made." in page
    assert "student-0/01-sums/sums: its page cannot be made\nTraceback" in (out / LOG).read_text()
    assert {row.shortcuts for row in rows} == {("not searched: the grader itself failed",)}


def test_source_that_reorders_itself_is_shown_as_it_is(tmp_path):
    out = run(tmp_path, toy.answered(add="return a + b  # \u202e evil \u2066"))
    page = (out / "feedback" / "student-0" / toy.ASSIGNMENT / "sums.html").read_text()
    assert "\u202e" not in page
    assert "\\u202e evil \\u2066" in page


def test_a_forged_name_of_a_shortcut_does_not_reach_the_report(tmp_path):
    toy.write_course(tmp_path)
    path = tmp_path / "exercises" / toy.ASSIGNMENT / f"{toy.NOTEBOOK}.ipynb"
    master = toy.master()
    master.metadata["course"]["shortcuts"] = ["math.*"]
    path.write_text(json.dumps(master))
    forged = "\u202ea link: https://evil.example"
    uses = f"getattr(math, {forged!r}, 0); return a + b + 0 * math.floor(a)"
    toy.hand_in(tmp_path / "class", "ada", toy.answered(add=uses))
    grade(tmp_path / "class", tmp_path / "exercises", tmp_path / "out", cluster=QuickPool())
    text = (tmp_path / "out" / "report.html").read_text()
    assert "math.floor" in text
    assert "evil.example" not in text


def test_a_failure_of_the_grader_quotes_no_control_characters(tmp_path, monkeypatch):
    class Broken(QuickPool):
        def do(self, jobs):
            for name, _ in jobs:
                yield name, {"failed": "ValueError: \x1b[2J\u202e\nsecond line"}

    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    monkeypatch.setattr("autograder.execution.local_pool.LocalPool", lambda _jobs: Broken())
    words = [str(tmp_path / name) for name in ("class", "exercises", "out")]
    done = CliRunner().invoke(
        main, ["grade", words[0], "--source", words[1], "--out", words[2], "--unsafe"]
    )
    assert done.exit_code == 1
    assert "ValueError: [2J)" in done.output
    assert "second line" not in done.output
    assert "\x1b" not in done.output
    assert "\u202e" not in done.output
