"""Tests that share a fixture run on one worker."""

import os

import pytest


@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="there is one process only")
def test_a_file_is_one_group_of_tests(request):
    """Else every worker would build the book and grade the sample class for itself."""
    assert request.node.nodeid.endswith("@test_grouping")
