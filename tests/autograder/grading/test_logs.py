"""The grader's log: tracebacks of its own errors, which no student sees."""

import logging
import socket
import threading
from pathlib import Path

import pytest
import toy_course as toy
from click.testing import CliRunner

from autograder.cli import main
from autograder.execution.job import JOB_FRAME
from autograder.execution.job_worker import serve_jobs
from autograder.grading import class_run
from autograder.grading.grade import LOG, grade
from autograder.limits import Limits
from autograder.logs import LOGGER, log_to_file
from autograder.protocol.framing import read_frame, write_frame
from autograder.reporting.results import read_results

LIMITS = Limits(cell_seconds=20, submission_seconds=60)
SECRET = "a line of the grader's own source"


@pytest.fixture
def course(tmp_path) -> Path:
    """A course, and two students."""
    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    toy.hand_in(tmp_path / "class", "blank", toy.release())
    return tmp_path


def published(out: Path) -> str:
    """All text that a run writes for students, instructors and nbgrader, but for the log."""
    paths = [p for p in out.rglob("*") if p.is_file() and p.name not in (LOG, "lock")]
    assert {p.name for p in paths} >= {"results.json", "grades.csv", "report.html", "sums.html"}
    return "\n".join(p.read_bytes().decode("utf-8", "replace") for p in paths)


@pytest.mark.slow
def test_the_traceback_of_an_own_error_is_in_the_log_and_nowhere_else(
    course, monkeypatch, warm_pool
):
    real = class_run.merge_submission

    def broken(master, submission):
        if any("return a + b" in cell.source for cell in submission.cells):
            raise KeyError(SECRET)
        return real(master, submission)

    monkeypatch.setattr(class_run, "merge_submission", broken)
    out = course / "out"
    results = grade(course / "class", course / "exercises", out, limits=LIMITS, cluster=warm_pool)
    assert [row.status for row in results.submissions] == ["grader failed", "graded"]
    log = (out / LOG).read_text()
    assert "ada/01-sums/sums: the grader itself failed\nTraceback (most recent call last)" in log
    assert f'raise KeyError(SECRET)\nKeyError: "{SECRET}"' in log
    assert "Traceback" not in published(out)
    assert SECRET not in published(out)


class BrokenPool:
    """A pool whose every job fails."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def launch(self):
        pass

    def do(self, jobs):
        for name, _ in jobs:
            yield (
                name,
                {"failed": "ValueError: short\nand more", "traceback": f"Traceback\n  {SECRET}"},
            )

    def dismiss(self):
        pass


def test_the_traceback_of_a_failed_job_is_in_the_log_and_nowhere_else(course):
    out = course / "out"
    results = grade(course / "class", course / "exercises", out, cluster=BrokenPool())
    assert {row.reason for row in results.submissions} == {
        "the grader itself failed on it (ValueError: short)"
    }
    assert (out / LOG).read_text().count(f"itself failed\nTraceback\n  {SECRET}\n") == 2
    assert SECRET not in published(out)


def test_a_failed_job_sends_one_line_and_its_traceback():
    class Runner:
        def do(self, job):
            raise ValueError("x" * 1000)

        def close(self):
            pass

    ours, others = socket.socketpair()
    thread = threading.Thread(target=serve_jobs, args=(others, Runner()))
    thread.start()
    write_frame(ours, {"any": "job"}, [])
    answer, _ = read_frame(ours, JOB_FRAME)
    ours.close()
    thread.join()
    others.close()
    assert answer["failed"] == "ValueError: " + "x" * 288
    assert answer["traceback"].startswith("Traceback (most recent call last)")
    assert answer["traceback"].endswith("x" * 1000 + "\n")


def test_what_ends_a_run_is_in_the_log(course, monkeypatch):
    def broken(*_):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("autograder.grading.grade.write_report", broken)
    with pytest.raises(RuntimeError, match=SECRET):
        grade(course / "class", course / "exercises", course / "out", cluster=BrokenPool())
    log = (course / "out" / LOG).read_text()
    assert "The run failed\nTraceback (most recent call last)" in log
    assert f"RuntimeError: {SECRET}" in log


@pytest.mark.slow
def test_verbose_prints_the_steps_and_each_run_replaces_the_log(course, command_with_warm_pool):
    words = ["grade", str(course / "class"), "--source", str(course / "exercises")]
    words += ["--out", str(course / "out"), "--jobs", "1"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "INFO" not in done.output
    assert "ada/01-sums/sums: graded" in (course / "out" / LOG).read_text()
    results = read_results(course / "out")
    done = CliRunner().invoke(main, [*words, "-v"])
    assert done.exit_code == 0, done.output
    assert "INFO    ada/01-sums/sums: unchanged since an earlier run" in done.stderr
    assert "INFO" not in done.stdout
    log = (course / "out" / LOG).read_text()
    assert "unchanged" in log
    assert "ada/01-sums/sums: graded" not in log
    assert read_results(course / "out") == results
    assert LOGGER.handlers == []


def test_the_terminal_names_the_log_when_the_grader_failed(course, monkeypatch):
    monkeypatch.setattr("autograder.execution.local_pool.LocalPool", lambda size: BrokenPool())
    words = ["grade", str(course / "class"), "--source", str(course / "exercises")]
    words += ["--out", str(course / "out"), "--unsafe"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1, done.output
    assert "grader failed ada/01-sums/sums: the grader itself failed on it" in done.output
    assert "grader failed blank/01-sums/sums: the grader itself failed on it" in done.output
    assert f"grader failed 2 notebooks: the details are in {course / 'out' / LOG}" in done.output
    assert SECRET not in done.output


def test_a_log_that_cannot_be_written_is_one_line(course):
    (course / "out" / LOG).mkdir(parents=True)
    words = ["grade", str(course / "class"), "--source", str(course / "exercises"), "--unsafe"]
    done = CliRunner().invoke(main, [*words, "--out", str(course / "out")])
    assert (done.exit_code, done.output.count("\n")) == (2, 1)
    assert "Cannot write the results to" in done.output


def test_control_characters_do_not_reach_the_log(tmp_path, monkeypatch):
    monkeypatch.setattr(LOGGER, "propagate", False)  # pytest's own handlers take no half characters
    with log_to_file(tmp_path / "a.log"):
        logging.getLogger("autograder.x").error("red \x1b[31m and \udc80 half\r\nnext")
    assert (tmp_path / "a.log").read_text().endswith("red ?[31m and ? half?\nnext\n")
