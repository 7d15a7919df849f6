"""A pool of checkers that stays warm between runs of the grader: for tests only."""

from collections.abc import Iterable, Iterator

from autograder.execution.local_pool import LocalPool


class WarmPool:
    """Lend it to any number of runs, `grade(..., cluster=pool)`; `close` ends its processes.

    Starting the host and its fork server takes about ten seconds of processor time, much more
    than a small class. What a run does to its pool at the end, this one leaves undone.

    Args:
        size: how many notebooks at a time.
    """

    def __init__(self, size: int):
        self._pool = LocalPool(size)

    def __enter__(self) -> "WarmPool":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:  # a run that was broken off leaves checkers at work: start afresh
            self.close()

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, dict]]:
        """As `LocalPool` does them."""
        return self._pool.do(jobs)

    def dismiss(self) -> None:
        """Stay for the next run."""

    def close(self) -> None:
        """End all processes; the next run starts new ones."""
        self._pool.__exit__()
