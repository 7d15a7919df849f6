"""Jobs on many machines: the workers of a `dask.distributed` scheduler replace `LocalPool`.

A worker must have the course at the path in the job (a shared file system, or the same checkout at
the same path), and it checks that it is the same course. Students' code runs in sandboxes of the
machine that does the job. Jobs travel as JSON, together with the bytes of files that were submitted
with a notebook: a worker need not see their paths.
"""

import json
import logging
import tempfile
import time
import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import dask
from distributed import Client, Future, as_completed, get_worker

from autograder.errors import UserError
from autograder.limits import Attached
from autograder.protocol.sandbox_spec import NONE
from autograder.untrusted_files import Changed, contents

from .job import JobResult, course_digest
from .local_pool import LocalPool
from .sandbox_client import best_level

CONNECT_SECONDS = 15
LOST_SECONDS = 60  # without any worker; one that is restarted within this time continues
POLL_SECONDS = 1
# Bytes in the scheduler's memory at a time, unless a single job has more.
MOST_TRAVELLING = 2**30
# A subprocess must end with its worker, and Linux ends it with the thread that started it. So one
# thread, which lives as long as the worker, does all of the worker's jobs.
_executor = ThreadPoolExecutor(1)


class DaskPool:
    """Workers of a scheduler that run jobs as `LocalPool` does. Use it as a context manager.

    Args:
        scheduler: its address, such as "tcp://10.0.0.1:8786", or the file that it writes with
            `--scheduler-file`.

    Raises:
        UserError: there is no scheduler, or it has no worker.
    """

    def __init__(self, scheduler: str):
        address = _address(scheduler)
        logging.getLogger("distributed").setLevel(logging.CRITICAL)
        try:
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError):
            raise UserError(
                f"No scheduler answers at {address}: start one with `dask scheduler`, and workers "
                "with `dask worker`."
            ) from None
        if not self._client.nthreads():
            self._client.close()
            raise UserError(f"The scheduler at {address} has no workers: start `dask worker`.")

    def __enter__(self) -> "DaskPool":
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()

    def levels(self) -> list[str]:
        """Return the best isolation level of each worker's machine."""
        return list(self._client.run(best_level).values())

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, JobResult]]:
        """Yield each job's name with its result, in the order in which they finish.

        The jobs of a worker that is lost go to the others.

        Args:
            jobs: names and jobs. No more are drawn than may travel at a time.

        Raises:
            UserError: a worker's machine refuses the jobs, or no worker is left.
        """
        with self._client.as_current():
            done = as_completed()
        rest = map(_packed, jobs)
        under_way: dict[Future, _Packed] = {}
        travelling = 0
        new = next(rest, None)
        while new is not None or under_way:
            if new is not None and (not under_way or travelling + new.size <= MOST_TRAVELLING):
                packed, new = new, next(rest, None)
                try:
                    future = self._submit(packed)
                except Changed as why:
                    yield packed.name, {"failed": str(why)}
                    continue
                under_way[future] = packed
                travelling += packed.size
                done.add(future)
                continue
            future = self._next(done)
            result = _result_of(future)
            if "refused" in result:
                raise UserError(result["refused"])
            packed = under_way.pop(future)
            travelling -= packed.size
            yield packed.name, result

    def _next(self, done: as_completed) -> Future:
        """Wait for the next finished job, as long as there are workers."""
        polled = seen = time.monotonic()
        while not done.has_ready():
            time.sleep(0.02)
            now = time.monotonic()
            if now - polled > POLL_SECONDS:
                polled, seen = now, now if self._has_workers() else seen
            if now - seen > LOST_SECONDS:
                raise _lost("has no workers any more: start `dask worker`")
        future = next(done)
        if future.cancelled():
            raise _lost("does not answer any more: start it again, and its workers")
        return future

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except (OSError, TimeoutError):
            return False

    def _submit(self, packed: "_Packed") -> Future:
        files = contents(packed.files)
        # The size of the files cannot be changed, so dask need not warn of it.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": 2**62}):
            key = f"grade-{packed.name}"
            return self._client.submit(run_remote_job, packed.text, files, key=key, pure=False)

    def dismiss(self) -> None:
        """Leave the scheduler; jobs that have not begun are dropped."""
        self._client.close()


class _Packed(NamedTuple):
    """A job as JSON text, and its files, whose contents are read when it is submitted."""

    name: str
    text: str
    files: tuple[Attached, ...]

    @property
    def size(self) -> int:
        """Bytes that travel to the worker."""
        return len(self.text) + sum(file.size for file in self.files)


def _packed(job: tuple[str, dict]) -> _Packed:
    name, data = job
    return _Packed(name, json.dumps(data), tuple(Attached(**file) for file in data["files"]))


def _lost(problem: str) -> UserError:
    return UserError(
        f"The scheduler {problem}, and give the same command again. What is done is kept."
    )


def _address(scheduler: str) -> str:
    if not Path(scheduler).is_file():
        return scheduler
    try:
        return str(json.loads(Path(scheduler).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{scheduler} is not a file that `dask scheduler --scheduler-file` has written."
        ) from None


def _result_of(future: Future) -> JobResult:
    try:
        return json.loads(future.result())
    except Exception as error:  # a job that ends all its workers must not stop the others
        reason = f"{type(error).__name__}: {error}"[:300]
        return {"failed": reason, "traceback": traceback.format_exc()}


def run_remote_job(text: str, files: dict[str, bytes]) -> str:
    """Run a job on the worker that calls this: JSON in, JSON out.

    Args:
        files: contents of the files that the job names.
    """
    return json.dumps(_executor.submit(_do, json.loads(text), files, get_worker().address).result())


def _do(job: dict, files: dict[str, bytes], address: str) -> JobResult:
    (root,) = map(Path, job["trusted"])
    if not root.is_dir():
        return {"refused": f"The worker {address} does not see the course at {root}."}
    if course_digest(root) != job["tests"]:
        return {"refused": f"The worker {address} has another version of the course or of PyTorch."}
    if _digest_at_first(root) != job["tests"]:
        why = "The course has changed since the worker began"
        return {"refused": f"{why}: start {address} again."}
    if not job["level"] and best_level() == NONE:
        why = "Students' code cannot be locked in on the machine of the worker"
        return {"refused": f"{why} {address}: say --unsafe if you trust everybody."}
    with tempfile.TemporaryDirectory(prefix="ag-") as folder:
        for file in job["files"]:
            path = Path(folder, Path(file["name"]).name)
            path.write_bytes(files[file["name"]])
            file["path"] = str(path)
        try:
            ((_, result),) = _pool().do([("this", job)])
        except UserError as error:
            return {"refused": f"The worker {address} cannot do the job. {error}"}
    return result


@cache
def _digest_at_first(root: Path) -> str:
    """Return the digest of the course that this process and its checker have imported."""
    return course_digest(root)


@cache
def _pool() -> LocalPool:
    return LocalPool(1)
