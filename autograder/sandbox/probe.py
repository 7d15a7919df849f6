"""Does this machine allow a level of isolation? `python -m autograder.sandbox.probe LEVEL`

Ends with 0 if a process could be locked in, otherwise with 1 and the reason in one line. Imports
nothing that takes time.
"""

import os
import sys
import tempfile

from .isolation import SandboxSpec, enter_sandbox


def main() -> int:
    """Try the level that was named."""
    with tempfile.TemporaryDirectory(prefix="ag-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o711)
        why = try_enter(sys.argv[1], folder)
    if why:
        print(why)
    return 1 if why else 0


def try_enter(level: str, folder: str) -> str:
    """Lock a fork in, with a folder of its own; empty if it says that it is, else why not."""
    listen, status_fd = os.pipe()
    death_pipe = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            enter_sandbox(SandboxSpec(level, folder), status_fd, death_pipe[0])
            os.write(status_fd, b"in\n")
        except BaseException as error:
            os.write(status_fd, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(0)
    os.close(status_fd)
    with os.fdopen(listen) as lines:
        said = lines.read().split("\n")
    os.waitpid(child, 0)
    if "in" in said:
        return ""
    return " ".join(line for line in said if not line.isdigit()).strip() or "it ended at once"


if __name__ == "__main__":
    sys.exit(main())
