"""A time limit for a block of code, by SIGALRM."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

REPEAT_SECONDS = 0.5


@contextmanager
def time_limit(
    seconds: float, error: type[BaseException], repeat: float = REPEAT_SECONDS
) -> Iterator[None]:
    """Raise an exception in the block when its time is over.

    The alarm repeats, so that code that swallows the exception once gets it again. Signals reach
    the main thread only; in any other thread there is no limit.

    Args:
        seconds: until the first alarm.
        error: class of the exception.
        repeat: seconds between later alarms.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def raise_error(*_: object) -> None:
        raise error

    previous = signal.signal(signal.SIGALRM, raise_error)
    signal.setitimer(signal.ITIMER_REAL, seconds, repeat)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:  # an alarm may have interrupted the inner one; the next is `repeat` seconds away
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if previous is None else previous)
