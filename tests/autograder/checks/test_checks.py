"""What hidden tests say: every kind of difference, the mistake behind it, and never a false one."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from autograder.checks import (
    SEED_VARIABLE,
    CheckFailed,
    Draw,
    agree,
    agree_layer,
    case,
    remembering,
    require,
)


def mistake(implementation, name="the-mistake", **more):
    return SimpleNamespace(
        name=name,
        did=f"You made {name}.",
        causes="It goes wrong.",
        fix="Mend it.",
        section="p.html#a",
        implementation=implementation,
        **more,
    )


def double(x):
    return 2 * x


def feedback(student, reference=double, cases=None, mistakes=(), **options) -> str:
    cases = cases or [case("two numbers", torch.tensor([1.0, 2.0]))]
    with pytest.raises(CheckFailed) as raised:
        agree(student, reference, cases, mistakes, **options)
    return str(raised.value)


def raises(x):
    raise KeyError("no such thing")


def asserts(x):
    raise AssertionError("x must be positive")


def not_written(x):
    raise NotImplementedError()


# ---- one message for each kind of difference -----------------------------------------------------


@pytest.mark.parametrize(
    ("student", "headline", "detail"),
    [
        (raises, "Your code raises an exception.", "KeyError: 'no such thing'"),
        (not_written, "Not written yet", "NotImplementedError"),
        (lambda x: (2 * x, x), "wrong form", "you return 2 values (result 0, result 1), expected"),
        (lambda x: None, "wrong form", "the result is None: did you forget `return`?"),
        (lambda x: [2, 4], "wrong form", "the result is a list, expected a tensor"),
        (lambda x: 2 * x[None], "The shape is not right", "has shape (1, 2), expected (2,)"),
        (lambda x: (2 * x).double(), "type of the numbers", "float64, expected torch.float32"),
        (lambda x: x / 0, "NaN or infinite", "the result: 2 entries are NaN or infinite"),
        (lambda x: 3 * x, "the numbers are not", "3.0000"),
    ],
)
def test_each_kind_of_difference_has_its_words(student, headline, detail):
    text = feedback(student)
    first, seen, *details = text.splitlines()
    assert headline in first
    assert seen == "Seen with: two numbers"
    assert detail in "\n".join(details)


def test_shapes_come_before_types_before_numbers():
    assert "shape" in feedback(lambda x: 3 * x[None].double()).splitlines()[0]
    assert "type" in feedback(lambda x: 3 * x.double()).splitlines()[0]


def test_small_results_are_shown_whole_and_large_ones_where_they_are_furthest_off():
    small = feedback(lambda x: 3 * x)
    assert all(number in small for number in ("2.0000", "3.0000", "4.0000", "6.0000"))

    def one_off(x):
        y = 2 * x
        y[3, 7] += 0.5
        y[4, 1] -= 0.1
        return y

    large = feedback(one_off, cases=[case("many", torch.ones(5, 40))])
    assert "furthest off at [3, 7]: yours 2.5000, expected 2.0000" in large


def test_gradients_are_compared_when_asked_for():
    def cut(x):
        return 2 * x.detach()

    def stretched(x):
        return 3 * x - x.detach()

    x = torch.tensor([1.0, 2.0])
    agree(cut, double, [case("x", x)])
    agree(stretched, double, [case("x", x)])
    assert "gradient at input 0: no gradient arrives there" in feedback(cut, gradients=True)
    assert "gradient at input 0" in feedback(stretched, gradients=True)
    agree(lambda x: x + x, double, [case("x", x)], gradients=True)


def test_pytorchs_own_not_implemented_error_does_not_say_that_nothing_is_written():
    text = feedback(lambda x: x & x)
    assert "Not written yet" not in text
    assert "bitwise_and" in text


def test_the_same_exception_is_agreement():
    def strict(x):
        raise ValueError("x must be positive")

    def strict_in_other_words(x):
        raise ValueError("no")

    agree(strict, strict, [case("x", torch.ones(1))])
    agree(strict_in_other_words, strict, [case("x", torch.ones(1))])
    text = feedback(double, strict)
    assert text.startswith("Your code accepts input that it should refuse.")
    assert "expected a ValueError: x must be positive" in text
    assert "KeyError" in feedback(raises, strict)
    assert "AssertionError" in feedback(asserts, strict)


def test_results_that_are_no_tensors():
    agree(lambda x: (len(x), "a"), lambda x: (len(x), "a"), [case("x", torch.ones(3))])
    text = feedback(lambda x: len(x) + 1, len, names=("the length",))
    assert "the length: yours 3, expected 2" in text
    assert "yours True, expected 1" in feedback(lambda x: True, lambda x: 1)


def test_keyword_arguments_reach_the_function():
    def scaled(x, *, by):
        return by * x

    agree(scaled, scaled, [case("x", torch.ones(2), by=3)])
    text = feedback(lambda x, by: x, scaled, [case("by 3", torch.ones(2), by=3)])
    assert "Seen with: by 3" in text


def test_a_function_that_writes_into_its_input_spoils_nothing():
    x = torch.ones(2)
    agree(lambda x: x.mul_(2), double, [case("first", x), case("second", x)])
    assert x.tolist() == [1, 1]


def test_the_same_tensor_twice_stays_the_same_tensor_twice():
    x = torch.ones(2)
    agree(lambda a, b: a is b, lambda a, b: True, [case("x", x, x)])


# ---- tolerance -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "harmless", "wrong"),
    [(torch.float32, 3e-5, 1e-3), (torch.float64, 3e-7, 1e-5), (torch.float16, 1e-3, 3e-2)],
)
def test_the_tolerance_is_that_of_the_dtype(dtype, harmless, wrong):
    cases = [case("x", torch.tensor([0.25, -1.0], dtype=dtype))]
    agree(lambda x: 2 * x + harmless, double, cases)
    assert "numbers" in feedback(lambda x: 2 * x + wrong, cases=cases)


def test_integers_and_booleans_must_be_equal():
    cases = [case("x", torch.tensor([1, 2]))]
    assert "yours" in feedback(lambda x: 2 * x + 1, cases=cases)
    assert "yours" in feedback(lambda x: x < 2, lambda x: x > 1, cases)


def test_the_tolerance_grows_with_the_numbers_and_can_be_given():
    cases = [case("x", torch.tensor([1e6, 0.0]))]
    agree(lambda x: 2 * x + 1e-1, double, cases)
    agree(lambda x: 2.05 * x, double, [case("x", torch.ones(2))], tolerance=0.03)
    assert "numbers" in feedback(lambda x: 2.2 * x, tolerance=0.03)


def test_equal_infinities_agree_and_finite_numbers_beside_them_are_compared():
    x = torch.tensor([math.inf, 1.0])
    agree(double, double, [case("x", x)])
    assert "numbers" in feedback(lambda x: 3 * x, cases=[case("x", x)])


# ---- the smallest case, and the mistake ----------------------------------------------------------


def test_the_smallest_failing_case_is_shown():
    def wrong_from_two_on(x):
        return 2 * x if x.numel() < 2 else 3 * x

    cases = [case(f"{n} numbers", torch.ones(n)) for n in (5, 1, 3, 2, 4)]
    text = feedback(wrong_from_two_on, cases=cases)
    assert "Seen with: 2 numbers" in text
    assert "1 numbers" not in text


def test_a_mistake_is_named_with_its_section():
    text = feedback(lambda x: x * 3, mistakes=[mistake(lambda x: x + 2 * x, "tripling")])
    first, second, third, *_, read, tag = text.splitlines()
    assert first == "You made tripling."
    assert second == "It goes wrong."
    assert third == "What to do: Mend it."
    assert read == "Read: p.html#a"
    assert tag == "[misconception: tripling]"


def test_a_mistake_must_match_on_every_case():
    def square(x):
        return x * x

    two, three = case("two", torch.tensor([2.0])), case("three", torch.tensor([3.0]))
    for cases in ([two, three], [three, two]):
        assert "You made" not in feedback(lambda x: x * 3, cases=cases, mistakes=[mistake(square)])
    assert "You made" in feedback(lambda x: x * 3, cases=[three], mistakes=[mistake(square)])


@pytest.mark.parametrize(
    ("found", "wanted"), [("another", "a ValueError"), (False, True), (1, None)]
)
def test_what_is_no_number_is_not_called_one(found, wanted):
    text = feedback(lambda x: found, cases=[case("one", 1)], reference=lambda x: wanted)
    assert text.startswith("Your code does not do what the docstring says.")
    both = feedback(lambda x: [found], cases=[case("one", 1)], reference=lambda x: [wanted])
    assert both.startswith("Your code does not do what the docstring says.")


def test_of_several_mistakes_that_match_none_is_named():
    both = [mistake(lambda x: 3 * x, "first"), mistake(lambda x: 3 * x, "second")]
    text = feedback(lambda x: x * 3, mistakes=both)
    assert text.startswith("The shapes are right, the numbers are not.")
    assert "- You made first.\n- You made second." in text
    assert "misconception" not in text


def test_two_mistakes_at_once_are_both_named():
    def more(x):
        return 2 * x + 1

    def thrice(x):
        return 3 * x

    def combined(other):
        return (lambda x: 3 * x + 1) if other is one else None

    one, two = mistake(more, "one"), mistake(thrice, "two", combined=lambda other: None)
    two.combined, one.combined = combined, lambda other: combined(one) if other is two else None
    text = feedback(lambda x: 1 + x * 3, mistakes=[one, two])
    assert text.startswith("Two mistakes come together here.\n1. You made one. ")
    assert text.endswith("[misconception: one]\n[misconception: two]")
    assert "Two mistakes" not in feedback(lambda x: 1 + x * 3, mistakes=[one, two], pairs=False)


def test_the_first_failing_case_decides_if_it_says_enough():
    """A second mistake, unknown, shows on another case only."""

    def student(x):
        return 3 * x if x.numel() < 9 else 5 * x

    few, many = (case(f"{n}", torch.arange(n) + 1.0) for n in (4, 9))
    known = [mistake(lambda x: 3 * x, "tripling")]
    assert "tripling" in feedback(student, cases=[many, few], mistakes=known)
    one_number = case("1", torch.tensor([1.0]))
    assert "You made" not in feedback(student, cases=[many, one_number], mistakes=known)


TWO_ANSWERS = """
def half(x):
    return x / 2

def test(student, reference, mistakes, through):
    Draw("a-test")
    feedback(student, reference, mistakes=mistakes, through=through)

def through_the_notebook(function, x):
    return half(function(x))
"""


@pytest.mark.parametrize(("through", "times"), [("plain", 1), ("through_the_notebook", 2)])
def test_outcomes_are_remembered_unless_they_can_depend_on_the_notebook(through, times):
    """A measurement that uses another answer of the student's gives each student another result."""
    calls = []

    def forgotten(x):
        calls.append("mistake")
        return x

    namespace = {"__name__": "__main__", "Draw": Draw, "feedback": feedback}
    exec(TWO_ANSWERS, namespace)
    measure = {"plain": None, **namespace}[through]
    with remembering(namespace, {}):
        for wrong in (lambda x: x, lambda x: x * 1):
            namespace["test"](wrong, double, [mistake(forgotten)], measure)
    assert calls == ["mistake"] * times


def test_inputs_that_are_changed_are_noticed_when_asked_for():
    def doubles_in_place(x):
        return x.mul_(2)

    agree(doubles_in_place, double, [case("x", torch.ones(2))])
    text = feedback(doubles_in_place, unchanged=True)
    assert text.startswith("Your code changes what it was given.")
    assert "input 0 is not what it was before the call" in text
    agree(doubles_in_place, doubles_in_place, [case("x", torch.ones(2))], unchanged=True)
    text = feedback(double, doubles_in_place, unchanged=True)
    assert "input 0 should be changed by the call" in text


def test_a_mistake_that_these_cases_cannot_tell_from_right_is_never_named():
    harmless = mistake(lambda x: 2 * x)
    assert "You made" not in feedback(lambda x: 3 * x, mistakes=[harmless])


def test_a_mistake_within_the_tolerance_of_right_is_never_named():
    one = [case("1", torch.tensor([1.0]))]
    near = mistake(lambda x: 2.15 * x)  # too near to 2 to be wrong, and near enough to 2.3
    assert "You made" not in feedback(lambda x: 2.3 * x, cases=one, mistakes=[near], tolerance=0.1)


def test_a_right_answer_is_never_accused():
    agree(double, double, [case("x", torch.ones(2))], [mistake(double), mistake(lambda x: 3 * x)])


def test_a_mistake_may_be_an_exception():
    text = feedback(raises, mistakes=[mistake(lambda x: x["no such thing"]), mistake(raises, "it")])
    assert text.endswith("[misconception: it]")


def test_a_law_is_measured_through_a_function():
    def two_sides(function, x):
        return function(x + x) - 2 * function(x)

    x = torch.tensor([1.0, -2.0])
    agree(lambda x: 7 * x, double, [case("x", x)], through=two_sides)  # linear: all that is asked
    text = feedback(
        lambda x: x * x,
        cases=[case("x", x)],
        mistakes=[mistake(torch.square, "squaring")],
        through=two_sides,
        names=("f(2x) - 2 f(x)",),
    )
    assert "f(2x) - 2 f(x)" in text
    assert text.endswith("[misconception: squaring]")


def test_require_says_what_is_wrong():
    require(True, "never said")
    with pytest.raises(CheckFailed, match=r"^The sum is not 1\.$"):
        require(False, "The sum is not 1.")
    with pytest.raises(CheckFailed, match=r"^Wrong\nby 2$"):
        require(False, "Wrong", "by 2")


# ---- layers --------------------------------------------------------------------------------------


class Scale(nn.Module):
    def __init__(self, width: int, factor: float = 1.0):
        super().__init__()
        self.W = nn.Linear(width, width, bias=False)
        self.factor = factor
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        return self.drop(self.W(x)) * self.factor


class AnotherInitialisation(Scale):
    def __init__(self, width, factor=1.0):
        super().__init__(width, factor)
        nn.init.zeros_(self.W.weight)


class WithoutParameter(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.w = nn.Linear(width, width)


class Transposed(Scale):
    def forward(self, x):
        return x @ self.W.weight


class NotStarted(nn.Module):
    def __init__(self, width):
        super().__init__()
        raise NotImplementedError()


class Detached(Scale):
    def forward(self, x):
        return x @ self.W.weight.detach().T


ONE = [case("one row", torch.tensor([[1.0, -2.0, 3.0]]))]


def layer_feedback(student, build=None, **options) -> str:
    with pytest.raises(CheckFailed) as raised:
        agree_layer(student, Scale, build or {"width": 3}, ONE, **options)
    return str(raised.value)


def test_a_layer_is_compared_with_the_references_parameters_in_evaluation_mode():
    agree_layer(AnotherInitialisation, Scale, {"width": 3}, ONE)
    agree_layer(AnotherInitialisation, Scale, {"width": 3, "factor": 2.0}, ONE, gradients=True)


def test_a_layers_mistake_is_built_and_loaded_too():
    text = layer_feedback(Transposed, mistakes=[mistake(Transposed, "transposing")])
    assert text.endswith("[misconception: transposing]")
    assert "the output" in text


def test_the_order_of_parameters_does_not_matter_and_buffers_do_not():
    class InAnotherOrder(nn.Module):
        def __init__(self, width, factor=1.0):
            super().__init__()
            self.register_buffer("of_my_own", torch.tensor(factor))
            self.second = nn.Linear(width, width)
            self.first = nn.Linear(width, width)

        def forward(self, x):
            return self.second(self.first(x)) * self.of_my_own

    class TwoMaps(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.first = nn.Linear(width, width)
            self.second = nn.Linear(width, width)

        def forward(self, x):
            return self.second(self.first(x))

    agree_layer(InAnotherOrder, TwoMaps, {"width": 3}, ONE, gradients=True)


def test_gradients_reach_the_parameters():
    agree_layer(Detached, Scale, {"width": 3}, ONE)
    assert "gradient at W.weight: no gradient arrives there" in layer_feedback(
        Detached, gradients=True
    )


def test_missing_parameters_are_listed_with_the_call():
    text = layer_feedback(WithoutParameter)
    assert "do not have the names or shapes of the contract" in text
    assert "a layer built with width=3" in text
    assert "missing: W.weight (3, 3); yours has w.weight of that shape" in text
    assert "not in the contract: w.bias (3,)" in text
    assert "do not have" in layer_feedback(lambda width: Scale(width + 1))


def test_a_constructor_that_raises_is_told_with_the_call():
    text = layer_feedback(lambda width: Scale("a"), {"width": 3})
    assert text.startswith("Your layer cannot be built with width=3.\nTypeError: ")
    assert "Not written yet: the layer" in layer_feedback(NotStarted)


def test_layers_can_be_compared_in_double_precision():
    x = [case("x", torch.ones(1, 3, dtype=torch.float64))]
    agree_layer(AnotherInitialisation, Scale, {"width": 3}, x, dtype=torch.float64)


def test_through_may_switch_to_training():
    def changes(layer, x):
        layer.train()
        torch.manual_seed(0)
        return bool((layer(x) != layer(x)).any())

    x = [case("many", torch.ones(9, 3))]
    agree_layer(AnotherInitialisation, Scale, {"width": 3}, x, through=changes)
    with pytest.raises(CheckFailed, match="yours False, expected True"):
        agree_layer(Transposed, Scale, {"width": 3}, x, through=changes)


# ---- random inputs -------------------------------------------------------------------------------


def drawn(test="a-test"):
    draw = Draw(test)
    return draw.normal(2, 3), draw.integers(2, 9, 40), draw.integer(0, 10**6)


def test_the_same_seed_gives_the_same_inputs_and_another_others(monkeypatch):
    seen = {}
    for seed in ("1", "2", "student/7"):
        monkeypatch.setenv(SEED_VARIABLE, seed)
        first, again, other = drawn(), drawn(), drawn("another-test")
        assert torch.equal(first[0], again[0])
        assert torch.equal(first[1], again[1])
        assert first[2] == again[2]
        assert not torch.equal(first[0], other[0])
        seen[seed] = first[0].tolist()
    assert len({str(numbers) for numbers in seen.values()}) == 3
    monkeypatch.delenv(SEED_VARIABLE)
    unset = drawn()[0]
    monkeypatch.setenv(SEED_VARIABLE, "0")
    assert torch.equal(unset, drawn()[0])


def test_drawing_leaves_the_global_generator_alone():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    drawn()
    agree_layer(AnotherInitialisation, Scale, {"width": 3}, ONE, seed=9)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    drawn()
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(torch.rand(3), expected)


def test_what_is_drawn_has_the_shape_range_and_type_that_was_asked_for():
    draw = Draw("x")
    assert draw.normal(2, 3, dtype=torch.float64).dtype == torch.float64
    numbers = draw.integers(2, 5, 500)
    assert set(numbers.tolist()) == {2, 3, 4}
    assert {draw.integer(0, 2) for _ in range(64)} == {0, 1}
    assert abs(float(draw.normal(10_000).mean())) < 0.05
