"""Run a hidden test: its namespace, and the environment that it finds in the checker."""

import contextlib
import io
import os
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.limits import SEED_VARIABLE, Environment
from autograder.protocol.framing import FrameLimits, FrameTimeout, PeerClosed, write_frame
from autograder.protocol.messages import BeginHiddenTest
from autograder.protocol.optional_torch import torch
from autograder.protocol.time_limit import time_limit

from .hidden_test_dependencies import HiddenTest
from .remote_errors import CheckerLate, NotJudged, WorkerGone, WorkerLate
from .rpc_client import RpcClient
from .sandbox_client import WorkerHandle

REPLY_HEADER = 4 * 2**20  # bytes of JSON in one reply to a hidden test
OWN_SECONDS = 5.0  # for the checker's own computations in one test, which cost the student nothing
BEGIN_SECONDS = 2.0  # for a worker to take up the request


@dataclass(frozen=True)
class Trial:
    """One run of a hidden test.

    Attributes:
        error: why it failed, or None; CheckerLate if the checker's own work took too long.
        student_seconds: what the student's process took.
        own_seconds: what the test took beyond what costs the student nothing.
        score: of the test that passed, as text, if it ends in a number.
        stderr: what the student's code wrote there, if that counts.
    """

    error: BaseException | None
    student_seconds: float = 0.0
    own_seconds: float = 0.0
    score: str | None = None
    stderr: str = ""

    @property
    def seconds(self) -> float:
        """What it costs of the student's time."""
        return max(self.student_seconds, self.own_seconds)


def try_hidden_test(
    test: HiddenTest,
    worker: WorkerHandle,
    request: BeginHiddenTest,
    seconds: float,
    answer_bytes: int,
) -> Trial:
    """Run a hidden test in this process, which talks to a fork of the worker.

    The caller ends the fork.

    Args:
        request: to the worker, to fork itself; its seed is the test's, too.
        seconds: time limit of all replies together.
        answer_bytes: most bytes of tensors in one reply.
    """
    began = time.monotonic()
    connection, remote_end = socket.socketpair()
    rpc = RpcClient(connection, seconds, FrameLimits(header=REPLY_HEADER, tensors=answer_bytes))
    failed: BaseException | None = None
    score = None
    try:
        _begin(worker, request, remote_end)
        remote_end.close()
        # `torch.manual_seed` seeds CUDA, too, which takes longer than many tests.
        torch.default_generator.manual_seed(request.seed)
        np.random.seed(request.seed % 2**32)  # noqa: NPY002 - whatever a test may use
        with time_limit(seconds + OWN_SECONDS, CheckerLate):
            score = run_hidden_test(test, rpc)
    except (NotJudged, CheckerLate, WorkerLate, WorkerGone, Exception) as error:
        failed = error
    finally:
        connection.close()
        remote_end.close()
    own = time.monotonic() - began - OWN_SECONDS
    return Trial(failed, seconds - rpc.seconds_left, own, score, rpc.stderr)


def _begin(worker: WorkerHandle, request: BeginHiddenTest, connection: socket.socket) -> None:
    """Have the worker fork itself, with this connection to the hidden test.

    Raises:
        WorkerGone: it has ended.
    """
    try:
        deadline = time.monotonic() + BEGIN_SECONDS
        write_frame(worker.connection, request.encode(), [], deadline)
        socket.send_fds(worker.connection, [b"."], [connection.fileno()])
    except (FrameTimeout, PeerClosed, OSError):
        raise WorkerGone("The process of this notebook has ended.") from None


def run_hidden_test(test: HiddenTest, rpc: RpcClient) -> str | None:
    """Execute a hidden test; raises what it raises.

    Returns:
        The score as text if the test ends in a number.
    """
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
        score = None if test.value is None else eval(test.value, namespace)
        return None if score is None else repr(score)


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
