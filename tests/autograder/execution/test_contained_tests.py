"""Tests that run in the student's process: as in nbgrader, and behind the same walls."""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.cells import is_test
from autograder.execution.notebook_runner import Grader
from autograder.execution.sandbox_client import best_level
from autograder.grading.merge import with_contained
from autograder.limits import Environment, Limits
from autograder.reporting.results import read_checks

LIMITS = Limits(cell_seconds=3, submission_seconds=30)

pytestmark = pytest.mark.slow(seconds=20)


@pytest.fixture
def ran(fork_server):
    """Run cells; "#C" begins a contained test and "#T" one that runs apart, of 2 points each."""

    def run(*cells: str, limits: Limits = LIMITS):
        notebook = new_notebook()
        for number, source in enumerate(cells):
            test = source.startswith(("#T", "#C"))
            about = {"grade": test, "solution": False, "grade_id": f"t{number}", "points": 2}
            metadata = {"nbgrader": {**about, "locked": test}} if test else {}
            notebook.cells.append(new_code_cell(source, metadata=metadata, id=f"cell-{number}"))
        contained = {f"t{i}" for i, source in enumerate(cells) if source.startswith("#C")}
        grader = Grader(fork_server, best_level(), limits)
        return grader.run(with_contained(notebook, contained), Environment())

    return run


def outputs(notebook):
    return [cell.outputs for cell in notebook.cells if is_test(cell)]


def messages(notebook):
    return [check.message for check in read_checks(notebook)]


def test_the_tests_of_a_notebook_share_its_namespace(ran):
    done = ran(
        "x = [1]",
        "#C\nfrom collections import Counter\nx.append(2)\nassert x == [1, 2]",
        "#C\nassert Counter(x)[2] == 1",
        "y = len(x)",
        "#T\nassert y == 2",
    )
    assert messages(done) == ["", "", ""]


def test_what_can_only_be_judged_beside_the_object_is_judged(ran):
    shape = """
class Shape:
    def __init__(self, w): self.w = w
    def __eq__(self, other): return self.w == other.w
"""
    done = ran(
        shape,
        "#C\nassert Shape(1) == Shape(1) and not Shape(1) == Shape(2)",
        "#C\nclass Square(Shape): pass\nassert isinstance(Square(2), Shape)",
        "#C\n%time x = Shape(3)\nassert x.w == 3",
        "#C\nassert Shape(1) == Shape(2)",
    )
    assert messages(done) == ["", "", "", "A check of your code did not hold."]


def test_a_test_shows_nothing_but_why_it_failed(ran):
    done = ran(
        "def f(x): return 1 / x",
        "#C\nprint('the secret')\nassert f(1) == 1",
        "#C\nsecret = 0\nassert f(secret) == 1",
        "#C\nassert f(1) == 2, 'f(1) is 1'",
        "#C\nnot_there",
    )
    assert outputs(done)[0] == []
    division, told, undefined = messages(done)[1:]
    assert division == (
        "ZeroDivisionError: division by zero\nIt happened in line 1 of your code:\n"
        "    def f(x): return 1 / x"
    )
    assert told == "f(1) is 1"
    assert undefined.startswith("not_there is not defined.")
    assert "secret" not in str(outputs(done))


@pytest.mark.parametrize("kind", ["#C", "#T"])
def test_the_last_expression_is_the_score_if_it_is_a_number(ran, kind):
    endings = ["1.5", "0", "2", "'good'", "None", "[1]", "True"]
    done = ran("x = 1", *(f"{kind}\nassert x == 1\n{ending}" for ending in endings))
    assert [[o.data["text/plain"] for o in found] for found in outputs(done)] == [
        *(["1.5"], ["0.0"], ["2.0"], [], [], [], [])
    ]


@pytest.mark.parametrize("kind", ["#C", "#T"])
def test_more_points_than_there_are_is_no_score(ran, kind):
    assert messages(ran(f"{kind}\n2.5")) == ["The check gave 2.5 points, and has only 2."]


def test_a_warning_counts_as_failed_as_in_nbgrader(ran):
    (message,) = messages(ran("#C\nimport warnings\nwarnings.warn('look')"))
    assert message.startswith("This check gave a warning, so it failed:\n")
    assert "look" in message


def test_what_ends_the_process_or_never_ends_costs_that_test_alone(ran):
    done = ran(
        "import os\ndef end(): os._exit(0)\ndef loop():\n    while True: pass",
        "#C\nz = 5",
        "#C\nend()",
        "#C\nassert z == 5",
        "#C\nloop()",
        "#C\nassert z == 5",
        limits=Limits(cell_seconds=1, submission_seconds=30),
    )
    first, ended, kept, late, last = messages(done)
    assert first == kept == last == ""
    assert "ended the process" in ended
    assert "endless loop" in late
    assert done.metadata.autograder.status == "time limit"


def test_a_forged_result_cannot_break_the_run(ran):
    forge = """
shell = get_ipython()
kind = type(shell.displayhook)
kind.write_format_data = lambda self, data, more=None: setattr(self, "value", {"no": "text"})
"""
    done = ran(forge, "#C\n1", "#T\nassert 1")
    assert messages(done) == ["", ""]
    assert done.metadata.autograder.status == "graded"


def test_a_cheat_wins_the_points_of_contained_tests_and_no_others(ran):
    cheat = """
class Passed: error_before_exec = error_in_exec = result = None
type(get_ipython()).run_cell = lambda self, source, **more: Passed()
"""
    won, apart = messages(ran(cheat, "#C\nassert answer() == 42", "#T\nassert answer() == 42"))
    assert won == ""
    assert apart.startswith("answer is not defined.")


def test_random_numbers_go_on_from_cell_to_cell_in_other_peoples_courses(ran):
    done = ran(
        "import random\nrandom.seed(3)",
        "x = random.random()",
        "#C\nrandom.seed(3)\nassert x == random.random()",
    )
    assert messages(done) == [""]
