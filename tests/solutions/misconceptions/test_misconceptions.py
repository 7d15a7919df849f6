"""The list of mistakes keeps its rules. That each is wrong, and caught, the kill table proves."""

import ast
import builtins
import re
import sys
from collections import Counter

import pytest
import torch

from autograder.execution.hidden_test_dependencies import names_used
from solutions.misconceptions import (
    Misconception,
    all_of_them,
    by_name,
    for_reference,
    mistakes_of,
)
from solutions.model import attention

ALL = all_of_them()


def test_names_are_unique():
    assert [name for name, n in Counter(m.name for m in ALL).items() if n > 1] == []


def test_a_name_is_that_of_the_implementation():
    assert [m.name for m in ALL] == [m.implementation.__name__ for m in ALL]


def other_kind(mistake: Misconception) -> bool:
    """Whether it is a function in place of a class, or the other way round."""
    reference, wrong = mistake.reference, mistake.implementation
    if isinstance(reference, type):
        return not (isinstance(wrong, type) and issubclass(wrong, reference.__mro__[1]))
    return isinstance(wrong, type)


def test_each_replaces_a_reference_of_the_same_kind():
    assert [m.name for m in ALL if other_kind(m)] == []


def faults_of_texts(mistake: Misconception) -> list[str]:
    """Which of the rules for what a student reads it breaks."""
    texts = (mistake.did, mistake.causes, mistake.fix)
    kept = {
        "did has 15 to 160 characters": 15 <= len(mistake.did) <= 160,
        "causes has 15 to 240 characters": 15 <= len(mistake.causes) <= 240,
        "fix has 10 to 160 characters": 10 <= len(mistake.fix) <= 160,
        "did and causes have at most 300 together": len(mistake.sentence) <= 300,
        "did begins with You or Your": re.match(r"You(r|'ve)?\b", mistake.did),
        "each ends with a full stop": all(text.endswith((".", ".)")) for text in texts),
        "fix begins with a capital": mistake.fix[:1].isupper(),
        "none has a double space": not any("  " in text for text in texts),
    }
    return [rule for rule, holds in kept.items() if not holds]


def test_the_three_texts_keep_their_rules():
    broken = {m.name: faults_of_texts(m) for m in ALL}
    assert {name: rules for name, rules in broken.items() if rules} == {}


def test_no_two_mistakes_are_told_in_the_same_words():
    several = Counter((m.replaces, m.did, m.causes, m.fix) for m in ALL)
    assert [texts for texts, n in several.items() if n > 1] == []


def test_each_section_is_a_page_and_an_anchor():
    place = re.compile(r"[a-z0-9-]+\.html#[a-z0-9-]+")
    assert {m.name: m.section for m in ALL if not place.fullmatch(m.section)} == {}


def faults_of_source(mistake: Misconception) -> list[str]:
    """Why its source could not be what a student wrote."""
    source = mistake.source
    top, *more = ast.parse(source).body
    outside_init = [n for n in ast.walk(top) if getattr(n, "name", "") != "__init__"]
    hidden_lines = [n for n in outside_init if isinstance(n, ast.FunctionDef)]
    called = {
        node.func.id
        for body in hidden_lines
        for node in ast.walk(body)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    kept = {
        "is one definition": not more,
        "has the reference's name": top.name == mistake.replaces,
        "has no decorator": not top.decorator_list,
        # A student's mistake cannot call the right answer.
        "calls no right answer": not called & {mistake.replaces, mistake.name, "super"},
    }
    return [rule for rule, holds in kept.items() if not holds]


def test_the_source_of_each_can_stand_in_a_notebook_as_a_students_own():
    broken = {m.name: faults_of_source(m) for m in ALL}
    assert {name: rules for name, rules in broken.items() if rules} == {}


def test_every_name_in_a_mistake_is_defined_where_it_stands():
    """Else it raises NameError, is caught for that, and never names what a student did."""
    missing = {}
    for m in ALL:
        known = {*vars(sys.modules[m.reference.__module__]), *dir(builtins), m.replaces}
        unknown = set(names_used(m.source)) - known
        if unknown:
            missing[m.name] = unknown
    assert missing == {}


def test_every_reference_of_the_assignment_has_mistakes():
    assert {m.replaces for m in ALL} >= {
        "padding_mask",
        "causal_mask",
        "target_mask",
        "scaled_dot_product_attention",
        "split_heads",
        "merge_heads",
        "MultiHeadAttention",
    }
    assert (
        len(for_reference("scaled_dot_product_attention") + for_reference("MultiHeadAttention"))
        >= 10
    )


@pytest.mark.parametrize(
    "name",
    [
        "padding_mask_inverted",
        "padding_mask_looks_for_zero",
        "target_mask_of_floats",
        "attention_transposes_the_batch",
        "QueryLengthForKeys",
        "OneWideHead",
    ],
)
def test_the_mistakes_of_published_tutorials_are_in_the_list(name):
    assert name in {m.name for m in ALL}


# ---- two at once ---------------------------------------------------------------------------------


def test_two_changes_that_do_not_touch_each_other_are_combined():
    first, second = by_name("attention_without_scale"), by_name("attention_averages_the_keys")
    both = first.combined(second)
    q, k, v = (torch.randn(3, 4, generator=torch.Generator().manual_seed(i)) for i in range(3))
    output, weights = both(q, k, v)
    expected = (q @ k.T).softmax(-1)
    torch.testing.assert_close(weights, expected)
    torch.testing.assert_close(output, expected @ k)
    assert second.combined(first) is not None


def test_changes_of_the_same_place_or_of_other_references_are_not():
    first, second = by_name("attention_without_scale"), by_name("attention_scaled_by_d_k")
    assert first.combined(second) is None
    assert first.combined(by_name("OneWideHead")) is None


def test_mistakes_of_a_reference_are_its_own():
    found = mistakes_of(attention.scaled_dot_product_attention)
    assert {m.replaces for m in found} == {"scaled_dot_product_attention"}
    assert found == for_reference("scaled_dot_product_attention")


def test_a_mistake_made_anew_knows_nothing_of_what_it_did_before():
    mistake = by_name("ScheduleSharesItsSteps")
    other = by_name("ScheduleForgetsTheFactor")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)

    def rates(schedule: type) -> list[float]:
        one = schedule(optimizer, 512, 4000)
        return [one.advance() for _ in range(3)]

    for made_anew in (mistake.anew, lambda: mistake.combined(other)):
        first, second = made_anew(), made_anew()
        assert rates(first) == rates(second)
        assert rates(first) != rates(made_anew())  # it does go on counting
