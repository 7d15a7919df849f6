"""The list of mistakes keeps its rules. That each is wrong, and caught, the kill table proves."""

import ast
import re
from collections import Counter

import pytest
import torch

from autograder.authoring.reference_source import apply_misconception
from solutions.misconceptions import all_of_them, for_reference, with_inherited
from solutions.model import attention, masks
from solutions.training import optim
from solutions.training import step as training_step

ALL = all_of_them()
each = pytest.mark.parametrize("mistake", ALL, ids=[mistake.name for mistake in ALL])


def test_names_are_unique():
    assert [name for name, n in Counter(m.name for m in ALL).items() if n > 1] == []


def test_a_name_is_that_of_the_implementation():
    assert [m.name for m in ALL] == [m.implementation.__name__ for m in ALL]


@each
def test_it_replaces_a_reference_of_the_same_kind(mistake):
    reference = mistake.reference
    assert isinstance(mistake.implementation, type) == isinstance(reference, type)
    if isinstance(reference, type):
        assert issubclass(mistake.implementation, reference)


@each
def test_the_sentence_speaks_to_the_student(mistake):
    sentence = mistake.sentence
    assert 40 <= len(sentence) <= 260
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert re.search(r"\byou(r|rs)?\b", sentence, re.IGNORECASE), "it says neither you nor your"
    assert "  " not in sentence


@each
def test_the_section_is_a_page_and_an_anchor(mistake):
    assert re.fullmatch(r"[a-z0-9-]+\.html#[a-z0-9-]+", mistake.section)


@each
def test_its_source_can_stand_in_a_notebook_as_a_students_own(mistake):
    source = apply_misconception(mistake.implementation, mistake.reference)
    (top,) = ast.parse(source).body
    assert top.name == mistake.replaces
    assert not top.decorator_list
    outside_init = [n for n in ast.walk(top) if getattr(n, "name", "") != "__init__"]
    hidden_lines = [n for n in outside_init if isinstance(n, ast.FunctionDef)]
    called = {
        node.func.id
        for body in hidden_lines
        for node in ast.walk(body)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    # A student's mistake cannot call the right answer.
    assert not called & {mistake.replaces, mistake.name, "super"}


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
