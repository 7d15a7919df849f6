"""The assignments themselves: every known mistake is caught and named, every right way passes."""

import json
from collections.abc import Iterator
from functools import cache

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.authoring import release_checks
from autograder.authoring.kill_table_runner import kill_table
from autograder.authoring.kill_table_runner import tests_of as hidden_tests_of
from autograder.authoring.reference_source import source_of
from autograder.authoring.release_checks import confidential_lines
from autograder.authoring.synthetic_submissions import fill_solutions, strip_solutions
from autograder.authoring.trusted_runner import run_tests_in_process, score
from autograder.cells import is_test, split_test
from exercises.assignments import Assignment, all_assignments
from exercises.record_kill_table import read_matrix
from exercises.synthetic_class import (
    NOISY,
    WITH_EVERYBODY,
    brief_class,
    students_of,
    submissions,
    write_class,
)
from solutions.alternatives import styles

MASTERS = all_assignments()
RECORDED = read_matrix()
MISTAKES = [(master, mistake) for master in MASTERS for mistake in master.mistakes]

pytestmark = pytest.mark.slow(seconds=50)

# Mistakes whose named test catches them without naming them, with the reason. At most one in ten.
CAUGHT_BUT_NOT_NAMED: dict[str, str] = {}

# Tests that no mistake is named for, with the reason why they are there.
LAWS_OF_THEIR_OWN = {
    "01-attention": [
        "sdpa-gradients",  # every mistake that leaves the result right and breaks a gradient
        "mha-float64",  # parameters or masks that are made in float32 inside `forward`
    ],
    "03-residuals": [
        "residual-float64",  # results that are cast to float32
    ],
    "07-multi30k-lab": [
        "copy-task",  # whatever keeps a model from learning
        "overfit-32",
        "log-handed-in",  # the files that are handed in, not a function
        "weights-15",
        "weights-30",
        "weights-45",
    ],
}


def in_its_group(master: Assignment, group: str = "assignment") -> list[pytest.MarkDecorator]:
    """Assignments are tested side by side."""
    return [pytest.mark.xdist_group(f"{group}-{master.assignment}")]


def side_by_side(group: str) -> pytest.MarkDecorator:
    """Every assignment, in a group of this name."""
    each = [pytest.param(m, id=m.assignment, marks=in_its_group(m, group)) for m in MASTERS]
    return pytest.mark.parametrize("master", each)


every_assignment = side_by_side("assignment")


@cache
def run_with_everything_right(assignment: str) -> dict:
    (master,) = [m for m in MASTERS if m.assignment == assignment]
    return dict(run_tests_in_process(master.source))


def points(nb: NotebookNode) -> float:
    return sum(c.metadata.nbgrader.points for c in nb.cells if is_test(c))


# ---- the kill table ------------------------------------------------------------------------------


@pytest.mark.slow(seconds=60)
@side_by_side("kill-table")
def test_every_mistake_is_caught_where_it_was_foretold_and_named(master):
    on_record = {row.mistake: row for row in RECORDED[master.assignment]}
    wrong = {}
    for row in kill_table(master.source, master.mistakes, brief=True):
        faults = []
        if not row.killed:
            faults.append(f"survives {row.caught_by}")
        elif not row.diagnosed and row.mistake not in CAUGHT_BUT_NOT_NAMED:
            faults.append(f"is named by {row.named or 'no test'}, not by {row.caught_by}")
        known = on_record.get(row.mistake)
        if known is None or (row.killed, row.diagnosed) != (known.killed, known.diagnosed):
            faults.append("is not as it is recorded: run `make kill-table`")
        if faults:
            wrong[row.mistake] = faults
    assert wrong == {}
    assert list(on_record) == [known.name for known in master.mistakes]


@every_assignment
def test_no_mark_depends_on_the_hidden_inputs(master):
    rows = RECORDED[master.assignment]
    assert {row.mistake: row.sometimes for row in rows if row.sometimes} == {}


@every_assignment
def test_no_mistake_costs_points_of_another_exercise(master):
    """Every pair of a wrong part and a right answer on top of it, as it was last recorded."""
    exercise = {c.id: c.metadata.course.symbol for c in master.source.cells if is_test(c)}
    twice = {
        row.mistake: [test for test in row.lost if exercise[test] != row.replaces]
        for row in RECORDED[master.assignment]
    }
    assert {name: tests for name, tests in twice.items() if tests} == {}


@every_assignment
def test_nearly_every_mistake_is_named(master):
    unnamed = [m.name for m in master.mistakes if m.name in CAUGHT_BUT_NOT_NAMED]
    assert len(unnamed) <= len(master.mistakes) / 10, unnamed


@every_assignment
def test_each_mistake_names_a_test_that_is_there(master):
    assert {m.caught_by for m in master.mistakes} <= set(hidden_tests_of(master.source))


@every_assignment
def test_each_test_has_a_mistake_or_a_reason(master):
    foretold = {m.caught_by for m in master.mistakes}
    without = [name for name in hidden_tests_of(master.source) if name not in foretold]
    assert without == LAWS_OF_THEIR_OWN.get(master.assignment, [])


@every_assignment
def test_each_mistake_breaks_an_exercise_of_the_assignment(master):
    assert {m.replaces for m in master.mistakes} == set(master.symbols)


# ---- what earns points, and what does not --------------------------------------------------------


@every_assignment
def test_the_reference_earns_everything(master):
    ends = run_with_everything_right(master.assignment)
    assert {name: end for name, end in ends.items() if end} == {}
    assert score(master.source, ends) == (points(master.source), points(master.source))


@pytest.mark.parametrize(
    ("master", "style"),
    [
        pytest.param(master, style, id=f"{master.assignment}-{name}", marks=in_its_group(master))
        for master in MASTERS
        for name, style in styles(master.notebook).items()
    ],
)
def test_another_right_way_to_write_it_earns_everything(master, style):
    answers = {name: source_of(getattr(style, name)) for name in master.symbols}
    ends = run_tests_in_process(fill_solutions(master.source, answers))
    assert {name: end for name, end in ends.items() if end} == {}


@every_assignment
def test_other_seeds_change_no_verdict(master, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_SEED", "1")
    assert set(run_tests_in_process(master.source).values()) == {""}
    ends = run_tests_in_process(strip_solutions(master.source))
    assert score(master.source, ends)[0] == 0


@every_assignment
def test_noise_and_warnings_cost_nothing_with_a_third_seed(master, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_SEED", "student-17")
    nb = fill_solutions(master.source, {})
    nb.cells.insert(0, new_code_cell(NOISY, id="my-own-cell"))
    ends = run_tests_in_process(nb)
    assert score(nb, ends) == (points(nb), points(nb))


@every_assignment
def test_the_blank_notebook_earns_nothing_and_says_why(master):
    ends = run_tests_in_process(strip_solutions(master.source))
    assert score(master.source, ends) == (0, points(master.source))
    for name, end in ends.items():
        assert "NotImplementedError" in end or "Not written yet" in end, f"{name}: {end}"


@pytest.mark.slow(seconds=60)
@side_by_side("gate")
def test_every_gate_holds(master, monkeypatch):
    # `test_instant_checks` looks at the same verdicts, and at their words.
    monkeypatch.setattr(release_checks, "untrue_verdicts", lambda *_: iter(()))
    assert list(release_checks.release_problems(master.text)) == []


@every_assignment
def test_points_are_positive_and_their_sum_stands_in_the_text(master):
    tests = [c for c in master.source.cells if is_test(c)]
    assert all(c.metadata.nbgrader.points > 0 for c in tests)
    prose = "\n".join(c.source for c in master.source.cells if c.cell_type == "markdown")
    assert f"**{points(master.source):g} points**" in prose
    each_exercise = [
        int(c.source.split("**")[1].split()[0])
        for c in master.source.cells
        if c.id.startswith("exercise-")
    ]
    assert sum(each_exercise) == points(master.source)


@every_assignment
def test_of_a_hidden_test_only_a_comment_with_its_points_is_visible(master):
    for cell in master.source.cells:
        if is_test(cell):
            about, (visible, hidden) = cell.metadata.nbgrader, split_test(cell)
            unit = "point" if about.points == 1 else "points"
            first, *rest = visible.splitlines()
            assert first.startswith(f"# Hidden test {about.grade_id} ({about.points} {unit}): ")
            assert all(line.startswith("# ") for line in rest)
            assert hidden.endswith("### END HIDDEN TESTS")


@every_assignment
def test_links_lead_to_the_book_and_none_is_left_unfilled(master):
    for cell in master.source.cells:
        assert "](book:" not in cell.source, cell.id
        assert "{points}" not in cell.source, cell.id


# ---- the sample class ----------------------------------------------------------------------------


@cache
def the_class(assignment: str) -> dict[str, str]:
    """Student -> the file, of those who do not make a known mistake."""
    (master,) = [m for m in MASTERS if m.assignment == assignment]
    names = [name for name in students_of(master) if not name.startswith("mistake-")]
    return dict(submissions(master, names))


def lines(text: str) -> Iterator[str]:
    for cell in json.loads(text)["cells"]:
        yield from (line.strip() for line in "".join(cell["source"]).splitlines())


def is_notebook(text: str) -> bool:
    try:
        return "cells" in json.loads(text)
    except json.JSONDecodeError:
        return False


@every_assignment
def test_students_names_are_unique_and_there_are_enough(master):
    # One for each file that breaks graders or makes things up, each style and each mistake: two of
    # one name would be one.
    expected = 10 + len(styles(master.notebook)) + len(master.mistakes)
    assert len(students_of(master)) == expected >= 12


@every_assignment
def test_the_files_that_break_graders_are_among_them(master):
    files = the_class(master.assignment)
    broken = {student for student, text in files.items() if not is_notebook(text)}
    assert broken == {"corrupt-file", "not-a-notebook"}
    assert {"perfect", "blank", "half-done", "raises", "endless-loop", "syntax-error"} <= set(files)
    assert {f"mistake-{m.name}" for m in master.mistakes} <= set(students_of(master))


@every_assignment
def test_no_student_hands_in_a_line_of_a_hidden_test(master):
    tests = [split_test(cell)[1] for cell in master.source.cells if is_test(cell)]
    code = {line.strip() for test in tests for line in test.splitlines()}
    hidden = confidential_lines(master.text, master.source) & code
    assert hidden
    written = {
        student: set(lines(text))
        for student, text in the_class(master.assignment).items()
        if is_notebook(text)
    }
    for mistake in master.mistakes:  # the rest of their notebooks is the perfect student's
        written[mistake.name] = {line.strip() for line in mistake.source.splitlines()}
    leaks = {student: sorted(hidden & of_theirs) for student, of_theirs in written.items()}
    assert {student: shown for student, shown in leaks.items() if shown} == {}


def test_the_class_lies_on_disk_as_nbgrader_has_it(tmp_path):
    written = write_class(tmp_path)
    notebooks = {master.assignment: f"{master.notebook}.ipynb" for master in MASTERS}
    for path in written:
        student, assignment, name = path.relative_to(tmp_path).parts
        if student in the_class(assignment):
            assert path.read_text(encoding="utf-8") == the_class(assignment)[student]
        assert name == notebooks[assignment]
    everybody = {path.parts[-3] for path in written if path.parts[-2] == WITH_EVERYBODY}
    (master,) = [m for m in MASTERS if m.assignment == WITH_EVERYBODY]
    assert everybody == set(students_of(master))


@every_assignment
def test_the_few_are_honest_or_wrong_in_one_thing_each(master):
    few = [student for student, _ in brief_class(master)]
    assert {"perfect", "blank", "half-done"} <= set(few)
    wrong = [student for student in few if student.startswith("mistake-")]
    assert len(wrong) == len({m.replaces for m in master.mistakes})
