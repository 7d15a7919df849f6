"""Every sentence of a docstring is held by a hidden test, or it only explains."""

import pytest

from autograder.authoring.reference_source import source_of
from autograder.cells import is_solution, is_test
from exercises.assignments import Assignment, all_assignments
from exercises.promises import Promise, docstrings, read_promises, sentences, titles

every_assignment = pytest.mark.parametrize("master", all_assignments(), ids=lambda m: m.assignment)

UNWRITTEN = "A hidden test can do this, and none does yet."
INVISIBLE = "It saves memory and changes no result."
# Promises that no test holds completely: "name, number of the sentence" -> the reason.
MISSING: dict[str, dict[str, str]] = {
    "05-training": {
        "label_smoothing_loss, 1": INVISIBLE,
    },
    "07-multi30k-lab": {
        "tokens_of, 2": UNWRITTEN,
        "make_batches, 1": UNWRITTEN,
        "make_batches, 5": UNWRITTEN,
        "train_epoch, 2": UNWRITTEN,
        "evaluate_loss, 5": UNWRITTEN,
        "fit, 7": UNWRITTEN,
        "fit, 8": UNWRITTEN,
        "fit, 10": UNWRITTEN,
        "translate_tokens, 5": UNWRITTEN,
        "load_translator, 5": UNWRITTEN,
    },
}


def every_promise(master: Assignment) -> list[tuple[str, int, Promise]]:
    """The sentences of an assignment, with the name and the number of each."""
    return [
        (name, number, promise)
        for name, promises in read_promises(master).items()
        for number, promise in enumerate(promises, start=1)
    ]


@every_assignment
def test_the_sentences_are_those_of_the_docstrings(master):
    wanted: dict[str, list[str]] = {}
    for reference in master.references.values():
        texts = docstrings(source_of(reference))
        wanted |= {name: sentences(text) for name, text in texts.items()}
    listed = {name: [p.says for p in promises] for name, promises in read_promises(master).items()}
    assert listed == wanted
    assert list(listed) == list(wanted)


@every_assignment
def test_students_read_the_docstrings_of_the_references(master):
    for cell in filter(is_solution, master.source.cells):
        reference = master.references[cell.metadata.course.symbol]
        assert docstrings(cell.source) == docstrings(source_of(reference))


@every_assignment
def test_each_sentence_has_tests_or_explains(master):
    wrong = [
        (name, number)
        for name, number, promise in every_promise(master)
        if promise.explains == bool(promise.tests or promise.missing)
    ]
    assert wrong == []


@every_assignment
def test_each_named_test_belongs_to_the_exercise(master):
    exercise_of = {
        cell.metadata.nbgrader.grade_id: cell.metadata.course.symbol
        for cell in master.source.cells
        if is_test(cell)
    }
    wrong = [
        (name, number, test)
        for name, number, promise in every_promise(master)
        for test in promise.tests
        if exercise_of.get(test) != name.partition(".")[0]
    ]
    assert wrong == []
    assert set(titles(master)) == set(exercise_of)


@every_assignment
def test_no_promise_goes_untested_without_a_reason(master):
    missing = {f"{name}, {number}" for name, number, p in every_promise(master) if p.missing}
    assert missing == set(MISSING.get(master.assignment, {}))


# ---- the splitter --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("Add. Then divide.", ["Add.", "Then divide."]),
        ("Add one\nto another.\n\nAlways.", ["Add one to another.", "Always."]),
        ("Use a unit, e.g. nats (Wu et al. 2016).", ["Use a unit, e.g. nats (Wu et al. 2016)."]),
        ("Move (all of it. No rest) and stop.", ["Move (all of it. No rest) and stop."]),
        ("Call `a. b` and stop.", ["Call `a. b` and stop."]),
        ("At least 0.5 nats. 1, 2, ... and so on", ["At least 0.5 nats.", "1, 2, ... and so on"]),
        ("One of:\n\n- the first.\n- the\n  second.", ["One of:", "- the first.", "- the second."]),
        (
            "Add.\n\nArgs:\n    x: (B,) float. Not\n        empty.\n    y: (B,).\n\nNever.",
            ["Add.", "x: (B,) float.", "Not empty.", "y: (B,).", "Never."],
        ),
        (
            "Add.\n\nReturns:\n    the sum\n    of both. New.\n\nRaises:\n    ValueError: if none.",
            ["Add.", "Returns: the sum of both.", "New.", "ValueError: if none."],
        ),
        (
            "Cut.\n\nReturns:\n    first: (B,),\n        rising.\n    second: (B,).",
            ["Cut.", "Returns: first: (B,), rising.", "Returns: second: (B,)."],
        ),
        ("Hold.\n\nParameters: gain, from 1.", ["Hold.", "Parameters: gain, from 1."]),
    ],
)
def test_a_docstring_is_split_into_sentences(docstring, expected):
    assert sentences(docstring) == expected


def test_methods_have_docstrings_of_their_own():
    source = '''
class Layer:
    """A layer."""

    def forward(self):
        """Apply it."""

    def quiet(self):
        pass
'''
    assert docstrings(source) == {"Layer": "A layer.", "Layer.forward": "Apply it."}
