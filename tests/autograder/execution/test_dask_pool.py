"""Many machines: the same bytes as on one, also when one of them dies half-way."""

import os
import re
import signal
import subprocess
import sys
import time
import warnings
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import toy_course as toy
import toy_files
from click.testing import CliRunner
from distributed import Client

from autograder import cli
from autograder.errors import UserError
from autograder.execution import dask_pool as checker_cluster
from autograder.execution import job
from autograder.execution.dask_pool import DaskPool
from autograder.execution.local_pool import LocalPool
from autograder.grading.grade import grade
from autograder.limits import Limits
from autograder.reporting.results import read_results
from autograder.untrusted_files import contents

pytestmark = pytest.mark.slow(seconds=120)

LIMITS = Limits(cell_seconds=20, submission_seconds=60)
ROOT = Path(cli.__file__).parents[1]
DASK = str(Path(sys.executable).with_name("dask"))
START_SECONDS = 90
STUDENTS = [f"student-{i}" for i in range(8)]


@contextmanager
def dask(folder: Path, *words: str):
    """A process of dask's own; killed at the end."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    with (folder / "dask.log").open("a") as log:
        process = subprocess.Popen(
            [DASK, *words, "--no-dashboard"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class Cluster:
    """A scheduler on the loopback, and its workers.

    Attributes:
        address: of the scheduler.
        about: the file that the scheduler writes.
        workers: the processes that have been started, the newest last.
    """

    def __init__(self, stack: ExitStack, folder: Path):
        self._stack, self._folder, self.about = stack, folder, folder / "scheduler.json"
        self.workers: list[subprocess.Popen] = []
        where = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self.about))
        self.scheduler = stack.enter_context(dask(folder, "scheduler", *where))
        deadline = time.monotonic() + START_SECONDS
        while not self.about.exists() or "tcp://" not in self.about.read_text():
            assert time.monotonic() < deadline, (folder / "dask.log").read_text()
            time.sleep(0.1)
        self.address = re.search(r"tcp://127\.0\.0\.1:\d+", self.about.read_text())[0]

    def have_workers(self, count: int) -> None:
        """Start as many workers as are missing."""
        missing = count - sum(worker.poll() is None for worker in self.workers)
        one = ("worker", self.address, "--nthreads", "1", "--no-nanny")
        for _ in range(missing):
            self.workers.append(self._stack.enter_context(dask(self._folder, *one)))
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=START_SECONDS)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A scheduler with two workers."""
    folder = tmp_path_factory.mktemp("dask")
    with ExitStack() as stack:
        cluster = Cluster(stack, folder)
        with pytest.raises(UserError, match="has no workers: start `dask worker`"):
            DaskPool(cluster.address)
        cluster.have_workers(2)
        DaskPool(str(cluster.about)).dismiss()  # the scheduler's file does as well
        (folder / "other.json").write_text('{"id": "Scheduler"}')
        with pytest.raises(UserError, match=r"other\.json is not a file that `dask scheduler"):
            DaskPool(str(folder / "other.json"))
        yield cluster


@pytest.fixture(scope="module")
def course(tmp_path_factory, warm_pool) -> Path:
    """A course, a class of which everybody takes a while, and its results on this machine."""
    folder = tmp_path_factory.mktemp("course")
    toy.write_course(folder)
    for number, student in enumerate(STUDENTS):
        notebook = toy.answered(twice="return 7") if number % 3 == 0 else toy.answered()
        toy.cell(notebook, "free").source = f"import time\ntime.sleep(0.4)\nprint({number})"
        toy.hand_in(folder / "class", student, notebook)
    grade_class(folder, "here", cluster=warm_pool)
    return folder


def grade_class(folder: Path, out: str, **how) -> None:
    grade(folder / "class", folder / "exercises", folder / out, limits=LIMITS, **how)


def bytes_of(out: Path) -> dict[str, bytes]:
    """Grades, results and everybody's pages."""
    files = [out / "grades.csv", out / "results.json", *sorted(out.glob("*/*/*/*"))]
    assert len(files) > 2 * len(STUDENTS)
    return {str(path.relative_to(out)): path.read_bytes() for path in files}


def test_workers_give_what_this_machine_gives_and_one_may_die(course, cluster):
    address, (first, _) = cluster.address, cluster.workers
    grade_class(course, "there", cluster=DaskPool(address))
    assert bytes_of(course / "there") == bytes_of(course / "here")

    told = []

    def kill_one_half_way(what: str, done: int, total: int) -> None:
        told.append((what, done))
        if what.startswith("Running") and done == 3:
            first.send_signal(signal.SIGKILL)

    grade_class(course, "after-a-death", cluster=DaskPool(address), progress=kill_one_half_way)
    assert first.wait(10) == -signal.SIGKILL
    assert bytes_of(course / "after-a-death") == bytes_of(course / "here")
    running = [done for what, done in told if what.startswith("Running")]
    assert running == list(range(len(STUDENTS) + 1))  # each job gave one result


def test_files_beside_a_notebook_travel_with_the_job(cluster, tmp_path, monkeypatch, warm_pool):
    address = cluster.address
    toy_files.write_course(tmp_path)
    large = toy_files.RIGHT | {"weights.bin": b"good weights" + bytes(2**20 - 12)}
    for student, files in {"ada": large, "bob": {}, "eve": toy_files.RIGHT}.items():
        toy_files.hand_in(tmp_path / "class", student, files)
    grade_class(tmp_path, "here", cluster=warm_pool)
    # As seen by a machine that has only the course: what was handed in is nowhere but here.
    monkeypatch.setattr(job, "asdict", lambda x: without_its_place(asdict(x)))
    monkeypatch.setattr(checker_cluster, "contents", lambda files: contents(placed(files)))
    places = {}

    def without_its_place(about: dict) -> dict:
        if "sha256" in about:
            places[about["sha256"]] = about["path"]
            about["path"] = "/nowhere"
        return about

    def placed(files: tuple) -> tuple:
        return tuple(replace(file, path=places[file.sha256]) for file in files)

    for most in (2**30, 1):  # all at a time, and one by one
        monkeypatch.setattr(checker_cluster, "MOST_TRAVELLING", most)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            grade_class(tmp_path, f"there-{most}", cluster=DaskPool(address))
        ours, theirs = (read_results(tmp_path / out) for out in ("here", f"there-{most}"))
        assert ours == theirs
        assert [row.score for row in theirs.submissions] == [2, 1, 4]


def test_a_file_that_changes_meanwhile_costs_no_marks_for_good(cluster, tmp_path, warm_pool):
    address = cluster.address
    toy_files.write_course(tmp_path)
    place = toy_files.hand_in(tmp_path / "class", "ada")
    toy_files.hand_in(tmp_path / "class", "bob")

    def spoil(what: str, done: int, total: int) -> None:
        if what.startswith("Reading") and done == 1:  # it has been read, and is not yet used
            (place / "log.txt").write_text("other")

    for pool in (DaskPool(address), warm_pool):
        (place / "log.txt").write_bytes(toy_files.RIGHT["log.txt"])
        grade_class(tmp_path, "out", progress=spoil, force=True, cluster=pool)
        ada, bob = read_results(tmp_path / "out").submissions
        assert (ada.status, ada.score, bob.score) == ("grader failed", 0, 4)
        assert "log.txt has changed" in ada.reason
    grade_class(tmp_path, "out", cluster=warm_pool)
    ada, _ = read_results(tmp_path / "out").submissions
    assert (ada.status, ada.score) == ("graded", 3)


def test_another_version_of_the_course_is_refused(course, cluster):
    address = cluster.address
    (course / "exercises" / "helpers.py").write_text("answer = 42\n")
    with pytest.raises(UserError, match=rf"The course has changed .*: start {address[:15]}"):
        grade_class(course, "there", cluster=DaskPool(address))


def test_the_command_line_knows_schedulers(course, cluster, monkeypatch):
    words = ["grade", str(course / "class"), "--source", str(course / "exercises")]
    words += ["--out", str(course / "by-command"), "--scheduler"]
    both = CliRunner().invoke(cli.main, [*words, cluster.address, "--jobs", "2"])
    assert (both.exit_code, "give one of them" in both.output) == (2, True)
    monkeypatch.setattr("autograder.execution.dask_pool.CONNECT_SECONDS", 1)
    nobody = CliRunner().invoke(cli.main, [*words, "tcp://127.0.0.1:9"])
    assert (nobody.exit_code, "No scheduler answers" in nobody.output) == (2, True)
    (course / "exercises" / "helpers.py").unlink(missing_ok=True)
    done = CliRunner().invoke(cli.main, [*words, cluster.address])
    assert done.exit_code == 0, done.output
    assert re.search(r"Isolation: \w+ \(.*\) on [12] of the workers", done.output)


def test_with_nobody_left_it_ends_with_a_line_and_goes_on_later(
    course, cluster, monkeypatch, warm_pool
):
    """The last test of this file, because it ends the cluster: first its workers, then the rest."""
    monkeypatch.setattr(checker_cluster, "LOST_SECONDS", 1)
    monkeypatch.setattr(checker_cluster, "POLL_SECONDS", 0.2)
    again: list[str] = []
    real = LocalPool.do

    def noted(job: tuple[str, dict]) -> tuple[str, dict]:
        again.append(job[0])
        return job

    monkeypatch.setattr(LocalPool, "do", lambda self, jobs: real(self, map(noted, jobs)))
    for lost in ("workers", "scheduler"):
        cluster.have_workers(1)
        ended = {"workers": cluster.workers, "scheduler": [cluster.scheduler]}[lost]

        def kill_half_way(what: str, done: int, total: int, ended=ended) -> None:
            if what.startswith("Running") and done == 2:
                for process in ended:
                    process.kill()

        out, pool = f"after-lost-{lost}", DaskPool(cluster.address)
        with pytest.raises(UserError, match=r"give the same command again\. What is done is kept"):
            grade_class(course, out, cluster=pool, progress=kill_half_way)
        again.clear()
        grade_class(course, out, cluster=warm_pool)
        assert 0 < len(again) <= len(STUDENTS) - 2  # what was done before is not done again
        assert bytes_of(course / out) == bytes_of(course / "here")
