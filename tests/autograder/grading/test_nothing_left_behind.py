"""A graded class leaves nothing behind: no process, no temporary file, no mount."""

import json
import os
import subprocess
import sys

import pytest
import toy_course as toy

from autograder.execution.sandbox_client import best_level
from autograder.protocol.sandbox_spec import FILES, FULL, LEVELS

pytestmark = pytest.mark.slow(seconds=25)

MESSY = """
import os, time
for place in (PLACE, "/tmp/left-behind", "/dev/shm/left-behind", "left-behind"):
    try:
        open(place, "w").write("x")
    except OSError:
        pass
os.makedirs("closed/inside"); os.chmod("closed", 0)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)
"""
# Orphans become children of this process, and it has a /dev/shm and mounts of its own if it may.
GRADES = """
import json, os, sys, time
from pathlib import Path
from autograder.grading.grade import grade
from autograder.sandbox import syscalls
from autograder.sandbox.worker_forkserver import _children

def count():
    return {
        "temporary": sorted(os.listdir(os.environ["TMPDIR"])),
        "shared": sorted(os.listdir("/dev/shm")) if own else [],
        "mounts": Path("/proc/self/mountinfo").read_text().splitlines() if own else [],
        "left": [p for p in ("/tmp/left-behind", "/dev/shm/left-behind") if os.path.exists(p)],
        "processes": len(_children()),
    }

folder, level = Path(sys.argv[1]), sys.argv[2]
syscalls.set_subreaper()
try:
    syscalls.unshare(syscalls.NEW_MOUNTS)
    syscalls.mount("none", "/", flags=syscalls.RECURSIVE | syscalls.PRIVATE)
    syscalls.mount("tmpfs", "/dev/shm", "tmpfs")
    own = True
except OSError:
    own = False
before = count()
results = grade(folder / "class", folder / "exercises", folder / "out", jobs=2, level=level)
for _ in range(100):
    while _children() and os.waitpid(-1, os.WNOHANG)[0]:
        pass
    if count() == before:
        break
    time.sleep(0.1)
marks = {row.student: row.score for row in results.submissions}
print(json.dumps({"before": before, "after": count(), "marks": marks}))
"""


@pytest.mark.parametrize("level", [FULL, FILES])
def test_nothing_is_left_of_a_class(level, tmp_path):
    if LEVELS.index(level) < LEVELS.index(best_level()):
        pytest.skip(f"this machine does not allow level {level}")
    toy.write_course(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    messy = toy.answered()
    toy.cell(messy, "free").source = f"PLACE = {str(temporary / 'x')!r}\n{MESSY}"
    for student, notebook in (("ada", toy.answered()), ("bob", messy), ("eve", "{")):
        toy.hand_in(tmp_path / "class", student, notebook)
    script = tmp_path / "grade.py"
    script.write_text(GRADES)
    there = sorted(path.name for path in tmp_path.iterdir())
    done = subprocess.run(
        [sys.executable, script, tmp_path, level],
        env={**os.environ, "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["marks"] == {"ada": 6, "bob": 6, "eve": 0}
    assert found["after"] == found["before"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*there, "out"])
