"""Which tests keep their points over right parts, and which known mistakes are named."""

from types import SimpleNamespace

import pytest

from autograder import cells
from autograder.authoring.synthetic_submissions import fill_solutions
from autograder.authoring.trusted_runner import run_tests_in_process
from autograder.cells import given_cell, notebook, solution_cell
from autograder.execution.attribution import attributed
from autograder.execution.carry_forward import dependencies, right_answers
from autograder.execution.settle import settle

DOUBLE = "def double(x):\n    return Number(2 * x)"
FOUR = "def four_times(x):\n    return double(double(x))"
EIGHT = "def eight_times(x):\n    return through_four(x)"
GIVEN = """\
from dataclasses import dataclass
import math

class Number(int):
    pass

def through_four(x):
    return double(four_times(x))
"""


def course():
    def test(name, symbol, call, expected):
        hidden = f"def hidden_test():\n    assert {call} == {expected}, {call}\nhidden_test()"
        return cells.test_cell(
            name, 1, "# test", hidden, exercise=symbol, symbol=symbol, tests=name
        )

    def answer(name, source):
        return solution_cell(f"write-{name}", source, exercise=name, symbol=name)

    return notebook(
        [
            given_cell("given", GIVEN),
            answer("double", DOUBLE),
            test("double-values", "double", "double(3)", 6),
            answer("four_times", FOUR),
            test("four-values", "four_times", "four_times(3)", 12),
            answer("eight_times", EIGHT),
            test("eight-values", "eight_times", "eight_times(1)", 8),
        ]
    )


def ends(**answers) -> dict[str, str]:
    return dict(run_tests_in_process(fill_solutions(course(), answers)))


# ---- carry-forward -------------------------------------------------------------------------------


def test_what_an_answer_uses_is_found_at_any_depth_and_through_given_functions():
    nb = fill_solutions(course(), {})
    found = dependencies(nb)
    assert found.uses == {
        "double": frozenset(),
        "four_times": {"double"},
        "eight_times": {"double", "four_times"},
    }
    assert found.parts_of("eight-values") == {"double", "four_times"}
    assert found.tests_of("double") == ["double-values"]
    assert right_answers(course()).keys() == {"double", "four_times", "eight_times"}


def test_a_helper_of_a_test_that_is_not_called_plays_no_part():
    unused = "def unused():\n    return double(1)\n"
    nb = fill_solutions(course(), {})
    (test,) = [cell for cell in nb.cells if cell.id == "eight-values"]
    test.source = f"{unused}def used():\n    return four_times(1)\nprobe = used\n{test.source}"
    assert dependencies(nb).named["eight-values"] == {"four_times"}


REDEFINED = "class Number(str):\n    pass\n\n"


def test_who_defines_a_given_class_anew_keeps_the_points_of_right_answers():
    found = ends(eight_times=REDEFINED + EIGHT)
    assert found == {"double-values": "", "four-values": "", "eight-values": ""}
    nb = fill_solutions(course(), {"eight_times": REDEFINED + EIGHT})
    assert dependencies(nb).redefined == ("Number",)
    assert dependencies(fill_solutions(course(), {})).redefined == ()


def test_who_defines_a_given_class_anew_and_is_wrong_loses_points():
    found = ends(eight_times=REDEFINED + "def eight_times(x):\n    return Number(7)")
    assert found["double-values"] == found["four-values"] == ""
    assert found["eight-values"] != ""


def test_right_parts_bring_what_they_need_and_nothing_that_is_judged():
    over = dependencies(fill_solutions(course(), {})).stand_ins(["four_times"])
    assert over.names == ("four_times",)
    assert "class Number" in over.given
    assert "dataclass" not in over.given
    assert "def double" in over.parts
    assert "def four_times" in over.parts
    assert "eight_times" not in over.given + over.parts


def test_a_wrong_part_costs_its_own_points_alone():
    found = ends(double="def double(x):\n    return 3 * x")
    assert found == {"double-values": "9", "four-values": "", "eight-values": ""}


@pytest.mark.parametrize(
    "double", ["raise NotImplementedError()", "return None", "return 1 / 0", "return (x, x)"]
)
def test_a_part_that_is_not_written_or_crashes_costs_its_own_points_alone(double):
    found = ends(double=f"def double(x):\n    {double}")
    assert found["double-values"]
    assert found["four-values"] == found["eight-values"] == ""


def test_a_part_that_is_missing_costs_its_own_points_alone():
    found = ends(double="# nothing here")
    assert found["double-values"].startswith("NameError")
    assert found["four-values"] == found["eight-values"] == ""


def test_a_wrong_answer_on_a_wrong_part_loses_its_points_too():
    found = ends(
        double="def double(x):\n    return 3 * x", four_times="def four_times(x):\n    return x"
    )
    assert found["four-values"].startswith("3\nThis test uses your double,")
    assert found["eight-values"] == ""


def test_what_agrees_with_its_own_wrong_part_is_right_as_it_is():
    """The second run can only give points back."""
    found = ends(
        double="def double(x):\n    return 2 * x, None",
        four_times="def four_times(x):\n    return double(double(x)[0])[0]",
    )
    assert found["four-values"] == ""


def test_an_untouched_notebook_earns_nothing():
    stub = "def {}(x):\n    raise NotImplementedError()"
    found = ends(**{name: stub.format(name) for name in ("double", "four_times", "eight_times")})
    assert all(found.values())


def test_a_note_tells_why_a_test_passed():
    nb = fill_solutions(course(), {"double": "def double(x):\n    return 3 * x"})
    failures = {"double-values": ValueError("9"), "four-values": ValueError("27")}
    seen = []

    def rerun(test, over):
        seen.append((test, over.names))

    found = settle(failures, rerun, dependencies(nb), {})
    assert seen == [("four-values", ("double",))]
    assert found["four-values"].passed
    assert found["four-values"].note.startswith("Passed with a right double in place of yours")


# ---- attribution ---------------------------------------------------------------------------------


def failure(*names):
    return SimpleNamespace(
        candidates=[tuple(SimpleNamespace(name=n) for n in name.split("+")) for name in names]
    )


def chosen(failures, failed, kills):
    left = attributed(failures, failed, {"a", "b", "c"}, kills)
    return {t: ["+".join(m.name for m in one) for one in found] for t, found in left.items()}


def test_a_mistake_that_would_have_failed_another_test_was_not_made():
    kills = {"swapped": ["a", "b"], "always": ["a"], "elsewhere": ["a", "x"]}
    assert chosen({"a": failure("swapped", "always")}, {"a"}, kills) == {"a": ["always"]}
    assert chosen({"a": failure("swapped")}, {"a"}, kills) == {"a": []}
    assert chosen({"a": failure("elsewhere")}, {"a"}, kills) == {"a": ["elsewhere"]}


def test_the_mistake_that_explains_most_is_named_everywhere():
    failures = {"a": failure("one", "two"), "b": failure("two"), "c": failure("two", "one")}
    assert chosen(failures, {"a", "b", "c"}, {}) == {"a": ["two"], "b": ["two"], "c": ["two"]}


def test_of_two_that_explain_as_much_the_one_that_fails_exactly_these_tests_is_named():
    kills = {"one": ["a"], "two": ["a", "b"]}
    failures = {"a": failure("one", "two"), "b": failure("one", "two")}
    assert chosen(failures, {"a", "b"}, kills) == {"a": ["two"], "b": ["two"]}


def test_of_two_that_nothing_tells_apart_none_is_named():
    assert chosen({"a": failure("one", "two")}, {"a"}, {}) == {"a": ["one", "two"]}


def test_two_mistakes_together_must_both_be_consistent():
    kills = {"one": ["a"], "two": ["b"]}
    assert chosen({"a": failure("one+two")}, {"a"}, kills) == {"a": []}
    assert chosen({"a": failure("one+two")}, {"a", "b"}, kills) == {"a": ["one+two"]}
