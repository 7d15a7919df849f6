"""Run Python as an ordinary user with other processes: `python ordinary_user.py KIND ARGUMENT...`

Started as root. A KIND other than "user" takes away what isolation needs:

    user          nothing more
    no-rights     in a user namespace in which no other can be made
    no-unshare    unshare(2) is forbidden, as in many containers

Exits with 77 where this machine does not allow it.
"""

import ctypes
import os
import struct
import sys
import tempfile
import time
from pathlib import Path

from autograder.sandbox import syscalls

USER = 1_234_567  # nobody's
OTHERS = 40  # processes of the user, more than a student's code may start
SECCOMP, UNSHARE, EPERM = 22, 272, 0x00050001


def main() -> None:
    """Become the user, and become Python."""
    kind, *arguments = sys.argv[1:]
    if os.geteuid() != 0:
        sys.exit(77)
    try:
        show_python_to_everybody()
    except OSError:
        sys.exit(77)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    syscalls.LIBC.prctl(4, 1, 0, 0, 0)  # /proc/self is the user's own again
    os.environ["HOME"] = "/tmp"
    parent = os.getpid()
    for _ in range(OTHERS):
        if os.fork() == 0:
            while os.getppid() == parent:
                time.sleep(0.1)
            os._exit(0)
    {"user": lambda: None, "no-rights": without_rights, "no-unshare": without_unshare}[kind]()
    os.execv(sys.executable, [sys.executable, *arguments])


def show_python_to_everybody() -> None:
    """Let everybody open this interpreter, even if it is in the home of root."""
    home = Path.home()
    syscalls.unshare(syscalls.NEW_MOUNTS)
    syscalls.mount("none", "/", flags=syscalls.RECURSIVE | syscalls.PRIVATE)
    if home not in Path(sys.base_prefix).parents:
        return
    kept = tempfile.mkdtemp()
    try:
        syscalls.mount(sys.base_prefix, kept, flags=syscalls.BIND)
        syscalls.mount("tmpfs", str(home), "tmpfs", 0, "mode=755")
        Path(sys.base_prefix).mkdir(parents=True)
        syscalls.mount(kept, sys.base_prefix, flags=syscalls.BIND)
        syscalls.LIBC.umount2(kept.encode(), 2)
    finally:
        Path(kept).rmdir()


def without_rights() -> None:
    """Enter a user namespace that may hold no other one."""
    try:
        syscalls.unshare(syscalls.NEW_USER)
    except OSError:
        sys.exit(77)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{USER} {USER} 1")
    Path("/proc/self/gid_map").write_text(f"{USER} {USER} 1")
    Path("/proc/sys/user/max_user_namespaces").write_text("0")


def without_unshare() -> None:
    """Have unshare(2) fail from now on."""
    syscalls.no_new_privileges()
    steps = [(0x20, 0, 0, 0), (0x15, 0, 1, UNSHARE), (6, 0, 0, EPERM), (6, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    if syscalls.LIBC.prctl(SECCOMP, 2, program, 0, 0):
        sys.exit(77)


if __name__ == "__main__":
    main()
