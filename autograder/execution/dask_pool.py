"""Jobs on many machines: the workers of a `dask.distributed` scheduler, in place of the pool.

A worker must see the course where the job says it lies (a shared file system, or the same checkout
in the same place), and it looks whether it is the same course. Strangers' code runs behind the
walls of the machine that does the job. What travels is JSON, and the bytes of files that were
handed in beside a notebook: a machine need not see where they lie.
"""

import json
import logging
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

import dask
from distributed import Client, Future, as_completed, get_worker

from autograder.errors import UserError
from autograder.ingest.attachments import Changed, contents
from autograder.limits import Attached
from autograder.sandbox.isolation import NONE

from .job import course_digest
from .local_pool import LocalPool
from .sandbox_client import best_level

CONNECT_SECONDS = 15
LOST_SECONDS = 60  # without any worker; one that is started again within them goes on
LOOK_SECONDS = 1
# Bytes that lie in the scheduler's memory at a time, if one job alone does not have more.
MOST_TRAVELLING = 2**30
# What a process starts is to end with it, and Linux takes the thread for the process: so one
# thread, which lives as long as the worker, does all of a worker's jobs.
_executor = ThreadPoolExecutor(1)


class DaskPool:
    """Does jobs like `LocalPool`, wherever the scheduler has workers. Use it as a context manager.

    Args:
        where: the scheduler's address, such as "tcp://10.0.0.1:8786", or the file that it writes
            with `--scheduler-file`.

    Raises:
        UserError: there is no scheduler, or it has no worker.
    """

    def __init__(self, where: str):
        address = _address(where)
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
        """How far each worker's machine can lock students' code in."""
        return list(self._client.run(best_level).values())

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, dict]]:
        """Each job's name with its answer, as they come: `notebook` or `failed`.

        A worker that is lost costs time: its jobs go to the others.

        Args:
            jobs: names and jobs. No more are drawn than may travel at a time.

        Raises:
            UserError: a worker's machine cannot do them as they must be done, or no worker is left.
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
            answer = _answer_of(future)
            if "refused" in answer:
                raise UserError(answer["refused"])
            packed = under_way.pop(future)
            travelling -= packed.size
            yield packed.name, answer

    def _next(self, done: as_completed) -> Future:
        """The next one that is done, for as long as there is somebody to do it."""
        looked = seen = time.monotonic()
        while not done.has_ready():
            time.sleep(0.02)
            now = time.monotonic()
            if now - looked > LOOK_SECONDS:
                looked, seen = now, now if self._has_workers() else seen
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
        # Files are as large as they are: dask need not warn of it.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": 2**62}):
            key = f"grade-{packed.name}"
            return self._client.submit(run_remote_job, packed.text, files, key=key, pure=False)

    def dismiss(self) -> None:
        """Leave the scheduler; what nobody has begun is forgotten."""
        self._client.close()


class _Packed(NamedTuple):
    """A job as it travels; of its files, only where they lie."""

    name: str
    text: str
    files: tuple[Attached, ...]

    @property
    def size(self) -> int:
        """Bytes that travel."""
        return len(self.text) + sum(file.size for file in self.files)


def _packed(job: tuple[str, dict]) -> _Packed:
    name, one = job
    return _Packed(name, json.dumps(one), tuple(Attached(**file) for file in one["files"]))


def _lost(how: str) -> UserError:
    return UserError(f"The scheduler {how}, and give the same command again. What is done is kept.")


def _address(where: str) -> str:
    if not Path(where).is_file():
        return where
    try:
        return str(json.loads(Path(where).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError(
            f"{where} is not a file that `dask scheduler --scheduler-file` has written."
        ) from None


def _answer_of(future: Future) -> dict:
    try:
        return json.loads(future.result())
    except Exception as error:  # a job that ends every worker it comes to costs nobody else
        return {"failed": f"{type(error).__name__}: {error}"[:300]}


def run_remote_job(text: str, files: dict[str, bytes]) -> str:
    """Do a job on the worker that this runs on: JSON in, JSON out.

    Args:
        files: what stands in the files that the job names.
    """
    return json.dumps(_executor.submit(_do, json.loads(text), files, get_worker().address).result())


def _do(one: dict, files: dict[str, bytes], address: str) -> dict:
    (root,) = map(Path, one["trusted"])
    if not root.is_dir():
        return {"refused": f"The worker {address} does not see the course at {root}."}
    if course_digest(root) != one["tests"]:
        return {"refused": f"The worker {address} has another version of the course or of PyTorch."}
    if _digest_at_first(root) != one["tests"]:
        why = "The course has changed since the worker began"
        return {"refused": f"{why}: start {address} again."}
    if not one["level"] and best_level() == NONE:
        why = "Students' code cannot be locked in on the machine of the worker"
        return {"refused": f"{why} {address}: say --unsafe if you trust everybody."}
    with tempfile.TemporaryDirectory(prefix="ag-") as folder:
        for file in one["files"]:
            path = Path(folder, Path(file["name"]).name)
            path.write_bytes(files[file["name"]])
            file["path"] = str(path)
        ((_, answer),) = _pool().do([("this", one)])
    return answer


@cache
def _digest_at_first(root: Path) -> str:
    """Of the course as this process, and the checker that it keeps, have imported it."""
    return course_digest(root)


@cache
def _pool() -> LocalPool:
    return LocalPool(1)
