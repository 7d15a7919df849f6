"""nbgrader as it comes, in a kernel, without any part of ours, gives work the same marks."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from nbformat import NotebookNode

from autograder.authoring.reference_source import source_of
from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.authoring.trusted_runner import run_tests_in_process, score
from autograder.cells import is_test, to_text
from autograder.execution.carry_forward import ANSWERS
from autograder.execution.diagnosis_switch import without_diagnosis
from exercises.assignments import HERE, Assignment, all_assignments
from exercises.synthetic_class import submissions
from solutions.alternatives import styles

CONFIG = """
c = get_config()
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.ignore = ["*.md", "*.py", "__pycache__"]
"""
# One process for several notebooks: starting nbgrader takes as long as grading one.
GRADE = """
import json, sys
from nbgrader.apps import NbGraderApp, NbGraderAPI
app = NbGraderApp()
app.initialize([])
api = NbGraderAPI(config=app.config)
scores = {}
for assignment, students in json.loads(sys.argv[1]).items():
    done = [api.generate_assignment(assignment)]
    done += [api.autograde(assignment, student) for student in students]
    failed = [one for one in done if not one["success"]]
    if failed:
        sys.exit(failed[0]["error"] or failed[0]["log"])
    graded = api.gradebook.assignment_submissions(assignment)
    scores[assignment] = {one.student.id: one.score for one in graded}
print(json.dumps(scores))
"""
BIN = Path(sys.executable).parent
ASSIGNMENTS = all_assignments()
# Each half in a process of its own, so that two workers share the time.
HALF_OF = {master.assignment: number % 2 for number, master in enumerate(ASSIGNMENTS)}
WITH_ALL_OR_NOTHING = ASSIGNMENTS[:2]

pytestmark = pytest.mark.slow(seconds=60)


def mistaken(master: Assignment) -> NotebookNode:
    """Everything written in another style, but for one exercise, which has a mistake.

    Nothing uses the last one: a test that fails looks for mistakes, which is slow in a kernel.
    """
    style = styles(master.notebook)["terse"]
    mistake = master.mistakes_in(master.symbols[-1])[0]
    answers = {name: source_of(getattr(style, name)) for name in master.symbols}
    wrong = mistake.source
    return fill_solutions(master.source, answers | {mistake.replaces: wrong})


def handed_in(master: Assignment) -> dict[str, str]:
    """Student -> the text of the notebook.

    Some tests pass and some fail in the mistaken one; all of them pass or fail in one assignment of
    each half only, for a kernel takes as long to start as a notebook to run.
    """
    made = {"mistaken": to_text(mistaken(master))}
    if master in WITH_ALL_OR_NOTHING:
        made |= dict(submissions(master, ["perfect", "blank"]))
    return made


@pytest.fixture(scope="module")
def scores_of(tmp_path_factory) -> Callable[[int], dict[str, dict[str, float]]]:
    """What grades a half of the assignments when it is first asked for.

    A parameter of the fixture would not do: pytest sets it up again for each test that has a second
    parameter.
    """
    return cache(lambda half: graded(half, tmp_path_factory.mktemp("nbgrader")))


def graded(half: int, folder: Path) -> dict[str, dict[str, float]]:
    """Assignment -> student -> the score that nbgrader gives, for half of the assignments."""
    (folder / "nbgrader_config.py").write_text(CONFIG)
    students = {}
    for master in ASSIGNMENTS:
        if HALF_OF[master.assignment] != half:
            continue
        source = folder / "source" / master.assignment
        source.mkdir(parents=True)
        (source / f"{master.notebook}.ipynb").write_text(to_text(master.source), encoding="utf-8")
        class_ = handed_in(master)
        students[master.assignment] = list(class_)
        for student, text in class_.items():
            place = folder / "submitted" / student / master.assignment
            place.mkdir(parents=True)
            (place / f"{master.notebook}.ipynb").write_text(text, encoding="utf-8")
            for name, data in master.files.items():
                (place / name).write_bytes(data)
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    environment["PATH"] = f"{BIN}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", GRADE, json.dumps(students)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "master",
    [
        pytest.param(
            master,
            id=master.assignment,
            marks=pytest.mark.xdist_group(f"nbgrader-{HALF_OF[master.assignment]}"),
        )
        for master in ASSIGNMENTS
    ],
)
def test_the_same_marks(scores_of, master):
    whole = sum(c.metadata.nbgrader.points for c in master.source.cells if is_test(c))
    once = mistaken(master)
    del once.metadata[ANSWERS]  # nbgrader runs no test again over right parts
    with without_diagnosis():  # points only
        part, _ = score(master.source, run_tests_in_process(once))
    expected = {"mistaken": part}
    if master in WITH_ALL_OR_NOTHING:
        expected |= {"perfect": whole, "blank": 0}
    assert scores_of(HALF_OF[master.assignment])[master.assignment] == expected
    assert 0 < part < whole
