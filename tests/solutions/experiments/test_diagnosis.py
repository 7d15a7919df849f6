"""The five broken models: each fault shows, and shows in no model that has it not."""

import json
import re

import pytest
import torch

from solutions.assignments.fault_diagnosis import diagnosis, form_of
from solutions.experiments.diagnosis import EXPERIMENTS, MISTAKES, observations

OBSERVED = observations()
NUMBERS = range(1, len(MISTAKES) + 1)


def output(number: int, experiment: str = "as it is") -> torch.Tensor:
    return torch.tensor(OBSERVED["outputs"][number][experiment])


def moved(number: int, experiment: str) -> list[bool]:
    """Which target positions an experiment moves, by more than rounding does."""
    change = (output(number, experiment) - output(number)).abs().amax(dim=-1)
    return (change > 2e-3).tolist()


def faults(number: int) -> set[str]:
    """What can be read from the experiments alone, for every fault that a student may choose."""
    everything = dict.fromkeys(EXPERIMENTS, [True] * 4)
    seen = {name: moved(number, name) for name in everything}
    rows = output(number)
    source = any(seen["another source word"])
    found = {
        "dropout": any(seen["the same once more"]),
        "no memory": not source,
        "source order": source and not any(seen["two source words swapped"]),
        "padding": any(seen["source padded"]),
        "future": any(seen["another last target word"][:-1]),
        "no self-attention": not any(seen["another first target word"][1:]),
        "target order": not any(seen["two target words swapped"]),
        "probabilities": bool(((rows.sum(-1) - 1).abs() < 5e-3).all()),
    }
    return {fault for fault, there in found.items() if there}


def test_a_healthy_model_shows_no_fault():
    assert faults(0) == set()


@pytest.mark.parametrize("number", NUMBERS)
def test_a_broken_model_shows_its_fault_and_no_other(number):
    assert faults(number) == {diagnosis()[number]}


def test_every_choice_is_named_in_the_contract():
    for fault in set(diagnosis().values()) | {"dropout", "target order", "no self-attention"}:
        assert f'- "{fault}": ' in diagnosis.__doc__


def test_what_is_recorded_is_plain_and_the_same_every_time():
    assert json.loads(json.dumps(OBSERVED)) == json.loads(json.dumps(observations()))
    assert len(OBSERVED["outputs"]) == len(MISTAKES) + 1
    for outputs in OBSERVED["outputs"]:
        assert list(outputs) == list(OBSERVED["experiments"]) == list(EXPERIMENTS)


def test_nothing_in_it_says_which_model_is_which():
    text = json.dumps(OBSERVED)
    assert not any(name in text for name in diagnosis().values())
    assert not any(name in text for name in MISTAKES)


def test_the_form_of_an_answer_says_nothing_of_its_truth():
    right = form_of(diagnosis)
    assert right == ([1, 2, 3, 4, 5], [])
    assert form_of(lambda: dict.fromkeys(range(1, 6), "dropout")) == right
    assert form_of(lambda: {2: "future", 1: "bad luck"}) == ([1, 2], ["bad luck"])


def test_the_list_of_faults_is_that_of_the_contract():
    choices = re.findall(r'- "([\w -]+)": ', diagnosis.__doc__)
    assert len(choices) == 8
    assert form_of(lambda: dict(enumerate(choices)))[1] == []
