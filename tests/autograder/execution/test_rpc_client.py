"""Proxies of objects in another process behave as the objects themselves."""

import copy

import pytest
import torch
from local_and_remote import LAYER, local
from rpc_to_fork import remote
from torch import nn

from autograder.execution.remote_errors import NotJudged, RemoteError, WorkerGone, WorkerLate

# ---- layers --------------------------------------------------------------------------------------


@pytest.fixture
def layers():
    """A layer in double precision here, and the same one there."""
    here = local(LAYER, "Layer")().double()
    with remote(LAYER, "Layer") as make:
        there = make().double()
        there.load_state_dict(copy.deepcopy(here.state_dict()))
        yield here, there


def test_a_layer_has_the_same_parts(layers):
    here, there = layers
    assert isinstance(there, nn.Module)
    for parts in ("named_parameters", "named_buffers"):
        ours, remotes = dict(getattr(here, parts)()), dict(getattr(there, parts)())
        assert list(ours) == list(remotes)
        assert all(torch.equal(ours[name], remotes[name]) for name in ours)
    assert list(here.state_dict()) == list(there.state_dict())
    assert [n for n, _ in here.named_modules()] == [n for n, _ in there.named_modules()]
    assert torch.equal(there.inner.weight, here.inner.weight)
    assert there.calls == 0


def test_gradients_agree(layers):
    here, there = layers
    found = []
    for layer in (here, there):
        torch.manual_seed(1)
        x = torch.randn(2, 3, dtype=torch.float64, requires_grad=True)
        middle = (x * 3).exp()
        y = layer(middle, y=torch.ones(3, dtype=torch.float64)) + layer(x)
        loss = (y.pow(2).sum() + x.sum()).sin()
        wanted = [x, *layer.parameters()]
        found.append([loss, *torch.autograd.grad(loss, wanted)])
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-12, atol=1e-12)


def test_backward_fills_and_adds_up_grad(layers):
    here, there = layers
    for layer in layers:
        for _ in range(2):
            layer(torch.ones(4, 3, dtype=torch.float64)).sum().backward()
    for a, b in zip(here.parameters(), there.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-12, atol=1e-12)
    there.zero_grad()
    assert all(p.grad is None for p in there.parameters())


def test_training_here_moves_the_layer_there(layers):
    here, there = layers
    x = torch.randn(4, 3, dtype=torch.float64)
    for layer in layers:
        optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
        for _ in range(3):
            optimizer.zero_grad()
            layer(x).pow(2).sum().backward()
            optimizer.step()
    torch.testing.assert_close(here(x), there(x), rtol=1e-10, atol=1e-10)


def test_modes_and_types_are_switched_there(layers):
    _, there = layers
    assert there.training
    assert there.inner.training
    there.eval()
    assert not there.training
    assert not there.inner.training
    there.to(torch.float32)
    assert {p.dtype for p in there.parameters()} == {torch.float32}
    assert there(torch.ones(1, 3)).dtype == torch.float32
    there.to("meta")
    assert there(torch.ones(5, 3, device="meta")).shape == (5, 2)
    assert {str(p.device) for p in there.parameters()} == {"meta"}


def test_frozen_parameters_get_no_gradient(layers):
    _, there = layers
    there.inner.weight.requires_grad_(False)
    there(torch.ones(1, 3, dtype=torch.float64)).sum().backward()
    assert there.inner.weight.grad is None
    assert there.inner.bias.grad is not None


def test_without_gradients_there_is_no_graph(layers):
    _, there = layers
    with torch.no_grad():
        assert not there(torch.ones(1, 3, dtype=torch.float64)).requires_grad
    assert there(torch.ones(1, 3, dtype=torch.float64)).requires_grad


def test_wrong_parameters_are_refused_in_the_same_words(layers):
    here, there = layers
    state = {**here.state_dict(), "more": torch.ones(1)}
    with pytest.raises(RuntimeError) as ours:
        here.load_state_dict(state)
    with pytest.raises(RuntimeError) as remotes:
        there.load_state_dict(state)
    assert str(ours.value) == str(remotes.value)


def test_shared_parameters_stay_shared():
    source = """
class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Embedding(4, 3), nn.Linear(3, 4, bias=False)
        self.b.weight = self.a.weight
    def forward(self, x):
        return self.b(self.a(x))
"""
    with remote(source, "Tied") as make:
        tied = make()
        assert tied.a.weight is tied.b.weight
        assert len(list(tied.parameters())) == 1
        with torch.no_grad():
            tied.a.weight.zero_()
        assert tied(torch.tensor([1])).abs().sum() == 0


def test_dropout_draws_the_numbers_of_one_process():
    found = []
    x = torch.ones(50, 3)
    with remote(LAYER, "Layer") as make:
        for kind in (local(LAYER, "Layer"), make):
            torch.manual_seed(3)
            layer = kind(dropout=0.5)
            found.append((layer(x), torch.rand(3), layer(x)))
    for a, b in zip(*found, strict=True):
        assert torch.equal(a, b)


def test_a_new_value_reaches_the_object():
    with remote(LAYER, "Layer") as make:
        layer = make()
        layer.scale.fill_(0.0)
        assert layer(torch.ones(1, 3)).abs().sum() == 0


# ---- functions, generators, exceptions -----------------------------------------------------------


def test_generators_give_their_values_one_by_one():
    source = "def f(n):\n    for i in range(n):\n        yield torch.full((i,), 1.0)"
    with remote(source, "f") as f:
        assert [len(x) for x in f(3)] == [0, 1, 2]
        assert len(next(iter(f(10**9)))) == 0


def test_a_generator_can_be_handed_over():
    with remote("def f(items):\n    return sum(items), list(items)", "f") as f:
        assert f(i for i in range(4)) == (6, [])


def test_objects_have_attributes_items_and_lengths():
    source = """
class Table:
    def __init__(self):
        self.rows = {"a": 1}
        self.size = 2
    def __len__(self):
        return self.size
    def __getitem__(self, name):
        return self.rows[name]
    def __iter__(self):
        return iter(self.rows)
    def twice(self):
        return self
"""
    with remote(source, "Table") as make:
        table = make()
        assert (len(table), table["a"], list(table)) == (2, 1, ["a"])
        assert table.twice() is table
        table.size = 7
        assert (len(table), table.size) == (7, 7)
        with pytest.raises(KeyError):
            table["b"]
        with pytest.raises(AttributeError):
            _ = table.columns


RAISES = [
    ("ValueError('x must be (B, T)')", ValueError, "x must be (B, T)"),
    ("KeyError('name')", KeyError, "'name'"),
    ("NotImplementedError()", NotImplementedError, ""),
    ("type('Own', (ValueError,), {})('mine')", ValueError, "mine"),
    ("OSError(2, 'gone')", OSError, "[Errno 2] gone"),
    ("x @ torch.ones(7)", RuntimeError, None),
    ("ExceptionGroup('all of it', [ValueError('a'), KeyError('b')])", ExceptionGroup, None),
    ("type('Many', (ExceptionGroup,), {})('x', [ValueError('a')])", ExceptionGroup, None),
    ("UnicodeDecodeError('utf-8', b'x', 0, 1, 'why')", UnicodeDecodeError, None),
]


@pytest.mark.parametrize(("text", "kind", "message"), RAISES)
def test_exceptions_keep_type_and_words(text, kind, message):
    source = f"def f(x):\n    raise {text}"
    with remote(source, "f") as f, pytest.raises(kind) as there:
        f(torch.ones(2))
    with pytest.raises(kind) as here:
        local(source, "f")(torch.ones(2))
    assert type(there.value).__name__ == type(here.value).__name__
    assert str(there.value) == str(here.value)
    assert message is None or str(there.value) == message
    assert there.value.place[:2] == ("f", 2)


ENDS = [
    *("SystemExit(0)", "KeyboardInterrupt()", "StopIteration()"),
    "BaseExceptionGroup('a', [KeyboardInterrupt()])",
]


@pytest.mark.parametrize("text", ENDS)
def test_no_exception_of_theirs_ends_a_test_or_a_loop(text):
    name, _, _ = text.partition("(")
    with remote(f"def f(x):\n    raise {text}", "f") as f, pytest.raises(RemoteError) as found:
        list(map(f, [1, 2]))
    assert type(found.value).__name__ == name


def test_a_worker_that_ends_is_gone_and_one_that_waits_is_late():
    with remote("import os\ndef f():\n    os._exit(0)", "f") as f:
        with pytest.raises(WorkerGone):
            f()
        with pytest.raises(WorkerGone):
            f()
    with remote("import time\ndef f():\n    time.sleep(60)", "f") as f:
        f._rpc.seconds_left = 0.2
        with pytest.raises(WorkerLate):
            f()


def test_measurements_run_beside_the_code():
    def measured(function, n):
        return [function(i) for i in range(n)]

    with remote("def f(i):\n    return i * i", "f", measured=measured) as f:
        assert f.call_remote("measured", 4) == [0, 1, 4, 9]


def test_who_is_asked_for_a_name_that_is_not_there_says_nothing():
    with remote("a = 1", "a") as a:
        assert a == 1
    with pytest.raises(KeyError), remote("a = 1", "a", "b"):
        pass


OBJECTS = """
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, other): return True
    __hash__ = None
    def __add__(self, other): return 6
class L(nn.Module):
    def __eq__(self, other): return True
    __hash__ = nn.Module.__hash__
"""
ASKS = {
    "equal to a value": lambda p, q: p == 1,
    "a value equal to it": lambda p, q: 1 == p,  # noqa: SIM300
    "equal to another": lambda p, q: p == q,
    "unequal": lambda p, q: p != q,
    "ordered": lambda p, q: p < q,
    "in a list": lambda p, q: p in [q],
    "in a container": lambda p, q: [p] == [1],
    "true": lambda p, q: bool(p),
    "one of all": lambda p, q: all([p]),
    "a sum": lambda p, q: p + 1,
    "a sum from the right": lambda p, q: sum([p]),
    "a number": lambda p, q: float(p),
    "like a tensor": lambda p, q: torch.ones(2) == p,
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_what_only_the_students_object_could_answer_is_not_judged(ask):
    with remote(OBJECTS, "P") as make, pytest.raises(NotJudged, match="of the class P,"):
        ask(make(1), make(2))


def test_layers_are_compared_by_what_they_give_alone():
    with remote(OBJECTS, "L") as make:
        a, b = make(), make()
        for ask in (lambda: a == b, lambda: a != b, lambda: a == 1):
            with pytest.raises(NotJudged):
                ask()
        assert a in {a: 1}


def test_the_same_object_is_itself_and_its_values_can_be_compared():
    with remote(OBJECTS, "P") as make:
        p = make(3)
        assert p is not None
        assert p in [p]
        assert len({p, make}) == 2
        assert (p.x, make(4).x) == (3, 4)
