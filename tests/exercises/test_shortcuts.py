"""What the units watch for is there to be used, and the reference does without it."""

from importlib import import_module

import pytest

from autograder.grading.merge import merge_submission
from autograder.grading.shortcut_detection import shortcuts
from exercises.assignments import all_assignments

NOT_INSTALLED = {"nltk", "torchtext"}  # a student may have them


@pytest.mark.parametrize("master", all_assignments(), ids=lambda master: master.assignment)
def test_the_reference_does_without(master):
    assert shortcuts(merge_submission(master.source, master.source)) == ()


@pytest.mark.parametrize("master", all_assignments(), ids=lambda master: master.assignment)
def test_each_name_is_one_of_a_library(master):
    for name in master.source.metadata["course"].get("shortcuts", []):
        module, _, last = name.rpartition(".")
        if module.partition(".")[0] in NOT_INSTALLED:
            continue
        wanted = last.rstrip("*")
        assert any(found.startswith(wanted) for found in dir(import_module(module))), name
