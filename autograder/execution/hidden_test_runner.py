"""Run a hidden test: its namespace, and the environment that it finds in the checker."""

import contextlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

from autograder.limits import SEED_VARIABLE, Environment
from autograder.protocol.optional_torch import torch

from .hidden_test_dependencies import HiddenTest
from .rpc_client import RpcClient


def run_hidden_test(test: HiddenTest, rpc: RpcClient) -> None:
    """Execute a hidden test; raises what it raises."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        exec(test.prelude, namespace)
        namespace |= rpc.names(list(test.student_names))
        exec(test.code, namespace)


@contextlib.contextmanager
def test_environment(environment: Environment) -> Iterator[None]:
    """Set the seed where `checks` looks for it, and the folders that tests import from."""
    before, path = os.environ.get(SEED_VARIABLE), list(sys.path)
    os.environ[SEED_VARIABLE] = environment.seed
    sys.path[:0] = [str(p) for p in environment.trusted if str(p) not in sys.path]
    state = torch.get_rng_state()
    try:
        yield
    finally:
        torch.set_rng_state(state)
        sys.path[:] = path
        if before is None:
            os.environ.pop(SEED_VARIABLE, None)
        else:
            os.environ[SEED_VARIABLE] = before
