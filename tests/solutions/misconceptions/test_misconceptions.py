"""The list of mistakes keeps its rules. That each is wrong, and caught, the kill table proves."""

import ast
import re
from collections import Counter

import pytest
import torch

from autograder.authoring.reference_source import apply_misconception
from solutions.misconceptions import Misconception, all_of_them, for_reference, with_inherited
from solutions.model import attention, masks
from solutions.training import optim
from solutions.training import step as training_step

ALL = all_of_them()


def test_names_are_unique():
    assert [name for name, n in Counter(m.name for m in ALL).items() if n > 1] == []


def test_a_name_is_that_of_the_implementation():
    assert [m.name for m in ALL] == [m.implementation.__name__ for m in ALL]


def other_kind(mistake: Misconception) -> bool:
    """Whether it is a function in place of a class, or the other way round."""
    reference, wrong = mistake.reference, mistake.implementation
    if isinstance(reference, type):
        return not (isinstance(wrong, type) and issubclass(wrong, reference))
    return isinstance(wrong, type)


def test_each_replaces_a_reference_of_the_same_kind():
    assert [m.name for m in ALL if other_kind(m)] == []


def faults_of_sentence(sentence: str) -> list[str]:
    """Which of the rules for what a student reads it breaks."""
    kept = {
        "has 40 to 260 characters": 40 <= len(sentence) <= 260,
        "ends with a full stop": sentence.endswith("."),
        "begins with a capital": sentence[:1].isupper(),
        "says you or your": re.search(r"\byou(r|rs)?\b", sentence, re.IGNORECASE),
        "has no double space": "  " not in sentence,
    }
    return [rule for rule, holds in kept.items() if not holds]


def test_each_sentence_speaks_to_the_student():
    broken = {m.name: faults_of_sentence(m.sentence) for m in ALL}
    assert {name: rules for name, rules in broken.items() if rules} == {}


def test_each_section_is_a_page_and_an_anchor():
    place = re.compile(r"[a-z0-9-]+\.html#[a-z0-9-]+")
    assert {m.name: m.section for m in ALL if not place.fullmatch(m.section)} == {}


def faults_of_source(mistake: Misconception) -> list[str]:
    """Why its source could not be what a student wrote."""
    source = apply_misconception(mistake.implementation, mistake.reference)
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


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("You are short.", "has 40 to 260 characters"),
        ("You forgot the mask, so every word sees all the later words", "ends with a full stop"),
        ("you forgot the mask, so every word sees all the later words.", "begins with a capital"),
        ("The mask is missing, and every word sees all the later words.", "says you or your"),
        ("You forgot the mask,  so every word sees all the later words.", "has no double space"),
    ],
)
def test_a_sentence_that_breaks_a_rule_is_named(sentence, rule):
    assert faults_of_sentence(sentence) == [rule]


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


# ---- what reaches a reference from below ---------------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "called"),
    [
        (masks.padding_mask, []),
        (masks.target_mask, ["padding_mask", "causal_mask"]),
        (attention.scaled_dot_product_attention, []),
        (
            attention.MultiHeadAttention,
            ["scaled_dot_product_attention", "split_heads", "merge_heads"],
        ),
    ],
    ids=lambda x: getattr(x, "__name__", ""),
)
def test_own_mistakes_come_first_then_those_of_what_it_calls(reference, called):
    own = for_reference(reference.__name__)
    found = with_inherited(reference)
    assert found[: len(own)] == own
    inherited = found[len(own) :]
    assert Counter(m.name for m in inherited) == Counter(
        m.name for f in called for m in for_reference(f)
    )
    for known in inherited:
        assert known.sentence.startswith(f"This comes from {known.replaces}: ")


def test_a_class_inherits_through_every_method_and_keeps_its_constructor():
    (larger,) = [m for m in with_inherited(optim.NoamSchedule) if m.name == "rate_takes_the_larger"]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    right, wrong = (c(optimizer, 4, 10) for c in (optim.NoamSchedule, larger.implementation))
    assert right.advance() == optim.noam_rate(1, 4, 10)
    assert wrong.advance() == 4**-0.5  # max(1, ...) in place of min


def test_a_method_that_happens_to_have_the_name_brings_nothing():
    """`scores.softmax` and `model.train` are no functions of ours."""
    names = {m.replaces for m in with_inherited(attention.scaled_dot_product_attention)}
    assert names == {"scaled_dot_product_attention"}
    assert {m.replaces for m in with_inherited(training_step.train_step)} == {
        "train_step",
        "clip_gradients",
    }


def test_an_inherited_mistake_is_the_reference_on_top_of_it():
    tokens = torch.tensor([[3, 5, 0]])
    (inverted,) = [
        m for m in with_inherited(masks.target_mask) if m.name == "padding_mask_inverted"
    ]
    expected = (tokens == 0).unsqueeze(1) & masks.causal_mask(3)
    assert torch.equal(inverted.implementation(tokens, 0), expected)
    assert not torch.equal(masks.target_mask(tokens, 0), expected)  # the reference is as it was


def test_an_inherited_mistake_of_a_layer_is_a_layer():
    (unscaled,) = [
        m
        for m in with_inherited(attention.MultiHeadAttention)
        if m.name == "attention_without_scale"
    ]
    right = attention.MultiHeadAttention(8, 2)
    wrong = unscaled.implementation(d_model=8, h=2)
    wrong.load_state_dict(right.state_dict())
    x = torch.randn(1, 3, 8, generator=torch.Generator().manual_seed(0))
    assert isinstance(wrong, attention.MultiHeadAttention)
    assert not torch.allclose(wrong(x, x, x), right(x, x, x), atol=1e-6)
    with torch.no_grad():
        wrong.W_q.weight /= 2  # sqrt(d_k): makes up for the missing scale
    torch.testing.assert_close(wrong(x, x, x), right(x, x, x), rtol=0, atol=1e-6)
