"""Small changes of a program's own source."""

import inspect

import pytest

from solutions.tooling.source_change import ChangeDoesNotApply, changed, code_of, program

FACTOR = 3


def scaled(x: int, by: int = FACTOR) -> int:
    """Scale a number.

    Raises: nothing.
    """
    # The comment says by * x.
    y = by * x  # by * x
    return y


class Scale:
    """Scales numbers."""

    def __init__(self, by: int):
        """Keep the factor."""
        self.by = by

    def __call__(self, x: int) -> int:
        return self.by * x


def test_code_has_neither_docstrings_nor_comments():
    assert code_of(scaled) == (
        "def scaled(x: int, by: int = FACTOR) -> int:\n    y = by * x\n    return y\n"
    )
    assert code_of(Scale) == (
        "class Scale:\n"
        "    def __init__(self, by: int):\n"
        "        self.by = by\n"
        "    def __call__(self, x: int) -> int:\n"
        "        return self.by * x\n"
    )


def test_a_change_replaces_what_occurs_once():
    assert changed("a = 1\nb = 1\n", {"b = 1": "b = 2"}) == "a = 1\nb = 2\n"
    for wrong in ("c", "= 1"):
        with pytest.raises(ChangeDoesNotApply, match="occurs"):
            changed("a = 1\nb = 1\n", {wrong: ""})


def test_a_changed_program_has_its_own_name_and_the_references_globals():
    source = changed(code_of(scaled), {"by * x": "by + x"})
    wrong = program(source, scaled, "adds", "somewhere")
    assert (wrong(2), scaled(2)) == (5, 6)
    assert (wrong.__name__, wrong.__module__) == ("adds", "somewhere")
    assert "by + x" in inspect.getsource(wrong)


def test_a_changed_class_is_a_class_of_its_own():
    source = changed(code_of(Scale), {"self.by * x": "self.by + x"})
    wrong = program(source, Scale, "Adds", "somewhere")
    assert wrong(3)(4) == 7
    assert Scale(3)(4) == 12
