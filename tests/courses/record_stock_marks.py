"""Have nbgrader itself grade these courses: `python tests/courses/record_stock_marks.py [COURSE]`.

Writes `stock-marks.json`: course -> the digest of its files, and student -> cell -> score. nbgrader
runs as it comes, in kernels, without any part of ours.
"""

import json
import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

from class_folder import write_class
from course_files import COURSES, HERE

RECORD = HERE / "stock-marks.json"
CONFIG = "c = get_config()\nc.CourseDirectory.source_directory = 'source'\n"
PLUGGED_IN = """
from pathlib import Path
from autograder.nbgrader_plugin.course_config import configure
configure(c, trusted=[Path.cwd()])
"""
GRADE = """
import json, shutil, sys
from pathlib import Path
from nbgrader.apps import NbGraderApp, NbGraderAPI
app = NbGraderApp()
app.initialize([])
api = NbGraderAPI(config=app.config)
course = sys.argv[1]
made = api.generate_assignment(course)
shutil.copytree(Path("release", course), Path("submitted", "untouched", course))
for student in sorted(path.name for path in Path("submitted").iterdir()):
    done = api.autograde(course, student)
    for one in (made, done):
        if not one["success"]:
            sys.exit(f"{student}: {one['log']} {one['error']}")
scores = {}
for one in api.gradebook.assignment_submissions(course):
    scores[one.student.id] = {
        f"{notebook.name}/{grade.name}": grade.auto_score
        for notebook in one.notebooks
        for grade in notebook.grades
        if grade.cell_type == "code" and grade.auto_score is not None
    }
print(json.dumps(scores))
"""


def digest_of(course: str) -> str:
    """The digest of all files of a course."""
    found = sha256()
    for path in sorted((HERE / course).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(str(path.relative_to(HERE)).encode() + path.read_bytes())
    return found.hexdigest()


def stock_marks(course: str, config: str = CONFIG) -> dict[str, dict[str, float]]:
    """Student -> cell -> what nbgrader gives."""
    with tempfile.TemporaryDirectory() as folder:
        write_class(Path(folder), [course])
        Path(folder, "nbgrader_config.py").write_text(config)
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", GRADE, course],
            cwd=folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(done.stderr[-6000:])
    return json.loads(done.stdout)


def main(courses: list[str]) -> None:
    """Record the marks of these courses."""
    recorded = json.loads(RECORD.read_text()) if RECORD.is_file() else {}
    for course in courses:
        recorded[course] = {"files": digest_of(course), "marks": stock_marks(course)}
        print(course, {s: sum(m.values()) for s, m in recorded[course]["marks"].items()})
    RECORD.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:] or COURSES)
