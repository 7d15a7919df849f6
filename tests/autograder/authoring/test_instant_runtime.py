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
from autograder.authoring.instant_recorder import Group, record, to_json
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
    return SimpleNamespace(
        name=name,
        did=f'You wrote <{name}> & "that".',
        causes="It is wrong.",
        fix="Write it anew.",
        section="p.html#a",
        implementation=implementation,
    )


def recorded(reference, mistakes, cases, names, through=None, **options) -> dict:
    """What is recorded of an exercise with one group of cases."""
    group = Group(cases, names, through=through, **options)
    namespace = {} if through is None else {through.__name__: through}
    about = {"points": 2, "minutes": 5, "uses": [], "form_only": False}
    return record(reference, mistakes, [group], "p.html#read", namespace, **about)


CASES = [
    case("n = 2", torch.tensor([[0.123456, -1.0]]), 2),
    case("n = 3", torch.tensor([[1.0, 2.0], [3.0, 4.0]]), 3),
]


def entries() -> dict:
    mistakes = [known(f) for f in (ignores_n, adds, explodes_at_three)]
    one = recorded(attend, mistakes, CASES, ["the product"])
    layer = recorded(
        Scale,
        [known(WithoutMean)],
        [case("one row", torch.tensor([[1.0, 2.0, 4.0]]))],
        ["the output", "the mean"],
        build={"width": 3},
    )
    return {"attend": one, "Scale": layer}


def checks_of(entries: dict, namespace: dict) -> InstantChecks:
    return InstantChecks(json.loads(to_json(entries, BOOK, "01-toy")), namespace)


def check(name: str = "attend", **namespace):
    return checks_of(entries(), namespace)(name)


def test_right_is_green_and_says_with_what():
    verdict = check(attend=lambda x, n: n * x)
    assert repr(verdict).startswith("✓ attend is right on every recorded case")
    assert "n = 2" in repr(verdict)
    assert "n = 3" in repr(verdict)


def test_a_mistake_is_red_named_and_linked():
    first, *details = repr(check(attend=lambda x, n: x + x)).splitlines()
    assert first == '✗ You wrote <ignores_n> & "that".'
    assert details[:3] == ["  It is wrong.", "  What to do: Write it anew.", "  With n = 3:"]
    assert details[-1] == f"  Read: {BOOK}/p.html#a"


def test_the_first_failing_case_decides_if_it_says_enough():
    def adds_or_multiplies(x, n):
        return x * 2 if n == 2 else x + n

    assert "You wrote <adds>" in repr(check(attend=adds_or_multiplies))

    def two_numbers_agree_by_chance(x, n):
        return x + n if n == 2 else x * 5

    text = repr(check(attend=two_numbers_agree_by_chance))
    assert text.startswith("✗ attend is not right yet.")
    assert text.endswith(f"Read: {BOOK}/p.html#read")
    right_with_two = repr(check(attend=lambda x, n: x * 2 if n == 2 else x * 5))
    assert right_with_two.startswith("✗ attend is not right yet. It is right with: n = 2.")


def test_an_exception_is_shown_and_may_be_a_known_mistake():
    text = repr(check(attend=explodes_at_three))
    assert text.startswith("✗ You wrote <explodes_at_three>")
    assert "ValueError: three is too much" in text
    other = repr(check(attend=lambda x, n: x[9]))
    assert other.startswith("✗ attend is not right yet.")
    assert "IndexError" in other


def test_undefined_and_not_written_are_gray():
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
        (lambda x, n: None, "the product is None: did you forget `return`?"),
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
    assert "no parameter W.weight of shape (3, 3)" in wrong
    assert "a parameter bias that the docstring does not have" in wrong


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
    entries = {
        "halves": recorded(halves, [known(thirds)], arrays, ["the half", "lengths"]),
        "Counter": recorded(Counter, [known(Stuck)], counts, ["counts"], through=count_up),
    }
    return repr(checks_of(entries, {**namespace})(student))


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
    entry = recorded(lambda x: x / 3e7, [], [case("1", 1.0)], ["it"])
    assert entry["groups"][0]["cases"][0]["expected"] == {"values": [3.33333e-08]}


def test_only_what_json_can_hold_is_recorded():
    with pytest.raises(ValueError, match="strings as keys"):
        recorded(lambda x: x, [], [case("1", {1: 1.0})], ["it"])


def test_an_unknown_name_is_told_with_the_nearest():
    assert 'Did you mean check("attend")?' in repr(check("atend"))
    assert "There are: attend, Scale." in repr(check("nothing"))


def test_without_a_name_all_exercises_are_listed_with_what_comes_next(tmp_path):
    def stub(x, n):
        raise NotImplementedError()

    checks = checks_of(entries(), {"attend": attend, "Scale": Scale})
    text = repr(checks())
    assert text.splitlines()[0] == "✓ attend    2 points    5 min  green"
    assert "4 of 4 points are behind green checks." in text
    assert "hand the notebook in" in text
    started = checks_of(entries(), {"attend": adds, "Scale": Scale})()
    assert "2 of 4 points" in repr(started)
    assert "Next: mend attend (about 5 minutes)." in repr(started)
    assert "<td><code>attend</code></td>" in started._repr_html_()
    assert "Next: write attend" in repr(checks_of(entries(), {"attend": stub})())
    started.save(tmp_path / "progress.json")
    saved = json.loads((tmp_path / "progress.json").read_text())
    assert saved == {"assignment": "01-toy", "exercises": {"attend": False, "Scale": True}}


def test_a_question_whose_answer_is_graded_later_is_never_green():
    entry = recorded(attend, [], CASES, ["the product"]) | {"form_only": True}
    verdict = checks_of({"attend": entry}, {"attend": attend})("attend")
    assert verdict.color == "gray"
    assert "Hidden tests decide whether the answer is." in verdict.headline


def test_a_part_that_is_wrong_too_should_be_mended_first():
    above = recorded(attend, [], CASES, ["the product"]) | {"uses": ["attend"]}
    both = {**entries(), "above": above}
    namespace = {"attend": adds, "above": adds, "Scale": Scale}
    assert (
        "above uses attend, where something is wrong too"
        in checks_of(both, namespace)("above").details
    )
    namespace["attend"] = attend
    assert "uses attend" not in checks_of(both, namespace)("above").details


# ---- what hidden tests see -----------------------------------------------------------------------


def test_gradients_are_compared_when_asked_for():
    x = [case("x", torch.tensor([1.0, 2.0, 3.0]), 2)]

    def cut(x, n):
        return x.detach() * n

    entry = recorded(attend, [known(cut)], x, ["the product"], gradients=True)
    assert checks_of({"attend": entry}, {"attend": attend})("attend").color == "green"
    told = checks_of({"attend": entry}, {"attend": lambda x, n: x.detach() + x.detach()})
    assert told("attend").headline == 'You wrote <cut> & "that".'
    assert "no gradient arrives at input 0" in told("attend").details


def test_types_devices_modes_and_promised_errors_are_compared():
    class Careful(Scale):
        def forward(self, x):
            if x.dim() != 2:
                raise ValueError("two axes")
            return self.W(x) if self.training else self.W(x) * 1

    class Careless(Careful):
        def forward(self, x):
            return self.W(x.float()).cpu() if not self.training else 0 * self.W(x)

    one = torch.tensor([[1.0, 2.0, 4.0]])
    for options, cases in (
        ({"dtype": "float64"}, [case("x", one)]),
        ({"mode": "train"}, [case("x", one)]),
        ({}, [case("one axis", one[0])]),
    ):
        entry = recorded(Careful, [], cases, ["it"], build={"width": 3}, **options)
        assert checks_of({"Scale": entry}, {"Scale": Careful})("Scale").color == "green", options
        assert checks_of({"Scale": entry}, {"Scale": Careless})("Scale").color == "red", options
    told = checks_of({"Scale": entry}, {"Scale": Careless})("Scale").details
    assert "expected a ValueError, as the docstring promises, and nothing was raised" in told

    def zeros(n, device):
        return torch.zeros(n, device=device)

    entry = recorded(zeros, [], [case("meta", 3, "meta")], ["it"])
    assert checks_of({"zeros": entry}, {"zeros": zeros})("zeros").color == "green"
    told = checks_of({"zeros": entry}, {"zeros": lambda n, device: torch.zeros(n)})("zeros")
    assert "it is on the device cpu, expected meta" in told.details


def test_the_order_of_parameters_does_not_matter_and_buffers_do_not():
    class TwoMaps(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x):
            return self.second(self.first(x))

    class InAnotherOrder(TwoMaps):
        def __init__(self):
            nn.Module.__init__(self)
            self.register_buffer("of_my_own", torch.ones(1))
            self.second, self.first = nn.Linear(2, 2), nn.Linear(2, 2)

    cases = [case("x", torch.tensor([[1.0, 2.0]]))]
    entry = recorded(TwoMaps, [], cases, ["it"], build={}, gradients=True)
    assert checks_of({"TwoMaps": entry}, {"TwoMaps": InAnotherOrder})("TwoMaps").color == "green"


def test_two_mistakes_at_once_are_both_named():
    def more(x, n):
        return x * n + 1

    one, two = known(more), known(ignores_n)
    one.combined = lambda other: (lambda x, n: x * 2 + 1) if other is two else None
    two.combined = lambda other: None
    entry = recorded(attend, [one, two], CASES, ["the product"])
    verdict = checks_of({"attend": entry}, {"attend": lambda x, n: 1 + x + x})("attend")
    assert verdict.headline == "Two mistakes come together here."
    assert '1. You wrote <more> & "that".' in verdict.details
    assert '2. You wrote <ignores_n> & "that".' in verdict.details


def test_of_several_mistakes_that_fit_none_is_named():
    def the_same(x, n):
        return x + x

    entry = recorded(attend, [known(ignores_n), known(the_same)], CASES, ["the product"])
    verdict = checks_of({"attend": entry}, {"attend": ignores_n})("attend")
    assert verdict.headline.startswith("attend is not right yet.")
    assert "More than one known mistake gives this result." in verdict.details


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
    checks = checks_of(entries(), namespace)
    assert repr(checks("attend")) == repr(checks("attend"))
    assert "argument 1 is not what it was before the call: you change it in place" in repr(
        checks("attend")
    )
    assert list(namespace) == ["attend"]


# ---- what is recorded ----------------------------------------------------------------------------


def test_numbers_only_and_never_code():
    text = to_json(entries(), BOOK, "01-toy")
    for name in ("ignores_n", "adds", "WithoutMean"):
        assert f"def {name}" not in text
        assert f'"{name}"' not in text
    assert json.loads(text)["book"] == BOOK


def test_inputs_are_rounded_before_results_are_computed():
    one = entries()["attend"]["groups"][0]["cases"][0]
    assert one["args"][0]["data"] == [0.12, -1]
    assert one["expected"]["values"][0]["data"] == [0.24, -2]
    assert one["expected"]["values"][0]["dtype"] == "float32"


def test_recording_twice_gives_the_same_bytes():
    first = to_json(entries(), BOOK, "01-toy")
    torch.manual_seed(99)
    assert to_json(entries(), BOOK, "01-toy") == first


def test_a_mistake_that_the_cases_cannot_tell_from_right_is_not_recorded():
    entry = recorded(attend, [known(ignores_n)], CASES[:1], ["the product"])
    assert entry["mistakes"] == []
    with_three = recorded(attend, [known(ignores_n)], CASES, ["the product"])
    assert [o is None for o in with_three["mistakes"][0]["outcomes"]] == [True, False]


def test_the_machine_needs_only_the_standard_library_and_torch():
    tree = ast.parse(Path(instant_runtime.__file__).read_text(encoding="utf-8"))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
        assert not isinstance(node, ast.ImportFrom)
    assert modules - set(sys.stdlib_module_names) == {"torch"}


# ---- rounding, which no other machine repeats ----------------------------------------------------


def plus(amount, among_large=None):
    """A wrong answer: adds an amount, and perhaps another one among large numbers."""
    large = amount if among_large is None else among_large
    return lambda x: x - x.floor() + (large if x.max() > 1e5 else amount)


def pairs(one, other, together) -> list[list[int]]:
    """Which pairs of two wrong answers are recorded."""
    first, second = known(plus), known(plus)
    first.implementation, second.implementation = one, other
    first.combined = lambda _: together
    cases = [case("small", torch.tensor([1.0, 2.0])), case("large", torch.tensor([1e6, 2e6]))]
    about = {"points": 2, "minutes": 5, "uses": [], "form_only": False}
    group = Group(cases, ["what remains"], dtype="float64")
    found = record(plus(0), [first, second], [group], "p.html#read", {}, **about)
    return [pair[:2] for pair in found["pairs"]]


def test_a_rounding_error_that_meets_another_mistake_is_not_recorded():
    assert pairs(plus(0, 0.01), plus(1), plus(1, 1.02)) == []


def test_two_mistakes_among_small_numbers_are_recorded():
    assert pairs(plus(1, 0), plus(2, 0), plus(3, 0)) == [[0, 1]]


def test_a_rounding_error_that_is_as_large_as_alone_is_recorded():
    assert pairs(plus(0, 0.5), plus(1), plus(1, 0.5)) == [[0, 1]]
