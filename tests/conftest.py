"""What holds for every test."""

from collections import defaultdict

import pytest
import torch
from hypothesis import settings

# The same examples every time, and no clock: a busy machine must not fail a test.
settings.register_profile("course", deadline=None, derandomize=True, database=None)
settings.load_profile("course")

# The tensors are tiny: more threads only wait for each other, and workers share the cores.
torch.set_num_threads(1)


@pytest.hookimpl(tryfirst=True)  # before xdist's, which reads the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a fixture stay on one worker, and what takes longest starts first.

    A file's tests are one group; `xdist_group` makes a smaller one. The mark `slow(seconds=...)`
    says about how long a test's group takes.
    """
    seconds: defaultdict[str, float] = defaultdict(float)
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
        slow = item.get_closest_marker("slow")
        if slow is not None:
            group = group_of(item)
            seconds[group] = max(seconds[group], slow.kwargs.get("seconds", 10))
    items.sort(key=lambda item: -seconds[group_of(item)])


def group_of(item: pytest.Item) -> str:
    """The name of the group that it belongs to."""
    marker = item.get_closest_marker("xdist_group")
    assert marker is not None
    return marker.args[0]


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
    monkeypatch.setattr("autograder.execution.local_pool.LocalPool", lambda _jobs: warm_pool)


@pytest.fixture(scope="session")
def warm_fork_server():
    """A fork server of the sandbox, for all tests of this process."""
    from autograder.execution.sandbox_client import ForkServer

    with ForkServer() as server:
        yield server


@pytest.fixture(scope="module")
def fork_server(warm_fork_server):
    """A fork server of the file's own, forked from the warm one as each checker's is."""
    with warm_fork_server.clone() as server:
        yield server
