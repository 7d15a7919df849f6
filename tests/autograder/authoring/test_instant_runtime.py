"""The checks in the student's own notebook: what is recorded, and what they say of it."""

import ast
import html
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from autograder.authoring import instant_runtime
from autograder.authoring.instant_recorder import record, to_json
from autograder.authoring.instant_runtime import InstantChecks
from autograder.checks import case

BOOK = "https://example.org/book"


def attend(x, n):
    """The reference: the numbers times n."""
    return x * n


def ignores_n(x, n):
    return x * 2


def adds(x, n):
    return x + n


def explodes_at_three(x, n):
    if n == 3:
        raise ValueError("three is too much")
    return x * n


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.W = nn.Linear(width, width, bias=False)

    def forward(self, x):
        return self.W(x), x.mean()


class WithoutMean(Scale):
    def forward(self, x):
        return self.W(x), x.sum()


def known(implementation):
    name = implementation.__name__
    sentence = f'You wrote <{name}> & "that".'
    return SimpleNamespace(
        name=name, sentence=sentence, section="p.html#a", implementation=implementation
    )


CASES = [
    case("n = 2", torch.tensor([[0.123456, -1.0]]), 2),
    case("n = 3", torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 3),
]


def entries() -> dict:
    mistakes = [known(f) for f in (ignores_n, adds, explodes_at_three)]
    one = record(attend, mistakes, CASES, ["the product"], "p.html#read")
    layer = record(
        Scale,
        [known(WithoutMean)],
        [case("one row", torch.tensor([[1.0, 2.0, 4.0]]))],
        ["the output", "the mean"],
        "p.html#layer",
        {"width": 3},
    )
    return {"attend": one, "Scale": layer}


def check(name: str = "attend", **namespace):
    recorded = json.loads(to_json(entries(), BOOK))
    return InstantChecks(recorded, namespace)(name)


def test_right_is_green_and_says_with_what():
    verdict = check(attend=lambda x, n: n * x)
    assert repr(verdict).startswith("✓ attend is right on every recorded case")
    assert "n = 2" in repr(verdict)
    assert "n = 3" in repr(verdict)


def test_a_mistake_is_red_named_and_linked():
    first, *details = repr(check(attend=lambda x, n: x + x)).splitlines()
    assert first == '✗ You wrote <ignores_n> & "that".'
    assert details[0] == "  With n = 3:"
    assert details[-1] == f"  Read: {BOOK}/p.html#a"


def test_a_mistake_must_match_on_every_case():
    def adds_or_multiplies(x, n):
        return x * 2 if n == 2 else x + n

    text = repr(check(attend=adds_or_multiplies))
    assert text.startswith("✗ attend is not right yet. It is right with: n = 2.")
    assert text.endswith(f"Read: {BOOK}/p.html#read")


def test_an_exception_is_shown_and_may_be_a_known_mistake():
    text = repr(check(attend=explodes_at_three))
    assert text.startswith("✗ You wrote <explodes_at_three>")
    assert "ValueError: three is too much" in text
    other = repr(check(attend=lambda x, n: x[9]))
    assert other.startswith("✗ attend is not right yet.")
    assert "IndexError" in other


def test_undefined_and_not_written_are_grey():
    def stub(x, n):
        raise NotImplementedError()

    assert repr(check()) == "○ attend is not defined yet. Run the cell where you write it."
    assert repr(check(attend=stub)) == "○ attend: not started yet."


def test_pytorchs_own_not_implemented_error_is_not_a_stub():
    text = repr(check(attend=lambda x, n: x & x))
    assert text.startswith("✗ attend is not right yet.")
    assert "bitwise_and" in text


@pytest.mark.parametrize(
    ("student", "words"),
    [
        (lambda x, n: (x * n, x), "you return 2 value(s), expected 1: the product"),
        (lambda x, n: None, "the product is a NoneType, expected a tensor"),
        (lambda x, n: [1.0], "the product is a list, expected a tensor"),
        (lambda x, n: (x * n)[None], "the product has shape (1, 1, 2), expected (1, 2)"),
        (lambda x, n: (x * n).double(), "the product is torch.float64, expected torch.float32"),
        (lambda x, n: x * n / 0, "inf"),
        (lambda x, n: x * n + float("nan"), "nan"),
        (lambda x, n: x * n + 0.5, "0.740"),
    ],
)
def test_each_kind_of_difference_has_its_words(student, words):
    text = repr(check(attend=student))
    assert text.startswith("✗ attend is not right yet.")
    assert "With n = 2:" in text
    assert words in text


def test_a_layer_is_built_loaded_and_put_into_evaluation_mode():
    class Dropped(Scale):
        def forward(self, x):
            return nn.functional.dropout(self.W(x), 0.5, self.training), x.mean()

    assert repr(check("Scale", Scale=Dropped)).startswith("✓ Scale is right")
    told = repr(check("Scale", Scale=WithoutMean))
    assert told.startswith("✗ You wrote <WithoutMean>")
    assert "7.000" in told
    assert "2.333" in told
    wrong = repr(check("Scale", Scale=lambda width: nn.Linear(width, 2)))
    assert "not right yet" in wrong
    assert "state_dict" in wrong


# ---- NumPy arrays, plain values, and what is tried out by a given function -----------------------


def halves(array, words):
    """The reference: an array, and a number for each word."""
    return array / 2, {word: [len(word), 1 / len(word)] for word in words}


def thirds(array, words):
    return array / 3, {word: [len(word), 1 / len(word)] for word in words}


class Counter:
    def __init__(self, start):
        self.count = start

    def up(self):
        self.count += 1
        return self.count


class Stuck(Counter):
    def up(self):
        return self.count + 1


def count_up(counter, start, steps):
    made = counter(start)
    return [made.up() for _ in range(steps)]


def plainly(student, **namespace) -> str:
    arrays = [case("two words", np.array([[1.234, -2.0]]), ["to", "ladder"])]
    counts = [case("3 steps", 0.125, 3)]
    recorded = {
        "halves": record(halves, [known(thirds)], arrays, ["the half", "lengths"], "p.html"),
        "Counter": record(Counter, [known(Stuck)], counts, ["counts"], "p.html", through=count_up),
    }
    checks = InstantChecks(json.loads(to_json(recorded, BOOK)), {**namespace})
    return repr(checks(student))


def test_arrays_and_plain_values_are_recorded_and_compared():
    assert plainly("halves", halves=halves).startswith("✓ halves is right")
    assert plainly("halves", halves=lambda a, w: (a[::-1] / 2, halves(a, w)[1])).startswith("✓")
    assert plainly("halves", halves=thirds).startswith("✗ You wrote <thirds>")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda a, d: (torch.tensor(a), d), "the half is a Tensor, expected a NumPy array"),
        (lambda a, d: (a[0], d), "the half has shape (2,), expected (1, 2)"),
        (lambda a, d: (a.astype("float32"), d), "the half is float32, expected float64"),
        (lambda a, d: (a, list(d)), "lengths is a list, expected a dict"),
        (lambda a, d: (a, {"to": d["to"]}), "lengths: yours {'to': [2, 0.5]}, expected {'ladder'"),
        (lambda a, d: (a, d | {"to": [2, 0.6]}), "yours {'to': [2, 0.6], 'ladder'"),
        (lambda a, d: (a, d | {"to": (2, 0.5)}), "yours {'to': (2, 0.5)"),
        (lambda a, d: (a, d | {"to": [2]}), "yours {'to': [2]"),
        (lambda a, d: (a, d | {"to": [2, None]}), "yours {'to': [2, None]"),
        (lambda a, d: (a, d | {"to": [2, "0.5" * 99]}), "lengths['to'][1]: yours 0.50.5"),
        (lambda a, d: (a, d | {"to": [2, torch.tensor(0.5)]}), "lengths['to'][1]: yours tensor"),
    ],
)
def test_each_difference_of_arrays_and_plain_values_has_its_words(change, words):
    text = plainly("halves", halves=lambda a, w: change(*halves(a, w)))
    assert text.startswith("✗ halves is not right yet.")
    assert words in text


def test_numbers_of_numpy_are_numbers():
    def in_numpy(a, words):
        return a / 2, {w: [np.int64(len(w)), np.float64(1 / len(w))] for w in words}

    assert plainly("halves", halves=in_numpy).startswith("✓")


def test_overflow_shows_in_the_numbers_and_nowhere_else():
    """The suite makes errors of warnings: one that got out would end the check otherwise."""
    told = plainly("halves", halves=lambda a, w: (a / np.zeros(1), halves(a, w)[1]))
    assert "RuntimeWarning" not in told
    assert "inf" in told


def test_what_a_given_function_measures_is_recorded():
    assert plainly("Counter", Counter=Counter, count_up=count_up).startswith("✓ Counter is right")
    told = plainly("Counter", Counter=Stuck, count_up=count_up)
    assert told.startswith("✗ You wrote <Stuck>")
    assert "counts: yours [1.125, 1.125, 1.125], expected [1.125, 2.125, 3.125]" in told


def test_small_numbers_keep_their_digits():
    entry = record(lambda x: x / 3e7, [], [case("1", 1.0)], ["it"], "p.html")
    assert entry["cases"][0]["expected"] == [3.33333e-08]


def test_only_what_json_can_hold_is_recorded():
    with pytest.raises(ValueError, match="strings as keys"):
        record(lambda x: {1: x}, [], [case("1", 1.0)], ["it"], "p.html")


def test_an_unknown_name_is_an_error_of_the_course():
    with pytest.raises(KeyError, match="nothing"):
        check("nothing")


def test_the_page_shows_what_the_text_says_with_nothing_left_unescaped():
    verdict = check(attend=ignores_n)
    page = verdict._repr_html_()
    assert html.escape(verdict.headline) in page
    assert "<ignores_n>" not in page
    assert html.escape(verdict.details) in page
    assert f'href="{BOOK}/p.html#a"' in page
    green = check(attend=attend)._repr_html_()
    assert "<pre" not in green
    assert "<a " not in green


def test_a_check_changes_neither_the_inputs_nor_the_namespace():
    namespace = {"attend": lambda x, n: x.mul_(n)}
    checks = InstantChecks(json.loads(to_json(entries(), BOOK)), namespace)
    assert repr(checks("attend")) == repr(checks("attend"))
    assert repr(checks("attend")).startswith("✓")
    assert list(namespace) == ["attend"]


# ---- what is recorded ----------------------------------------------------------------------------


def test_numbers_only_and_never_code():
    text = to_json(entries(), BOOK)
    for name in ("ignores_n", "adds", "WithoutMean"):
        assert f"def {name}" not in text
        assert f'"{name}"' not in text
    assert json.loads(text)["book"] == BOOK


def test_inputs_are_rounded_before_results_are_computed():
    one = entries()["attend"]["cases"][0]
    assert one["args"][0]["data"] == [0.12, -1]
    assert one["expected"][0]["data"] == [0.24, -2]
    assert one["expected"][0]["dtype"] == "float32"


def test_recording_twice_gives_the_same_bytes():
    first = to_json(entries(), BOOK)
    torch.manual_seed(99)
    assert to_json(entries(), BOOK) == first


def test_a_mistake_that_the_cases_cannot_tell_from_right_is_not_recorded():
    entry = record(attend, [known(ignores_n)], CASES[:1], ["the product"], "p.html")
    assert entry["mistakes"] == []
    with_three = record(attend, [known(ignores_n)], CASES, ["the product"], "p.html")
    assert [o is None for o in with_three["mistakes"][0]["outcomes"]] == [True, False]


def test_the_machine_needs_only_the_standard_library_and_torch():
    tree = ast.parse(Path(instant_runtime.__file__).read_text(encoding="utf-8"))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        assert not isinstance(node, ast.ImportFrom)
    assert modules - set(sys.stdlib_module_names) == {"torch"}
