"""The quick tests pass a healthy model, and each of them catches what it is for."""

import pytest

from solutions.experiments.fault_injection import mistakes_called, patched
from solutions.experiments.sanity_checks import OF_A_MODEL, OF_THE_TRAINING, checkup

TESTS = {test.__name__ for test in (*OF_A_MODEL, *OF_THE_TRAINING)}
CATCHES = {
    "CausalityForgotten": {"the_future_is_hidden"},
    "TargetMaskNotHandedOn": {"the_future_is_hidden"},
    "EncoderReadsPadding": {"padding_changes_nothing"},
    "DecoderReadsPadding": {"padding_changes_nothing"},
    "MemoryNotPassedOn": {
        "every_source_word_is_read",
        "the_order_of_the_source_counts",
        "every_parameter_moves",
    },
    "SourcePositionsForgotten": {"the_order_of_the_source_counts"},
    "TargetPositionsForgotten": {"the_place_in_the_target_counts"},
    "LogitsAreProbabilities": {"logits_are_no_probabilities", "first_loss_is_that_of_a_guess"},
    "collate_without_shift": {"the_target_is_shifted_by_one", "first_loss_is_that_of_a_guess"},
    "collate_never_ends": {"the_end_is_to_be_said"},
    "MemoryDetached": {"every_parameter_moves"},
    "ScheduleNeverWrites": {"every_parameter_moves"},
    "step_throws_the_gradient_away": {"every_parameter_moves"},
    "split_heads_by_view_alone": {"the_future_is_hidden", "padding_changes_nothing"},
}


def failed(name: str) -> set[str]:
    with patched(mistakes_called(name)):
        return {test for test, passed in checkup().items() if not passed}


def test_a_healthy_model_passes_all_of_them():
    assert checkup() == dict.fromkeys(TESTS, True)


@pytest.mark.parametrize("name", CATCHES)
def test_a_mistake_is_caught_by_its_tests_and_by_no_others(name):
    assert failed(name) == CATCHES[name]


def test_dropout_in_evaluation_is_caught():
    """What else it disturbs is left to chance."""
    assert "asked_twice_it_says_the_same" in failed("DropsInEvaluation")


def test_each_test_catches_something():
    assert set().union(*CATCHES.values(), {"asked_twice_it_says_the_same"}) == TESTS


def test_some_mistakes_pass_them_all():
    """The chapter says so: for these one needs a reference."""
    for name in ("EmbeddingNotScaled", "attention_without_scale", "step_piles_up_gradients"):
        assert failed(name) == set()


def test_a_test_that_raises_is_not_passed():
    """Source and target differ in length: every question to the model raises."""
    assert failed("QueryLengthForKeys") >= {"the_future_is_hidden", "every_source_word_is_read"}
