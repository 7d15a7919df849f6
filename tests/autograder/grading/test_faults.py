"""What stops a grader stops no class: kills, a full disk, a gradebook that somebody holds."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import killed_grader
import pytest
import toy_course as toy

from autograder.errors import UserError
from autograder.grading.grade import grade
from autograder.limits import Limits
from autograder.reporting import nbgrader_gradebook

pytestmark = pytest.mark.slow(seconds=130)

LIMITS = Limits(cell_seconds=20, submission_seconds=60)
NEW_MOUNTS, NEW_USERS = 0x00020000, 0x10000000
# Grades with the results on a disk of few bytes: a world of its own, gone with the process. The
# checkers write nothing to the results, so the notebooks run without them.
ON_A_SMALL_DISK = """
import ctypes, os, sys
from pathlib import Path
libc = ctypes.CDLL(None, use_errno=True)
user, group = os.getuid(), os.getgid()
if libc.unshare({namespaces}):
    sys.exit(77)
if user:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {{user}} 1")
    Path("/proc/self/gid_map").write_text(f"0 {{group}} 1")
libc.mount(b"none", b"/", None, 16384 | 1 << 18, None)
place = sys.argv[1].encode()
if libc.mount(b"tmpfs", place, b"tmpfs", 0, sys.argv[2].encode()):
    sys.exit(77)
from autograder.cli import main
from autograder.execution import local_pool
from quick_pool import QuickPool
local_pool.LocalPool = lambda _jobs: QuickPool()
code = 0
try:
    main(sys.argv[3:])
except SystemExit as end:
    code = end.code
files = [p for p in Path(sys.argv[1]).rglob("*") if p.is_file()]
left = sorted(p.name for p in files if ".runs" not in p.parts and p.name != "autograder.log")
print("left:", *left)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def class_(tmp_path_factory) -> tuple[Path, float]:
    """A class, its results in a folder `undisturbed`, and the seconds that they took."""
    folder = tmp_path_factory.mktemp("class")
    killed_grader.write_class(folder, 6)
    return folder, killed_grader.finish(folder, "undisturbed")


def test_killed_at_random_moments_it_loses_nothing(class_):
    _, same = killed_grader.disturbed(*class_, kills=3, seed=3)
    assert same


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])  # of what the results take
def test_a_full_disk_is_one_line_and_leaves_nothing_half_written(class_, tmp_path, share):
    folder, _ = class_
    files = [p for p in folder.glob("undisturbed/**/*") if p.is_file()]
    pages = sum(-(-p.stat().st_size // 4096) for p in files)
    disk = tmp_path / "disk"
    disk.mkdir()
    namespaces = NEW_MOUNTS | (NEW_USERS if os.getuid() else 0)
    words = [str(disk), f"size={int(4 * share * pages)}k", "grade", str(folder / "class")]
    words += ["--source", str(folder / "exercises"), "--out", str(disk / "out")]
    done = subprocess.run(
        [sys.executable, "-c", ON_A_SMALL_DISK.format(namespaces=namespaces), *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        **{"capture_output": True, "text": True, "check": False},
    )
    if done.returncode == 77:
        pytest.skip("no disk of one's own on this machine")
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.strip().endswith("left:")


def test_a_gradebook_that_somebody_holds_is_one_line(tmp_path, monkeypatch, warm_pool):
    toy.write_course(tmp_path)
    toy.hand_in(tmp_path / "class", "ada", toy.answered())
    where = tmp_path / "class", tmp_path / "exercises", tmp_path / "out"
    grade(*where, limits=LIMITS, cluster=warm_pool)
    before = killed_grader.contents(tmp_path / "out")
    monkeypatch.setattr(nbgrader_gradebook, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(tmp_path / "out" / "gradebook.db")) as somebody:
        somebody.execute("begin exclusive")
        with pytest.raises(UserError, match=r"gradebook\.db cannot be read .*locked"):
            grade(*where, limits=LIMITS, cluster=warm_pool)
    assert killed_grader.contents(tmp_path / "out") == before
