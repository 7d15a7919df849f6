"""Values that cross to the student's process and back, and what changes them."""

import copy

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from local_and_remote import both, local
from rpc_to_fork import remote
from torch import Tensor, nn

# ---- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "result",
    [
        *(
            "x.T",
            "x[::2, 1:]",
            "x.expand(2, 3, 4)",
            "x > 0",
            "x.to(torch.bfloat16)",
            "x.to('meta')",
        ),
        *("(x, [x, {'a': x.sum()}])", "{'n': 10**30, 'f': float('nan'), 2: None}", "x.numpy()"),
        *("x.shape", "x.dtype", "torch.zeros(0, 3)", "x.numpy()[0, 0]", "{1, 2}", "range(3)"),
        *("__import__('collections').OrderedDict(b=1, a=2)", "b'bytes'", "3 + 4j", "slice(1, 2)"),
    ],
)
def test_results_are_those_of_one_process(result):
    here, there = both(f"def f(x):\n    return {result}", "f", torch.arange(12.0).reshape(3, 4))
    assert type(here) is type(there)
    assert repr(here) == repr(there)


def test_members_of_an_enumeration_of_text_or_numbers_are_these():
    source = """
from enum import Enum, IntEnum
class Fault(str, Enum):
    NONE = "none"
    def __eq__(self, other): return True
    __hash__ = str.__hash__
class Size(IntEnum):
    LARGE = 3
def f(name): return {"fault": Fault.NONE, "size": Size.LARGE}[name]
"""
    with remote(source, "f") as f:
        assert f("fault") == "none"
        assert f("fault") != "other"
        assert type(f("size")) is int
        assert f("size") == 3


def test_methods_of_objects_in_c_can_be_called():
    source = "import itertools\ndef counter(start):\n    return itertools.count(start).__next__"
    with remote(source, "counter") as counter:
        count = counter(5)
        assert (count(), count()) == (5, 6)


def test_the_same_tensor_twice_is_one_tensor():
    source = "def f(a, b, c):\n    return a is b, a is c, torch.equal(a, c)"
    x = torch.ones(2)
    with remote(source, "f") as f:
        assert f(x, x, x.clone()) == (True, False, True)
        assert f([x, {"k": x}][0], b=x, c=x) == (True, True, True)


def test_what_is_given_comes_back_as_itself():
    with remote("def f(x, y):\n    return y, x", "f") as f:
        x, y = torch.ones(2), nn.Parameter(torch.zeros(3))
        a, b = f(x, y)
        assert a is y
        assert b is x


@pytest.mark.parametrize(
    "function", [F.relu, torch.softmax, nn.Linear, torch.optim.SGD, max, np.exp, torch.Tensor]
)
def test_functions_of_libraries_can_be_handed_over(function):
    with remote("def f(g):\n    return g.__name__", "f") as f:
        assert f(function) == function.__name__


def test_other_functions_cannot():
    with remote("def f(g):\n    return g", "f") as f, pytest.raises(TypeError, match="function"):
        f(lambda: 1)


# ---- changes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["x += 1", "x.data.mul_(2)", "x[0] = -1", "x.t_()", "x.zero_()"])
@pytest.mark.parametrize("make", [lambda x: x, Tensor.t, lambda x: x[:, ::2]])
def test_changes_of_tensors_arrive(change, make):
    source = f"def f(x):\n    {change}\n    return x.sum()"
    here, there = make(torch.arange(12.0).reshape(3, 4)), make(torch.arange(12.0).reshape(3, 4))
    wanted = local(source, "f")(here)
    with remote(source, "f") as f:
        assert torch.equal(f(there), wanted)
    assert torch.equal(there, here)


def test_changes_of_lists_dictionaries_and_arrays_arrive():
    source = "def f(a, b, c):\n    a.append(5); b['k'] = [a[0]]; c[1:] = 7; a[0] = 9"
    here = ([1, 2], {"z": 0}, np.zeros(3))
    there = copy.deepcopy(here)
    local(source, "f")(*here)
    with remote(source, "f") as f:
        f(*there)
    assert there[:2] == here[:2]
    assert np.array_equal(there[2], here[2])


def test_what_is_changed_here_is_seen_there():
    with remote("def f(x, a):\n    return x.sum(), float(a.sum())", "f") as f:
        x, a = torch.zeros(2), np.zeros(2)
        for number in range(1, 4):
            x += 1
            a += 1
            assert f(x, a) == (2 * number, 2 * number)


def test_an_optimiser_of_the_students_moves_parameters_of_the_tests():
    source = """
class Optimizer:
    def __init__(self, parameters, lr=0.5):
        self.param_groups = [{"params": list(parameters), "lr": lr}]
    def zero_grad(self):
        for p in self.param_groups[0]["params"]:
            p.grad = None
    def step(self):
        with torch.no_grad():
            for p in self.param_groups[0]["params"]:
                p -= self.param_groups[0]["lr"] * p.grad
"""
    model = nn.Linear(2, 1, bias=False)
    model.weight.data = torch.tensor([[1.0, 2.0]])
    with remote(source, "Optimizer") as make:
        optimizer = make(model.parameters())
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        assert model.weight.tolist() == [[0.5, 1.5]]
        optimizer.param_groups[0]["lr"] = 1.0
        optimizer.step()
        assert model.weight.tolist() == [[-0.5, 0.5]]
        optimizer.zero_grad()
        assert model.weight.grad is None


def test_lists_that_are_attributes_are_shared_in_both_directions():
    source = """
class A:
    def __init__(self):
        self.groups = [{"lr": 1.0}]
    def read(self):
        return self.groups[0]["lr"], len(self.groups)
    def grow(self):
        self.groups.append({"lr": 5})
"""
    with remote(source, "A") as make:
        a = make()
        groups = a.groups
        groups[0]["lr"] = 0.5
        assert a.read() == (0.5, 1)
        groups.append({"lr": 2})
        assert a.read() == (0.5, 2)
        a.grow()
        assert len(a.groups) == 3


ATTRIBUTES = """
class A:
    def __init__(self):
        self.items = [1]
        self.nested = [[i] for i in range(400)]
    @property
    def fresh(self):
        return list(self.items)
    def total(self):
        return sum(x for row in self.nested for x in row) + sum(self.items)
    def clear(self):
        self.items.clear()
"""


def test_an_attribute_is_the_same_list_however_often_it_is_read():
    with remote(ATTRIBUTES, "A") as make:
        a = make()
        first = a.items
        for _ in range(1001):
            assert a.items is first
        first.append(2)
        assert a.items == [1, 2]
        a.clear()
        assert a.items is first
        assert first == []


def test_many_nested_lists_can_be_read_many_times_and_changed():
    with remote(ATTRIBUTES, "A") as make:
        a = make()
        for _ in range(3):
            assert a.nested == [[i] for i in range(400)]
        before = a.total()
        a.nested[7].append(1000)
        assert a.total() == before + 1000


def test_new_lists_can_be_read_without_end():
    with remote(ATTRIBUTES, "A") as make:
        a = make()
        for _ in range(1200):
            assert a.fresh == [1]
