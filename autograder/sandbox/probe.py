"""Test whether this machine supports an isolation level: `python -m autograder.sandbox.probe LEVEL`

Exits with 0 if a process could enter a sandbox and fork in it, otherwise with 1 and the reason in
one line. It imports nothing that takes time.
"""

import os
import sys
import tempfile

from autograder.protocol.sandbox_spec import SandboxSpec

from .isolation import enter_sandbox


def main() -> int:
    """Try the level on the command line; returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="ag-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        problem = try_enter(sys.argv[1], folder)
    if problem:
        print(problem)
    return 1 if problem else 0


def try_enter(level: str, folder: str) -> str:
    """Have a fork enter a sandbox in this folder; returns why it failed, empty if it did not."""
    listen, status_fd = os.pipe()
    death_pipe = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter_sandbox(SandboxSpec(level, folder), status_fd, death_pipe[0])
            inside = os.fork()  # as for each hidden test
            if inside:
                os.waitpid(inside, 0)
                os.write(status_fd, b"in\n")
        except BaseException as error:
            os.write(status_fd, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(0)
    os.close(status_fd)
    with os.fdopen(listen) as status:
        lines = status.read().split("\n")
    os.waitpid(child, 0)
    if "in" in lines:
        return ""
    return " ".join(line for line in lines if not line.isdigit()).strip() or "it ended at once"


if __name__ == "__main__":
    sys.exit(main())
