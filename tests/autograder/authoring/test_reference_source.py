"""From a reference to its stub, to the lines that stay secret, and to a wrong version of it."""

import ast
import functools
from pathlib import Path

import pytest

from autograder.authoring.reference_source import (
    BEGIN,
    END,
    hidden_lines,
    resolve_dotted,
    source_of,
    stub,
)
from autograder.authoring.synthetic_submissions import STUB, _without_solutions


def require_positive(x):
    """Given to students."""
    if x <= 0:
        raise ValueError("x must be positive")


def loud(function):
    @functools.wraps(function)
    def louder(*args):
        return function(*args)

    return louder


def half(x: float, digits: int = 3) -> float:
    """Halve it.

    Returns:
        x / 2
    """
    require_positive(x)
    # Division, not a shift:
    # x may be a fraction.
    halved = x / 2
    return round(halved, digits)  # as asked


def bare(x):
    return x


def only_a_check(x):
    require_positive(x)


@loud
def decorated(x):
    """Double it."""
    return 2 * x


class Counter:
    """Counts."""

    STEP = 1

    def __init__(self, start=0):
        """Begin."""
        super().__init__()
        self.n = start

    def up(self):
        """Count up."""
        # The step is the class's.
        self.n += self.STEP
        return self.n

    @property
    def twice(self):
        return 2 * self.n


class CountsDown(Counter):
    def up(self):
        self.n -= self.STEP

        return self.n


def half_of_half(x, digits=3):
    return round(x / 4, digits)


def test_a_stub_keeps_signature_docstring_and_given_calls():
    found = stub(half, given={"require_positive"})
    assert found == (
        "def half(x: float, digits: int = 3) -> float:\n"
        '    """Halve it.\n\n    Returns:\n        x / 2\n    """\n'
        "    require_positive(x)\n"
        f"    {BEGIN}\n"
        "    # Division, not a shift:\n    # x may be a fraction.\n"
        "    halved = x / 2\n    return round(halved, digits)  # as asked\n"
        f"    {END}\n"
    )


def test_a_call_that_is_not_given_is_for_the_student_to_write():
    assert f"    {BEGIN}\n    require_positive(x)\n" in stub(half)
    assert "require_positive(x)" in hidden_lines(half)
    assert "require_positive(x)" not in hidden_lines(half, given={"require_positive"})


def test_what_is_hidden_are_all_lines_of_the_body_with_their_comments():
    assert hidden_lines(half, given={"require_positive"}) == [
        "# Division, not a shift:",
        "# x may be a fraction.",
        "halved = x / 2",
        "return round(halved, digits)  # as asked",
    ]


def test_without_a_docstring_the_whole_body_is_hidden():
    assert stub(bare) == f"def bare(x):\n    {BEGIN}\n    return x\n    {END}\n"


def test_a_class_is_hollowed_method_by_method():
    found = stub(Counter)
    assert found.count(BEGIN) == found.count(END) == 3
    assert hidden_lines(Counter) == [
        "super().__init__()",
        "self.n = start",
        "# The step is the class's.",
        "self.n += self.STEP",
        "return self.n",
        "return 2 * self.n",
    ]
    assert "STEP = 1" in found
    assert '"""Count up."""' in found
    assert "    @property\n    def twice(self):\n" in found


def test_methods_may_be_handed_out_in_full():
    found = stub(Counter, keep=["__init__"])
    assert found.count(BEGIN) == 2
    assert "        super().__init__()\n        self.n = start\n" in found
    assert "self.n = start" not in hidden_lines(Counter, keep=["__init__"])


@pytest.mark.parametrize("thing", [half, bare, decorated, Counter])
def test_a_stub_with_its_body_is_the_reference(thing):
    unmarked = [line for line in stub(thing).splitlines() if line.strip() not in (BEGIN, END)]
    assert "\n".join(unmarked) + "\n" == source_of(thing)


@pytest.mark.parametrize("thing", [half, bare, Counter])
def test_what_students_get_is_python_that_is_not_written_yet(thing):
    released = _without_solutions(stub(thing).rstrip("\n"))
    assert not [line for line in hidden_lines(thing) if line in released]
    top = ast.parse(released).body[0]
    functions = [node for node in ast.walk(top) if isinstance(node, ast.FunctionDef)]
    assert all(ast.unparse(f.body[-1]) == "raise NotImplementedError()" for f in functions)
    assert released.count(STUB.splitlines()[0]) == len(functions)


def test_a_reference_without_a_body_of_its_own_is_refused():
    with pytest.raises(ValueError, match="only_a_check has no body that a student could write"):
        stub(only_a_check, given={"require_positive"})


def test_source_comes_without_indentation_and_decorators():
    assert source_of(decorated).startswith("def decorated(x):\n")
    assert source_of(decorated, decorated=True).startswith("@")
    assert source_of(Counter.up).startswith("def up(self):\n")


def test_a_whole_module_is_its_file():
    module = resolve_dotted("autograder.authoring.reference_source")
    assert module.resolve_dotted is resolve_dotted
    assert source_of(module) == Path(module.__file__).read_text(encoding="utf-8")


def test_a_name_is_found_or_named():
    assert resolve_dotted("autograder.authoring.reference_source.resolve_dotted") is resolve_dotted
    for wrong in (
        "autograder.authoring.reference_source.nothing",
        "autograder.nowhere.resolve_dotted",
        "find",
        "",
    ):
        with pytest.raises(LookupError, match="there is no") as raised:
            resolve_dotted(wrong)
        assert repr(wrong) in str(raised.value)
