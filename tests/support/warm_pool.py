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
        # A run that was broken off may leave checkers at work: then start afresh.
        if kind is not None and any(checker.job for checker in self._pool._checkers):
            self.close()

    def launch(self) -> None:
        """As `LocalPool` does."""
        self._pool.launch()

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, dict]]:
        """As `LocalPool` does them."""
        return self._pool.do(jobs)

    def dismiss(self) -> None:
        """Stay for the next run."""

    def close(self) -> None:
        """End all processes; the next run starts new ones."""
        self._pool.__exit__()


class OneAtATime:
    """A warm pool that gets the next job when the last one is done.

    Args:
        pool: it stays warm.
    """

    def __init__(self, pool: WarmPool):
        self._pool = pool

    def __enter__(self) -> "OneAtATime":
        return self

    def __exit__(self, *how: object) -> None:
        self._pool.__exit__(*how)

    def do(self, jobs: Iterable[tuple[str, dict]]) -> Iterator[tuple[str, dict]]:
        """As `LocalPool` does them, but never two together."""
        for job in jobs:
            yield from self._pool.do([job])

    def dismiss(self) -> None:
        """Stay for the next run."""
