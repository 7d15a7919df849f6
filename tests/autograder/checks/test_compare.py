"""How two values differ, in words: arrays and plain values (tensors: see test_checks)."""

import math

import numpy as np
import pytest
import torch

from autograder.checks.compare import compare
from autograder.checks.observation import Case, observe

ARRAY = np.array([[1.0, 2.0], [3.0, 4.0]])
INF = math.inf


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (ARRAY + 1e-12, ARRAY),
        (ARRAY[::-1][::-1], ARRAY),
        (np.array(2.0), np.array(2.0)),
        (np.float64(0.5), 0.5),
        (0.5 * (1 + 1e-7), 0.5),
        (1, 1.0),
        (1e-17, 0.0),
        (-INF, -INF),
        (math.nan, math.nan),
        (np.int64(3), 3),
        (True, True),
        (None, None),
        ([1, [2.0, "x"]], [1, [2.0, "x"]]),
        (([], ()), ([], ())),
        ({"b": 1, "a": [torch.ones(2)]}, {"a": [torch.ones(2)], "b": 1}),
    ],
    ids=repr,
)
def test_what_is_the_same(found, wanted):
    assert compare("it", found, wanted) is None


@pytest.mark.parametrize(
    ("found", "wanted", "kind", "text"),
    [
        (
            torch.ones(2, 2),
            ARRAY,
            "structure",
            "it is a tensor of shape (2, 2), expected a NumPy array",
        ),
        (ARRAY, torch.ones(2, 2), "structure", "it is a ndarray, expected a tensor"),
        (ARRAY[0], ARRAY, "shape", "it has shape (2,), expected (2, 2)"),
        (ARRAY.astype(np.float32), ARRAY, "dtype", "it is float32, expected float64"),
        (ARRAY.astype(object), ARRAY, "dtype", "it is object, expected float64"),
        (ARRAY / [[1, 1], [0.5, 1]], ARRAY, "value", "6.0000"),
        (ARRAY * [[1, 1], [INF, 1]], ARRAY, "nan", "it: 1 entries are NaN or infinite"),
        (0.5001, 0.5, "value", "it: yours 0.5001, expected 0.5"),
        (1.2e-7, 1.7e-7, "value", "it: yours 1.2e-07, expected 1.7e-07"),
        (math.nan, 1.0, "value", "it: yours nan, expected 1"),
        (torch.tensor([INF]), torch.tensor([-INF]), "nan", "it: 1 entries are NaN or infinite"),
        (torch.tensor([math.nan]), torch.tensor([-INF]), "nan", "1 entries are NaN or infinite"),
        (torch.tensor([0.0]), torch.tensor([-INF]), "nan", "some should be infinite"),
        (torch.tensor([2.0002]), torch.tensor([2.0008]), "value", "2.0002\nexpected\n    2.0008"),
        (
            torch.tensor([2.0], dtype=torch.float64),
            torch.tensor([2.00001], dtype=torch.float64),
            "value",
            "expected 2.00001\nThe largest difference is 1e-05. That is about what float32 rounds",
        ),
        (torch.tensor(0.5), 0.5, "structure", "it is a tensor of shape (), expected a number"),
        ("0.5", 0.5, "structure", "it is a str, expected a number"),
        (True, 1, "value", "it: yours True, expected 1"),
        (1, True, "fact", "it: yours 1, expected True"),
        (3.0, 3, "value", "it: yours 3.0, expected 3"),
        ([1, 2], [1, 3], "value", "it: yours [1, 2], expected [1, 3]"),
        ((1, 2), [1, 2], "structure", "it is a tuple of 2, expected a list"),
        ([1], [1, 2], "shape", "it has 1 entries, expected 2: yours [1], expected [1, 2]"),
        ([1] * 99, [1] * 98, "shape", "it has 99 entries, expected 98"),
        ([0] * 99, [0] * 98 + [1], "value", "it[98]: yours 0, expected 1"),
        ([1, None], [1, 2], "structure", "it[1] is None: did you forget `return`?"),
        ({"a": 1}, {"b": 1}, "structure", "the keys of it: yours ['a'], expected ['b']"),
        ({"a": 1.5}, {"a": 2.5}, "value", "it: yours {'a': 1.5}, expected {'a': 2.5}"),
        (
            {"a": torch.zeros(2)},
            {"a": torch.zeros(3)},
            "shape",
            "it['a'] has shape (2,), expected (3,)",
        ),
    ],
    ids=repr,
)
def test_the_first_difference_has_its_words(found, wanted, kind, text):
    difference = compare("it", found, wanted)
    assert difference.kind == kind
    assert text in difference.text


def test_a_tolerance_of_its_own():
    assert compare("it", 0.52, 0.5, tolerance=0.05) is None
    assert compare("it", [0.6], [0.5], tolerance=0.05) is not None
    assert compare("it", ARRAY + 0.1, ARRAY, tolerance=0.05) is None


def test_a_call_cannot_change_the_inputs_of_the_next():
    def spoil(array, numbers, by_name):
        array += 1
        numbers[0].append(9)
        by_name["w"].mul_(2)
        return array

    inputs = (ARRAY.copy(), [[1], (2, 3)], {"w": torch.ones(2)})
    one = Case("spoilt", inputs)
    first, second = (observe(spoil, one, ("array",)) for _ in range(2))
    assert compare("it", first.values["array"], second.values["array"]) is None
    assert inputs[1] == [[1], (2, 3)]
    assert torch.equal(inputs[2]["w"], torch.ones(2))


def test_the_size_of_a_case_counts_what_is_inside():
    assert Case("", (ARRAY, [1, (2, 3)], {"a": torch.ones(5)}, 7)).size() == 4 + 3 + 5 + 1


def test_nothing_of_a_result_keeps_its_graph():
    outcome = observe(lambda x: [x * 2, {"y": x}], Case("", (torch.ones(1),)), ("it",), True)
    first, second = outcome.values["it"]
    assert not first.requires_grad
    assert not second["y"].requires_grad
