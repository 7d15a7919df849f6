"""Jobs on many machines: the workers of a `dask.distributed` scheduler, in place of the pool.

A worker must see the course where the job says it lies (a shared file system, or the same checkout
in the same place), and it looks whether it is the same course. Strangers' code runs behind the
walls of the machine that does the job. Nothing but JSON travels.
"""

import json
import logging
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from distributed import Client, Future, as_completed, get_worker

from ..errors import UserError
from ..worker.lock_in import NONE
from .jobs import digest_of
from .pool import Pool
from .zygotes import best_level

CONNECT_SECONDS = 15
LOST_SECONDS = 60  # without any worker; one that is started again within them goes on
LOOK_SECONDS = 1
# What a process starts is to end with it, and Linux takes the thread for the process: so one
# thread, which lives as long as the worker, does all of a worker's jobs.
_desk = ThreadPoolExecutor(1)


class Cluster:
    """Does jobs like `Pool`, wherever the scheduler has workers. Use it as a context manager.

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

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()

    def levels(self) -> list[str]:
        """How far each worker's machine can lock students' code in."""
        return list(self._client.run(best_level).values())

    def do(self, jobs: dict[str, dict]) -> Iterator[tuple[str, dict]]:
        """Each job's name with its answer, as they come: `notebook` or `failed`.

        A worker that is lost costs time: its jobs go to the others.

        Raises:
            UserError: a worker's machine cannot do them as they must be done, or no worker is left.
        """
        names = {
            self._client.submit(do_here, json.dumps(one), key=f"grade-{name}", pure=False): name
            for name, one in jobs.items()
        }
        for future in self._as_they_come(list(names)):
            answer = _answer_of(future)
            if "refused" in answer:
                raise UserError(answer["refused"])
            yield names.pop(future), answer

    def _as_they_come(self, futures: list[Future]) -> Iterator[Future]:
        """The futures that are done, for as long as there is somebody to do the others."""
        with self._client.as_current():
            done = as_completed(futures)
        looked = seen = time.monotonic()
        while not done.is_empty():
            if done.has_ready():
                future = next(done)
                if future.cancelled():
                    raise _lost("does not answer any more: start it again, and its workers")
                yield future
                continue
            time.sleep(0.02)
            now = time.monotonic()
            if now - looked > LOOK_SECONDS:
                looked, seen = now, now if self._has_workers() else seen
            if now - seen > LOST_SECONDS:
                raise _lost("has no workers any more: start `dask worker`")

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.nthreads())
        except (OSError, TimeoutError):
            return False

    def dismiss(self) -> None:
        """Leave the scheduler; what nobody has begun is forgotten."""
        self._client.close()


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


def do_here(text: str) -> str:
    """Do a job on the worker that this runs on: JSON in, JSON out."""
    return json.dumps(_desk.submit(_do, json.loads(text), get_worker().address).result())


def _do(one: dict, address: str) -> dict:
    (root,) = map(Path, one["trusted"])
    if not root.is_dir():
        return {"refused": f"The worker {address} does not see the course at {root}."}
    if digest_of(root) != one["tests"]:
        return {"refused": f"The worker {address} has another version of the course or of PyTorch."}
    if _digest_at_first(root) != one["tests"]:
        why = "The course has changed since the worker began"
        return {"refused": f"{why}: start {address} again."}
    if not one["level"] and best_level() == NONE:
        why = "Students' code cannot be locked in on the machine of the worker"
        return {"refused": f"{why} {address}: say --unsafe if you trust everybody."}
    ((_, answer),) = _pool().do({"this": one})
    return answer


@cache
def _digest_at_first(root: Path) -> str:
    """Of the course as this process, and the checker that it keeps, have imported it."""
    return digest_of(root)


@cache
def _pool() -> Pool:
    return Pool(1)
