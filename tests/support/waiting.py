"""Wait for what other processes do."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object]) -> None:
    """Give it half a minute."""
    for _ in range(300):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to pass")
