"""A block of code ends with its time, even if it swallows the first exception."""

import signal
import threading
import time

import pytest

from autograder.protocol.time_limit import time_limit


class Late(BaseException):
    """Raised by the limits in this module."""


def wait(seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        time.sleep(0.01)


def test_a_block_that_never_ends_is_interrupted():
    began = time.monotonic()
    with pytest.raises(Late), time_limit(0.1, Late):
        wait()
    assert time.monotonic() - began < 2


def test_a_block_that_swallows_the_exception_gets_it_again():
    swallowed = []

    def swallow() -> None:
        while len(swallowed) < 3:
            try:
                wait()
            except Late as error:
                swallowed.append(error)
        wait()

    with pytest.raises(Late), time_limit(0.05, Late, repeat=0.05):
        swallow()
    assert len(swallowed) == 3


def test_the_previous_handler_and_no_alarm_are_left():
    heard: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, _: heard.append(number))
    try:
        with time_limit(5, Late):
            pass
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        with pytest.raises(Late), time_limit(0.05, Late, repeat=0.05):
            wait()
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        signal.raise_signal(signal.SIGALRM)
        assert heard == [signal.SIGALRM]
    finally:
        signal.signal(signal.SIGALRM, before)


def test_another_thread_has_no_limit():
    done = []

    def work() -> None:
        with time_limit(0.05, Late):
            wait(0.2)
        done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_finalizer_that_swallows_the_exception_costs_one_alarm():
    class Finalized:
        def __del__(self) -> None:
            wait()

    def finalize() -> None:
        Finalized()
        wait()

    with pytest.raises(Late), time_limit(0.05, Late, repeat=0.05):
        finalize()
