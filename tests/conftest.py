"""What holds for every test."""

import pytest
import torch
from hypothesis import settings

# The same examples every time, and no clock: a busy machine must not fail a test.
settings.register_profile("course", deadline=None, derandomize=True, database=None)
settings.load_profile("course")

# The tensors are tiny: more threads only wait for each other, and workers share the cores.
torch.set_num_threads(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first, so that no worker waits for another at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def warm_pool():
    """Checkers for all tests of this process that grade a class, but are not about the pool."""
    from warm_pool import WarmPool  # the grader is imported only where a test needs it

    pool = WarmPool(2)
    yield pool
    pool.close()


@pytest.fixture
def command_with_warm_pool(warm_pool, monkeypatch):
    """The command `autograder grade`, run in this process, takes the checkers that are there."""
    monkeypatch.setattr("autograder.grading.grade.LocalPool", lambda _jobs: warm_pool)
